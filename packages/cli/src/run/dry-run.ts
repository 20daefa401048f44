import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backupTo, type Database, openDatabase, openReadOnly } from "@headwater/catalog";

/** A catalog to try things on. */
export interface Scratch {
  db: Database;
  /** Closes it and leaves nothing behind. */
  remove(): void;
}

/** A copy of a catalog, or an empty one in memory where there is none. The catalog itself is only read. */
export function scratchCopy(file: string): Scratch {
  if (!existsSync(file)) {
    const db = openDatabase(":memory:");
    return { db, remove: () => db.close() };
  }
  const original = openReadOnly(file);
  const folder = mkdtempSync(join(tmpdir(), "headwater-dry-run-"));
  const sweep = (): void => rmSync(folder, { recursive: true, force: true });
  // A second Ctrl-C ends the process at once; the copy must not outlive it.
  process.once("exit", sweep);
  try {
    const copy = join(folder, "catalog.db");
    backupTo(original, copy);
    const db = openDatabase(copy);
    return {
      db,
      remove: () => {
        db.close();
        sweep();
        process.off("exit", sweep);
      },
    };
  } catch (error) {
    sweep();
    throw error;
  } finally {
    original.close();
  }
}
