/**
 * The only file that touches the source. A driver is loaded here and nowhere else, when it is used:
 * `const { default: driver } = await import("…")`. For a folder, Node itself is the driver.
 */
import { readdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import {
  type Cell,
  type ConnectOptions,
  type Driver,
  type Json,
  type Page,
  SourceError,
} from "@headwater/core/connector";
import type { AcmeConfig } from "./config.ts";
import { toSourceError } from "./errors.ts";
import type { Requests } from "./requests.ts";

/** Rows of one page. What has no bound does not fit into memory one day. */
const PAGE_ROWS = 1_000;

/** What stands in one file. */
interface TableFile {
  comment?: string;
  columns: { name: string; type: string; comment?: string }[];
}

/** Opens the source. Throws a `SourceError`. */
export async function connect({ folder }: AcmeConfig, options: ConnectOptions): Promise<Driver> {
  const root = resolve(folder);
  await told(options.signal, () => stat(root));
  return {
    async *request(name, args, signal): AsyncGenerator<Page> {
      let rows: Cell[][] = [];
      for (const read of READ[name as keyof Requests](root, args as Arguments)) {
        for (const row of await told(signal, read)) rows.push(row);
        if (rows.length < PAGE_ROWS) continue;
        yield { rows };
        rows = [];
      }
      yield { rows };
    },
    // A source with transactions opens one that only reads; core calls this around each piece of work.
    begin: async () => undefined,
    end: async () => undefined,
    close: async () => undefined,
  };
}

interface Arguments {
  schemas?: string[];
  tables?: [schema: string, name: string][];
}

type Read = () => Promise<Cell[][]>;

/** How each request is answered, step by step, so that one can stop in between. */
const READ: { readonly [N in keyof Requests]: (root: string, args: Arguments) => Read[] } = {
  hello: (root) => [async () => [[root, new Date().toISOString()]]],
  schemas: (root) => [async () => (await namesIn(root, "folder")).map((name) => [name])],
  tableNames: (root, { schemas = [] }) =>
    schemas.map((schema) => async () => {
      const files = await namesIn(join(root, schema), "file");
      return files.filter((file) => file.endsWith(".json")).map((file) => [schema, file.slice(0, -".json".length)]);
    }),
  tables: (root, { tables = [] }) =>
    tables.map(([schema, name]) => async () => {
      const text = await readFile(join(root, schema, `${name}.json`), "utf8");
      const { comment = null, columns } = JSON.parse(text) as TableFile;
      const cells = columns.map((column): Json => [column.name, column.type, column.comment ?? null]);
      return [[schema, name, comment, cells]];
    }),
};

async function namesIn(folder: string, what: "folder" | "file"): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory() === (what === "folder")).map(({ name }) => name);
}

/** Does one thing with the source: not at all once the signal aborts, and with errors people understand. */
async function told<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  if (signal.aborted) throw new SourceError("interrupted", "The run was interrupted.", { cause: signal.reason });
  try {
    return await work();
  } catch (error) {
    throw toSourceError(error);
  }
}
