/** Query logs held in memory, behind the contract that connectors implement. */
import {
  type Connector,
  type CounterLog,
  defineConnector,
  type FileLog,
  type LogFile,
  type LoggedQuery,
  type LogPage,
  type QueryLog,
  type TimedLog,
  z,
} from "@headwater/core";
import type { LogSource } from "../src/index.ts";

/** A query of a log. */
export function query(text: string, more: Partial<LoggedQuery> = {}): LoggedQuery {
  return {
    text,
    at: Date.UTC(2025, 11, 31, 12),
    durationMs: 10,
    user: null,
    database: "d",
    schema: null,
    session: null,
    times: 1,
    cut: false,
    ...more,
  };
}

/** Pages of two queries each; a cursor is how many were read. After `breakAfter` pages the source is gone. */
async function* pagesOf(
  queries: readonly LoggedQuery[],
  cursor: string | null,
  breakAfter = Infinity,
  failure: () => Error = () => new Error("killed"),
): AsyncGenerator<LogPage> {
  let pages = 0;
  for (let at = Number(cursor ?? 0); at < queries.length; at += 2) {
    if (pages >= breakAfter) throw failure();
    pages += 1;
    const page = queries.slice(at, at + 2);
    yield { queries: page, faults: [], leftOut: 0, cursor: String(at + page.length), bytes: 0 };
  }
}

/** A log in one file, which may break off with `failure`. */
export function fileLog(queries: readonly LoggedQuery[], breakAfter?: number, failure?: () => Error): QueryLog {
  const log: FileLog = {
    files: async () => [{ path: "log", identity: "log", bytes: 0 }],
    read: (_session, _file, { cursor }) => pagesOf(queries, cursor, breakAfter, failure),
  };
  return { kind: "files", log };
}

/** A file of a log in several files: what it is, and what is in it. */
export type FileOf = Partial<LogFile> & { path: string; queries: readonly LoggedQuery[] };

/** A log in several files, which say when their records were written, as those of servers do. */
export function filesLog(...files: FileOf[]): QueryLog {
  async function* read(path: string, cursor: string | null): AsyncGenerator<LogPage> {
    for await (const page of pagesOf(files.find((file) => file.path === path)?.queries ?? [], cursor)) {
      const [from = 0, to = from] = [page.queries[0], page.queries.at(-1)].map(
        (one) => (one?.at ?? 0) + (one?.durationMs ?? 0),
      );
      yield { ...page, span: { from, to } };
    }
  }
  const log: FileLog = {
    files: async () => files.map(({ queries: _queries, ...file }) => ({ identity: file.path, bytes: 0, ...file })),
    read: (_session, { path }, { cursor }) => read(path, cursor),
  };
  return { kind: "files", log };
}

/** A log that is asked for times; `asked` gets every span. */
export function timedLog(queries: readonly LoggedQuery[], asked: [number, number][], breakAfter?: number): QueryLog {
  const log: TimedLog = {
    earliest: async () => null,
    read(_session, { from, to }, { cursor }) {
      asked.push([from, to]);
      const within = queries.filter(({ at }) => at !== null && at >= from && at < to);
      return pagesOf(within, cursor, breakAfter);
    },
  };
  return { kind: "timed", log };
}

/** Counters at a moment. */
export function counterLog(
  at: number,
  reset: string,
  totals: Readonly<Record<string, number>>,
  complete = true,
): QueryLog {
  const log: CounterLog = {
    snapshot: async () => ({ at, since: at - 3_600_000, reset, lost: reset, complete }),
    async *read() {
      const queries = Object.entries(totals).map(([text, times]) =>
        query(text, { at: null, times, durationMs: times }),
      );
      yield { queries, keys: Object.keys(totals), faults: [], leftOut: 0, cursor: "", bytes: 0 };
    },
  };
  return { kind: "counters", log };
}

/** What a run reads such a log from. */
export function sourceOf(lineage: QueryLog, more: Partial<LogSource> = {}): LogSource {
  const connector = defineConnector({
    manifest: {
      id: "memory-log",
      title: "Memory log",
      contract: 1,
      service: "database",
      types: { "memory-log": "CustomDatabase" },
      capabilities: { lineage: {} },
      privileges: [],
      sdks: {},
      tested: [],
    },
    config: z.strictObject({}),
    requests: {},
    connect: async () => ({
      // oxlint-disable-next-line require-yield -- nothing is asked
      request: async function* () {
        throw new Error("Nothing is asked.");
      },
      begin: async () => {},
      end: async () => {},
      close: async () => {},
    }),
    hello: async () => ({ identity: null, version: "1", now: "", names: { unquoted: "lower", caseSensitive: true } }),
    check: [],
    lineage,
  }) as Connector;
  return {
    connector,
    config: {},
    capability: "lineage",
    path: "log",
    days: 1,
    pageRows: 2,
    maxQueries: null,
    filter: null,
    databases: undefined,
    threads: 1,
    parsingTimeoutMs: 10_000,
    ...more,
  };
}
