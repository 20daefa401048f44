import { readFileSync } from "node:fs";
import {
  type Column,
  FACTS_SCHEMAS,
  redactCredentials,
  type StoredProcedureFacts,
  type TableFacts,
} from "@headwater/core";
import { startClickHouse } from "@headwater/test-servers";
import { describeWith } from "@headwater/test-servers/vitest";
import { afterAll, beforeAll, expect, test } from "vitest";
import { qualified } from "../src/escape.ts";
import { clickhouse } from "../src/index.ts";
import { ALL, type Reading, readAll } from "./reading.ts";

const FIXTURE = readFileSync(new URL("fixtures/sales.sql", import.meta.url), "utf8");

/** Names that break what is not careful: quotes, escapes, dots, letters outside of ASCII, words of the language. */
const HOSTILE = [
  "it's",
  'a "b"',
  "c\\d",
  "e`f",
  "g.h",
  "ü ñ 漢",
  "select",
  "'); DROP TABLE x; --",
  "%s {x:String}",
  " ",
  "$1",
  "a, `b",
];

await describeWith("ClickHouse", startClickHouse, (server) => {
  let reading: Reading;
  const table = (path: string): TableFacts => {
    const facts = reading.entities.get(`default/${path}`)?.facts as TableFacts | undefined;
    if (facts === undefined) throw new Error(`${path} was not read.`);
    return facts;
  };
  const column = (path: string, name: string): Column =>
    table(path).columns.find((candidate) => candidate.name === name) as Column;

  beforeAll(async () => {
    await server.script(FIXTURE);
    for (const name of HOSTILE) {
      await server.sql(`CREATE DATABASE ${qualified(name)} COMMENT '${name.replaceAll(/[\\']/g, "\\$&")}'`);
      const columns = HOSTILE.map((one) => `${qualified(one)} Int8 COMMENT '${one.replaceAll(/[\\']/g, "\\$&")}'`);
      await server.sql(`CREATE TABLE ${qualified(name, name)} (${columns.join(", ")}) ENGINE = Memory`);
    }
    // A structure that is kept as it is written.
    await server.sql("CREATE TABLE sales.whole (n Nested(a Int32, b Nested(c String))) ENGINE = Memory", {
      flatten_nested: "0",
    });
    await server.sql("INSERT INTO sales.customers SELECT number, 'x', NULL, 'CH' FROM numbers(1234)");
    reading = await readAll(server.url());
  });
  afterAll(() => server.stop());

  test("all facts are what the catalog's schemas accept", () => {
    expect(reading.failed).toEqual([]);
    const wrong = [...reading.entities].flatMap(([path, { type, facts }]) => {
      const { error } = FACTS_SCHEMAS[type].safeParse(facts);
      return error === undefined ? [] : [`${path}: ${error.message}`];
    });
    expect(wrong).toEqual([]);
  });

  test("every database is a schema of one database, with comment, engine and key", async () => {
    const rows = await server.sql<{ name: string; uuid: string; engine: string; comment: string }>(
      "SELECT name, toString(uuid) AS uuid, engine, comment FROM system.databases WHERE lower(name) NOT IN ('system', 'information_schema')",
    );
    const expected = rows.map(({ name, uuid, engine, comment }) => [
      `default/${name}`,
      uuid,
      { description: comment === "" ? null : comment, owners: null, source: { engine } },
    ]);
    const read = [...reading.entities]
      .filter(([, { type }]) => type === "databaseSchema")
      .map(([path, { found, facts }]) => [path, found.key, facts]);
    expect(read).toEqual(expect.arrayContaining(expected));
    expect(read).toHaveLength(HOSTILE.length + 2);
    expect(read).toHaveLength(expected.length);
  });

  test("every table, view and dictionary is there, with kind, comment, key and engine; inner tables are not", async () => {
    const rows = await server.sql<{ database: string; name: string; uuid: string; engine: string; comment: string }>(
      `SELECT database, name, toString(uuid) AS uuid, engine, comment FROM system.tables
       WHERE lower(database) NOT IN ('system', 'information_schema') AND name NOT LIKE '.inner%'`,
    );
    const expected = rows.map(({ database, name, uuid, engine, comment }) => ({
      path: `default/${database}/${name}`,
      key: uuid,
      engine,
      description: comment === "" ? null : comment,
    }));
    const read = [...reading.entities]
      .filter(([, { type }]) => type === "table")
      .map(([path, { found, facts }]) => ({
        path,
        key: found.key,
        engine: facts.source?.["engine"],
        description: facts.description,
      }));
    const byPath = (a: { path: string }, b: { path: string }): number => (a.path < b.path ? -1 : 1);
    expect(read.toSorted(byPath)).toEqual(expected.toSorted(byPath));
    expect(read.length).toBeGreaterThan(30);
    const kinds = [...reading.entities.values()].map(
      ({ found, facts }) => "tableType" in facts && facts.tableType === found.kind,
    );
    expect(kinds.filter(Boolean)).toHaveLength(read.length);
  });

  test("every column agrees with system.columns", async () => {
    const rows = await server.sql<{
      database: string;
      table: string;
      name: string;
      type: string;
      kind: string;
      expression: string;
      comment: string;
      nullable: number;
      precision: number | null;
      scale: number | null;
      length: number | null;
      fraction: number | null;
    }>(
      `SELECT database, table, name, type, default_kind AS kind, default_expression AS expression, comment,
         toUInt8(type LIKE 'Nullable(%' OR type LIKE 'LowCardinality(Nullable(%' OR type LIKE 'SimpleAggregateFunction(max, Nullable%') AS nullable,
         if(type LIKE 'Decimal%', toUInt32(numeric_precision), NULL) AS precision,
         if(type LIKE 'Decimal%', toUInt32(numeric_scale), NULL) AS scale,
         if(type LIKE 'FixedString%', toUInt32(character_octet_length), NULL) AS length,
         if(type LIKE 'DateTime64%', toUInt32(datetime_precision), NULL) AS fraction
       FROM system.columns
       WHERE lower(database) NOT IN ('system', 'information_schema') AND table NOT LIKE '.inner%' ORDER BY database, table, position`,
    );
    const told = rows.filter(({ name, type }) => !(name.includes(".") && type.startsWith("Array(")));
    const read = told.map(({ database, table: name, name: columnName }) => {
      const facts = column(`${database}/${name}`, columnName);
      const { default: value, ephemeral, generated } = (facts.source ?? {}) as Record<string, unknown>;
      const computed = generated as { kind: string; expression: string } | undefined;
      return {
        database,
        table: name,
        name: facts.name,
        type: facts.dataTypeDisplay,
        kind: computed?.kind ?? (value !== undefined ? "DEFAULT" : ephemeral !== undefined ? "EPHEMERAL" : ""),
        expression: computed?.expression ?? value ?? ephemeral ?? "",
        comment: facts.description ?? "",
        nullable: facts.constraint === "NULL" ? 1 : 0,
        precision: facts.dataType === "DECIMAL" ? facts.precision : null,
        scale: facts.dataType === "DECIMAL" ? facts.scale : null,
        length: facts.dataLength ?? null,
        fraction: facts.dataTypeDisplay?.startsWith("DateTime64") ? facts.precision : null,
      };
    });
    // The only column that holds a nullable decimal says so in its type; the server gives its digits through the Nullable.
    const withoutWrapped = told.map((row) =>
      row.type.startsWith("Nullable(Decimal") ? { ...row, precision: 10, scale: 2 } : row,
    );
    expect(read).toEqual(withoutWrapped);
    expect(read.length).toBeGreaterThan(200);
  });

  test("no type of the server is unknown", () => {
    const unknown = [...reading.entities.values()].flatMap(({ facts }) =>
      "tableType" in facts ? facts.columns.filter(({ dataType }) => dataType === "UNKNOWN") : [],
    );
    expect(unknown).toEqual([]);
  });

  test("keys, partitions, TTL, indexes, projections and constraints of a table", () => {
    const { tableConstraints, tablePartition, source } = table("sales/orders");
    expect(tableConstraints).toEqual([
      { constraintType: "PRIMARY_KEY", columns: ["id"] },
      { constraintType: "SORT_KEY", columns: ["id", "day"] },
    ]);
    expect(tablePartition).toEqual({
      columns: [
        { columnName: "day", intervalType: "TIME-UNIT", interval: "MONTH" },
        { columnName: "id", intervalType: "OTHER" },
      ],
    });
    expect(source).toEqual({
      engine: "MergeTree",
      partitionKey: "(toYYYYMM(day), id % 2)",
      sortingKey: "id, day",
      primaryKey: "(id)",
      samplingKey: "id",
      ttl: "day + toIntervalMonth(1)",
      settings: "index_granularity = 1024",
      constraints: [
        { name: "positive", type: "CHECK", definition: "id > 0" },
        { name: "sane", type: "ASSUME", definition: "length(customer) < 100" },
      ],
      indexes: [{ name: "by_customer", definition: "customer TYPE bloom_filter GRANULARITY 4" }],
      projections: [{ name: "per_day", definition: "(SELECT day, count() GROUP BY day)" }],
    });
    expect(column("sales/orders", "at").source).toEqual({ ttl: "toDateTime(at) + toIntervalDay(1)" });
    expect(column("sales/orders", "day").source).toEqual({ default: "today()", codec: "Delta(2), ZSTD(3)" });
    expect(column("sales/orders", "id").constraint).toBe("NOT_NULL");
  });

  test("views, materialized views and dictionaries say where their rows come from", () => {
    expect(table("sales/new_orders").schemaDefinition).toContain("WHERE state = 'new'");
    expect(table("sales/orders_of")).toMatchObject({ tableType: "View", columns: [] });
    expect(table("sales/count_by_day").source).toMatchObject({ target: { schema: "sales", table: "by_day" } });
    expect(table("sales/count_by_customer").source).toMatchObject({ storage: "SummingMergeTree" });
    expect(table("sales/hourly").source).toMatchObject({
      refresh: "EVERY 1 HOUR",
      definer: "default",
      sqlSecurity: "DEFINER",
    });
    expect(table("sales/countries").source).toEqual({
      engine: "Dictionary",
      dictionary: {
        primaryKey: "code",
        source: "CLICKHOUSE(TABLE 'by_country' DB 'sales' USER 'reader' PASSWORD '***')",
        lifetime: "MIN 0 MAX 3600",
        layout: "COMPLEX_KEY_HASHED()",
      },
    });
    expect(table("sales/everywhere").source?.["engineArguments"]).toBe("'one', 'sales', 'customers', rand()");
  });

  test("nested columns are one, whether the server flattens them or not", () => {
    const shape = ({ name, dataType, children }: Column): unknown => [name, dataType, children?.map(shape) ?? []];
    expect(table("sales/nested").columns.map(shape)).toEqual([
      ["id", "NUMBER", []],
      [
        "items",
        "ARRAY",
        [
          ["sku", "STRING", []],
          ["counts", "ARRAY", []],
          ["price", "DOUBLE", []],
        ],
      ],
      ["a.dot", "STRING", []],
      [
        "parts",
        "ARRAY",
        [
          ["part", "STRING", []],
          ["weight", "FLOAT", []],
        ],
      ],
    ]);
    expect(column("sales/nested", "items").children?.[0]?.description).toBe("the article");
    expect(shape(column("sales/whole", "n"))).toEqual([
      "n",
      "ARRAY",
      [
        ["a", "INT", []],
        ["b", "ARRAY", [["c", "STRING", []]]],
      ],
    ]);
  });

  test("no password of a fixture is anywhere", () => {
    // Statements are redacted when they are stored.
    const stored = (key: string, value: unknown): unknown =>
      key === "schemaDefinition" ? redactCredentials(value as string) : value;
    const facts = JSON.stringify(
      [...reading.entities.values()].map((entity) => entity.facts),
      stored,
    );
    expect(/kept secret|AKIAEXAMPLE|xyzzy/.exec(facts)).toBeNull();
    expect(facts).toContain("[HIDDEN]");
  });

  test("user-defined functions stand in the schema default, those that are programs too", () => {
    const facts = (name: string): StoredProcedureFacts =>
      reading.entities.get(`default/default/${name}`)?.facts as StoredProcedureFacts;
    expect(facts("plus_of")).toMatchObject({
      storedProcedureCode: { language: "SQL", code: "CREATE FUNCTION plus_of AS (x, k) -> (x + k)" },
      source: { language: "SQL" },
    });
    expect(facts("shout")).toMatchObject({
      storedProcedureCode: { language: "External", code: "shout.sh --loud" },
      source: {
        language: "executable",
        type: "executable",
        format: "TabSeparated",
        returns: "String",
        arguments: "String, UInt8",
      },
    });
  });

  test("row counts are observations, where a table has rows of its own", () => {
    expect(reading.entities.get("default/sales/customers")?.object?.seen).toMatchObject({ rowCount: 1234 });
    expect(JSON.stringify(table("sales/customers"))).not.toContain("1234");
    for (const name of ["everywhere", "buffered", "merged", "nowhere", "new_orders", "countries"])
      expect(reading.entities.get(`default/sales/${name}`)?.object?.seen).toBeUndefined();
  });

  test("reading in small slices gives the same, within the manifest's count of queries", async () => {
    const small = await readAll(server.url(), { sliceSize: 7 });
    const facts = (of: Reading): unknown =>
      Object.fromEntries([...of.entities].map(([path, entity]) => [path, entity.facts]));
    expect(facts(small)).toEqual(facts(reading));
    const formula = clickhouse.manifest.capabilities.metadata?.queries;
    if (formula === undefined) throw new Error("The manifest has a formula.");
    for (const { queries, slices } of [small, reading])
      expect(queries).toBeLessThanOrEqual(formula.perGroup + formula.perSlice * slices);
    // Two for each slice, and eight for the listings.
    expect(small.queries).toBe(8 + 2 * small.slices);
  });

  test("without DDL tables have no statement, and views keep theirs", async () => {
    const lean = await readAll(server.url(), { want: { ...ALL, ddl: false } });
    const definition = (path: string): unknown =>
      (lean.entities.get(`default/${path}`)?.facts as TableFacts | undefined)?.schemaDefinition;
    expect(definition("sales/orders")).toBeUndefined();
    expect(definition("sales/new_orders")).toContain("SELECT");
    expect(table("sales/orders").schemaDefinition).toContain("PARTITION BY");
  });

  test("the statements that are kept create the same again", async () => {
    const statements = [...reading.entities.values()].flatMap(({ facts, found }) =>
      "tableType" in facts && found.parent[1] === "sales" && !/\[HIDDEN\]|REFRESH/.test(facts.schemaDefinition ?? "")
        ? [[found.name, facts.schemaDefinition as string] as const]
        : [],
    );
    await server.sql("CREATE DATABASE again");
    for (const [, statement] of statements.toSorted(
      ([, a], [, b]) =>
        Number(/ AS SELECT|Distributed|Buffer/.test(a)) - Number(/ AS SELECT|Distributed|Buffer/.test(b)),
    ))
      await server.sql(statement.replace(/^(CREATE (?:MATERIALIZED VIEW|\w+)) sales\./, "$1 again."));
    const again = await readAll(server.url("again"));
    const without = ({ schemaDefinition: _, ...facts }: TableFacts): unknown => facts;
    expect(statements.length).toBeGreaterThan(15);
    for (const [name] of statements)
      expect(without(again.entities.get(`default/again/${name}`)?.facts as TableFacts)).toEqual(
        without(table(`sales/${name}`)),
      );
  });

  test("a connection with databaseSchema reads one database; the others are known to be left out", async () => {
    const one = await readAll(server.url("it's"));
    const skipped = [...one.entities.values()].filter(({ found }) => found.skip !== undefined);
    expect(skipped.map(({ type }) => type)).not.toContain("table");
    expect([...one.entities.values()].filter(({ type }) => type === "table").map(({ found }) => found.name)).toEqual([
      "it's",
    ]);
  });
});
