/** A real workload, logged by a real server: what every way of reading it says. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { postgres } from "@headwater/connector-postgres";
import { queryLog } from "@headwater/connector-query-log";
import { openDatabase, usageOf } from "@headwater/catalog";
import type { RunEvent } from "@headwater/core";
import { connectionOf, type PostgresServer, runSql, startPostgres } from "@headwater/test-servers";
import { describeWith } from "@headwater/test-servers/vitest";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { configOf, edgesOf, readLineage, readMetadata, SERVICE } from "../src/read.ts";

const SCHEMA = `
CREATE SCHEMA sales; CREATE SCHEMA mart;
CREATE TABLE sales.orders (id int PRIMARY KEY, customer int, amount numeric, placed date);
CREATE TABLE sales.customers (id int PRIMARY KEY, name text, country text);
CREATE TABLE mart.revenue (customer int PRIMARY KEY, total numeric);
CREATE TABLE mart.by_country (country text, total numeric);
CREATE TABLE mart.top (name text);
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
  `MERGE INTO mart.revenue r USING sales.orders o ON r.customer = o.customer
   WHEN MATCHED AND o.id = 1 THEN UPDATE SET total = o.amount`,
  "INSERT INTO mart.top SELECT name FROM step",
  "CALL mart.refresh_top()",
  "INSERT INTO mart.nowhere SELECT id FROM sales.orders",
];

const WITHOUT_SESSION = [
  "sales.customers > mart.copy",
  "sales.customers.name > mart.copy.who",
  "sales.orders > mart.revenue",
  "sales.orders.amount > mart.revenue.total",
  "sales.orders.customer > mart.revenue.customer",
];
const NEEDS_SESSION = [
  "sales.customers > mart.by_country",
  "sales.customers > mart.top",
  "sales.customers.country > mart.by_country.country",
  "sales.customers.name > mart.top.name",
  "sales.orders > mart.by_country",
  "sales.orders.amount > mart.by_country.total",
];
const ROUTINE = ["mart.big > mart.top", "sales.customers > mart.top", "sales.customers.name > mart.top.name"];

await describeWith(
  "PostgreSQL 18 with its logs",
  () =>
    startPostgres({
      major: 18,
      settings: {
        shared_preload_libraries: "pg_stat_statements",
        logging_collector: "on",
        log_destination: "csvlog,jsonlog",
        log_statement: "all",
        log_min_messages: "warning",
      },
    }),
  (server: PostgresServer) => {
    const logs = (ending: string): string =>
      join(
        server.dataFolder,
        "log",
        readdirSync(join(server.dataFolder, "log")).find((name) => name.endsWith(ending)) ?? "",
      );
    beforeAll(async () => {
      const [admin, one, two] = [0, 1, 2].map(() => new Client(connectionOf(server.url()))) as [Client, Client, Client];
      for (const client of [admin, one, two]) await client.connect();
      await admin.query("CREATE EXTENSION pg_stat_statements");
      await admin.query(SCHEMA);
      await admin.query("SELECT pg_stat_statements_reset()");
      await admin.query("CREATE ROLE reader LOGIN PASSWORD 'reader'");
      for (let at = 0; at < Math.max(FIRST.length, SECOND.length); at += 1)
        for (const [client, statements] of [
          [one, FIRST],
          [two, SECOND],
        ] as const)
          await client.query(statements[at] ?? "SELECT 1").catch((error: Error) => {
            if (!error.message.includes("nowhere")) throw error;
          });
      for (const client of [admin, one, two]) await client.end();
    });
    afterAll(() => server.stop());

    test.each([".csv", ".json"])("the graph from its %s log is the expected one", async (ending) => {
      const db = await readMetadata(server.url());
      const result = await readLineage(db, [], { connector: queryLog, config: {}, path: logs(ending) });
      expect(result.log).toMatchObject({ faults: 0 });
      const edges = edgesOf(db, ["query"]).filter((edge) => !edge.includes("generate_series"));
      expect(edges).toEqual([...WITHOUT_SESSION, ...NEEDS_SESSION].toSorted());
      expect(edgesOf(db, ["procedure"])).toEqual(ROUTINE);
      const again = await readLineage(db, [], { connector: queryLog, config: {}, path: logs(ending) });
      expect(again).toMatchObject({ edges: { added: 0, removed: 0 } });
    });

    test("from pg_stat_statements it is the same on all that needs no session", async () => {
      const db = await readMetadata(server.url());
      const workflow = { connector: postgres, config: configOf(server.url()), path: null };
      const result = await readLineage(db, [], workflow);
      expect(result.state).toBe("success");
      const all = edgesOf(db, ["query"]);
      // Temporary tables are names like any other there: what goes through them cannot be told.
      expect(all.filter((edge) => !/\bstep\b/.test(edge))).toEqual(WITHOUT_SESSION);
      expect(all.filter((edge) => /\bstep\b/.test(edge))).not.toEqual([]);
      const before = usageOf(db, `${SERVICE}.postgres.sales.orders`)?.monthlyStats.count ?? 0;
      expect(before).toBe(3);
      // Nothing ran since then but what reads the catalog: nothing is counted twice.
      const again = await readLineage(db, [], workflow);
      expect(again.edges).toEqual({ added: 0, removed: 0 });
      expect(usageOf(db, `${SERVICE}.postgres.sales.orders`)?.monthlyStats.count).toBe(before);
    });

    test("a role without the right is told which one, and what it loses", async () => {
      const db = await readMetadata(server.url());
      const url = server.url("postgres", { user: "reader", password: "reader" });
      const events: RunEvent[] = [];
      const result = await readLineage(db, events, { connector: postgres, config: configOf(url), path: null });
      expect(result).toMatchObject({ state: "partialSuccess", exit: 4 });
      const fault = events.find(({ event }) => event === "log-fault");
      expect(fault).toMatchObject({
        reason: "the role may not see what others ran: GRANT pg_read_all_stats TO reader;",
      });
      const client = new Client(connectionOf(server.url()));
      await client.connect();
      await client.query("GRANT pg_read_all_stats TO reader");
      await client.end();
      const granted = await readLineage(openDatabase(":memory:"), [], {
        connector: postgres,
        config: configOf(url),
        path: null,
      });
      expect(granted.state).toBe("success");
    });

    test("without the extension it says how to get it, and what is lost", async () => {
      const client = new Client(connectionOf(server.url()));
      await client.connect();
      await client.query("CREATE DATABASE plain");
      await client.end();
      await runSql(server.url("plain"), "CREATE TABLE one (a int)");
      const db = await readMetadata(server.url("plain"));
      const events: RunEvent[] = [];
      const config = configOf(server.url("plain"));
      const result = await readLineage(db, events, { connector: postgres, config, path: null });
      expect(result.message).toContain("pg_stat_statements is not installed");
      expect(events.find(({ event }) => event === "note")).toMatchObject({
        hint: expect.stringContaining("CREATE EXTENSION pg_stat_statements") as string,
      });
    });
  },
);
