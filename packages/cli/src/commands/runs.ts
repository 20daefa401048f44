import { changesOfRun, eventsOf, runs } from "@headwater/catalog";
import { HeadwaterError } from "@headwater/core";
import type { Call } from "../call.ts";
import { findRun } from "../catalog/find-run.ts";
import { limitOf } from "../catalog/limit.ts";
import { withCatalog } from "../catalog/open.ts";
import { changeJson } from "../views/change-json.ts";
import { ChangeSummary } from "../views/change-list.ts";
import { runLines } from "../views/run.ts";
import { runListLines } from "../views/run-list.ts";

const SHOWN_CHANGES = 20;

/** `headwater runs` and `headwater runs show ID` */
export async function run(call: Call): Promise<number> {
  const { args, out, err } = call;
  const limit = limitOf(call);
  const json = args.flag("json");
  const [verb, id] = args.words;
  if (verb !== undefined && (verb !== "show" || id === undefined))
    throw new HeadwaterError("usage", `headwater runs ${args.words.join(" ")} is not understood.`, {
      hint: "headwater runs lists them, headwater runs show ID shows one.",
    });
  await withCatalog(call, { mustExist: true }, (db) => {
    if (id === undefined) {
      const list = runs(db, limit);
      if (json) return out.json(list);
      if (list.length === 0) err.print("There has been no run yet.");
      return out.print(...runListLines(list, out));
    }
    const record = findRun(db, id);
    const events = eventsOf(db, record.id);
    const changes = changesOfRun(db, record.id);
    if (json) return out.json({ ...record, events, changes: changes.map(changeJson) });
    const summary = new ChangeSummary(SHOWN_CHANGES);
    for (const change of changes) summary.add(change);
    out.print(...runLines(record, events, summary, out));
  });
  return 0;
}
