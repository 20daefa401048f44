/** A real workload, logged by a real server: what every way of reading it says. */
import { chmodSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { postgres } from "@headwater/connector-postgres";
import { queryLog } from "@headwater/connector-query-log";
import { coverageOf, type Database, usageOf } from "@headwater/catalog";
import type { RunEvent } from "@headwater/core";
import type { LogSource } from "@headwater/lineage";
import { connectionOf, type PostgresServer, runSql, startPostgres } from "@headwater/test-servers";
import { describeWith, testedMajors } from "@headwater/test-servers/vitest";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LOGS_STATEMENTS } from "../src/logging-settings.ts";
import { configOf, edgesOf, readLineage, readMetadata, SERVICE } from "../src/read.ts";
import { NEEDS_SESSION, ROUTINE, WITHOUT_SESSION } from "./workload-edges.ts";

const SCHEMA = `
CREATE SCHEMA sales; CREATE SCHEMA mart;
CREATE TABLE sales.orders (id int PRIMARY KEY, customer int, amount numeric, placed date);
CREATE TABLE sales.customers (id int PRIMARY KEY, name text, country text);
CREATE TABLE mart.revenue (customer int PRIMARY KEY, total numeric);
CREATE TABLE mart.by_country (country text, total numeric);
CREATE TABLE mart.top (name text);
CREATE TABLE mart.merged (customer int, total numeric);
CREATE TABLE mart.seen (name text);
CREATE TABLE public.customers (name text);
CREATE VIEW mart.big AS SELECT customer, total FROM mart.revenue WHERE total > 100;
CREATE PROCEDURE mart.refresh_top() LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO mart.top SELECT c.name FROM sales.customers c JOIN mart.big b ON b.customer = c.id;
END $$;
INSERT INTO sales.orders SELECT n, n % 7, n * 1.5, current_date FROM generate_series(1, 50) n;
INSERT INTO sales.customers SELECT n, 'c' || n, 'DE' FROM generate_series(0, 6) n;`;

/** What runs, statement by statement, in two sessions at once. */
const FIRST = [
  "INSERT INTO mart.revenue SELECT customer, sum(amount) FROM sales.orders GROUP BY customer",
  "CREATE TEMP TABLE step AS SELECT c.country, o.amount FROM sales.orders o JOIN sales.customers c ON c.id = o.customer",
  "CREATE TABLE mart.copy AS SELECT name AS who FROM sales.customers",
  "INSERT INTO mart.by_country SELECT country, sum(amount) FROM step GROUP BY country",
];
const SECOND = [
  "CREATE TEMP TABLE step (name text)",
  "INSERT INTO step SELECT name FROM sales.customers",
  `UPDATE mart.revenue r SET total = o.amount FROM sales.orders o WHERE r.customer = o.customer AND o.id = 1`,
  "INSERT INTO mart.top SELECT name FROM step",
  "CALL mart.refresh_top()",
  "INSERT INTO mart.nowhere SELECT id FROM sales.orders",
];

/** One table is in the first schema of the path, the other in the second, and another of its name where the path does not lead. */
const ALONG_PATH = ["SET search_path = mart, sales", "INSERT INTO seen SELECT name FROM customers"];
const ALONG_PATH_EDGES = ["sales.customers > mart.seen", "sales.customers.name > mart.seen.name"];

/** A table that is made under another name each time it is made, as dbt does it. */
const MADE = 'CREATE TABLE "postgres"."mart"."model__dbt_tmp" AS (SELECT id, amount FROM "postgres"."sales"."orders")';
const TAKES_ITS_PLACE = 'ALTER TABLE "postgres"."mart"."model__dbt_tmp" RENAME TO "model"';
const MODEL = [
  MADE,
  TAKES_ITS_PLACE,
  MADE,
  'ALTER TABLE "postgres"."mart"."model" RENAME TO "model__dbt_backup"',
  TAKES_ITS_PLACE,
  'DROP TABLE IF EXISTS "postgres"."mart"."model__dbt_backup" CASCADE',
];
const MODEL_EDGES = [
  "sales.orders > mart.model",
  "sales.orders.amount > mart.model.amount",
  "sales.orders.id > mart.model.id",
];

/** Since 15. */
const MERGE = `MERGE INTO mart.merged m USING sales.orders o ON m.customer = o.customer
   WHEN MATCHED THEN UPDATE SET total = o.amount WHEN NOT MATCHED THEN INSERT VALUES (o.customer, o.amount)`;

/** The edges of the workload that need no session to be told. */
function withoutSession(major: number): string[] {
  return [
    ...WITHOUT_SESSION,
    ...MODEL_EDGES,
    ...(major < 15
      ? []
      : [
          "sales.orders > mart.merged",
          "sales.orders.amount > mart.merged.total",
          "sales.orders.customer > mart.merged.customer",
        ]),
  ].toSorted();
}
/** What the graph has beside the workload: the rows the tables were filled with. */
const OF_WORKLOAD = (edge: string): boolean => !edge.includes("generate_series");

// `everything` may read the log; `counting` sees the counters of all; `nobody` sees nothing of others.
const ROLES = `
CREATE ROLE everything LOGIN PASSWORD 'p'; CREATE ROLE counting LOGIN PASSWORD 'p'; CREATE ROLE nobody LOGIN PASSWORD 'p';
GRANT pg_monitor TO everything;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_binary_file(text, bigint, bigint, boolean) TO everything;
GRANT pg_read_all_stats TO counting;`;

for (const major of testedMajors())
  await describeWith(
    `PostgreSQL ${major} with its logs`,
    () =>
      startPostgres({
        major,
        settings: {
          shared_preload_libraries: "pg_stat_statements",
          ...LOGS_STATEMENTS,
          log_destination: major < 15 ? "csvlog" : "csvlog,jsonlog",
        },
      }),
    (server: PostgresServer) => {
      const folder = join(server.dataFolder, "log");
      const file = (ending: string): string =>
        join(folder, readdirSync(folder).find((name) => name.endsWith(ending)) ?? "");
      const as = (role: string, database = "postgres"): Pick<LogSource, "connector" | "config" | "path"> => ({
        connector: postgres,
        config: configOf(server.url(database, { user: role, password: "p" })),
        path: null,
      });
      const queryEdges = (db: Database): string[] => edgesOf(db, ["query"]).filter(OF_WORKLOAD);
      const expected = [...withoutSession(major), ...NEEDS_SESSION, ...ALONG_PATH_EDGES].toSorted();

      beforeAll(async () => {
        const [admin, one, two] = [0, 1, 2].map(() => new Client(connectionOf(server.url()))) as [
          Client,
          Client,
          Client,
        ];
        for (const client of [admin, one, two]) await client.connect();
        await admin.query("CREATE EXTENSION pg_stat_statements");
        await admin.query(SCHEMA);
        await admin.query("SELECT pg_stat_statements_reset()");
        await admin.query(ROLES);
        for (let at = 0; at < Math.max(FIRST.length, SECOND.length); at += 1)
          for (const [client, statements] of [
            [one, FIRST],
            [two, SECOND],
          ] as const)
            await client.query(statements[at] ?? "SELECT 1").catch((error: Error) => {
              if (!error.message.includes("nowhere")) throw error;
            });
        for (const statement of ALONG_PATH) await two.query(statement);
        for (const statement of MODEL) await one.query(statement);
        if (major >= 15) await one.query(MERGE);
        for (const client of [admin, one, two]) await client.end();
      });
      afterAll(() => server.stop());

      test.each(major < 15 ? [".csv"] : [".csv", ".json"])(
        "the graph from its %s log is the expected one",
        async (ending) => {
          const db = await readMetadata(server.url());
          const log = { connector: queryLog, config: {}, path: file(ending) };
          expect((await readLineage(db, [], log)).log).toMatchObject({ faults: 0 });
          expect(queryEdges(db)).toEqual(expected);
          expect(edgesOf(db, ["procedure"])).toEqual(ROUTINE);
          expect(await readLineage(db, [], log)).toMatchObject({ edges: { added: 0, removed: 0 } });
        },
      );

      test.each(major < 15 ? [] : ["jsonlog"])("a %s is read through SQL where there is no csvlog", async (only) => {
        const logTo = async (destination: string): Promise<void> => {
          await runSql(server.url(), `ALTER SYSTEM SET log_destination = '${destination}'`);
          await runSql(server.url(), "SELECT pg_reload_conf()");
          await expect
            .poll(() => runSql(server.url(), "SHOW log_destination"))
            .toEqual([{ log_destination: destination }]);
        };
        const db = await readMetadata(server.url());
        await logTo(only);
        expect(await readLineage(db, [], as("everything"))).toMatchObject({ state: "success", log: { faults: 0 } });
        await logTo("csvlog,jsonlog");
        expect(queryEdges(db)).toEqual(expected);
        const files = coverageOf(db, SERVICE).parts.map(({ title }) => title);
        expect(files.filter((title) => !/^log\/.*\.json$/.test(title))).toEqual([]);
      });

      test("through SQL it is the same, for a role that may read the log, and goes on where it stopped", async () => {
        const db = await readMetadata(server.url());
        const events: RunEvent[] = [];
        const result = await readLineage(db, events, as("everything"));
        expect(result).toMatchObject({ state: "success", log: { faults: 0 } });
        // It has two forms where there can be two.
        const notes = events.flatMap((event) => (event.event === "note" ? event.message : []));
        expect(notes.map((note) => /: log\/\S+\.json has what log\/\S+\.csv has, and is left out/.test(note))).toEqual(
          major < 15 ? [] : [true],
        );
        expect(queryEdges(db)).toEqual(expected);
        // What Headwater asked in between is in the log, too, and left out.
        const again = await readLineage(db, [], as("everything"));
        expect(again).toMatchObject({ log: { queries: 0, faults: 0 }, edges: { added: 0, removed: 0 } });
        // Whoever reads the file itself goes on there: it is the same log.
        const inFile = await readLineage(db, [], { connector: queryLog, config: {}, path: file(".csv") });
        expect(inFile).toMatchObject({ log: { queries: 0, faults: 0 } });
        await runSql(server.url(), "INSERT INTO mart.top SELECT country FROM sales.customers");
        const more = await readLineage(db, [], as("everything"));
        expect(more).toMatchObject({ log: { queries: 1, faults: 0 }, edges: { added: 1, removed: 0 } });
      });

      test.each(major < 15 ? [] : ["csvlog and jsonlog"])("a folder with %s has each statement once", async () => {
        const both = [".csv", ".json"].map(file);
        const counts = async (...paths: string[]): Promise<unknown[]> => {
          const db = await readMetadata(server.url());
          const events: RunEvent[] = [];
          for (const path of paths) await readLineage(db, events, { connector: queryLog, config: {}, path });
          return [
            db.all("SELECT key, times FROM statement WHERE origin = 'query' ORDER BY key"),
            events.flatMap((event) => (event.event === "log-read" ? event.title : [])),
          ];
        };
        const [csv, json] = both as [string, string];
        const pair = csv.replace(/\.csv$/, ".{csv,json}");
        const [once] = await counts(csv);
        expect(await counts(pair, pair)).toEqual([once, [csv, csv]]);
        // One that was read alone is read on.
        expect(await counts(json, pair)).toEqual([once, [json, json]]);
        expect(await counts(csv, json)).toEqual([once, [csv, json]]);
      });

      test("from pg_stat_statements it is the same on all that needs no session", async () => {
        const db = await readMetadata(server.url());
        const events: RunEvent[] = [];
        const result = await readLineage(db, events, as("counting"));
        expect(result.state).toBe("success");
        // The log would have more: it says what, and what lets it be read.
        expect(events.find(({ event }) => event === "note")).toMatchObject({
          message: expect.stringContaining("what went through temporary tables is lost") as string,
          hint: "Run in the database that is connected to: GRANT pg_monitor TO counting; GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_binary_file(text, bigint, bigint, boolean) TO counting;",
        });
        const all = queryEdges(db);
        // Temporary tables are names like any other there: what goes through them cannot be told. Nor does it tell of paths.
        const whole = all.filter((edge) => !/\b(?:step|seen)\b/.test(edge));
        expect(all).toContain("public.customers.name > mart.seen.name");
        // What another test of this file ran.
        const other = ["sales.customers > mart.top", "sales.customers.country > mart.top.name"];
        expect(whole.filter((edge) => !other.includes(edge))).toEqual(withoutSession(major));
        expect(all.filter((edge) => /\bstep\b/.test(edge))).toEqual([
          "public.step > mart.by_country",
          "public.step > mart.top",
          "public.step.amount > mart.by_country.total",
          "public.step.country > mart.by_country.country",
          "public.step.name > mart.top.name",
          "sales.customers > public.step",
          "sales.customers.name > public.step.name",
        ]);
        const before = usageOf(db, `${SERVICE}.postgres.sales.orders`)?.monthlyStats.count ?? 0;
        expect(before).toBe(major < 15 ? 5 : 6);
        // Nothing ran since then but what reads the catalog: nothing is counted twice.
        const again = await readLineage(db, [], as("counting"));
        expect(again).toMatchObject({ log: { queries: 0 }, edges: { added: 0, removed: 0 } });
        expect(usageOf(db, `${SERVICE}.postgres.sales.orders`)?.monthlyStats.count).toBe(before);
      });

      test("filterCondition says what is read of the counters, in OpenMetadata's names", async () => {
        const db = await readMetadata(server.url());
        const filter = "s.query ILIKE '%mart.copy%' AND d.datname = 'postgres' AND u.usename = 'postgres' -- no more";
        const events: RunEvent[] = [];
        await readLineage(db, events, { ...as("counting"), filter });
        expect(queryEdges(db)).toEqual(["sales.customers > mart.copy", "sales.customers.name > mart.copy.who"]);
        expect(JSON.stringify(events)).not.toContain("not honoured");
        const wrong = await readLineage(db, [], { ...as("counting"), filter: "no_such_column = 1" });
        expect(wrong).toMatchObject({
          state: "partialSuccess",
          message: expect.stringMatching(/does not accept filterCondition\. .*no_such_column/) as string,
        });
      });

      test("a role without rights is told which ones, and what it loses", async () => {
        const db = await readMetadata(server.url());
        const events: RunEvent[] = [];
        expect(await readLineage(db, events, as("nobody"))).toMatchObject({ state: "partialSuccess", exit: 4 });
        expect(events.find(({ event }) => event === "log-fault")).toMatchObject({
          reason: "the role may not see what others ran: GRANT pg_read_all_stats TO nobody;",
        });
      });

      test("without the extension it is the log, or a message that says how to get either, and what is lost", async () => {
        await runSql(server.url(), "CREATE DATABASE plain");
        await runSql(server.url("plain"), "CREATE TABLE one (a int)");
        const db = await readMetadata(server.url("plain"));
        const events: RunEvent[] = [];
        const result = await readLineage(db, events, as("everything", "plain"));
        // The right to call the function was given in the other database only.
        expect(result).toMatchObject({
          state: "failed",
          exit: 4,
          message: expect.stringContaining("pg_stat_statements is not installed") as string,
        });
        expect(events.find(({ event }) => event === "note")).toMatchObject({
          message: expect.stringMatching(
            /may not read the server's csvlog: .* lineage and usage of queries are missing/,
          ) as string,
          hint: expect.stringMatching(
            /CREATE EXTENSION pg_stat_statements; .* GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_binary_file\(.*\) TO everything;/,
          ) as string,
        });
        await runSql(
          server.url("plain"),
          "GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_binary_file(text, bigint, bigint, boolean) TO everything",
        );
        expect(await readLineage(db, [], as("everything", "plain"))).toMatchObject({
          state: "success",
          log: { faults: 0 },
        });
        await runSql(server.url(), "ALTER ROLE everything SET log_statement = 'mod'");
        const some: RunEvent[] = [];
        expect((await readLineage(db, some, as("everything", "plain"))).state).toBe("success");
        await runSql(server.url(), "ALTER ROLE everything RESET log_statement");
        expect(some.find(({ event }) => event === "note")).toMatchObject({
          message: expect.stringContaining("csvlog has only some of what is run (log_statement is mod") as string,
          hint: expect.stringContaining("log_statement = 'all'") as string,
        });
      });

      test("the time between two readings of the counters is covered unless something was lost", async () => {
        const db = await readMetadata(server.url());
        const covered = (): number => coverageOf(db, SERVICE).covered.length;
        await readLineage(db, [], as("counting"));
        const first = covered();
        // What Headwater itself asked, a moment ago too, is not what people run.
        expect(db.all("SELECT text FROM statement WHERE origin = 'query' AND text LIKE '%pg_catalog%'")).toEqual([]);
        await readLineage(db, [], as("counting"));
        // Before 14 the server does not say when it reset its counters: nothing can be said of the time between.
        expect([first, covered()]).toEqual(major < 14 ? [0, 0] : [1, 1]);
        const { to } = coverageOf(db, SERVICE).covered[0] ?? { to: 0 };
        await runSql(server.url(), "SELECT pg_stat_statements_reset()");
        await runSql(server.url(), "INSERT INTO mart.top SELECT name FROM sales.customers");
        const events: RunEvent[] = [];
        const after = await readLineage(db, events, as("counting"));
        expect(after.log).toMatchObject({ faults: 0 });
        if (major < 14) return;
        expect(
          events.find(({ event, ...rest }) => event === "note" && JSON.stringify(rest).includes("reset")),
        ).toBeDefined();
        // What ran since the reset is known; between the last reading and the reset it is not.
        expect(Math.max(...coverageOf(db, SERVICE).parts.map(({ from }) => from ?? 0))).toBeGreaterThan(to);
      });
    },
  );

await describeWith(
  "PostgreSQL 18 with room for 100 statements",
  () =>
    startPostgres({
      major: 18,
      settings: { shared_preload_libraries: "pg_stat_statements", "pg_stat_statements.max": "100" },
    }),
  (server: PostgresServer) => {
    afterAll(() => server.stop());

    test("a time in which statements were thrown out is not covered, and it says so", async () => {
      await runSql(server.url(), "CREATE EXTENSION pg_stat_statements");
      const db = await readMetadata(server.url());
      const log = { connector: postgres, config: configOf(server.url()), path: null };
      const read = async (): Promise<string> => {
        const events: RunEvent[] = [];
        expect((await readLineage(db, events, log)).state).toBe("success");
        return JSON.stringify(events.filter(({ event }) => event === "note"));
      };
      expect(await read()).not.toContain("thrown out");
      const before = coverageOf(db, SERVICE).covered;
      const selects = Array.from(
        { length: 150 },
        (_, at) =>
          `SELECT ${Array(at + 1)
            .fill("1")
            .join(", ")}`,
      );
      for (const select of selects) await runSql(server.url(), select);
      expect(await read()).toContain("thrown out");
      expect(coverageOf(db, SERVICE).covered).toEqual(before);
    });

    test("texts the server lost are counted, and cost nothing else", async () => {
      const db = await readMetadata(server.url());
      await runSql(server.url(), "SELECT pg_stat_statements_reset()");
      await runSql(server.url(), "CREATE TABLE kept AS SELECT 1 AS one");
      // The server keeps the texts in a file; without it, it shows NULL.
      chmodSync(join(server.dataFolder, "pg_stat_tmp/pgss_query_texts.stat"), 0);
      const events: RunEvent[] = [];
      const log = { connector: postgres, config: configOf(server.url()), path: null };
      expect(await readLineage(db, events, log)).toMatchObject({ exit: 4 });
      expect(events.find(({ event }) => event === "log-fault")).toMatchObject({
        reason: "the server lost the texts of its statements",
      });
    });
  },
);
