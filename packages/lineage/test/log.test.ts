import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { coverageOf, lineageGaps, lineageOf, topTables, usageOf } from "@headwater/catalog";
import { type LoggedQuery, type QueryLog, type RunEvent, SourceError } from "@headwater/core";
import { expect, test } from "vitest";
import type { LogSource } from "../src/index.ts";
import { TestCatalog } from "./catalog-of.ts";
import { counterLog, fileLog, query, sourceOf, timedLog } from "./log-of.ts";

const shop = (file?: string): TestCatalog =>
  new TestCatalog(file)
    .table("orders", "id", "customer", "amount")
    .table("customers", "id", "name")
    .table("revenue", "customer", "total")
    .table("report", "total");

const FILL = "INSERT INTO s.revenue SELECT customer, amount FROM s.orders WHERE id > 1";
const OTHER_VALUES = "insert into s.revenue  select customer, amount from s.orders where id > 42 -- later";
const READ = "SELECT r.total FROM s.revenue r JOIN s.customers c ON c.id = r.customer";
const EDGES = [
  "orders > revenue",
  "orders.amount > revenue.total",
  "orders.customer > revenue.customer",
  "orders.id > revenue",
];

test("queries with other values are one statement, counted by day and by who ran it", async () => {
  const catalog = shop();
  const day = 86_400_000;
  const first = Date.UTC(2025, 11, 30, 12);
  const result = await catalog.read({
    log: sourceOf(
      fileLog([
        query(FILL, { at: first, user: "etl" }),
        query(OTHER_VALUES, { at: first + day, user: "etl" }),
        query(READ, { at: first + day, user: "ana" }),
        query(READ, { at: first + day, user: "bob" }),
        query(READ.replace("r.total", "'x'"), { at: first + day, user: "ana" }),
      ]),
    ),
  });
  expect(result.log).toMatchObject({ queries: 5, shapes: 3, read: 3, faults: 0 });
  expect(catalog.edges()).toEqual(EDGES);
  const [edge] = lineageOf(catalog.db, "svc.d.s.revenue", 1, 0).edges;
  expect(edge).toMatchObject({ origins: ["query"], firstSeen: first, lastSeen: first + day, times: 2 });
  expect(usageOf(catalog.db, "svc.d.s.revenue")).toEqual({
    date: "2025-12-31",
    dailyStats: { count: 4, percentileRank: 66.67 },
    weeklyStats: { count: 5, percentileRank: 66.67 },
    monthlyStats: { count: 5, percentileRank: 66.67 },
    users: [
      { name: "ana", times: 2 },
      { name: "etl", times: 2 },
      { name: "bob", times: 1 },
    ],
    columns: [
      { name: "customer", times: 3 },
      { name: "total", times: 2 },
    ],
    joins: [{ column: "customer", with: "svc.d.s.customers.id", times: 3 }],
  });
  expect(usageOf(catalog.db, "svc.d.s.report")).toBeNull();
  expect(topTables(catalog.db, "svc", 20_453, 30, 2)).toMatchObject([
    { fqn: "svc.d.s.revenue", times: 5, users: 3 },
    { fqn: "svc.d.s.customers", times: 3, users: 2 },
  ]);
});

test("the same log again adds nothing, and what was added to it is read from where reading stopped", async () => {
  const catalog = shop();
  await catalog.read({ log: sourceOf(fileLog([query(FILL)])) });
  const again = await catalog.derive({ log: sourceOf(fileLog([query(FILL)])) });
  expect(again).toMatchObject({ state: "success", log: { queries: 0 }, edges: { added: 0, removed: 0 } });
  await catalog.derive({ log: sourceOf(fileLog([query(FILL), query(OTHER_VALUES)])) });
  expect(lineageOf(catalog.db, "svc.d.s.revenue", 1, 0).edges[0]?.times).toBe(2);
});

test("the order of a log makes no difference", async () => {
  const log = [
    query(FILL),
    query("UPDATE s.report SET total = r.total FROM s.revenue r"),
    query(
      "MERGE INTO s.revenue t USING s.orders o ON t.customer = o.customer WHEN MATCHED THEN UPDATE SET total = o.amount",
    ),
    query("CREATE TABLE s.copy AS SELECT * FROM s.report"),
  ];
  const [one, two] = [shop(), shop()];
  await one.read({ log: sourceOf(fileLog(log)) });
  await two.read({ log: sourceOf(fileLog(log.toReversed())) });
  expect(one.edges()).toEqual(two.edges());
  expect(one.edges()).toContain("revenue.total > report.total");
  expect(one.edges()).toContain("report.total > copy.total");
});

/** Two sessions at once, each with a temporary table of the same name and other contents. */
const SESSIONS: LoggedQuery[] = [
  query("CREATE TEMP TABLE step AS SELECT customer, amount AS total FROM s.orders", { session: "a" }),
  query("CREATE TEMP TABLE step AS SELECT name AS total FROM s.customers", { session: "b" }),
  query("INSERT INTO s.revenue (customer, total) SELECT customer, total FROM step", { session: "a" }),
  query("INSERT INTO s.report (total) SELECT total FROM step", { session: "b" }),
];
const SESSION_EDGES = [
  "customers > report",
  "customers.name > report.total",
  "orders > revenue",
  "orders.amount > revenue.total",
  "orders.customer > revenue.customer",
];

test("temporary tables are those of their session", async () => {
  const catalog = shop();
  await catalog.read({ log: sourceOf(fileLog(SESSIONS)) });
  expect(catalog.edges()).toEqual(SESSION_EDGES);
});

/** As dbt makes a table anew, and a view, and adds rows to one: the new one first, under another name. */
const DBT = [
  'create table "d"."s"."revenue__dbt_tmp" as (select customer, amount as total from s.orders)',
  'alter table "d"."s"."revenue" rename to "revenue__dbt_backup"',
  'alter table "d"."s"."revenue__dbt_tmp" rename to "revenue"',
  'drop table if exists "d"."s"."revenue__dbt_backup" cascade',
  'create view "d"."s"."report__dbt_tmp" as (select total from s.revenue)',
  'alter view "d"."s"."report__dbt_tmp" rename to "report"',
  'create temporary table "daily__dbt_tmp174509" as (select id, amount from s.orders)',
  'insert into "d"."s"."daily" (id, amount) (select id, amount from "daily__dbt_tmp174509")',
];
const DBT_EDGES = [
  "orders > revenue",
  "orders.amount > revenue.total",
  "orders.customer > revenue.customer",
  "revenue > report",
  "revenue.total > report.total",
];

test("a table that is only made to take another one's place is that one", async () => {
  const catalog = shop().table("daily", "id", "amount");
  await catalog.read({ log: sourceOf(fileLog(DBT.map((text) => query(text, { session: "dbt" })))) });
  expect(catalog.edges()).toEqual(
    ["orders > daily", "orders.amount > daily.amount", "orders.id > daily.id", ...DBT_EDGES].toSorted(),
  );
  expect(new Set(topTables(catalog.db, "svc", 30_000, 30_000, 9).map(({ fqn }) => fqn))).toEqual(
    new Set(["revenue", "orders", "report", "daily"].map((name) => `svc.d.s.${name}`)),
  );
});

test("so it is without sessions, but for a temporary table, of which nobody says where it is", async () => {
  const catalog = shop().table("daily", "id", "amount");
  await catalog.read({ log: sourceOf(fileLog(DBT.map((text) => query(text)))) });
  const edges = catalog.edges();
  expect(edges.filter((edge) => !edge.includes("daily"))).toEqual(DBT_EDGES);
  expect(edges.filter((edge) => edge.includes("daily"))).toEqual(
    ["", ".amount", ".id"].map(
      (column) => expect.stringMatching(`daily__dbt_tmp174509${column} > daily${column}$`) as string,
    ),
  );
});

test("a table of the catalog stands for itself, whatever it is called", async () => {
  const catalog = shop().table("revenue__dbt_tmp", "total");
  await catalog.read({ log: sourceOf(fileLog([query(DBT[0] as string), query(DBT[2] as string)])) });
  expect(catalog.edges()).toEqual(
    expect.arrayContaining(["orders.amount > revenue__dbt_tmp.total", "revenue__dbt_tmp.total > revenue.total"]),
  );
});

test("statements of a session are put together with one semicolon, whether their log has it or not", async () => {
  const catalog = shop();
  const ended = SESSIONS.map((one) => ({ ...one, text: `${one.text} ;\n` }));
  await catalog.read({ log: sourceOf(fileLog(ended)) });
  expect(catalog.edges()).toEqual(SESSION_EDGES);
  const texts = catalog.db.all<{ text: string }>("SELECT text FROM statement WHERE text LIKE '%TEMP TABLE%INSERT%'");
  expect(texts.map(({ text }) => text.split(";").length)).toEqual([2, 2]);
});

test("a source that is interrupted leaves what was read, and the next run goes on behind it", async () => {
  const log = [query(FILL), query(READ), query(FILL)];
  const whole = shop();
  await whole.read({ log: sourceOf(fileLog(log)) });
  const catalog = shop();
  const control = new AbortController();
  const interrupted = (): Error => {
    control.abort();
    return new SourceError("interrupted", "Interrupted.");
  };
  const broken = { log: sourceOf(fileLog(log, 1, interrupted)), signal: control.signal };
  expect(await catalog.read(broken)).toMatchObject({ state: "interrupted" });
  const counted = (of: TestCatalog): unknown => of.db.all("SELECT sum(times) AS times FROM tally");
  expect(counted(catalog)).toEqual([{ times: 2 }]);
  expect(catalog.edges()).toEqual(EDGES);
  expect(await catalog.derive({ log: sourceOf(fileLog(log)) })).toMatchObject({
    state: "success",
    log: { queries: 1 },
  });
  expect(counted(catalog)).toEqual(counted(whole));
});

test("the path of a session is all that its names without a schema mean", async () => {
  const catalog = shop().table("feed", "s");
  for (const schema of ["a", "b"])
    catalog.source.put("databaseSchema", { path: ["d", schema], kind: "Schema", facts: {} });
  const columns = (name: string): { name: string; dataType: "INT" }[] => [{ name, dataType: "INT" }];
  for (const [schema, name, column] of [
    ["a", "one", "x"],
    ["b", "one", "y"],
    ["b", "two", "y"],
  ] as const)
    catalog.source.put("table", {
      path: ["d", schema, name],
      kind: "Regular",
      facts: { tableType: "Regular", columns: columns(column) },
    });
  const along = (searchPath: string[] | null, text: string): LoggedQuery =>
    query(text, { searchPath, schema: searchPath?.[0] ?? null, session: "x" });
  const log = [
    along(["a", "b"], "INSERT INTO two SELECT x FROM one"),
    along(["b", "a"], "INSERT INTO two SELECT y FROM one"),
    along(["a"], "INSERT INTO two SELECT * FROM feed"),
    along(null, "INSERT INTO two SELECT s FROM feed"),
    along(["b", "a"], "CREATE TEMP TABLE half AS SELECT y FROM one"),
    along(["a", "b"], "INSERT INTO one SELECT y FROM half"),
  ];
  await catalog.read({ log: sourceOf(fileLog(log)) });
  const edges = [
    "feed > svc.d.b.two",
    "feed.s > svc.d.b.two.y",
    "svc.d.a.feed > svc.d.a.two",
    "svc.d.a.feed.* > svc.d.a.two.*",
    "svc.d.a.one > svc.d.b.two",
    "svc.d.a.one.x > svc.d.b.two.y",
    "svc.d.b.one > svc.d.a.one",
    "svc.d.b.one > svc.d.b.two",
    "svc.d.b.one.y > svc.d.a.one.x",
    "svc.d.b.one.y > svc.d.b.two.y",
  ];
  expect(catalog.edges()).toEqual(edges);
  // Read again by what is kept of it, where a table came.
  catalog.source.put("table", {
    path: ["d", "a", "feed"],
    kind: "Regular",
    facts: { tableType: "Regular", columns: columns("f") },
  });
  await catalog.read();
  expect(catalog.edges()).toEqual(
    edges.map((edge) => (edge === "svc.d.a.feed.* > svc.d.a.two.*" ? "svc.d.a.feed.f > svc.d.a.two.f" : edge)),
  );
});

test.each([1, 2, 3])("a run that is killed after %i commits goes on from there to the same graph", async (pages) => {
  const log = [...SESSIONS, query(FILL), query(READ), query(FILL)];
  const whole = shop();
  await whole.read({ log: sourceOf(fileLog(log)) });
  const broken = shop();
  // Every run reads one page more than was committed and dies; the limit of queries commits what came before.
  await broken.read({ log: sourceOf(fileLog(log), { maxQueries: pages * 2 }) });
  await expect(broken.derive({ log: sourceOf(fileLog(log, pages === 3 ? 0 : 1)) })).rejects.toThrow("killed");
  const last = await broken.derive({ log: sourceOf(fileLog(log)) });
  expect(last.state).toBe("success");
  expect(broken.edges()).toEqual(whole.edges());
  const times = (catalog: TestCatalog): unknown => catalog.db.all("SELECT key, times FROM statement ORDER BY key");
  expect(times(broken)).toEqual(times(whole));
  expect(broken.db.all("SELECT sum(times) AS n FROM tally")).toEqual(whole.db.all("SELECT sum(times) AS n FROM tally"));
});

test("a condition in SQL is said not to hold where no SQL is asked", async () => {
  const catalog = shop();
  const events: RunEvent[] = [];
  const log = sourceOf(fileLog([query(FILL)]), { filter: "user = 'ana'" });
  await catalog.read({ log, emit: (event) => events.push(event) });
  expect(events.find(({ event }) => event === "note")).toMatchObject({
    message: expect.stringContaining("filterCondition is not honoured") as string,
  });
  expect(catalog.edges()).toEqual(EDGES);
});

test("a limit of queries ends a run with a word, and the next one goes on", async () => {
  const catalog = shop();
  const log = fileLog([query(READ), query(READ), query(FILL), query(FILL)]);
  expect(await catalog.read({ log: sourceOf(log, { maxQueries: 2 }) })).toMatchObject({
    state: "partialSuccess",
    log: { queries: 2, stopped: "limit" },
  });
  expect(catalog.edges()).toEqual([]);
  expect(await catalog.derive({ log: sourceOf(log) })).toMatchObject({ state: "success", log: { queries: 2 } });
  expect(catalog.edges()).toEqual(EDGES);
});

test("a query that turned out to have failed says nothing", async () => {
  const catalog = shop();
  await catalog.read({ log: sourceOf(fileLog([query(FILL), query(FILL, { times: -1 })])) });
  expect(catalog.edges()).toEqual([]);
  await catalog.derive({ log: sourceOf(fileLog([query(FILL), query(FILL, { times: -1 }), query(FILL)])) });
  expect(catalog.edges()).toEqual(EDGES);
});

test("a log by times is asked for what is not covered, and for nothing twice", async () => {
  const catalog = shop();
  const asked: [number, number][] = [];
  const hour = 3_600_000;
  const start = catalog.clock.at;
  const log = [
    query(FILL, { at: start - 2 * hour }),
    query(READ, { at: start - 30 * hour }),
    query(FILL, { at: start + hour }),
  ];
  await catalog.read({ log: sourceOf(timedLog(log, asked)) });
  expect(asked).toHaveLength(1);
  const [[from, to] = [0, 0]] = asked;
  expect(to - from).toBe(24 * hour);
  catalog.clock.at = start + 5 * hour;
  await catalog.derive({ log: sourceOf(timedLog(log, asked)) });
  expect(asked[1]?.[0]).toBe(to);
  // A back-fill of two days asks for the day before, and for what has passed since.
  await catalog.derive({ log: sourceOf(timedLog(log, asked), { days: 2 }) });
  expect(asked[2]?.[1]).toBe(from);
  expect(asked.slice(3).every(([begin]) => begin >= (asked[1]?.[1] ?? 0))).toBe(true);
  const { covered, gaps, overlaps } = coverageOf(catalog.db, "svc");
  expect([covered.length, gaps, overlaps]).toEqual([1, [], []]);
  expect(lineageOf(catalog.db, "svc.d.s.revenue", 1, 0).edges[0]?.times).toBe(2);
});

test("a window that breaks off is read to its end by the next run", async () => {
  const catalog = shop();
  const asked: [number, number][] = [];
  const at = catalog.clock.at - 3_600_000;
  const log = [query(READ, { at }), query(READ, { at }), query(FILL, { at }), query(FILL, { at })];
  await catalog.read({ log: sourceOf(timedLog(log, asked), { maxQueries: 2 }) });
  await catalog.derive({ log: sourceOf(timedLog(log, asked)) });
  expect(asked[1]).toEqual(asked[0]);
  expect(catalog.db.all("SELECT sum(times) AS n FROM tally")).toEqual([{ n: 4 }]);
  expect(catalog.edges()).toEqual(EDGES);
});

test("counters count what was added, and a reset leaves a gap", async () => {
  const catalog = shop();
  const at = Date.UTC(2026, 0, 1, 10);
  const hour = 3_600_000;
  const events: RunEvent[] = [];
  const emit = (event: RunEvent): number => events.push(event);
  await catalog.read({ log: sourceOf(counterLog(at, "e1", { [FILL]: 5, [READ]: 7 })) });
  await catalog.derive({ log: sourceOf(counterLog(at + hour, "e1", { [FILL]: 6, [READ]: 7 })), emit });
  expect(events.some(({ event }) => event === "note")).toBe(false);
  expect(lineageOf(catalog.db, "svc.d.s.revenue", 1, 0).edges[0]?.times).toBe(6);
  await catalog.derive({ log: sourceOf(counterLog(at + 3 * hour, "e2", { [FILL]: 2 }, false)), emit });
  expect(events.find(({ event }) => event === "note")).toMatchObject({
    message: expect.stringContaining("reset") as string,
  });
  expect(lineageOf(catalog.db, "svc.d.s.revenue", 1, 0).edges[0]?.times).toBe(8);
  await catalog.derive({ log: sourceOf(counterLog(at + 4 * hour, "e2", { [FILL]: 2 }, false)) });
  const { covered, gaps } = coverageOf(catalog.db, "svc");
  expect(covered).toEqual([
    { from: at - hour, to: at + hour },
    { from: at + 3 * hour, to: at + 4 * hour },
  ]);
  expect(gaps).toEqual([{ from: at + hour, to: at + 3 * hour }]);
});

test("query edges end after thirty covered days unseen, and return when they are seen", async () => {
  const catalog = shop();
  const day = 86_400_000;
  const start = catalog.clock.at;
  await catalog.read({ log: sourceOf(timedLog([query(FILL, { at: start - day / 2 })], [])) });
  // Twenty days later nobody had looked since: nothing is known to have ended.
  catalog.clock.at = start + 20 * day;
  await catalog.derive({ log: sourceOf(timedLog([], [])) });
  expect(catalog.edges()).toEqual(EDGES);
  catalog.clock.at = start + 40 * day;
  await catalog.derive({ log: sourceOf(timedLog([], []), { days: 20 }) });
  expect(catalog.edges()).toEqual(EDGES);
  await catalog.derive({ log: sourceOf(timedLog([], []), { days: 40 }) });
  expect(catalog.edges()).toEqual([]);
  catalog.clock.at = start + 41 * day;
  const back = await catalog.derive({ log: sourceOf(timedLog([query(FILL, { at: start + 40.5 * day })], [])) });
  expect(back.edges.added).toBe(4);
  expect(catalog.edges()).toEqual(EDGES);
});

test("a log that has only some of what was run ends nothing by its silence", async () => {
  const day = 86_400_000;
  for (const partial of [{ partial: true }, { filter: "user <> 'etl'" }] as const) {
    const catalog = shop();
    const start = catalog.clock.at;
    const logOf = (queries: LoggedQuery[]): LogSource => {
      const log = timedLog(queries, []) as Extract<QueryLog, { kind: "timed" }>;
      return "filter" in partial
        ? sourceOf(log, { days: 60, ...partial })
        : sourceOf({ kind: "timed", log: { ...log.log, ...partial } }, { days: 60 });
    };
    await catalog.read({ log: logOf([query(FILL, { at: start - day / 2 })]) });
    catalog.clock.at = start + 50 * day;
    await catalog.derive({ log: logOf([]) });
    expect(catalog.edges()).toEqual(EDGES);
    // It was read all the same, and nothing of it is read again.
    expect(coverageOf(catalog.db, "svc").gaps).toEqual([]);
    catalog.clock.at = start + 100 * day;
    await catalog.derive({ log: sourceOf(timedLog([], []), { days: 60 }) });
    expect(catalog.edges()).toEqual([]);
  }
});

test("a name nothing is known of is found when its table appears, without the query being run again", async () => {
  const catalog = shop();
  await catalog.read({ log: sourceOf(fileLog([query("INSERT INTO s.revenue SELECT * FROM s.feed")])) });
  expect(catalog.edges()).toContain("feed.* > revenue.*");
  catalog.table("feed", "who", "how_much");
  await catalog.read();
  expect(catalog.edges()).toEqual(["feed > revenue", "feed.how_much > revenue.total", "feed.who > revenue.customer"]);
});

test("what is done to a partition is done to its table, also when it is added later", async () => {
  const catalog = shop().partitioned("payment", ["id", "amount"], ["payment_2025"]);
  const sum = (year: number): LoggedQuery =>
    query(`INSERT INTO s.revenue SELECT id, sum(amount) FROM s.payment_${year} GROUP BY id`);
  await catalog.read({ log: sourceOf(fileLog([sum(2025), sum(2026)])) });
  expect(catalog.edges().filter((edge) => edge.startsWith("payment"))).toEqual([
    "payment > revenue",
    "payment.amount > revenue.total",
    "payment.id > revenue",
    "payment.id > revenue.customer",
    "payment_2026 > revenue",
    "payment_2026.amount > revenue.total",
    "payment_2026.id > revenue",
    "payment_2026.id > revenue.customer",
  ]);
  catalog.partitioned("payment", ["id", "amount"], ["payment_2025", "payment_2026"]);
  await catalog.read();
  expect(catalog.edges().filter((edge) => edge.startsWith("payment_"))).toEqual([]);
  expect(usageOf(catalog.db, "svc.d.s.payment")?.monthlyStats.count).toBe(2);
});

test("a text that was cut stays so when it is read again", async () => {
  const catalog = shop();
  await catalog.read({
    log: sourceOf(fileLog([query("INSERT INTO s.revenue SELECT * FROM s.feed WHERE x", { cut: true })])),
  });
  catalog.table("feed", "who", "how_much");
  await catalog.read();
  expect(catalog.edges()).toContain("feed.how_much > revenue.total");
  expect(lineageGaps(catalog.db, null, 10).statements).toMatchObject([{ gaps: [{ reason: "cut" }] }]);
});

test("who looks into the tables of the server itself does not use anybody's data", async () => {
  const catalog = shop();
  const looks = [
    "SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace",
    "SELECT o.customer FROM s.orders o JOIN information_schema.tables t ON t.table_name = o.customer",
  ];
  await catalog.read({ log: sourceOf(fileLog(looks.map((text) => query(text)))) });
  expect(topTables(catalog.db, null, 1_000_000, 1_000_000, 9).map(({ fqn }) => fqn)).toEqual(["svc.d.s.orders"]);
  expect(usageOf(catalog.db, "svc.d.s.orders")?.joins).toEqual([]);
});

test("clocks that run ahead are told of, and text cut by the source is a gap", async () => {
  const catalog = shop();
  const { log, state, message } = await catalog.read({
    log: sourceOf(
      fileLog([query(READ, { at: catalog.clock.at + 86_400_000 }), query(`${FILL} AND amo`, { cut: true })]),
    ),
  });
  expect(log).toMatchObject({ ahead: 1, cut: 1, withGaps: 1 });
  expect(message).toBe(
    "The source kept only the beginning of 1 query: what stood behind is not known. Dated in the future, and counted as run now: 1 query. Check the clocks. Everything else is kept.",
  );
  expect(state).toBe("partialSuccess");
  const last = catalog.db.get<{ at: number }>("SELECT max(last_seen) AS at FROM statement")?.at ?? 0;
  expect(last).toBeLessThan(catalog.clock.at + 1_000);
});

test("a log whose clock was wrong for a while ends nothing", async () => {
  const catalog = shop();
  const day = 86_400_000;
  const start = catalog.clock.at;
  await catalog.read({ log: sourceOf(timedLog([query(FILL, { at: start - day / 2 })], [])) });
  catalog.clock.at = start + 40 * day;
  const times = [0, start + 39 * day, start + 39.5 * day, start + 4_000 * day, start + 39.6 * day];
  await catalog.derive({ log: sourceOf(fileLog(times.map((at) => query(READ, { at })))) });
  expect(catalog.edges()).toEqual(EDGES);
  expect(coverageOf(catalog.db, "svc").covered.at(-1)).toEqual({ from: start + 39 * day, to: start + 39.6 * day });
});

test("a time that is not understood is told of, and so is a log in another dialect", async () => {
  const catalog = shop();
  const untimed = await catalog.read({ log: sourceOf(fileLog([query(READ), query(FILL, { at: null })])) });
  expect(untimed).toMatchObject({
    state: "partialSuccess",
    message: "Without a time that is understood, and counted as run now: 1 query. Everything else is kept.",
  });
  const other = Array.from({ length: 12 }, (_, at) => query(`SELECT TOP ${at} [a b] FROM [c d]..[e${at}] ~~ !!`));
  const foreign = await shop().read({ log: sourceOf(fileLog(other)) });
  expect(foreign).toMatchObject({
    state: "partialSuccess",
    message: expect.stringContaining("More than half of what was read now is not understood whole as") as string,
  });
});

test("literals and credentials of queries are not kept", async () => {
  const catalog = shop();
  await catalog.read({
    log: sourceOf(
      fileLog([
        query(
          "COPY s.orders FROM 's3://bucket/x' CREDENTIALS 'aws_access_key_id=AKIAABCDEFGHIJKLMNOP;aws_secret_access_key=abc'",
        ),
        query("CREATE USER u IDENTIFIED BY hunter2"),
        query("SELECT id FROM s.customers WHERE name = 'Mary Smith' AND url = 'https://u:pw@h/'"),
        query("CREATE TEMP TABLE far AS SELECT * FROM dblink('password=hunter2', 'SELECT 1') AS t(name text)", {
          session: "a",
        }),
        query("INSERT INTO s.report (total) SELECT name FROM far WHERE name <> 'Mary'", { session: "a" }),
      ]),
    ),
  });
  // What a session has in temporary tables is kept too, with the place where reading goes on.
  const tables = ["statement", "log_part", "flow", "use", "mention", "run"];
  const kept = JSON.stringify(tables.map((table) => catalog.db.all(`SELECT * FROM ${table}`)));
  expect(kept).toContain("TEMP TABLE far");
  for (const secret of ["AKIA", "hunter2", "Mary", "u:pw", "aws_secret_access_key=abc"])
    expect(kept).not.toContain(secret);
});

test("workers read the same as this thread does", async () => {
  const [one, two] = [shop(), shop()];
  const log = fileLog([query(FILL), query(READ), query("CREATE TABLE s.copy AS SELECT * FROM s.report")]);
  await one.read({ log: sourceOf(log) });
  await two.read({ log: sourceOf(log, { threads: 2 }) });
  expect(two.edges()).toEqual(one.edges());
});

test("many statements at once are read on a thread of their own, with the same result", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hw-lineage-thread-"));
  const log = Array.from({ length: 450 }, (_, at) =>
    query(`INSERT INTO s.revenue (customer) SELECT o.customer AS c${at} FROM s.orders o WHERE o.amount > ${at}`),
  );
  const [here, there, hurried] = [shop(), shop(join(folder, "one.db")), shop(join(folder, "two.db"))];
  await here.read({ log: sourceOf(fileLog(log)) });
  await there.read({ log: sourceOf(fileLog(log)) });
  expect(there.edges()).toEqual(here.edges());
  // Nothing is read in no time: each statement that was given up is a gap, the run goes on, and says so.
  const {
    log: result,
    state,
    message,
  } = await hurried.read({ log: sourceOf(fileLog(log), { parsingTimeoutMs: 0.001 }) });
  expect([state, message]).toEqual(["partialSuccess", expect.stringContaining("More than half")]);
  expect(result).toMatchObject({ queries: 450, read: 450 });
  for (const { db } of [there, hurried]) db.close();
  rmSync(folder, { recursive: true });
});

test("a log that comes faster than it is read is read on both threads, long statements among it, with the same result", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hw-lineage-both-"));
  const log = Array.from({ length: 2_600 }, (_, at) => {
    // Longer than what is read where nothing limits the time it takes, and one that fills what may wait.
    const length = at === 2_400 ? 2_500_000 : at % 300 === 299 ? 12_000 : 1;
    return query(`INSERT INTO s.revenue (customer) SELECT customer AS c${at} FROM s.orders /*${"x".repeat(length)}*/`);
  });
  const [here, both] = [shop(), shop(join(folder, "both.db"))];
  await here.read({ log: sourceOf(fileLog(log)) });
  expect(await both.read({ log: sourceOf(fileLog(log)) })).toMatchObject({ log: { queries: 2_600, read: 2_600 } });
  const kept = ({ db }: TestCatalog): unknown =>
    db.all(
      "SELECT key, text, times, (SELECT count(*) FROM claim WHERE statement = id) AS claims FROM statement ORDER BY key",
    );
  expect(kept(both)).toEqual(kept(here));
  both.db.close();
  rmSync(folder, { recursive: true });
});

test("counters are read whole, and maxQueries is said not to hold", async () => {
  const events: RunEvent[] = [];
  const catalog = new TestCatalog().table("orders", "id", "customer", "amount").table("revenue", "customer", "total");
  const log = sourceOf(counterLog(Date.UTC(2026, 0, 1), "e1", { [FILL]: 5 }), { maxQueries: 1 });
  expect(await catalog.read({ log, emit: (event) => events.push(event) })).toMatchObject({ log: { queries: 5 } });
  expect(events.find(({ event }) => event === "note")).toMatchObject({
    message: expect.stringContaining("maxQueries is not honoured") as string,
  });
});

test("files of the source's own log are read where none are named, as far back as the log is", async () => {
  const catalog = new TestCatalog().table("orders", "id", "customer", "amount").table("revenue", "customer", "total");
  const read: string[] = [];
  const day = 86_400_000;
  const log: QueryLog = {
    kind: "chosen",
    choose: async () => ({
      note: { message: "There is more." },
      log: {
        kind: "files",
        path: "*.csv",
        log: {
          files: async (_session, path) =>
            [3, 0.5].map((days) => ({
              path: `${path} ${days}`,
              identity: String(days),
              bytes: 1,
              changedAt: catalog.clock.at - days * day,
            })),
          async *read(_session, { path }) {
            read.push(path);
            const span = { from: catalog.clock.at - day / 2, to: catalog.clock.at };
            yield {
              queries: [query(FILL, { at: span.from + 1_000 })],
              faults: [],
              leftOut: 0,
              cursor: "1",
              bytes: 1,
              span,
            };
          },
        },
      },
    }),
  };
  const events: RunEvent[] = [];
  await catalog.read({ log: sourceOf(log, { path: null, days: 1 }), emit: (event) => events.push(event) });
  expect(read).toEqual(["*.csv 0.5"]);
  expect(events.find(({ event }) => event === "note")).toMatchObject({ message: "There is more." });
  const [covered] = coverageOf(catalog.db, "svc").covered;
  expect((covered?.to ?? 0) - (covered?.from ?? 0)).toBeGreaterThan(day / 3);
  // Files that are named are read whatever their age.
  await catalog.derive({ log: sourceOf(log, { path: "named", days: 1 }) });
  expect(read.slice(1)).toEqual(["named 3", "named 0.5"]);
});
