/** The only file that reads files: every request of the connector. */
import {
  type Driver,
  isSourceError,
  type Json,
  type JsonObject,
  type Page,
  SourceError,
} from "@headwater/core/connector";
import { identityOf, isSlowLog, queryRows, readPages } from "@headwater/log-records";
import { findFiles, lookAt } from "./files.ts";
import { openText } from "./open-text.ts";

/** Files need no connection. */
export async function connect(): Promise<Driver> {
  return { request, begin: async () => {}, end: async () => {}, close: async () => {} };
}

async function* request(name: string, args: Json, signal: AbortSignal): AsyncGenerator<Page> {
  const { path, ...reading } = args as JsonObject & Reading;
  if (name === "server") yield { rows: [[new Date().toISOString()]] };
  else if (name === "files")
    yield {
      rows: findFiles(path).map((file) => describe(file)),
    };
  else if (name === "queries") yield* queries(path, reading, signal);
  else throw new Error(`There is no request "${name}".`);
}

/** One row of `files`. A file that cannot be read is one too, and says why when it is: it must not cost the others. */
function describe(path: string): Json[] {
  try {
    const { identity, bytes, beginning } = lookAt(path);
    return [path, identity, bytes, isSlowLog(beginning)];
  } catch (error) {
    if (!isSourceError(error)) throw error;
    return [path, identityOf(Buffer.from(path)), 0, false];
  }
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
