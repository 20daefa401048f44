/** The only file that reads files: every request of the connector. */
import { type Cell, type Driver, type Json, type JsonObject, type Page, SourceError } from "@headwater/core/connector";
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
  const { path, from, pageRows } = args as JsonObject & { path: string; from: number; pageRows: number };
  if (name === "server") yield { rows: [[new Date().toISOString()]] };
  else if (name === "files")
    yield {
      rows: findFiles(path)
        .map((file) => lookAt(file))
        .map((file) => [file.path, file.identity, file.bytes]),
    };
  else if (name === "queries") yield* queries(path, from, pageRows, signal);
  else throw new Error(`There is no request "${name}".`);
}

async function* queries(path: string, from: number, pageRows: number, signal: AbortSignal): AsyncGenerator<Page> {
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
  ];
  const page = (): Page => {
    rows.push([null, null, null, null, null, null, null, 0, false, null, 0, leftOut, end]);
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
        size += record.bytes.length;
        if ("query" in outcome) {
          const { text, at, durationMs, user, database, schema, session, times } = outcome.query;
          rows.push([text, at, durationMs, user, database, schema, session, times, false, null, record.line, 0, 0]);
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

function asSourceError(error: unknown, path: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined || !/^E[A-Z]+$/.test(code)) return error;
  return new SourceError("refused", `The query log ${path} cannot be read: ${message}.`, {
    hint: "Check who may read it.",
    cause: error,
  });
}
