import { historyOf, latestChanges } from "@headwater/catalog";
import type { Call } from "../call.ts";
import { findEntity, fqnOf } from "../catalog/find-entity.ts";
import { limitOf } from "../catalog/limit.ts";
import { withCatalog } from "../catalog/open.ts";
import { safe } from "../screen/safe-text.ts";
import { changeJson } from "../views/change-json.ts";
import { feedLines, historyLines, onlyColumn } from "../views/history.ts";
import { wordFor } from "../views/words.ts";

/** `headwater log [NAME]` */
export async function run(call: Call): Promise<number> {
  const { args, out, err } = call;
  const limit = limitOf(call);
  const json = args.flag("json");
  await withCatalog(call, { mustExist: true }, (db) => {
    const [typed] = args.words;
    if (typed === undefined) {
      const changes = latestChanges(db, limit);
      if (json) return out.json(changes.map(changeJson));
      if (changes.length === 0) err.print("Nothing has changed yet: the catalog is empty.");
      return out.print(...feedLines(changes, out));
    }
    const named = findEntity(db, typed, call);
    const all = historyOf(db, named.entity.id);
    const entries = named.column === null ? all : onlyColumn(all, named.column);
    const shown = entries.slice(0, limit);
    if (json) return out.json(shown.map(changeJson));
    const what = named.column === null ? wordFor(named.entity.type, named.entity.kind) : "column";
    out.print(`${out.paint("bold", safe(fqnOf(named)))}  ${out.paint("dim", what)}`, ...historyLines(shown, out));
    if (entries.length > shown.length)
      err.print(err.paint("dim", `The latest ${limit} of ${entries.length}; --limit N shows more.`));
  });
  return 0;
}
