import type { ChosenLog, CounterLog, LoggedQuery, LogPage, SourceError, TimedLog } from "@headwater/core";
import {
  MYSQL_RELEASES,
  mysqlConnection,
  type MysqlServer,
  mysqlUrl,
  runMysql,
  startMysql,
  Unavailable,
} from "@headwater/test-servers";
import { describeWith } from "@headwater/test-servers/vitest";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { chooseLog } from "../src/query-log.ts";
import type { MysqlSession, Requests } from "../src/requests.ts";
import { inSession, openPool } from "./reading.ts";

/** Settings of a server are those of all its users, so each release needs a server of its own: one is enough for `npm test`. */
const STARTED = process.env["HEADWATER_SOAK"] === "1" ? MYSQL_RELEASES : MYSQL_RELEASES.slice(0, 1);

const DAY_MS = 86_400_000;

for (const release of MYSQL_RELEASES)
  await describeWith(
    `${release} with its logs`,
    async () => {
      if (!STARTED.includes(release)) throw new Unavailable("only in npm run soak");
      const settings = {
        "performance-schema": "ON",
        "slow-query-log": 1,
        "long-query-time": 0.2,
        "max-digest-length": 256,
      };
      return startMysql({ release, settings });
    },
    (server) => logsOf(server),
  );

function logsOf(server: MysqlServer): void {
  const root = <Row = Record<string, unknown>>(text: string): Promise<Row[]> => runMysql<Row>(server.url(), text);
  /** Works with the log the connector chooses. */
  const withLog = async <T>(
    work: (chosen: ChosenLog<Requests>, session: MysqlSession) => Promise<T>,
    connection: string | Record<string, unknown> = server.url(),
  ): Promise<T> => {
    const pool = await openPool(connection);
    try {
      return await inSession(pool, async (session) => {
        const own = session as unknown as MysqlSession;
        return work(await chooseLog(own), own);
      });
    } finally {
      await pool.close();
    }
  };
  const timed = async (
    options: { from?: number; to?: number; filter?: string; cursor?: string; pageRows?: number } = {},
    connection?: string | Record<string, unknown>,
  ): Promise<LogPage[]> => {
    const { from = Date.now() - DAY_MS, to = Date.now() + 1_000, filter = null, cursor = null, pageRows = 2 } = options;
    return withLog(async ({ log }, session) => {
      expect(log.kind).toBe("timed");
      const pages: LogPage[] = [];
      for await (const page of (log.log as TimedLog<Requests>).read(
        session,
        { from, to, filter },
        { pageRows, cursor },
      ))
        pages.push(page);
      return pages;
    }, connection);
  };
  const queriesOf = (pages: readonly LogPage[]): LoggedQuery[] => pages.flatMap(({ queries }) => queries);
  const textsOf = (pages: readonly LogPage[]): string[] => queriesOf(pages).map(({ text }) => text);
  const asReader = (user: string): string => mysqlUrl(server.port, "", { user, password: "p" });

  beforeAll(async () => {
    await root("CREATE DATABASE shop; CREATE TABLE shop.a (x int); CREATE TABLE shop.b (x int)");
  });
  afterAll(() => server.stop());

  const FILL = "INSERT INTO b SELECT x FROM a";
  beforeEach(async () => {
    await root("SET GLOBAL general_log = OFF; SET GLOBAL log_output = 'TABLE'");
    await root("TRUNCATE TABLE mysql.general_log; TRUNCATE TABLE mysql.slow_log");
  });

  test("of the table of all statements: schema, session and user of each, our own left out", async () => {
    await root("SET GLOBAL general_log = ON");
    const before = Date.now();
    const one = await mysqlConnection(server.url());
    const two = await mysqlConnection(server.url("shop"));
    await one.query("USE `shop`");
    await one.query(FILL);
    await two.query(`${FILL}\n -- über ☃`);
    await one.query("USE mysql");
    await one.query("INSERT INTO shop.b SELECT x FROM shop.a");
    await two.execute("INSERT INTO b SELECT x + ? FROM a", [7]);
    await two.changeUser({ database: "mysql" });
    await two.query("SELECT COUNT(*) FROM shop.b");
    await one.end();
    await two.end();
    const pages = await timed();
    const queries = queriesOf(pages).filter(({ text }) => text.includes("FROM"));
    expect(queries.map(({ text, schema }) => [text, schema])).toEqual([
      [FILL, "shop"],
      [`${FILL}\n -- über ☃`, "shop"],
      ["INSERT INTO shop.b SELECT x FROM shop.a", "mysql"],
      ["INSERT INTO b SELECT x + 7 FROM a", "shop"],
      ["SELECT COUNT(*) FROM shop.b", "mysql"],
    ]);
    const [first, second, third] = queries;
    expect(first).toMatchObject({ user: "root", database: "default", times: 1, cut: false, durationMs: null });
    expect(first?.at).toBeGreaterThanOrEqual(before - 1_000);
    expect(first?.at).toBeLessThanOrEqual(Date.now());
    expect([first?.session === third?.session, first?.session === second?.session]).toEqual([true, false]);
    expect(pages.reduce((sum, { leftOut }) => sum + leftOut, 0)).toBeGreaterThan(3);
    expect(pages.every(({ queries: some }) => some.length <= 2)).toBe(true);
    expect(
      await withLog(({ log }, session) => (log.log as TimedLog<Requests>).earliest(session)),
    ).toBeGreaterThanOrEqual(before - 1_000);
  });

  test("goes on behind every page, knows the schema from before the span, and survives a rotation", async () => {
    await root("SET GLOBAL general_log = ON");
    const connection = await mysqlConnection(server.url("shop"));
    for (const number of [1, 2, 3]) await connection.query(`SELECT ${number} FROM a`);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const middle = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 5));
    for (const number of [4, 5, 6, 7]) await connection.query(`SELECT ${number} FROM a`);
    const to = Date.now() + 1;
    const filter = "argument LIKE 'SELECT % FROM a' -- of that table";
    expect(textsOf(await timed({ to: middle, filter }))).toEqual([1, 2, 3].map((number) => `SELECT ${number} FROM a`));
    const pages = await timed({ from: middle, to, filter });
    expect(pages.map(({ queries }) => queries.length)).toEqual([2, 2, 0]);
    expect(queriesOf(pages).every(({ schema }) => schema === "shop")).toBe(true);
    for (const [at, { cursor }] of pages.entries())
      expect(textsOf(await timed({ from: middle, to, filter, cursor }))).toEqual(textsOf(pages.slice(at + 1)));
    // What was read is gone, and there is something new in its place.
    await root("TRUNCATE TABLE mysql.general_log");
    await connection.query("SELECT 8 FROM a");
    const { cursor } = pages.at(-1) as LogPage;
    expect(textsOf(await timed({ from: middle, filter, cursor }))).toEqual(["SELECT 8 FROM a"]);
    await connection.end();
  });

  test("nothing waits for a log that was read while the session goes on", async () => {
    await root("SET GLOBAL general_log = ON");
    const rotated = await withLog(async ({ log }, session) => {
      for await (const page of (log.log as TimedLog<Requests>).read(
        session,
        { from: 0, to: Date.now(), filter: null },
        { pageRows: 1, cursor: null },
      )) {
        await root("SET lock_wait_timeout = 2; TRUNCATE TABLE mysql.general_log");
        return page.cursor;
      }
      return null;
    });
    expect(rotated).not.toBeNull();
  });

  test("of slow statements, where the connection says so", async () => {
    await root("SET GLOBAL general_log = ON");
    const before = Date.now();
    await runMysql(server.url("shop"), "SELECT SLEEP(0.3), x FROM (SELECT 1 AS x) s");
    const connection = {
      type: "Mysql",
      username: "root",
      password: "headwater-test",
      hostPort: `127.0.0.1:${server.port}`,
      useSlowLogs: true,
    };
    // The server may log a statement after it has answered.
    const queries = await vi.waitUntil(async () => {
      const found = queriesOf(await timed({ filter: "query_time > 0" }, connection));
      return found.length > 0 && found;
    }, 10_000);
    expect(queries).toMatchObject([
      { text: "SELECT SLEEP(0.3), x FROM (SELECT 1 AS x) s", user: "root", schema: "shop", database: "default" },
    ]);
    expect(queries[0]?.durationMs).toBeGreaterThanOrEqual(300);
    expect(Math.abs((queries[0]?.at ?? 0) - before)).toBeLessThan(250);
  });

  test("counted by performance_schema, where nothing is logged to tables", async () => {
    await root("SET GLOBAL log_output = 'FILE'");
    await root("TRUNCATE TABLE performance_schema.events_statements_summary_by_digest");
    const read = (): Promise<{
      counters: Map<string, LoggedQuery>;
      reset: string;
      complete: boolean;
      note: ChosenLog["note"];
    }> =>
      withLog(async ({ log, note }, session) => {
        expect(log.kind).toBe("counters");
        const counted = log.log as CounterLog<Requests>;
        const { reset, complete, at, since } = await counted.snapshot(session);
        expect(at - (since ?? 0)).toBeGreaterThanOrEqual(0);
        const counters = new Map<string, LoggedQuery>();
        for await (const page of counted.read(session, { pageRows: 10, cursor: null, filter: "schema_name = 'shop'" }))
          for (const [index, query] of page.queries.entries()) counters.set(page.keys[index] as string, query);
        return { counters, reset, complete, note };
      });
    const many = Array.from({ length: 60 }, (_, at) => `x + ${at} > 0`).join(" AND ");
    const work = async (): Promise<void> => {
      const connection = await mysqlConnection(server.url("shop"));
      await connection.query(`${FILL} WHERE x IN (1, 2, 3)`);
      await connection.query(`${FILL} WHERE x IN (4)`);
      await connection.query(`${FILL} WHERE ${many}${" ".repeat(1_000)}AND x > 1`);
      await expect(connection.query("SELECT nothing FROM a")).rejects.toThrow(/nothing/);
      await connection.end();
    };
    await work();
    const first = await read();
    expect(first).toMatchObject({ complete: true });
    expect(first.note?.message).toMatch(/digest, which has no users.*general_log is OFF/);
    const fills = [...first.counters.values()].filter(({ text }) => /^INSERT INTO/i.test(text));
    expect(fills.reduce((sum, { times }) => sum + times, 0)).toBe(3);
    expect(fills.map(({ cut }) => cut).filter(Boolean)).toEqual([true]);
    expect(fills[0]).toMatchObject({ schema: "shop", user: null, session: null, at: null });
    // What failed is not counted, and neither is what reads the server's own tables.
    expect([...first.counters.values()].filter(({ text }) => /nothing|schema/i.test(text))).toEqual([]);
    await work();
    const second = await read();
    expect(second.reset).toBe(first.reset);
    const keys = [...first.counters].flatMap(([key, { text }]) => (/^INSERT INTO/i.test(text) ? [key] : []));
    expect(keys.reduce((sum, key) => sum + (second.counters.get(key)?.times ?? 0), 0)).toBe(6);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await root("TRUNCATE TABLE performance_schema.events_statements_summary_by_digest");
    expect((await read()).reset).not.toBe(first.reset);
  });

  test("without one that may be read, the settings, the rights and what is lost are named", async () => {
    await root("CREATE USER blind IDENTIFIED BY 'p'; GRANT SELECT ON shop.* TO blind; SET GLOBAL general_log = ON");
    const refusal = await withLog(async () => null, asReader("blind")).catch((error: SourceError) => error);
    expect(refusal).toMatchObject({
      code: "refused",
      message: expect.stringMatching(
        /lineage and usage of queries are missing\. mysql\.general_log is not read: the account may not\. performance_schema\..* is not read/,
      ) as string,
      hint: expect.stringMatching(
        /^GRANT SELECT ON mysql\.general_log TO 'blind'@'%'; .*queryLogFilePath.*processQueryLineage: false/,
      ) as string,
    });
    await root(/^GRANT .*?;/.exec((refusal as SourceError).hint ?? "")?.[0] ?? "");
    expect(await withLog(async ({ note }) => note, asReader("blind"))).toBeNull();
  });
}
