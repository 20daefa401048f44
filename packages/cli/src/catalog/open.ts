import { type Database, findCatalog, openDatabase } from "@headwater/catalog";
import { safe } from "../screen/safe-text.ts";
import type { Call } from "../call.ts";

/** The path of the catalog a call works on. It is always said. */
export function catalogPath({ args, err }: Call): string {
  const path = findCatalog(process.cwd(), args.value("catalog"), process.env["HEADWATER_CATALOG"]);
  err.print(err.paint("dim", safe(`Catalog: ${path}`)));
  return path;
}

/** Opens the catalog of a call, does some work with it, and closes it. */
export async function withCatalog<T>(
  call: Call,
  options: { mustExist: boolean },
  work: (db: Database) => T | Promise<T>,
): Promise<T> {
  const db = openDatabase(catalogPath(call), options);
  try {
    return await work(db);
  } finally {
    db.close();
  }
}
