import { search } from "@headwater/catalog";
import type { Call } from "../call.ts";
import { limitOf } from "../catalog/limit.ts";
import { withCatalog } from "../catalog/open.ts";
import { withoutId } from "../catalog/without-id.ts";
import { listLines } from "../views/list.ts";

/** `headwater search WORD…` */
export async function run(call: Call): Promise<number> {
  const { args, out, err } = call;
  const limit = limitOf(call);
  await withCatalog(call, { mustExist: true }, (db) => {
    const found = search(db, args.words.join(" "), limit);
    if (args.flag("json")) return out.json(found.map(withoutId));
    if (found.length > 0) out.print(...listLines(found, "fqn", out));
    else err.print("Nothing was found. Words match from their beginning: ord finds orders, not reorder.");
    if (found.length === limit) err.print(err.paint("dim", `The best ${limit}; --limit N shows more.`));
  });
  return 0;
}
