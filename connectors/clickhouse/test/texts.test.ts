import * as fc from "fast-check";
import { expect, test } from "vitest";
import { engineCall, tableKind, withoutEngineSecrets } from "../src/engines.ts";
import { identifier, qualified } from "../src/escape.ts";
import { tableFacts } from "../src/facts.ts";
import { partitionFacts } from "../src/partition.ts";
import type { ColumnRow } from "../src/rows.ts";
import { leadingName, splitList, takeCall } from "../src/scan.ts";
import { columnTtl, layOut, oneLine, takeApart } from "../src/statement.ts";

test("a name survives being written and read", () => {
  expect(qualified("sales", "order")).toBe("sales.order");
  expect(identifier("it`s \\ odd")).toBe("`it\\`s \\\\ odd`");
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (name) => name === "" || leadingName(identifier(name)).name === name),
  );
});

test("lists are split outside of quotes and parentheses", () => {
  expect(splitList("a, f(b, 'c, )'), `d,e`, [1, 2]")).toEqual(["a", "f(b, 'c, )')", "`d,e`", "[1, 2]"]);
  expect(splitList("")).toEqual([]);
  expect(takeCall("Enum8('a\\')' = 1) rest")).toEqual({ name: "Enum8", inside: "'a\\')' = 1", rest: "rest" });
});

const TABLE = `CREATE TABLE sales.\`orders (x)\`
(
    \`id\` UInt64 COMMENT 'TTL, ENGINE = (',
    \`at\` DateTime TTL at + toIntervalDay(1),
    INDEX by_id id TYPE minmax GRANULARITY 1,
    PROJECTION p
    (
        SELECT count()
    ),
    CONSTRAINT c CHECK (id > 0) AND (id < 10),
    CONSTRAINT d ASSUME id != 5
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(at)
ORDER BY id
TTL at + toIntervalMonth(1)
SETTINGS index_granularity = 1
COMMENT 'ORDER BY nothing'`;

test("a table's statement is taken apart", () => {
  const { columns, clauses, ...rest } = takeApart(TABLE);
  expect([...(columns ?? [])].map(([name]) => name)).toEqual(["id", "at"]);
  expect(columnTtl(columns?.get("at") ?? "")).toBe("at + toIntervalDay(1)");
  expect(columnTtl(columns?.get("id") ?? "")).toBeNull();
  expect(rest).toEqual({
    indexes: [{ name: "by_id", definition: "id TYPE minmax GRANULARITY 1" }],
    projections: [{ name: "p", definition: "(SELECT count())" }],
    constraints: [
      { name: "c", type: "CHECK", definition: "(id > 0) AND (id < 10)" },
      { name: "d", type: "ASSUME", definition: "id != 5" },
    ],
  });
  expect(Object.fromEntries(clauses)).toEqual({
    ENGINE: "MergeTree",
    "PARTITION BY": "toYYYYMM(at)",
    "ORDER BY": "id",
    TTL: "at + toIntervalMonth(1)",
    SETTINGS: "index_granularity = 1",
    COMMENT: "'ORDER BY nothing'",
  });
});

test("a statement in one line says the same", () => {
  expect(takeApart(oneLine(TABLE))).toEqual(takeApart(TABLE));
});

test("a statement in one line is laid out again", () => {
  const line = oneLine(TABLE);
  expect(oneLine(layOut(line))).toBe(line);
  expect(layOut(line).split("\n").slice(0, 4)).toEqual([
    "CREATE TABLE sales.`orders (x)`",
    "(",
    "    `id` UInt64 COMMENT 'TTL, ENGINE = (',",
    "    `at` DateTime TTL at + toIntervalDay(1),",
  ]);
  expect(layOut("CREATE TABLE a.t ENGINE = Memory AS SELECT 1")).toBe("CREATE TABLE a.t\nENGINE = Memory\nAS SELECT 1");
});

test("a TTL that moves rows keeps where to", () => {
  const ttl = "d + toIntervalDay(1) TO VOLUME 'cold', d + toIntervalDay(9)";
  const statement = `CREATE TABLE a.t (\`d\` Date) ENGINE = MergeTree ORDER BY d TTL ${ttl} SETTINGS a = 1`;
  expect(takeApart(statement).clauses.get("TTL")).toBe(ttl);
});

test("a view's query is no part of its clauses", () => {
  const view = "CREATE VIEW a.v\n(\n    `id` UInt64\n)\nAS SELECT id FROM t ORDER BY id SETTINGS max_threads = 1";
  expect(takeApart(view).columns?.size).toBe(1);
  expect(takeApart(view).clauses.size).toBe(0);
  expect(takeApart("CREATE VIEW a.v AS SELECT (`x`) FROM t").columns).toBeNull();
  const refreshed =
    "CREATE MATERIALIZED VIEW a.v\nREFRESH EVERY 1 HOUR TO a.t\n(\n    `id` UInt64\n)\nDEFINER = `x y` SQL SECURITY DEFINER\nAS SELECT 1";
  expect(Object.fromEntries(takeApart(refreshed).clauses)).toEqual({
    REFRESH: "EVERY 1 HOUR",
    TO: "a.t",
    DEFINER: "`x y`",
    "SQL SECURITY": "DEFINER",
  });
});

test.each([
  ["MergeTree", false, "Regular"],
  ["SharedMergeTree", true, "Partitioned"],
  ["Kafka", false, "Stream"],
  ["PostgreSQL", false, "External"],
  ["IcebergS3", false, "Iceberg"],
  ["MaterializedView", false, "MaterializedView"],
  ["constructor", false, "Regular"],
])("%s is a kind of table", (engine, partitioned, kind) => {
  expect(tableKind(engine, partitioned)).toBe(kind);
});

test("credentials among an engine's arguments are hidden", () => {
  const full = "PostgreSQL('h:5432', 'shop', 't', 'reader', 'it\\'s secret')";
  expect(engineCall(full).args.at(-1)).toBe("'[HIDDEN]'");
  expect(
    withoutEngineSecrets(`CREATE TABLE a.t\n(\n    \`id\` UInt64\n)\nENGINE = ${full}\nSETTINGS a = 1`, full),
  ).toBe(
    "CREATE TABLE a.t\n(\n    `id` UInt64\n)\nENGINE = PostgreSQL('h:5432', 'shop', 't', 'reader', '[HIDDEN]')\nSETTINGS a = 1",
  );
  expect(engineCall("S3('https://b/f.csv', 'CSV')").args).toEqual(["'https://b/f.csv'", "'CSV'"]);
  expect(engineCall("S3('https://b/f.csv', 'AKIA', 'secret', 'CSV')").args.join()).not.toContain("secret");
  expect(engineCall("MergeTree ORDER BY id")).toEqual({ engine: "MergeTree", args: [] });
});

test.each<[string, unknown]>([
  ["", null],
  ["tuple()", null],
  ["d", [{ columnName: "d", intervalType: "COLUMN-VALUE" }]],
  ["toYYYYMM(d)", [{ columnName: "d", intervalType: "TIME-UNIT", interval: "MONTH" }]],
  [
    "(toStartOfHour(d), id % 2)",
    [
      { columnName: "d", intervalType: "TIME-UNIT", interval: "HOUR" },
      { columnName: "id", intervalType: "OTHER" },
    ],
  ],
  [
    "(id, d)",
    [
      { columnName: "id", intervalType: "COLUMN-VALUE" },
      { columnName: "d", intervalType: "COLUMN-VALUE" },
    ],
  ],
])("partitions by %s", (key, expected) => {
  const used = (name: string): 0 | 1 => (new RegExp(`\\b${name}\\b`).test(key) ? 1 : 0);
  const rows = ["id", "d"].map((name): ColumnRow => [name, "Date", "", "", "", "", used(name)]);
  expect(partitionFacts(key, rows)?.columns ?? null).toEqual(expected);
});

test("where a replica keeps its data and what it is called are no facts of the table", () => {
  const source = (engineFull: string): unknown => {
    const engine = engineFull.split("(")[0] ?? "";
    const statement = `CREATE TABLE a.t\n(\n    \`id\` UInt64\n)\nENGINE = ${engineFull}`;
    const keys = { partitionKey: "", sortingKey: "id", primaryKey: "id", samplingKey: "" };
    const rows = { schema: "a", name: "t", engine, engineFull, ...keys, comment: "", statement, columns: "[]" };
    return tableFacts({ ...rows, hidden: 0, ddl: false }, "Regular").source;
  };
  expect(source("ReplicatedReplacingMergeTree('/clickhouse/{uuid}', 'replica-1', ver) ORDER BY id")).toEqual({
    engine: "ReplicatedReplacingMergeTree",
    engineArguments: "ver",
    sortingKey: "id",
    primaryKey: "id",
  });
  expect(source("SharedMergeTree('/clickhouse/{uuid}', '{replica}') ORDER BY id")).not.toHaveProperty(
    "engineArguments",
  );
});
