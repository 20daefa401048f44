/** The only file that reads files: every request of the connector. */
import {
  type Driver,
  isSourceError,
  type Json,
  type JsonObject,
  type Page,
  SourceError,
} from "@headwater/core/connector";
import {
  firstTime,
  identityOf,
  isSlowLog,
  lastTime,
  queryRows,
  readPages,
  textBeside,
  twinOf,
} from "@headwater/log-records";
import { type File, findFiles, lookAt } from "./files.ts";
import { openText } from "./open-text.ts";

/** Files need no connection. */
export async function connect(): Promise<Driver> {
  return { request, begin: async () => {}, end: async () => {}, close: async () => {} };
}

async function* request(name: string, args: Json, signal: AbortSignal): AsyncGenerator<Page> {
  const { path, ...reading } = args as JsonObject & Reading;
  if (name === "server") yield { rows: [[new Date().toISOString()]] };
  else if (name === "files") yield { rows: await filesOf(path) };
  else if (name === "queries") yield* queries(path, reading, signal);
  else throw new Error(`There is no request "${name}".`);
}

/** The rows of `files`. What a server writes as text beside its logs is none. */
async function filesOf(path: string): Promise<Json[][]> {
  const paths = findFiles(path);
  const found = new Set(paths);
  const rows: Json[][] = [];
  for (const file of paths) rows.push(await describe(file, found));
  const serverLogs = rows.flatMap(([file, , , , twin]) => (twin === null ? [] : [file as string]));
  const texts = new Set(serverLogs.flatMap((file) => inBothWays(textBeside(file))));
  return rows.filter(([file]) => !texts.has(file as string));
}

/** One row of `files`. A file that cannot be read is one too, and says why when it is: it must not cost the others. */
async function describe(path: string, found: ReadonlySet<string>): Promise<Json[]> {
  try {
    const file = lookAt(path);
    const { identity, bytes, beginning } = file;
    const common = [path, identity, bytes, isSlowLog(beginning)];
    const first = firstTime(path, beginning);
    const twin = twinOf(path);
    if (twin === null || first === undefined) return [...common, null, null, null];
    const there = inBothWays(twin).find((name) => found.has(name));
    return [...common, there ?? twin, first, there === undefined ? null : await lastIn(file)];
  } catch (error) {
    if (!isSourceError(error)) throw error;
    return [path, identityOf(Buffer.from(path)), 0, false, null, null, null];
  }
}

/** A file's name, and what it is called where it was compressed before what lies beside it, or is still to be. */
const inBothWays = (path: string): string[] => [
  path,
  path.endsWith(".gz") ? path.slice(0, -".gz".length) : `${path}.gz`,
];

/** How much of a log's end is looked at, in bytes: more than most statements have. */
const END_BYTES = 256 * 1024;

/** When the last record of a server's log was written; `null` where its end does not say. */
async function lastIn({ path, gzip, bytes }: File): Promise<number | null> {
  let end = Buffer.alloc(0);
  try {
    for await (const chunk of openText(path, gzip, gzip ? 0 : Math.max(0, bytes - END_BYTES)))
      end = Buffer.concat([end, chunk]).subarray(-END_BYTES);
  } catch (error) {
    // A file that breaks off says so when it is read.
    if (typeof (error as NodeJS.ErrnoException).code !== "string") throw error;
    return null;
  }
  return lastTime(end);
}

interface Reading {
  path: string;
  from: number;
  pageRows: number;
  mark: string | null;
}

async function* queries(path: string, reading: Omit<Reading, "path">, signal: AbortSignal): AsyncGenerator<Page> {
  const { gzip, beginning } = lookAt(path);
  const open = (offset: number): AsyncIterable<Buffer> => untilAborted(openText(path, gzip, offset), signal);
  try {
    for await (const page of readPages({ name: path, beginning, open, growing: false }, reading))
      yield { rows: queryRows(page) };
  } catch (error) {
    throw asSourceError(error, path);
  }
}

async function* untilAborted(text: AsyncIterable<Buffer>, signal: AbortSignal): AsyncGenerator<Buffer> {
  for await (const chunk of text) {
    if (signal.aborted) throw new SourceError("interrupted", "The run was interrupted.");
    yield chunk;
  }
}

function asSourceError(error: unknown, path: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined || !/^E[A-Z]+$/.test(code)) return error;
  return new SourceError("refused", `The query log ${path} cannot be read: ${message}.`, {
    hint: "Check who may read it.",
    cause: error,
  });
}
