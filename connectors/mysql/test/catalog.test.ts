import type { Column, StoredProcedureFacts, TableFacts } from "@headwater/core";
import { FACTS_SCHEMAS } from "@headwater/core";
import { createSchema, type TestSchema } from "@headwater/test-servers";
import { describeMysql } from "@headwater/test-servers/vitest";
import { afterAll, beforeAll, expect, test } from "vitest";
import { everything } from "./fixture.ts";
import { type Reading, readServer } from "./reading.ts";

/** Rows of information_schema, with every column called as asked. */
type Rows = Record<string, string | number | null>[];

await describeMysql((server) => {
  let schema: TestSchema;
  let reading: Reading;
  const mariaDb = server.isMariaDb;
  const entity = (name: string): Reading["entities"] extends Map<string, infer E> ? E : never => {
    const found = reading.entities.get(`${schema.name}/${name}`);
    if (found === undefined) throw new Error(`${name} was not read.`);
    return found;
  };
  const table = (name: string): TableFacts => entity(name).facts as TableFacts;
  const column = (name: string, of: string): Column =>
    table(of).columns.find((candidate) => candidate.name === name) as Column;
  const routine = (name: string): StoredProcedureFacts => entity(name).facts as StoredProcedureFacts;
  const ask = (text: string): Promise<Rows> => schema.sql(text.replaceAll("@", `'${schema.name}'`));

  beforeAll(async () => {
    schema = await createSchema(server, { sql: everything(server) });
    reading = await readServer(schema.url);
  });
  afterAll(() => schema.drop());

  test("all facts are what the catalog's schemas accept", () => {
    const wrong = [...reading.entities].flatMap(([path, { type, facts }]) => {
      const { error } = FACTS_SCHEMAS[type].safeParse(facts);
      return error === undefined ? [] : [`${path}: ${error.message}`];
    });
    expect(wrong).toEqual([]);
    expect(reading.setAside).toEqual([]);
  });

  test("only the schema that is named is read, with its character set and collation", async () => {
    const [row] = await ask(
      "SELECT default_character_set_name AS characterSet, default_collation_name AS collation FROM information_schema.schemata WHERE schema_name = @",
    );
    const schemas = [...reading.entities].filter(([, { type }]) => type === "databaseSchema");
    expect(schemas.map(([name, { facts }]) => [name, facts])).toEqual([
      [schema.name, { description: null, owners: null, source: row }],
    ]);
  });

  test("every table and view is there, with kind, comment and estimates", async () => {
    const rows = await ask(
      `SELECT table_name AS name, table_type AS type, engine AS engine, table_comment AS comment, table_collation AS collation,
         (SELECT COUNT(partition_name) FROM information_schema.partitions p WHERE p.table_schema = t.table_schema AND p.table_name = t.table_name) AS partitions
       FROM information_schema.tables t WHERE table_schema = @`,
    );
    expect(rows.length).toBeGreaterThan(18);
    const expected = rows.map(({ name, type, engine, comment, partitions, collation }) => {
      const isView = type === "VIEW";
      return {
        name,
        kind: isView ? "View" : Number(partitions) > 0 ? "Partitioned" : "Regular",
        description: isView || comment === "" ? null : comment,
        engine,
        collation: isView ? null : collation,
        hasRowCount: !isView,
      };
    });
    const read = [...reading.entities.values()]
      .filter(({ type }) => type === "table")
      .map(({ found, facts, object }) => ({
        name: found.name,
        kind: found.kind,
        description: (facts as TableFacts).description,
        engine: facts.source?.["engine"] ?? null,
        collation: facts.source?.["collation"] ?? null,
        hasRowCount: typeof object?.seen?.rowCount === "number" && typeof object.seen.sizeBytes === "number",
      }));
    const byName = (a: { name: unknown }, b: { name: unknown }): number => (String(a.name) < String(b.name) ? -1 : 1);
    expect(read.toSorted(byName)).toEqual(expected.toSorted(byName));
  });

  test("every column is there in order, with type, comment, key and NULL", async () => {
    const rows = await ask(
      `SELECT c.table_name AS t, c.column_name AS name, c.column_type AS type, c.is_nullable AS nullable, c.column_key AS k, c.column_comment AS comment,
         c.character_maximum_length AS length, c.data_type AS data_type, c.numeric_precision AS num, c.numeric_scale AS scale, c.datetime_precision AS time, v.table_name AS view
       FROM information_schema.columns c LEFT JOIN information_schema.views v ON v.table_schema = c.table_schema AND v.table_name = c.table_name
       WHERE c.table_schema = @ ORDER BY c.table_name, c.ordinal_position`,
    );
    const keys = await ask(
      `SELECT table_name AS t, index_name AS name, MIN(column_name) AS c FROM information_schema.statistics
       WHERE table_schema = @ AND non_unique = 0 GROUP BY 1, 2 HAVING COUNT(*) = 1`,
    );
    const ofTable = new Map<string, unknown[]>();
    for (const row of rows) {
      const single = keys.filter(({ t, c }) => t === row["t"] && c === row["name"]).map(({ name }) => name);
      const key = single.includes("PRIMARY") ? "PRIMARY_KEY" : single.length > 0 ? "UNIQUE" : null;
      const kind = String(row["data_type"]);
      const lengths = ["char", "varchar", "binary", "varbinary"].includes(kind);
      const columns = ofTable.get(String(row["t"])) ?? [];
      columns.push({
        name: row["name"],
        type: row["type"],
        comment: row["comment"] === "" ? null : row["comment"],
        constraint: row["view"] === null ? (key ?? (row["nullable"] === "YES" ? "NULL" : "NOT_NULL")) : null,
        length: lengths ? row["length"] : null,
        precision: kind === "decimal" ? [row["num"], row["scale"]] : null,
        fraction: ["datetime", "timestamp", "time"].includes(kind) ? row["time"] : null,
        position: columns.length + 1,
      });
      ofTable.set(String(row["t"]), columns);
    }
    for (const [name, expected] of ofTable) {
      const read = table(name).columns.map((one) => ({
        name: one.name,
        type: one.dataTypeDisplay,
        comment: one.description,
        constraint: one.constraint,
        length: one.dataLength ?? null,
        precision: one.dataType === "DECIMAL" ? [one.precision, one.scale] : null,
        fraction: ["DATETIME", "TIMESTAMP", "TIME"].includes(one.dataType) ? (one.precision ?? 0) : null,
        position: one.ordinalPosition,
      }));
      expect({ name, columns: read }).toEqual({ name, columns: expected });
    }
    expect(ofTable.size).toBeGreaterThan(15);
  });

  test("what OpenMetadata's columns have no field for stands under source", () => {
    const now = mariaDb ? "current_timestamp" : "CURRENT_TIMESTAMP";
    const [c1, c2] = mariaDb
      ? ["char_length(`c_varchar`) + 1", "concat(`c_varchar`,'it\\'s')"]
      : ["(char_length(`c_varchar`) + 1)", "concat(`c_varchar`,_utf8mb4'it\\'s')"];
    const source = (name: string): unknown => column(name, "types").source;
    expect(source("id")).toEqual({ unsigned: true, autoIncrement: true });
    expect(source("c_bool")).toEqual({ default: "0" });
    expect(source("c_int")).toEqual({ unsigned: true, zerofill: true });
    expect(source("c_bigint")).toEqual({ default: "-9223372036854775808" });
    expect(source("c_bit")).toEqual({ bits: 8, default: "b'101'" });
    expect(source("c_char")).toEqual({ default: "'a''b\\\\c'" });
    expect(source("c_varchar")).toEqual({ default: "''", collation: "latin1_swedish_ci" });
    expect(["'abc'", "x'616263'", "0x616263"]).toContain(column("c_binary", "types").source?.["default"]);
    expect(source("c_date")).toEqual({ default: "'2020-02-29'" });
    expect(source("c_datetime")).toEqual({ default: `${now}(6)`, onUpdate: `${now}(6)` });
    expect(source("c_timestamp0")).toBeNull();
    expect(source("c_enum")).toEqual({
      default: "'it''s'",
      labels: ["new", "it's", "a,b", "back\\slash", "new\nline", ""],
    });
    expect(source("c_set")).toEqual({ default: "'x,y y'", labels: ["x", "y y"] });
    expect(source("c_virtual")).toEqual({ generated: { expression: c1, kind: "VIRTUAL" } });
    expect(source("c_stored")).toEqual({ generated: { expression: c2, kind: "STORED" } });
    expect(source("c_expression")).toEqual({ default: mariaDb ? "(1 + 2)" : "((1 + 2))" });
    expect(source("c_collated")).toEqual({ collation: "utf8mb4_bin" });
    expect(column("c_json", "types").dataType).toBe("JSON");
    expect(column("email", "customer").source).toEqual({ notNull: true });
  });

  test("keys, foreign keys and indexes", () => {
    expect(table("customer").tableConstraints).toEqual([
      { constraintType: "PRIMARY_KEY", columns: ["id"] },
      { constraintType: "UNIQUE", columns: ["email"] },
    ]);
    expect(table("line").tableConstraints).toEqual([
      { constraintType: "PRIMARY_KEY", columns: ["c", "n", "pos"] },
      {
        constraintType: "FOREIGN_KEY",
        columns: ["c", "n"],
        referredColumns: [
          ["default", schema.name, "orders", "customer"],
          ["default", schema.name, "orders", "number"],
        ],
      },
    ]);
    expect(table("orders").source?.["constraints"]).toContainEqual({
      name: "fk_customer",
      type: "FOREIGN KEY",
      definition: `FOREIGN KEY (\`customer\`) REFERENCES \`${schema.name}\`.\`customer\` (\`id\`) ON DELETE CASCADE`,
    });
    expect(table("customer").source?.["indexes"]).toEqual([
      { name: "ft_note", definition: "FULLTEXT (`note`)" },
      { name: "k_name_born", definition: "(`name`(10), `born`)" },
    ]);
    expect(table("place").source?.["indexes"]).toEqual([{ name: "s_at", definition: "SPATIAL (`at`)" }]);
  });

  test("partitions at every level", () => {
    expect(table("by_range").tablePartition).toEqual({ columns: [{ columnName: "day", intervalType: "TIME-UNIT" }] });
    expect(table("by_list").tablePartition).toEqual({
      columns: [{ columnName: "region", intervalType: "COLUMN-VALUE" }],
    });
    expect(table("by_key").tablePartition).toEqual({ columns: [{ columnName: "id", intervalType: "COLUMN-VALUE" }] });
    expect(table("by_range").source).toMatchObject({
      partitionStrategy: "RANGE COLUMNS",
      partitions: [
        { name: "p0", bounds: "'2024-01-01'", comment: "old" },
        { name: "p1", bounds: "MAXVALUE" },
      ],
    });
    expect(table("by_year").source).toMatchObject({
      partitionKey: "RANGE (year(`day`)) SUBPARTITION BY HASH (`id`)",
      partitions: [
        { name: "y20", bounds: "2020", subpartitions: ["y20sp0", "y20sp1"] },
        { name: "y30", bounds: "2030", subpartitions: ["y30sp0", "y30sp1"] },
      ],
    });
    expect(table("by_hash").source?.["partitions"]).toHaveLength(3);
  });

  test("views have their query and their definer", async () => {
    const rows = await ask(
      "SELECT table_name AS name, view_definition AS definition, definer AS definer FROM information_schema.views WHERE table_schema = @",
    );
    expect(rows).toHaveLength(4);
    for (const { name, definition, definer } of rows) {
      expect(table(String(name)).schemaDefinition).toContain(String(definition));
      expect(table(String(name)).owners).toEqual([{ type: "user", name: definer }]);
    }
    expect(table("german").schemaDefinition).toMatch(
      /^CREATE (ALGORITHM=MERGE )?SQL SECURITY INVOKER VIEW .*\nWITH LOCAL CHECK OPTION$/s,
    );
    expect(table("all_customers").columns.map(({ name }) => name)).toEqual(["id", "e mail"]);
  });

  test("a view that refers to what is gone keeps the columns it had, and says so", () => {
    expect(table("broken")).toMatchObject({ columns: [], unseen: ["columns"] });
    expect(table("broken").source?.["invalid"]).toMatch(/references invalid table/);
  });

  test("triggers stand with their table, as they were written", () => {
    const triggers = table("orders").source?.["triggers"];
    expect(triggers).toMatchObject([
      { name: "before_orders", timing: "BEFORE", event: "INSERT", definer: "root@%" },
      { name: "after_orders", timing: "AFTER", event: "UPDATE", definer: "root@%" },
    ]);
    const [, , quoted] = triggers as { definition: string }[];
    expect(quoted).toBeUndefined();
    const doubtful = table("customer").source?.["triggers"] as { definition: string }[] | undefined;
    expect(doubtful?.[0]?.definition).toContain(String.raw`SET NEW.note = 'it''s \\ "so"'`);
  });

  test("routines and events are there, each under a name of its own", async () => {
    const rows = await ask(
      `SELECT routine_name AS name, routine_type AS kind, definer AS definer FROM information_schema.routines WHERE routine_schema = @
       UNION ALL SELECT event_name, 'EVENT', definer FROM information_schema.events WHERE event_schema = @`,
    );
    const read = [...reading.entities.values()].filter(({ type }) => type === "storedProcedure");
    expect(read.map(({ found }) => `${found.kind} ${found.name}`).toSorted()).toEqual([
      "Event nightly",
      "Event once",
      "Function odd `f`",
      "Function twice",
      "StoredProcedure add_order",
      "StoredProcedure twice (procedure)",
    ]);
    expect(read).toHaveLength(rows.length);
    expect(read.every(({ facts }) => facts.owners?.[0]?.name === "root@%")).toBe(true);
  });

  test("the texts of routines are as they were written", () => {
    expect(routine("add_order").storedProcedureCode.code).toContain(String.raw`SET remarks = 'it''s \\ "done"'; END`);
    expect(routine("add_order").description).toBe("Adds, it's said");
    expect(routine("add_order").source).toMatchObject({
      kind: "procedure",
      arguments: `IN \`who\` int${mariaDb || server.version.startsWith("8.0.15") ? "(11)" : ""}, OUT \`how_many\` int${mariaDb || server.version.startsWith("8.0.15") ? "(11)" : ""}, INOUT \`remarks\` varchar(30) CHARSET utf8mb4`,
      dataAccess: "MODIFIES SQL DATA",
    });
    expect(routine("twice")).toMatchObject({
      storedProcedureType: "Function",
      source: { returns: "decimal(10,2)", deterministic: true, dataAccess: "NO SQL", securityInvoker: true },
    });
    expect(routine("twice (procedure)").storedProcedureCode.code).toMatch(
      /^CREATE PROCEDURE .*`twice`\(\)\nSELECT 2;?$/,
    );
    expect(routine("nightly")).toMatchObject({
      description: "Cleans up",
      storedProcedureType: null,
      source: {
        kind: "event",
        schedule: "EVERY 1 DAY STARTS '2030-01-01 03:00:00' ENDS '2031-01-01 00:00:00'",
        status: "DISABLED",
        preserve: true,
      },
    });
    expect(routine("once").source?.["schedule"]).toBe("AT '2035-05-05 05:05:05'");
  });

  test.runIf(mariaDb)("what only MariaDB has", () => {
    expect(table("invoice_number").source?.["sequence"]).toBe(true);
    expect(table("invoice_number").schemaDefinition).toBeNull();
    expect(table("versioned").source?.["systemVersioned"]).toBe(true);
    expect(table("versioned_parted").source?.["partitionStrategy"]).toBe("SYSTEM_TIME");
    expect(table("checked").columns.map(({ dataType }) => dataType)).toEqual(
      "INT INT INT UUID INET INET VARCHAR INT".split(" "),
    );
    expect(column("secret", "checked").source).toEqual({ invisible: true });
    expect(column("packed", "checked").source).toEqual({ compressed: true });
    expect(table("checked").source?.["constraints"]).toContainEqual({
      name: "not 'odd'",
      type: "CHECK",
      definition: String.raw`CHECK (${"`shown`"} <> 13 and 'it\'s \\' <> '')`,
    });
  });

  test.runIf(mariaDb)("packages of MariaDB's Oracle mode", async () => {
    const own = await createSchema(server, {
      sql: String.raw`SET sql_mode = ORACLE;
        CREATE PACKAGE prices COMMENT 'All prices' AS FUNCTION net(gross INT) RETURN INT; END;
        CREATE PACKAGE BODY prices AS FUNCTION net(gross INT) RETURN INT AS BEGIN RETURN gross / 2; END; END;
        CREATE PROCEDURE twice(a IN INT) AS BEGIN SELECT 'it''s', '\\'; END;`,
    });
    const { entities } = await readServer(own.url);
    const facts = (name: string): StoredProcedureFacts | undefined =>
      entities.get(`${own.name}/${name}`)?.facts as StoredProcedureFacts | undefined;
    expect(facts("prices")).toMatchObject({ description: "All prices", storedProcedureType: "StoredPackage" });
    expect(facts("prices")?.storedProcedureCode.code).toMatch(
      /^CREATE PACKAGE .*FUNCTION net\(gross INT\) RETURN INT; END$/s,
    );
    expect(facts("prices (package body)")?.storedProcedureCode.code).toContain("RETURN gross / 2");
    expect(facts("twice")?.storedProcedureCode.code).toContain(String.raw`SELECT 'it''s', '\\'`);
    await own.drop();
  });

  test.runIf(!mariaDb)("what only MySQL has", () => {
    expect(column("place", "mysql_only").source).toEqual({ srid: 4326 });
    expect(column("doc", "mysql_only").source).toEqual({ default: "(json_object(_utf8mb4'a',1))" });
    expect(table("mysql_only").source?.["indexes"]).toEqual([
      { name: "k_desc", definition: "(`id` DESC)" },
      { name: "k_expression", definition: "((lower(`name`)))" },
      { name: "k_hidden", definition: "(`name`) INVISIBLE" },
    ]);
  });

  test.runIf(server.release === "MySQL 9")("what only newer MySQL has", () => {
    expect(column("features", "checked")).toMatchObject({ dataType: "ARRAY", arrayDataType: "FLOAT" });
    expect(column("secret", "checked").source).toEqual({ invisible: true });
    expect(table("checked").source?.["constraints"]).toEqual([
      { name: "PRIMARY", type: "PRIMARY KEY", definition: "PRIMARY KEY (`id`)" },
      { name: "checked_chk_1", type: "CHECK", definition: "CHECK (`price` > 0)" },
      {
        name: "in_order",
        type: "CHECK",
        definition: String.raw`CHECK ((${"`shown`"} > ${"`id`"}) and (_utf8mb4'it\'s \\' <> _utf8mb4''))`,
      },
      { name: "not 'odd'", type: "CHECK", definition: "CHECK (`shown` <> 13) NOT ENFORCED" },
    ]);
    expect(table("tags").source?.["indexes"]).toEqual([
      { name: "k_names", definition: "((cast(json_extract(`names`,_utf8mb4'$[*]') as char(20) array)))" },
    ]);
  });

  test("the statements it gives make the same tables, views, routines and events again", async () => {
    const copy = await createSchema(server, { sql: "ALTER DATABASE CHARACTER SET utf8mb4" });
    const here = (text: string): string => text.replaceAll(`\`${schema.name}\``, `\`${copy.name}\``);
    // Periods and intervals are told by newer MariaDBs or by none, sequences by none; a view that is broken cannot be made.
    const left = new Set(["of_period", "versioned_parted", "invoice_number", "broken"]);
    const statements = [...reading.entities.values()].flatMap(({ found, facts }): string[] => {
      if (left.has(found.name)) return [];
      if ("storedProcedureCode" in facts) return [facts.storedProcedureCode.code];
      if (!("tableType" in facts)) return [];
      const triggers = (facts.source?.["triggers"] ?? []) as { definition: string }[];
      return [facts.schemaDefinition ?? "", ...triggers.map(({ definition }) => definition)];
    });
    const failed = await inAnyOrder(statements.map(here), (statement) => copy.sql(statement));
    expect(failed).toEqual([]);
    const again = await readServer(copy.url);
    await copy.drop();
    const comparable = (from: Reading, name: string): [string, unknown][] =>
      [...from.entities.values()]
        .filter(({ type, found }) => type !== "databaseSchema" && !left.has(found.name))
        .map(({ found, facts }): [string, unknown] => [
          found.name,
          JSON.parse(withoutSchema(JSON.stringify(facts), name, schema.name)),
        ])
        .toSorted(([a], [b]) => (a < b ? -1 : 1));
    expect(comparable(again, copy.name)).toEqual(comparable(reading, schema.name));
  });

  test("small slices read the same as large ones", async () => {
    const small = await readServer(schema.url, { sliceSize: 3 });
    expect(new Map([...small.entities].map(([path, { facts }]) => [path, facts]))).toEqual(
      new Map([...reading.entities].map(([path, { facts }]) => [path, facts])),
    );
  });

  test("the number of queries stays within the manifest's formula", () => {
    // Greeting and listings; then one slice of tables, and one of routines.
    expect(reading.queries).toBeLessThanOrEqual(1 + 4 * 2 + 2 * 11);
  });
});

/** A statement whose text is shown whole by the server has no schema in it, one that is put together has. */
const withoutSchema = (text: string, own: string, other: string): string =>
  // MySQL keeps the semicolon behind a text that came with others.
  text
    .replaceAll(own, "@")
    .replaceAll(other, "@")
    .replaceAll("`@`.", "")
    .replaceAll(/;"(?=[,}])/g, '"');

/** Runs statements that may need each other, and returns the errors of those that cannot be run at all. */
async function inAnyOrder(statements: string[], run: (statement: string) => Promise<unknown>): Promise<string[]> {
  let left = statements;
  for (;;) {
    const failed: { statement: string; error: string }[] = [];
    for (const statement of left)
      await run(statement).catch((error: unknown) => failed.push({ statement, error: String(error) }));
    if (failed.length === 0 || failed.length === left.length)
      return failed.map(({ statement, error }) => `${error}: ${statement}`);
    left = failed.map(({ statement }) => statement);
  }
}
