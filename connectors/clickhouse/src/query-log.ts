import { isSourceError, SourceError, type TimedLog } from "@headwater/core/connector";
import type { Requests } from "./requests.ts";

/** Where a page ended: the second and the id of its last query. */
type Position = [time: number, id: string];

/** ClickHouse's number for `UNKNOWN_TABLE`. */
const UNKNOWN_TABLE = "60";

/** What `system.query_log` has of the server that is connected to. */
export const serverLog: TimedLog<Requests> = {
  async earliest(session) {
    try {
      return (await session.all("queryLogBegin"))[0]?.earliest ?? null;
    } catch (error) {
      if (!isSourceError(error) || !error.sourceCode?.startsWith(UNKNOWN_TABLE)) throw error;
      throw new SourceError("refused", "The server keeps no query log: there is no table system.query_log.", {
        hint: "Set log_queries = 1 and a query_log section in the server's configuration, name files with queryLogFilePath, or leave the log out with processQueryLineage: false.",
        cause: error,
      });
    }
  },

  async *read(session, { from, to, filter }, { cursor, pageRows }) {
    const [database] = await session.all("database");
    let [afterTime, afterId]: Position = cursor === null ? [0, ""] : (JSON.parse(cursor) as Position);
    for (;;) {
      const rows = await session.all("queryLog", { from, to, afterTime, afterId, limit: pageRows, filter });
      const last = rows.at(-1);
      if (last !== undefined) [afterTime, afterId] = [last.endedAt / 1_000, last.id];
      yield {
        queries: rows.map(({ query: text, at, durationMs, user, schema, cut }) => ({
          text,
          at,
          durationMs,
          user,
          database: database?.name ?? null,
          schema,
          session: null,
          times: 1,
          cut,
        })),
        faults: [],
        leftOut: 0,
        cursor: JSON.stringify([afterTime, afterId] satisfies Position),
        bytes: 0,
      };
      if (rows.length < pageRows) return;
    }
  },
};
