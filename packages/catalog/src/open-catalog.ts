import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { HeadwaterError } from "@headwater/core";
import { Database } from "./database.ts";
import { makeCatalogFolder } from "./find-catalog.ts";
import { networkFileSystem, requireLocks } from "./network-file-system.ts";
import { APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION } from "./schema.ts";

/**
 * Opens a catalog file, making it where there is none unless `mustExist`. A file that is not a catalog, is damaged, or was
 * written by a newer Headwater is refused with a `HeadwaterError` (`busy`) and never written to. A copy is kept beside the
 * file before its tables are migrated. `:memory:` opens one that lives as long as the process.
 */
export function openDatabase(file: string, options: { mustExist?: boolean } = {}): Database {
  if (file === ":memory:") return migrate(new Database(file));
  const exists = existsSync(file) && statSync(file).size > 0;
  if (!exists && options.mustExist === true) throw noCatalog(file);
  makeCatalogFolder(file);
  if (exists) checkHeader(file);
  else makeWhole(file);
  return openFile(file);
}

function openFile(file: string, calledAs: string = file, synchronous: "NORMAL" | "OFF" = "NORMAL"): Database {
  const network = networkFileSystem(file);
  const db = new Database(file, { calledAs });
  try {
    if (network !== null) requireLocks(file, network);
    db.exec(`PRAGMA synchronous = ${synchronous}`);
    // A document of a common table fits no page of 4 KB twice, and would waste nearly half of each. Says nothing to a file with pages.
    db.exec("PRAGMA page_size = 8192");
    // Shared memory, which the write-ahead log needs, does not work between machines.
    db.exec(`PRAGMA journal_mode = ${network === null ? "WAL" : "DELETE"}`);
    // Temporary tables and sorts are SQLite's to put on the disk: what all statements of a service say may be more than fits into memory.
    db.exec("PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 10000; PRAGMA foreign_keys = OFF");
    return migrate(db);
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Makes a catalog under another name and gives it its own when it is whole: a process that is killed while it makes one leaves nothing
 * that looks like a catalog and is none.
 */
function makeWhole(file: string): void {
  const making = `${file}.${process.pid}.new`;
  try {
    rmSync(making, { force: true });
    // Waiting for the disk at every step took longer than all the rest: once is enough for what has no name yet.
    openFile(making, file, MAY_WAIT ? "OFF" : "NORMAL").close();
    if (MAY_WAIT) waitForDisk(making);
    // Nothing was ever in an empty file, and the name must be free.
    if (existsSync(file) && statSync(file).size === 0) rmSync(file);
    try {
      linkSync(making, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") throw error;
      // A file system without links.
      copyFileSync(making, file, constants.COPYFILE_EXCL);
    }
  } catch (error) {
    // Another process has made it in the meantime.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    for (const rest of ["", "-wal", "-shm", "-journal"]) rmSync(`${making}${rest}`, { force: true });
  }
}

/** Under its permission model Node has no `fsync`: there SQLite waits for the disk. Source: nodejs.org/api/permissions.html */
const MAY_WAIT = process.permission === undefined;

/** Returns when the disk has all of a file. */
function waitForDisk(file: string): void {
  const handle = openSync(file, "r+");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/**
 * Opens a catalog that is there for reading only: not even older tables are migrated. What it holds can be copied with
 * `backupTo`. Throws as {@link openDatabase} does.
 */
export function openReadOnly(file: string): Database {
  if (!existsSync(file)) throw noCatalog(file);
  checkHeader(file);
  return new Database(file, { readOnly: true });
}

function noCatalog(file: string): HeadwaterError {
  return new HeadwaterError("busy", `There is no catalog at ${file}.`, {
    hint: "Make one by ingesting something: headwater ingest -c FILE. Another place is named with --catalog FILE.",
  });
}

/** Reads what SQLite keeps at the start of a file, so that a foreign or newer file is not even opened for writing. */
function checkHeader(file: string): void {
  // Source: sqlite.org/fileformat.html: magic string, user version at 60, application id at 68.
  const header = Buffer.alloc(100);
  try {
    const handle = openSync(file, "r");
    try {
      readSync(handle, header, 0, 100, 0);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    const isFolder = (error as NodeJS.ErrnoException).code === "EISDIR";
    const message = isFolder ? "it is a folder" : (error as Error).message;
    throw new HeadwaterError("busy", `The catalog ${file} cannot be read: ${message}.`, {
      hint: "Name a file with --catalog FILE.",
      cause: error,
    });
  }
  if (header.toString("latin1", 0, 15) !== "SQLite format 3")
    throw new HeadwaterError("busy", `${file} is not a catalog: it is not even a SQLite file. It was left as it is.`, {
      hint: "Name another file with --catalog FILE.",
    });
  const [version, application] = [header.readUInt32BE(60), header.readUInt32BE(68)];
  if (application !== APPLICATION_ID)
    throw new HeadwaterError("busy", `${file} is a SQLite file of another program. It was left as it is.`, {
      hint: "Name another file with --catalog FILE.",
    });
  if (version > SCHEMA_VERSION)
    throw new HeadwaterError(
      "busy",
      `The catalog ${file} was written by a newer Headwater (its tables have version ${version}, this one knows ${SCHEMA_VERSION}).`,
      { hint: "Update Headwater, or name another file with --catalog FILE." },
    );
}

/** The name of a copy that overwrites no earlier one: `….bak`, `….2.bak` and so on. */
function freeName(beginning: string): string {
  for (let number = 1; ; number += 1) {
    const file = `${beginning}${number === 1 ? "" : `.${number}`}.bak`;
    if (!existsSync(file)) return file;
  }
}

/** Copies a catalog. The copy gets its name when it is whole: half of one is a sound SQLite file, with nothing in it. */
function keepCopy(db: Database, file: string): void {
  const making = `${file}.${process.pid}.new`;
  rmSync(making, { force: true });
  // Not a copy of the file: what others wrote last may still be in the write-ahead log.
  db.run("VACUUM INTO ?", making);
  renameSync(making, file);
}

function migrate(db: Database): Database {
  const version = (): number => db.get<{ user_version: number }>("PRAGMA user_version")?.user_version ?? 0;
  const from = version();
  if (from === SCHEMA_VERSION) return db;
  if (from > 0 && db.file !== ":memory:") keepCopy(db, freeName(`${db.file}.version-${from}`));
  db.transaction(() => {
    // Another process may have migrated while this one waited.
    for (let at = version(); at < SCHEMA_VERSION; at += 1) db.exec(MIGRATIONS[at] as string);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`);
  });
  return db;
}
