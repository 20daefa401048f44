import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { HeadwaterError } from "@headwater/core";

/** The folder a catalog lives in, searched upward like git's. */
export const CATALOG_FOLDER = ".headwater";
const CATALOG_FILE = "catalog.db";

/**
 * Which catalog a command works on: the one it names, the one the environment names, the nearest `.headwater/catalog.db`
 * at or above the working folder, or else the one that would be made in the working folder.
 */
export function findCatalog(workingFolder: string, named?: string, environment?: string): string {
  if (named !== undefined && named !== "") return resolve(workingFolder, named);
  if (environment !== undefined && environment !== "") return resolve(workingFolder, environment);
  for (let at = resolve(workingFolder); ; at = dirname(at)) {
    const file = join(at, CATALOG_FOLDER, CATALOG_FILE);
    if (existsSync(file)) return file;
    if (dirname(at) === at) return join(resolve(workingFolder), CATALOG_FOLDER, CATALOG_FILE);
  }
}

/**
 * Makes the folder of a catalog; a `.headwater` folder is ignored by git by itself. Throws a `HeadwaterError` (`busy`) where
 * no folder can be made.
 */
export function makeCatalogFolder(file: string): void {
  const folder = dirname(file);
  if (existsSync(folder)) return;
  try {
    makeFolder(folder);
    if (basename(folder) === CATALOG_FOLDER) writeFileSync(join(folder, ".gitignore"), "*\n");
  } catch (error) {
    throw new HeadwaterError("busy", `The folder of the catalog ${file} cannot be made: ${(error as Error).message}.`, {
      hint: "Name a file in a folder you may write to: --catalog FILE, or the environment variable HEADWATER_CATALOG.",
      cause: error,
    });
  }
}

/** One folder at a time: `mkdir` with `recursive` never returns on file systems like /proc, where nothing can be made. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}
