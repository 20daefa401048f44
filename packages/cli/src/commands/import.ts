import { importLines } from "@headwater/catalog";
import type { Call } from "../call.ts";
import { person } from "../catalog/person.ts";
import { withCatalog } from "../catalog/open.ts";
import { linesOf } from "../catalog/lines-of.ts";
import { count } from "../screen/numbers.ts";

/** `headwater import FILE|-` */
export async function run(call: Call): Promise<number> {
  const { args, out } = call;
  const [file = ""] = args.words;
  const lines = linesOf(file);
  await withCatalog(call, { mustExist: false }, (db) => {
    const outcome = importLines(db, lines, { run: null, actor: person(), at: Date.now() });
    if (args.flag("json")) return out.json(outcome);
    const { created, updated, unchanged } = outcome;
    out.print(`Imported: ${count(created)} created, ${count(updated)} updated, ${count(unchanged)} unchanged`);
  });
  return 0;
}
