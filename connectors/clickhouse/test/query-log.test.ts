import type { LoggedQuery } from "@headwater/core";
import { startClickHouse } from "@headwater/test-servers";
import { describeWith } from "@headwater/test-servers/vitest";
import { afterAll, expect, test } from "vitest";
import { serverLog } from "../src/query-log.ts";
import { inSession, openPool } from "./reading.ts";

/** The columns of a real server's table that are read. Source: ClickHouse's manual, "system.query_log". */
const TABLE = `CREATE TABLE system.query_log (
  type Enum8('QueryStart' = 1, 'QueryFinish' = 2, 'ExceptionBeforeStart' = 3, 'ExceptionWhileProcessing' = 4),
  event_date Date, event_time DateTime, query_start_time DateTime, query_duration_ms UInt64, query String,
  query_kind LowCardinality(String), query_id String, is_initial_query UInt8, user String, current_database String,
  log_comment String) ENGINE = Memory`;

const START = Date.UTC(2026, 10, 20, 10);

await describeWith("ClickHouse, its engine with a query log put into it", startClickHouse, (server) => {
  afterAll(() => server.stop());

  async function read(
    options: { from?: number; to?: number; filter?: string; cursor?: string; cluster?: string } = {},
  ): Promise<{
    queries: LoggedQuery[];
    cursors: string[];
  }> {
    const { from = START, to = START + 3_600_000, filter = null, cursor = null, cluster } = options;
    const pool = await openPool(`${server.url()}${cluster === undefined ? "" : `?cluster=${cluster}`}`);
    const [queries, cursors]: [LoggedQuery[], string[]] = [[], []];
    await inSession(pool, "", async (session) => {
      for await (const page of serverLog.read(session, { from, to, filter }, { pageRows: 2, cursor })) {
        queries.push(...page.queries);
        cursors.push(page.cursor);
      }
    });
    await pool.close();
    return { queries, cursors };
  }

  test("without the table it says how to get a log", async () => {
    const pool = await openPool(server.url());
    await expect(inSession(pool, "", (session) => serverLog.earliest(session as never))).rejects.toMatchObject({
      message: expect.stringContaining("no table system.query_log") as string,
    });
    await pool.close();
  });

  test("is read page by page, each query once, without our own, others' parts and failures", async () => {
    await server.sql(TABLE);
    const row = (second: number, id: string, more: Record<string, string | number> = {}): string => {
      const cells = {
        type: "QueryFinish",
        query: `INSERT INTO t SELECT ${id}`,
        kind: "Insert",
        initial: 1,
        comment: "",
        ...more,
      };
      const time = `toDateTime(${START / 1_000 + second})`;
      return `('${cells.type}', toDate(${time}), ${time}, ${time} - 1, 1000, '${cells.query}', '${cells.kind}', '${id}', ${cells.initial}, 'ana', 'sales', '${cells.comment}')`;
    };
    const rows = [
      row(1, "a"),
      row(1, "b"),
      row(1, "c"),
      row(2, "d"),
      row(3, "e", { type: "QueryStart" }),
      row(3, "f", { type: "ExceptionWhileProcessing" }),
      row(4, "g", { initial: 0 }),
      row(5, "headwater-1"),
      row(5, "h", { comment: "headwater shop.metadata" }),
      row(6, "i", { kind: "Show" }),
      row(7, "j"),
      row(3_600, "later"),
      row(-1, "earlier"),
    ];
    await server.sql(`INSERT INTO system.query_log VALUES ${rows.join(", ")}`);
    const { queries, cursors } = await read();
    expect(queries.map(({ text }) => text.slice(-1))).toEqual(["a", "b", "c", "d", "j"]);
    expect(queries[0]).toEqual({
      text: "INSERT INTO t SELECT a",
      at: START,
      durationMs: 1_000,
      user: "ana",
      database: "default",
      schema: "sales",
      session: null,
      times: 1,
      cut: false,
    });
    const rest = await read({ cursor: cursors[0] as string });
    expect(rest.queries.map(({ text }) => text.slice(-1))).toEqual(["c", "d", "j"]);
    const filtered = await read({ filter: "query_id IN ('b', 'd')" });
    expect(filtered.queries.map(({ text }) => text.slice(-1))).toEqual(["b", "d"]);
    const pool = await openPool(`${server.url()}?cluster=one`);
    expect(await inSession(pool, "", (session) => serverLog.earliest(session as never))).toBe(START - 1_000);
    await pool.close();
  });

  test("of all servers of the cluster that the connection names, and of none that does not exist", async () => {
    const { queries } = await read({ cluster: "one", filter: "user = 'ana' -- and nobody else" });
    expect(queries.map(({ text }) => text.slice(-1))).toEqual(["a", "b", "c", "d", "j"]);
    const asked = (await server.asked()).filter(({ query }) => query.includes("query_log"));
    expect(asked.at(-1)?.query).toContain("clusterAllReplicas");
    await expect(read({ cluster: "two" })).rejects.toMatchObject({
      message: expect.stringContaining("'two' not found") as string,
      hint: expect.stringContaining("connectionArguments.cluster") as string,
    });
  });
});
