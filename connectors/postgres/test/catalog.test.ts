import { readFileSync } from "node:fs";
import type { Column, Facts, StoredProcedureFacts, TableFacts } from "@headwater/core";
import { FACTS_SCHEMAS } from "@headwater/core";
import { createDatabase, runSql, type TestDatabase } from "@headwater/test-servers";
import { describePostgres } from "@headwater/test-servers/vitest";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Reading, readDatabase } from "./reading.ts";

const fixture = (name: string): string => readFileSync(new URL(`fixtures/${name}.sql`, import.meta.url), "utf8");

/** Facts but for comments, policies and partitions, which stand in statements of their own, and for the database's name. */
function withoutWhatNoStatementSays(facts: Facts, database: string): unknown {
  const text = JSON.stringify({ ...facts, tags: null, source: facts.source ?? {} }, (key, value: unknown) =>
    key === "description" || key === "partitions" || key === "rowSecurity" ? undefined : value,
  );
  return JSON.parse(text.replaceAll(`["${database}",`, '["",'));
}

await describePostgres((server) => {
  const BYTEWISE = `options=-c%20search_path%3Dpg_catalog`;
  let database: TestDatabase;
  let reading: Reading;
  /** Rows as the server tells them to anybody who asks, with every name qualified. */
  const ask = <Row extends Record<string, unknown>>(text: string): Promise<Row[]> =>
    runSql<Row>(`${database.url}?${BYTEWISE}`, text);
  const table = (path: string): TableFacts => {
    const facts = reading.entities.get(`${database.name}/${path}`)?.facts as TableFacts | undefined;
    if (facts === undefined) throw new Error(`${path} was not read.`);
    return facts;
  };
  const column = (path: string, name: string): Column =>
    table(path).columns.find((candidate) => candidate.name === name) as Column;
  const routine = (path: string): StoredProcedureFacts =>
    reading.entities.get(`${database.name}/${path}`)?.facts as StoredProcedureFacts;

  beforeAll(async () => {
    database = await createDatabase(server, { sql: fixture("types") });
    await database.sql(fixture("tables"));
    await database.sql(fixture("views"));
    if (server.major >= 18)
      await database.sql("CREATE TABLE sales.virtual (a integer, b integer GENERATED ALWAYS AS (a * 2) VIRTUAL)");
    await database.sql(`COMMENT ON DATABASE ${database.name} IS 'A database for tests'`);
    reading = await readDatabase(database.url, database.name);
  });
  afterAll(() => database.drop());

  test("all facts are what the catalog's schemas accept", () => {
    const wrong = [...reading.entities].flatMap(([path, { type, facts }]) => {
      const { error } = FACTS_SCHEMAS[type].safeParse(facts);
      return error === undefined ? [] : [`${path}: ${error.message}`];
    });
    expect(wrong).toEqual([]);
  });

  test("databases and schemas have comments and owners", async () => {
    expect(reading.entities.get(database.name)?.facts).toEqual({
      description: "A database for tests",
      owners: [{ type: "role", name: "postgres" }],
      source: { encoding: "UTF8", collation: "C", characterType: "C" },
    });
    const rows = await ask<{ name: string; owner: string; comment: string | null }>(
      `SELECT nspname::text AS name, nspowner::regrole::text AS owner, obj_description(oid) AS comment FROM pg_namespace
       WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'`,
    );
    const schemas = [...reading.entities].filter(([path]) => path.split("/").length === 2);
    expect(schemas.map(([path, { facts }]) => [path, facts])).toEqual(
      expect.arrayContaining(
        rows.map(({ name, owner, comment }) => [
          `${database.name}/${name}`,
          { description: comment, owners: [{ type: "role", name: owner }], source: null },
        ]),
      ),
    );
    expect(schemas).toHaveLength(rows.length);
  });

  test("every table and view is there, with kind, comment, owner and key", async () => {
    const rows = await ask<{
      oid: string;
      schema: string;
      name: string;
      kind: string;
      owner: string;
      comment: string | null;
    }>(
      `SELECT c.oid::text AS oid, n.nspname::text AS schema, c.relname::text AS name, c.relkind::text AS kind,
         c.relowner::regrole::text AS owner, obj_description(c.oid, 'pg_class') AS comment
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND n.nspname NOT IN ('pg_catalog', 'information_schema')
         AND n.nspname NOT LIKE 'pg_toast%'`,
    );
    const [current] = await ask<{ oid: string }>(
      "SELECT oid::text AS oid FROM pg_database WHERE datname = current_database()",
    );
    const kinds: Record<string, string> = {
      r: "Regular",
      p: "Partitioned",
      v: "View",
      m: "MaterializedView",
      f: "Foreign",
    };
    const expected = rows.map(({ oid, schema, name, kind, owner, comment }) => ({
      path: `${database.name}/${schema}/${name}`,
      key: `${current?.oid}/${oid}`,
      kind: kinds[kind],
      tableType: kinds[kind],
      owners: [{ type: "role", name: owner }],
      description: comment,
    }));
    const read = [...reading.entities]
      .filter(([, { facts }]) => "tableType" in facts)
      .map(([path, { found, facts }]) => {
        const { tableType, owners, description } = facts as TableFacts;
        return { path, key: found.key, kind: found.kind, tableType, owners, description };
      });
    const byPath = (a: { path: string }, b: { path: string }): number => (a.path < b.path ? -1 : 1);
    expect(read.toSorted(byPath)).toEqual(expected.toSorted(byPath));
    expect(read.length).toBeGreaterThan(20);
  });

  test("every column agrees with information_schema", async () => {
    const rows = await ask<{
      path: string;
      relkind: string;
      name: string;
      shown: string;
      nullable: string;
      default: string | null;
      length: number | null;
      precision: number | null;
      scale: number | null;
      time_precision: number | null;
      identity: string | null;
      generation: string | null;
      domain: string | null;
      data_type: string;
      collation: string | null;
      comment: string | null;
    }>(
      `SELECT i.table_schema || '/' || i.table_name AS path, c.relkind::text AS relkind, i.column_name::text AS name,
         format_type(a.atttypid, a.atttypmod) AS shown, i.is_nullable::text AS nullable, i.column_default::text AS default,
         i.character_maximum_length::int AS length, i.numeric_precision::int AS precision, i.numeric_scale::int AS scale,
         i.datetime_precision::int AS time_precision, i.identity_generation::text AS identity, i.generation_expression::text AS generation,
         i.domain_schema || '.' || i.domain_name AS domain, i.data_type::text AS data_type, i.collation_name::text AS collation,
         col_description(c.oid, a.attnum) AS comment
       FROM information_schema.columns i
       JOIN pg_namespace n ON n.nspname = i.table_schema
       JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = i.table_name
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = i.column_name
       WHERE i.table_schema NOT IN ('pg_catalog', 'information_schema') AND NOT c.relispartition
       ORDER BY c.oid, i.ordinal_position`,
    );
    const columns = new Map(
      [...reading.entities].flatMap(([path, { facts }]) =>
        "tableType" in facts
          ? facts.columns.map((one): [string, Column] => [`${path.slice(database.name.length + 1)}.${one.name}`, one])
          : [],
      ),
    );
    const positions = new Map<string, number>();
    const told = rows.map((row) => {
      const position = (positions.get(row.path) ?? 0) + 1;
      positions.set(row.path, position);
      const isText = row.data_type.startsWith("character");
      return {
        where: `${row.path}.${row.name}`,
        position,
        type: row.shown,
        comment: row.comment,
        default: row.default,
        identity: row.identity,
        generation: row.generation,
        nullable: row.relkind === "v" ? null : row.nullable === "YES",
        length: isText ? row.length : null,
        precision:
          row.data_type === "numeric" ? row.precision : row.data_type.startsWith("time") ? row.time_precision : null,
        scale: row.data_type === "numeric" ? row.scale : null,
        domain: row.domain,
        isArray: row.data_type === "ARRAY",
        collation: row.name.startsWith("sorted") ? row.collation : null,
      };
    });
    const read = told.map(({ where }) => {
      const facts = columns.get(where) as Column;
      const source = (facts.source ?? {}) as {
        default?: string;
        identity?: string;
        generated?: { expression: string };
        notNull?: boolean;
        domain?: { name: string; notNull?: boolean };
        collation?: string;
      };
      const notNull = ["NOT_NULL", "PRIMARY_KEY"].includes(facts.constraint ?? "") || source.notNull === true;
      const isTime = facts.dataType.startsWith("TIME");
      return {
        where,
        position: facts.ordinalPosition,
        type: facts.dataTypeDisplay,
        comment: facts.description,
        default: source.default ?? null,
        identity: source.identity ?? null,
        generation: source.generated?.expression ?? null,
        nullable: facts.constraint === null ? null : !(notNull || source.domain?.notNull === true),
        length: facts.dataLength ?? null,
        precision: facts.precision ?? (isTime ? 6 : null),
        scale: facts.scale ?? null,
        domain: source.domain?.name.replaceAll('"', "") ?? null,
        isArray: facts.dataType === "ARRAY",
        collation: source.collation?.replaceAll('"', "").replace(/^\w+\./, "") ?? null,
      };
    });
    expect(read).toEqual(told);
    const all = [...reading.entities.values()].flatMap(({ facts }) => ("tableType" in facts ? facts.columns : []));
    // information_schema knows no materialized views.
    expect(all).toHaveLength(rows.length + table("sales/summary").columns.length);
  });

  test("column keys are attribute numbers", async () => {
    const rows = await ask<{ path: string; numbers: string[] }>(
      `SELECT a.attrelid::regclass::text AS path, array_agg(a.attnum::text ORDER BY a.attnum) AS numbers FROM pg_attribute a
       WHERE a.attrelid = 'sales.customer'::regclass AND a.attnum > 0 AND NOT a.attisdropped GROUP BY 1`,
    );
    const keys = reading.entities.get(`${database.name}/sales/customer`)?.object?.columnKeys;
    expect(keys).toEqual(rows[0]?.numbers);
    expect(keys).not.toContain("20");
  });

  test("types of every making are told apart", () => {
    const of = (name: string): Partial<Column> => {
      const { dataType, arrayDataType, children, source } = column("sales/customer", name);
      return JSON.parse(JSON.stringify({ dataType, arrayDataType, children, source }));
    };
    const labels = ["sad", "it's ok", "häppy", ""];
    expect(of("feeling")).toEqual({ dataType: "ENUM", source: { labels, default: "'it''s ok'::sales.mood" } });
    expect(of("feelings")).toEqual({ dataType: "ARRAY", arrayDataType: "ENUM", source: { labels } });
    expect(of("all_feelings")).toEqual({
      dataType: "ARRAY",
      arrayDataType: "ENUM",
      source: { labels, domain: { name: "sales.moods", type: "sales.mood[]" } },
    });
    const year = {
      name: "sales.year",
      type: "integer",
      default: "2000",
      checks: [{ name: "year_check", definition: expect.stringMatching(/1901.*2155/) as string }],
    };
    expect(of("joined")).toEqual({ dataType: "INT", source: { domain: year } });
    expect(of("born")).toEqual({
      dataType: "INT",
      // A domain over a domain takes its default along.
      source: {
        domain: { name: "sales.model_year", type: "sales.year", notNull: true, default: "2000", domain: year },
      },
    });
    expect(of("big")).toEqual({ dataType: "BIGINT", source: { domain: { name: 'sales."bıgınt"', type: "bigint" } } });
    expect(column("sales/customer", "nick").dataLength).toBe(12);
    expect(of("home").dataType).toBe("STRUCT");
    expect(of("home").children).toEqual([
      { name: "street", dataType: "TEXT", dataTypeDisplay: "text", description: null, ordinalPosition: 1 },
      {
        name: "zip",
        dataType: "VARCHAR",
        dataLength: 10,
        dataTypeDisplay: "character varying(10)",
        description: "Postal code",
        ordinalPosition: 2,
      },
      {
        name: "price",
        dataType: "NUMERIC",
        precision: 8,
        scale: 3,
        dataTypeDisplay: "numeric(8,3)",
        description: null,
        ordinalPosition: 3,
      },
      {
        name: "feeling",
        dataType: "ENUM",
        dataTypeDisplay: "sales.mood",
        description: null,
        ordinalPosition: 4,
        source: { labels },
      },
    ]);
    const family = of("family");
    expect(family.arrayDataType).toBe("STRUCT");
    expect(family.children?.map(({ name, dataType, arrayDataType }) => [name, dataType, arrayDataType])).toEqual([
      ["name", "TEXT", undefined],
      ["home", "STRUCT", undefined],
      ["others", "ARRAY", "STRUCT"],
      ["born", "INT", undefined],
    ]);
    expect(of("odd")).toEqual({ dataType: "ENUM", source: { labels: ["a", "b"] } });
    expect(of("prices")).toEqual({ dataType: "UNKNOWN", source: { range: "numeric" } });
    expect(of("attributes").dataType).toBe("MAP");
    expect(of("handle").dataType).toBe("TEXT");
    expect(of("sorted").source).toEqual({ collation: 'pg_catalog."C"' });
    expect(column("sales/order", "period").source).toEqual({ range: "timestamp without time zone" });
    expect(column("sales/dog", "tricks")).toMatchObject({ dataType: "ARRAY", arrayDataType: "TEXT" });
  });

  test("every constraint agrees with pg_constraint", async () => {
    const rows = await ask<{
      path: string;
      name: string;
      kind: string;
      definition: string;
      columns: string[];
      target: string | null;
      target_columns: string[] | null;
    }>(
      `SELECT n.nspname || '/' || c.relname AS path, k.conname::text AS name, k.contype::text AS kind, pg_get_constraintdef(k.oid) AS definition,
         (SELECT array_agg(a.attname::text ORDER BY u.o) FROM unnest(k.conkey) WITH ORDINALITY u(n, o) JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.n) AS columns,
         (SELECT rn.nspname || '/' || r.relname FROM pg_class r JOIN pg_namespace rn ON rn.oid = r.relnamespace WHERE r.oid = k.confrelid) AS target,
         (SELECT array_agg(a.attname::text ORDER BY u.o) FROM unnest(k.confkey) WITH ORDINALITY u(n, o) JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.n) AS target_columns
       FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE NOT c.relispartition AND k.conparentid = 0 AND n.nspname <> 'pg_catalog' AND k.contype IN ('p', 'u', 'f', 'c', 'x') ORDER BY path, name`,
    );
    const words: Record<string, string> = { p: "PRIMARY KEY", u: "UNIQUE", f: "FOREIGN KEY", c: "CHECK", x: "EXCLUDE" };
    const paths = [...new Set(rows.map(({ path }) => path))];
    const own = (path: string): typeof rows => rows.filter((row) => row.path === path);
    expect(paths.map((path) => [path, table(path).source?.["constraints"]])).toEqual(
      paths.map((path) => [
        path,
        own(path).map(({ name, kind, definition }) => ({ name, type: words[kind], definition })),
      ]),
    );
    expect(paths.map((path) => [path, table(path).tableConstraints])).toEqual(
      paths.map((path) => [
        path,
        own(path)
          .filter(({ kind }) => "puf".includes(kind))
          .map(({ kind, columns, target, target_columns }) => ({
            constraintType: words[kind]?.replace(" ", "_"),
            columns,
            ...(target === null
              ? {}
              : { referredColumns: (target_columns ?? []).map((name) => [database.name, ...target.split("/"), name]) }),
          })),
      ]),
    );
    expect(rows.length).toBeGreaterThan(10);
    const keyed = (path: string): (string | null | undefined)[] =>
      table(path).columns.map(({ constraint }) => constraint);
    expect(keyed("sales/customer").slice(0, 3)).toEqual(["PRIMARY_KEY", "UNIQUE", "NULL"]);
    expect(column("sales/customer", "email").source).toEqual({ notNull: true });
    expect(keyed("sales/order")).toEqual(["NOT_NULL", "NOT_NULL", "NULL", "NOT_NULL", "NULL"]);
    expect(keyed("sales/customer_view")).toEqual([null, null, null]);
  });

  test("partitions are details of their parent", () => {
    const event = table("sales/event");
    expect(event.tablePartition).toEqual({ columns: [{ columnName: "at", intervalType: "TIME-UNIT" }] });
    expect(event.source).toMatchObject({
      partitionStrategy: "RANGE",
      partitionKey: "RANGE (at)",
      partitions: [
        {
          schema: "Odd Schema",
          name: "event 2025 a",
          bounds: "FOR VALUES IN (1, 2)",
          parent: { schema: "sales", name: "event_2025" },
        },
        { schema: "sales", name: "event_2024", bounds: "FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')" },
        { schema: "sales", name: "event_2025", bounds: "FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')" },
        { schema: "sales", name: "event_rest", bounds: "DEFAULT" },
      ],
    });
    expect(reading.entities.has(`${database.name}/sales/event_2024`)).toBe(false);
    expect(table("sales/hashed").tablePartition).toEqual({
      columns: [{ columnName: "id", intervalType: "COLUMN-VALUE" }],
    });
    expect(table("sales/by_number").tablePartition).toEqual({
      columns: [{ columnName: "id", intervalType: "INTEGER-RANGE" }],
    });
    expect(table("sales/by_expression").source).toMatchObject({ partitionKey: "RANGE (lower(b), id)" });
    expect(table("sales/by_expression").tablePartition).toEqual({
      columns: [{ columnName: "id", intervalType: "INTEGER-RANGE" }],
    });
    expect(table("sales/by_kind").source).toMatchObject({
      partitions: [{ schema: "sales", name: "by_kind_a", bounds: "FOR VALUES IN ('a', 'it''s', NULL)" }],
    });
    expect(table("sales/no_partitions").source).toMatchObject({ partitions: [] });
    expect(table("sales/event_note").source?.["constraints"]).toHaveLength(2);
  });

  test("what else is special about a table stands in its source", () => {
    expect(table("sales/dog").source).toEqual({ inherits: [{ schema: "sales", table: "animal" }] });
    expect(table("sales/scratch").source).toEqual({ unlogged: true, options: ["fillfactor=70"] });
    expect(table("sales/log").source).toEqual({
      foreign: { server: "files", options: ["filename=/dev/null", "format=csv", "delimiter='"] },
    });
    expect(table("sales/secured").source).toEqual({ rowSecurity: "forced" });
    expect(table("sales/secured").tags).toEqual(
      ["b.dotted", "tenants only"].map((name) => ({
        tagFQN: `PostgresPolicyTags.${name.includes(".") ? `"${name}"` : name}`,
        source: "Classification",
        labelType: "Automated",
        state: "Confirmed",
      })),
    );
    expect(table("sales/animal").tags).toEqual([]);
    expect(table("sales/no_columns").columns).toEqual([]);
  });

  test("rules stand in their table's source, as the server writes them", async () => {
    await database.sql(`CREATE SCHEMA ruled; CREATE TABLE ruled.t (a integer); CREATE TABLE ruled.log (a integer);
      CREATE TABLE ruled.none (a integer); CREATE VIEW ruled.v AS SELECT a FROM ruled.t;
      CREATE RULE "b.copy" AS ON INSERT TO ruled.t DO ALSO INSERT INTO ruled.log VALUES (NEW.a);
      CREATE RULE a_off AS ON DELETE TO ruled.t DO INSTEAD NOTHING; ALTER TABLE ruled.t DISABLE RULE a_off;
      CREATE RULE ins AS ON INSERT TO ruled.v DO INSTEAD INSERT INTO ruled.t VALUES (NEW.a)`);
    const { entities, queries } = await readDatabase(database.url, database.name);
    const written = await ask<{ name: string; definition: string }>(
      `SELECT r.rulename AS name, pg_get_ruledef(r.oid, true) AS definition FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
       WHERE c.relnamespace = 'ruled'::regnamespace AND r.ev_type <> '1' ORDER BY c.relname, r.rulename`,
    );
    await database.sql("DROP SCHEMA ruled CASCADE");
    const of = (name: string): TableFacts => entities.get(`${database.name}/ruled/${name}`)?.facts as TableFacts;
    const [off, copy, ins] = written;
    expect(of("t").source).toEqual({ rules: [{ ...off, disabled: true }, copy] });
    expect(of("v").source).toEqual({ rules: [ins] });
    expect(of("v").schemaDefinition).toContain("SELECT");
    expect(of("none").source).toEqual({});
    expect(queries).toBeLessThanOrEqual(10 + 2 * 7 + 1);
  });

  test("triggers stand in their table's source, as the server writes them, with the function they run", async () => {
    await database.sql(`CREATE SCHEMA fired; CREATE TABLE fired.t (a integer PRIMARY KEY, b integer REFERENCES fired.t);
      CREATE TABLE fired.part (a integer) PARTITION BY RANGE (a);
      CREATE TABLE fired.part_1 PARTITION OF fired.part FOR VALUES FROM (0) TO (9); CREATE VIEW fired.v AS SELECT a FROM fired.t;
      CREATE FUNCTION fired.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE FUNCTION sales."g.h"() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER "b.fire" AFTER UPDATE OF a ON fired.t FOR EACH ROW WHEN (OLD.a > 1) EXECUTE FUNCTION sales."g.h"('x');
      CREATE TRIGGER a_off BEFORE DELETE ON fired.t EXECUTE FUNCTION fired.f(); ALTER TABLE fired.t DISABLE TRIGGER a_off;
      CREATE TRIGGER c_rows AFTER UPDATE ON fired.t REFERENCING OLD TABLE AS was NEW TABLE AS "is.now" EXECUTE FUNCTION fired.f();
      CREATE TRIGGER ins INSTEAD OF INSERT ON fired.v FOR EACH ROW EXECUTE FUNCTION fired.f();
      CREATE TRIGGER each AFTER INSERT ON fired.part FOR EACH ROW EXECUTE FUNCTION fired.f()`);
    const { entities, queries } = await readDatabase(database.url, database.name);
    const written = await ask<{ name: string; definition: string }>(
      `SELECT t.tgname AS name, pg_get_triggerdef(t.oid, true) AS definition FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
       WHERE c.relnamespace = 'fired'::regnamespace AND NOT c.relispartition AND NOT t.tgisinternal ORDER BY c.relname, t.tgname`,
    );
    await database.sql(`DROP SCHEMA fired CASCADE; DROP FUNCTION sales."g.h"()`);
    const of = (name: string): unknown => {
      const facts = entities.get(`${database.name}/fired/${name}`)?.facts as TableFacts;
      return facts.source?.["triggers"];
    };
    const [each, off, fire, rows, ins] = written;
    const f = { schema: "fired", name: "f()" };
    expect(of("t")).toEqual([
      { ...off, function: f, disabled: true },
      { ...fire, function: { schema: "sales", name: "g.h()" } },
      { ...rows, function: f, transitionTables: ["was", "is.now"] },
    ]);
    expect(of("v")).toEqual([{ ...ins, function: f }]);
    expect(of("part")).toEqual([{ ...each, function: f }]);
    expect(queries).toBeLessThanOrEqual(10 + 2 * 7 + 1);
  });

  test("options of foreign tables that hold secrets are not kept", async () => {
    await database.sql(`CREATE FOREIGN DATA WRAPPER loose; CREATE SERVER loose FOREIGN DATA WRAPPER loose;
      CREATE SCHEMA far; CREATE FOREIGN TABLE far.away (a integer) SERVER loose OPTIONS (host 'h', password 'canary-1', api_token 'canary-2')`);
    const { entities } = await readDatabase(database.url, database.name);
    await database.sql("DROP SCHEMA far CASCADE; DROP FOREIGN DATA WRAPPER loose CASCADE");
    const facts = entities.get(`${database.name}/far/away`)?.facts as TableFacts;
    expect(facts.source).toEqual({
      foreign: { server: "loose", options: ["host=h", "password=***", "api_token=***"] },
    });
    expect(JSON.stringify(facts)).not.toContain("canary");
  });

  test("names and comments come through as they are", () => {
    const odd = table('Odd Schema/Odd.Table "quoted"');
    expect(odd.columns.map(({ name }) => name)).toEqual(["a.b", 'c"d', " ", "tab\tnew\nline", "😀"]);
    expect(odd.columns[0]?.description).toBe("Dots");
    expect(table("sales/customer").description).toBe(
      "Everybody who buys\nwith \"quotes\", 'apostrophes', back\\slash, $dollar$ and 🎉",
    );
    expect(column("sales/customer", "email").description).toBe("; DROP TABLE sales.customer; --");
    expect(column("sales/customer", "created").description).toBe("After a dropped column");
  });

  test("views have the definition the server gives", async () => {
    const rows = await ask<{ path: string; kind: string; definition: string }>(
      `SELECT n.nspname || '/' || c.relname AS path, c.relkind::text AS kind, pg_get_viewdef(c.oid, true) AS definition
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm') AND n.nspname = 'sales'`,
    );
    expect(rows).toHaveLength(5);
    expect(rows.map(({ path }) => [path, table(path).schemaDefinition])).toEqual(
      rows.map(({ path, definition }) => [path, expect.stringContaining(definition.trim())]),
    );
    expect(table("sales/view_on_view").schemaDefinition).toMatch(
      /^CREATE VIEW sales.view_on_view WITH \(security_barrier=true\) AS\nSELECT/,
    );
    expect(table("sales/summary").schemaDefinition).toMatch(/^CREATE MATERIALIZED VIEW sales.summary AS\nSELECT/);
  });

  test("every routine is there under its argument types", async () => {
    const rows = await ask<{
      path: string;
      kind: string;
      language: string;
      definition: string | null;
      arguments: string;
      comment: string | null;
    }>(
      `SELECT n.nspname || '/' || p.proname || '(' || oidvectortypes(p.proargtypes) || ')' AS path, p.prokind::text AS kind, l.lanname::text AS language,
         CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END AS definition, pg_get_function_arguments(p.oid) AS arguments,
         obj_description(p.oid, 'pg_proc') AS comment
       FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
       WHERE n.nspname = 'sales' AND p.proname NOT LIKE 'price%'`,
    );
    const read = [...reading.entities].filter(([, { facts }]) => "storedProcedureCode" in facts);
    expect(read.map(([path]) => path).toSorted()).toEqual(
      rows.map(({ path }) => `${database.name}/${path}`).toSorted(),
    );
    expect(
      rows.map(({ path }) => {
        const { source, description, storedProcedureType, storedProcedureCode } = routine(path);
        const { kind } = source as { kind: string };
        return {
          path,
          language: source?.["language"],
          arguments: source?.["arguments"],
          comment: description,
          kind: storedProcedureType,
          definition: kind === "aggregate" ? null : storedProcedureCode.code,
        };
      }),
    ).toEqual(rows.map((row) => ({ ...row, kind: row.kind === "p" ? "StoredProcedure" : "Function" })));
    expect(routine("sales/add(integer, integer)").storedProcedureCode.language).toBe("SQL");
    expect(routine("sales/native(text)").storedProcedureCode.language).toBe("External");
    expect(routine("sales/feel(sales.mood[])").source).toMatchObject({
      returns: "SETOF sales.mood",
      volatility: "volatile",
    });
    expect(routine("sales/add()").source).toMatchObject({ securityDefiner: true, language: "plpgsql" });
    expect(routine("sales/total(integer)").source).toMatchObject({ kind: "aggregate" });
  });

  test("a second reading has the same rows, also after ANALYZE", async () => {
    const rows = (from: Reading): [string, unknown][] =>
      [...from.entities].map(([path, { found, object }]): [string, unknown] => [path, object?.rows ?? found.seed]);
    await database.sql("INSERT INTO sales.animal SELECT g, 'x' FROM generate_series(1, 1000) g");
    await database.sql("ANALYZE");
    await database.sql("VACUUM sales.animal");
    const again = await readDatabase(database.url, database.name, { sliceSize: 7 });
    expect(new Map(rows(again))).toEqual(new Map(rows(reading)));
    expect(again.entities.get(`${database.name}/sales/animal`)?.object?.seen?.rowCount).toBe(1000);
    expect(again.entities.get(`${database.name}/sales/animal`)?.object?.seen?.sizeBytes).toBeGreaterThan(8_000);
  });

  test("tags and statements are read only when asked for", async () => {
    const bare = await readDatabase(database.url, database.name, { want: { ddl: false, owners: false, tags: false } });
    const facts = bare.entities.get(`${database.name}/sales/secured`)?.facts as TableFacts;
    expect(facts.tags).toBeUndefined();
    expect(facts.schemaDefinition).toBeUndefined();
    const view = bare.entities.get(`${database.name}/sales/no_table`)?.facts as TableFacts;
    expect(view.schemaDefinition).toContain("SELECT 1 AS one");
  });

  test("the statements recreate what was read", async () => {
    const copy = await createDatabase(server, { sql: fixture("types") });
    try {
      // A table may refer to one that comes later: what fails is tried again as long as anything succeeds.
      let left = [...reading.entities.values()].flatMap(({ facts }) =>
        "storedProcedureCode" in facts
          ? [facts.storedProcedureCode.code]
          : "tableType" in facts
            ? [facts.schemaDefinition as string]
            : [],
      );
      await copy.sql(
        "DROP AGGREGATE sales.total(integer); DROP AGGREGATE sales.anything(*); DROP ROUTINE sales.clean(integer)",
      );
      for (;;) {
        const failed: { statement: string; error: unknown }[] = [];
        for (const statement of left)
          await copy.sql(statement).catch((error: unknown) => failed.push({ statement, error }));
        if (failed.length === 0) break;
        if (failed.length === left.length)
          throw new AggregateError(
            failed.map(({ error }) => error),
            failed[0]?.statement,
          );
        left = failed.map(({ statement }) => statement);
      }
      const again = await readDatabase(copy.url, copy.name);
      const comparable = (from: Reading, name: string): [string, unknown][] =>
        [...from.entities]
          .filter(([path]) => path.split("/").length === 3)
          .map(([path, { facts }]): [string, unknown] => [
            path.slice(name.length),
            withoutWhatNoStatementSays(facts, name),
          ])
          .toSorted(([a], [b]) => a.localeCompare(b));
      expect(comparable(again, copy.name)).toEqual(comparable(reading, database.name));
    } finally {
      await copy.drop();
    }
  });

  test("the number of queries stays within the manifest's formula", () => {
    // Greeting and listings; then one slice of tables with one chunk of views, and one slice of routines.
    expect(reading.queries).toBeLessThanOrEqual(10 + 2 * 7 + 1);
  });
});
