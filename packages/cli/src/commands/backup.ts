import { statSync } from "node:fs";
import { resolve } from "node:path";
import { backupTo } from "@headwater/catalog";
import type { Call } from "../call.ts";
import { withCatalog } from "../catalog/open.ts";
import { bytes } from "../screen/numbers.ts";
import { safe } from "../screen/safe-text.ts";

/** `headwater backup FILE` */
export async function run(call: Call): Promise<number> {
  const { args, out } = call;
  const [typed = ""] = args.words;
  const file = resolve(typed);
  await withCatalog(call, { mustExist: true }, (db) => backupTo(db, file));
  const { size } = statSync(file);
  if (args.flag("json")) out.json({ backup: file, bytes: size });
  else out.print(safe(`Written: ${file} (${bytes(size)})`));
  return 0;
}
