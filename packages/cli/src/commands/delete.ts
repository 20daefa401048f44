import { deleteService } from "@headwater/catalog";
import type { Call } from "../call.ts";
import { confirmName } from "../catalog/confirm.ts";
import { findService } from "../catalog/find-service.ts";
import { withCatalog } from "../catalog/open.ts";
import { person } from "../catalog/person.ts";
import { counted } from "../screen/numbers.ts";
import { safe } from "../screen/safe-text.ts";

/** `headwater delete SERVICE` */
export async function run(call: Call): Promise<number> {
  const { args, out } = call;
  const [typed = ""] = args.words;
  await withCatalog(call, { mustExist: true }, async (db) => {
    const { name, size } = findService(db, typed);
    const what = `This removes the service ${name} for good: ${counted(size, "entity", "entities")}, their history and its runs (headwater backup FILE keeps a copy).`;
    await confirmName(call, name, what);
    const removed = deleteService(db, name, Date.now(), person());
    if (args.flag("json")) out.json({ service: name, removed });
    else out.print(safe(`Removed: the service ${name} with ${counted(removed, "entity", "entities")}`));
  });
  return 0;
}
