import { curate, historyOf } from "@headwater/catalog";
import { formatVersion } from "@headwater/core";
import type { Call } from "../call.ts";
import { findEntity, fqnOf } from "../catalog/find-entity.ts";
import { withCatalog } from "../catalog/open.ts";
import { parseEdits } from "../catalog/parse-edits.ts";
import { person } from "../catalog/person.ts";
import { safe } from "../screen/safe-text.ts";
import { fieldChangeLines } from "../views/field-changes.ts";

/** `headwater set NAME FIELD=VALUE…` */
export async function run(call: Call): Promise<number> {
  const { args, out } = call;
  const [typed = "", ...words] = args.words;
  const edits = parseEdits(words, args.list("reset"));
  await withCatalog(call, { mustExist: true }, (db) => {
    const named = findEntity(db, typed, call);
    const { entity, column } = named;
    const changed = curate(db, entity.id, column, edits, { run: null, actor: person(), at: Date.now() });
    const [last] = historyOf(db, entity.id);
    const version = formatVersion(last?.version ?? entity.version);
    if (args.flag("json"))
      return out.json({
        fullyQualifiedName: fqnOf(named),
        entityType: entity.type,
        changed,
        version,
        change: changed ? last?.change : null,
      });
    const name = safe(fqnOf(named));
    if (!changed) return out.print(`${name} says so already; it stays at version ${version}.`);
    out.print(`${out.paint("bold", name)} is now at version ${version}.`);
    if (last?.change) out.print(...fieldChangeLines(last.change, out, "  "));
  });
  return 0;
}
