/** The files a path means, and what is known of each. */
import { closeSync, globSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, constants } from "node:zlib";
import { SourceError } from "@headwater/core/connector";
import { BEGINNING_BYTES, identityOf } from "@headwater/log-records";

/** A file of a log, as it lies there. */
export interface File {
  path: string;
  identity: string;
  bytes: number;
  gzip: boolean;
  /** The first bytes of its text. */
  beginning: Buffer;
}

/** Also of a log that was rotated: `slow.log.2.gz`. */
const LOG_FILE = /\.(?:csv|tsv|jsonl?|ndjson|log)(?:\.\d+)?(?:\.gz)?$/i;

/** The files of a path: one, those of a folder, or those of a pattern. Throws a `SourceError` where there is none. */
export function findFiles(path: string): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  const files = stats?.isDirectory()
    ? readdirSync(path)
        .filter((name) => LOG_FILE.test(name))
        .map((name) => join(path, name))
        .filter(isFile)
    : stats === undefined
      ? globSync(path).filter(isFile)
      : [path];
  if (files.length === 0)
    throw new SourceError("refused", `There is no query log at ${path}.`, {
      hint: "queryLogFilePath names a file, a folder with files that end in .csv, .tsv, .json, .jsonl, .ndjson or .log (and .gz), or a pattern like logs/*.csv.gz.",
    });
  return files.toSorted();
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** Looks at a file. Throws a `SourceError` for one that cannot be read. */
export function lookAt(path: string): File {
  try {
    const handle = openSync(path, "r");
    try {
      const raw = Buffer.alloc(BEGINNING_BYTES);
      const read = raw.subarray(0, readSync(handle, raw, 0, BEGINNING_BYTES, 0));
      const gzip = read[0] === 0x1f && read[1] === 0x8b;
      const beginning = gzip ? gunzipSync(read, { finishFlush: constants.Z_SYNC_FLUSH }) : read;
      const identity = identityOf(beginning);
      return {
        path,
        identity,
        bytes: statSync(path).size,
        gzip,
        beginning: Buffer.from(beginning.subarray(0, BEGINNING_BYTES)),
      };
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw new SourceError("refused", `The query log ${path} cannot be read: ${(error as Error).message}.`, {
      hint: "Check who may read it, and that it is whole.",
      cause: error,
    });
  }
}
