import { type Database, lastSeq, openDatabase, rollback } from "@headwater/catalog";
import type { Call } from "../call.ts";
import { findRun } from "../catalog/find-run.ts";
import { catalogPath } from "../catalog/open.ts";
import { person } from "../catalog/person.ts";
import { eachChangeSince } from "../run/changes-since.ts";
import { scratchCopy } from "../run/dry-run.ts";
import { counted } from "../screen/numbers.ts";
import { changeJson } from "../views/change-json.ts";
import { ChangeSummary } from "../views/change-list.ts";

const SHOWN_CHANGES = 20;

/** `headwater rollback RUN` */
export async function run(call: Call): Promise<number> {
  const { args, out, err } = call;
  const path = catalogPath(call);
  const dryRun = args.flag("dry-run");
  const catalog = dryRun ? scratchCopy(path) : opened(path);
  try {
    const { db } = catalog;
    const record = findRun(db, args.words[0] ?? "");
    const before = lastSeq(db);
    const changed = rollback(db, record.id, record.service, { run: null, actor: person(), at: Date.now() });
    if (args.flag("json"))
      out.json({
        run: record.id,
        service: record.service,
        changed,
        dryRun,
        changes: [...eachChangeSince(db, before)].map(changeJson),
      });
    else if (changed === 0)
      out.print(`Run ${record.id} of ${record.service} changed nothing that could be taken back.`);
    else {
      const summary = new ChangeSummary(SHOWN_CHANGES);
      for (const change of eachChangeSince(db, before)) summary.add(change);
      const entities = counted(changed, "entity", "entities");
      out.print(
        dryRun
          ? `Rolling back run ${record.id} of ${record.service} would change ${entities}; the catalog stays as it is.`
          : `Rolled back: run ${record.id} of ${record.service}, ${entities}.`,
        ...summary.lines(out),
      );
      if (!dryRun) err.print(err.paint("dim", "The next run reads the source again and says what it says."));
    }
  } finally {
    catalog.remove();
  }
  return 0;
}

function opened(path: string): { db: Database; remove(): void } {
  const db = openDatabase(path, { mustExist: true });
  return { db, remove: () => db.close() };
}
