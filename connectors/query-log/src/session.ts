/** The only file that reads files: every request of the connector. */
import { type Cell, type Driver, type Json, type JsonObject, type Page, SourceError } from "@headwater/core/connector";
import { createHash } from "node:crypto";
import { findFiles, lookAt } from "./files.ts";
import { formatOf } from "./format.ts";
import { recordReader } from "./read-log.ts";
import { openText, readRecords } from "./records.ts";

/** Text of one page, at most, in bytes: pages of long statements have fewer rows. */
const PAGE_BYTES = 8 * 1024 * 1024;

/** Files need no connection. */
export async function connect(): Promise<Driver> {
  return { request, begin: async () => {}, end: async () => {}, close: async () => {} };
}

async function* request(name: string, args: Json, signal: AbortSignal): AsyncGenerator<Page> {
  const { path, from, pageRows, mark } = args as JsonObject & {
    path: string;
    from: number;
    pageRows: number;
    mark: string | null;
  };
  if (name === "server") yield { rows: [[new Date().toISOString()]] };
  else if (name === "files")
    yield {
      rows: findFiles(path)
        .map((file) => lookAt(file))
        .map((file) => [file.path, file.identity, file.bytes]),
    };
  else if (name === "queries") yield* queries(path, { from, mark }, pageRows, signal);
  else throw new Error(`There is no request "${name}".`);
}

async function* queries(
  path: string,
  { from, mark }: { from: number; mark: string | null },
  pageRows: number,
  signal: AbortSignal,
): AsyncGenerator<Page> {
  const { gzip, beginning } = lookAt(path);
  const { format, start } = formatOf(beginning, path);
  const read = recordReader(format);
  const open = (offset: number): AsyncIterable<Buffer> => openText(path, gzip, offset);
  let rows: Cell[][] = [];
  let [leftOut, size, end] = [0, 0, Math.max(from, start)];
  const faulty = (fault: string, line: number): Cell[] => [
    null,
    null,
    null,
    null,
    null,
    null,
    null,
    0,
    false,
    fault,
    line,
    0,
    0,
    null,
  ];
  // The last record that was read; `null` where it is not known as a whole, and cannot be known again.
  let before: Buffer | null | undefined;
  if (from > 0 && mark !== null && !(await isStillThere(open, from, mark))) {
    rows.push(faulty("the file is another one than the one that was read before: it is read from its beginning", 0));
    end = start;
  }
  const page = (): Page => {
    const last = before === undefined ? mark : before === null ? null : markOf(before);
    rows.push([null, null, null, null, null, null, null, 0, false, null, 0, leftOut, end, last]);
    const full = { rows };
    [rows, leftOut, size] = [[], 0, 0];
    return full;
  };
  try {
    for await (const records of readRecords(open, format.form !== "json", end)) {
      if (signal.aborted) throw new SourceError("interrupted", "The run was interrupted.");
      for (const record of records) {
        const outcome = read(record);
        end = record.end;
        before = record.fault === null ? record.bytes : null;
        size += record.bytes.length;
        if ("query" in outcome) {
          const { text, at, durationMs, user, database, schema, session, times } = outcome.query;
          rows.push([
            text,
            at,
            durationMs,
            user,
            database,
            schema,
            session,
            times,
            false,
            null,
            record.line,
            0,
            0,
            null,
          ]);
        } else if ("fault" in outcome) rows.push(faulty(outcome.fault, record.line));
        else leftOut += 1;
        if (rows.length >= pageRows || size >= PAGE_BYTES) yield page();
      }
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || !code.startsWith("Z_")) throw asSourceError(error, path);
    // What came before the place where the compressed file breaks off is whole.
    rows.push(faulty("the compressed file breaks off", 0));
  }
  yield page();
}

/** What stands at a place, for knowing it again: the length of the last record and its hash. */
function markOf(record: Buffer): string {
  return `${record.length} ${createHash("sha256").update(record).digest("hex").slice(0, 16)}`;
}

/** Whether the record before a place is the one that was read there. */
async function isStillThere(
  open: (offset: number) => AsyncIterable<Buffer>,
  at: number,
  mark: string,
): Promise<boolean> {
  const length = Number(mark.split(" ")[0]);
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const chunk of open(Math.max(0, at - length))) {
    pieces.push(chunk);
    size += chunk.length;
    if (size >= length) break;
  }
  return size >= length && markOf(Buffer.concat(pieces).subarray(0, length)) === mark;
}

function asSourceError(error: unknown, path: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined || !/^E[A-Z]+$/.test(code)) return error;
  return new SourceError("refused", `The query log ${path} cannot be read: ${message}.`, {
    hint: "Check who may read it.",
    cause: error,
  });
}
