import { renameService } from "@headwater/catalog";
import type { Call } from "../call.ts";
import { confirmName } from "../catalog/confirm.ts";
import { findService } from "../catalog/find-service.ts";
import { withCatalog } from "../catalog/open.ts";
import { person } from "../catalog/person.ts";
import { counted } from "../screen/numbers.ts";
import { safe } from "../screen/safe-text.ts";

/** `headwater rename-service OLD NEW` */
export async function run(call: Call): Promise<number> {
  const { args, out } = call;
  const [typed = "", to = ""] = args.words;
  await withCatalog(call, { mustExist: true }, async (db) => {
    const { name, size } = findService(db, typed);
    const what = `This renames the service ${name} to ${to}, with ${counted(size, "entity", "entities")} below it. Workflow files that say ${name} make a new service of that name.`;
    await confirmName(call, name, what);
    const moved = renameService(db, name, to, Date.now(), person());
    if (args.flag("json")) out.json({ from: name, to, moved });
    else out.print(safe(`Renamed: ${name} is ${to} now, with ${counted(moved, "entity", "entities")}`));
  });
  return 0;
}
