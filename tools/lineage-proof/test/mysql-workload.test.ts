/** A real workload, logged by a real MySQL: what every way of reading it says. */
import { join } from "node:path";
import { openDatabase, usageOf } from "@headwater/catalog";
import { queryLog } from "@headwater/connector-query-log";
import type { Connector, RunEvent } from "@headwater/core";
import {
  MYSQL_RELEASES,
  mysqlConnection,
  type MysqlServer,
  runMysql,
  startMysql,
  Unavailable,
} from "@headwater/test-servers";
import { describeWith } from "@headwater/test-servers/vitest";
import { afterAll, beforeAll, expect, test } from "vitest";
import { configOf, connectorOf, edgesOf, readLineage, readMetadata, SERVICE } from "../src/read.ts";
import { NEEDS_SESSION, ROUTINE, WITHOUT_SESSION } from "./workload-edges.ts";

const SCHEMA = `
CREATE DATABASE sales; CREATE DATABASE mart;
CREATE TABLE sales.orders (id int PRIMARY KEY, customer int, amount decimal(10,2));
CREATE TABLE sales.customers (id int PRIMARY KEY, name varchar(20), country varchar(2));
CREATE TABLE sales.changes (id int, was decimal(10,2));
CREATE TABLE mart.revenue (customer int PRIMARY KEY, total decimal(12,2));
CREATE TABLE mart.by_country (country varchar(2), total decimal(12,2));
CREATE TABLE mart.top (name varchar(20));
CREATE VIEW mart.big AS SELECT customer, total FROM mart.revenue WHERE total > 100;
CREATE TRIGGER sales.keep AFTER UPDATE ON sales.orders FOR EACH ROW INSERT INTO sales.changes VALUES (OLD.id, OLD.amount);
CREATE PROCEDURE mart.refresh_top() INSERT INTO mart.top SELECT c.name FROM sales.customers c JOIN mart.big b ON b.customer = c.id;`;

/** What runs, statement by statement, in two sessions at once. */
const FIRST = [
  "USE mart",
  "REPLACE INTO revenue SELECT customer, SUM(amount) FROM sales.orders GROUP BY customer",
  "CREATE TEMPORARY TABLE step AS SELECT c.country, o.amount FROM sales.orders o JOIN sales.customers c ON c.id = o.customer",
  "CREATE TABLE copy AS SELECT name AS who FROM sales.customers",
  "INSERT INTO by_country SELECT country, SUM(amount) FROM step GROUP BY country",
];
const SECOND = [
  "USE mart",
  "CREATE TEMPORARY TABLE step (name varchar(20))",
  "INSERT INTO step SELECT name FROM sales.customers",
  "INSERT INTO top SELECT name FROM step",
  "CALL refresh_top()",
];

const TRIGGER = [
  "sales.orders > sales.changes",
  "sales.orders.amount > sales.changes.was",
  "sales.orders.id > sales.changes.id",
];

/** Settings of a server are those of all its users, so each release needs a server of its own: one is enough for `npm test`. */
const STARTED = process.env["HEADWATER_SOAK"] === "1" ? MYSQL_RELEASES : MYSQL_RELEASES.slice(0, 1);
const SETTINGS = {
  "performance-schema": "ON",
  "log-output": "TABLE,FILE",
  "general-log": 1,
  "general-log-file": "general.log",
  "slow-query-log": 1,
  "slow-query-log-file": "slow.log",
  // Everything is slow.
  "long-query-time": 0,
};

for (const release of MYSQL_RELEASES)
  await describeWith(
    `${release} with its logs`,
    async () => {
      if (!STARTED.includes(release)) throw new Unavailable("only in npm run soak");
      return startMysql({ release, settings: SETTINGS });
    },
    (server) => workloadOn(server),
  );

function workloadOn(server: MysqlServer): void {
  const workflow = { connector: connectorOf(server.url()), config: configOf(server.url()), path: null };
  /** All that was run lies behind what a log is asked for. */
  const later = { now: (): number => Date.now() + 120_000, sleep: async (): Promise<void> => {} };
  beforeAll(async () => {
    await runMysql(server.url(), SCHEMA);
    await runMysql(
      server.url(),
      "TRUNCATE TABLE mysql.general_log; TRUNCATE TABLE performance_schema.events_statements_summary_by_digest",
    );
    const [one, two] = [await mysqlConnection(server.url()), await mysqlConnection(server.url())];
    for (let at = 0; at < FIRST.length; at += 1)
      for (const [connection, statements] of [
        [one, FIRST],
        [two, SECOND],
      ] as const)
        await connection.query(statements[at] as string);
    await one.end();
    await two.end();
  });
  afterAll(() => server.stop());

  test("the graph from mysql.general_log is the expected one", async () => {
    const db = await readMetadata(server.url());
    const result = await readLineage(db, [], workflow, workflow.connector, later);
    expect(result).toMatchObject({ state: "success", log: { faults: 0 } });
    expect(edgesOf(db, ["query"])).toEqual([...WITHOUT_SESSION, ...NEEDS_SESSION].toSorted());
    expect(edgesOf(db, ["procedure"])).toEqual([...ROUTINE, ...TRIGGER]);
    const used = usageOf(db, `${SERVICE}.default.sales.orders`)?.monthlyStats.count;
    expect(used).toBe(2);
    const again = await readLineage(db, [], workflow, workflow.connector, later);
    expect(again).toMatchObject({ edges: { added: 0, removed: 0 } });
    expect(usageOf(db, `${SERVICE}.default.sales.orders`)?.monthlyStats.count).toBe(used);
  });

  test.each(["general.log", "slow.log"])("and so is that from its file %s", async (name) => {
    const db = await readMetadata(server.url());
    const files = { connector: queryLog as unknown as Connector, config: {}, path: join(server.dataFolder, name) };
    const result = await readLineage(db, [], files, workflow.connector);
    expect(result).toMatchObject({ log: { faults: 0, untimed: 0, ahead: 0 } });
    // What was there before belongs to the same files; slow statements of routines are logged by themselves.
    const edges = edgesOf(db, ["query"]).filter((edge) => !ROUTINE.includes(edge) || NEEDS_SESSION.includes(edge));
    expect(edges).toEqual([...WITHOUT_SESSION, ...NEEDS_SESSION].toSorted());
    const again = await readLineage(db, [], files, workflow.connector);
    expect(again).toMatchObject({ edges: { added: 0, removed: 0 }, log: { faults: 0 } });
  });

  test("from what performance_schema counts it is the same on all that needs no session", async () => {
    await runMysql(server.url(), "SET GLOBAL general_log = OFF");
    const db = await readMetadata(server.url());
    const events: RunEvent[] = [];
    const result = await readLineage(db, events, workflow, workflow.connector);
    expect(result.state).toBe("success");
    expect(events.find(({ event }) => event === "note")).toMatchObject({
      message: expect.stringContaining("which has no users") as string,
    });
    // Temporary tables are names like any other there: what goes through them cannot be told. MySQL 8.0 counts what a routine runs.
    const all = edgesOf(db, ["query"]).filter((edge) => !ROUTINE.includes(edge));
    expect(all.filter((edge) => !/\bstep\b/.test(edge))).toEqual(WITHOUT_SESSION);
    expect(all.filter((edge) => /\bstep\b/.test(edge))).not.toEqual([]);
    const again = await readLineage(db, [], workflow, workflow.connector);
    expect(again.edges).toEqual({ added: 0, removed: 0 });
  });

  test("an account without the right is told which one, and what it loses", async () => {
    await runMysql(server.url(), "CREATE USER blind IDENTIFIED BY 'p'; SET GLOBAL general_log = ON");
    const config = configOf(server.url("", { user: "blind", password: "p" }));
    const events: RunEvent[] = [];
    const result = await readLineage(openDatabase(":memory:"), events, { ...workflow, config }, workflow.connector);
    expect(result.message).toContain("lineage and usage of queries are missing");
    expect(events.find(({ event }) => event === "note")).toMatchObject({
      hint: expect.stringContaining("GRANT SELECT ON mysql.general_log TO 'blind'@'%';") as string,
    });
  });
}
