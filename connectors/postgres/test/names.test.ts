import type { StoredProcedureFacts, TableFacts } from "@headwater/core";
import { createDatabase, postgresUrl, runSql } from "@headwater/test-servers";
import { describePostgres } from "@headwater/test-servers/vitest";
import { expect, test } from "vitest";
import { identifier, literal } from "../src/escape.ts";
import { readDatabase } from "./reading.ts";

/** Names that somebody has used somewhere, or will. */
const HOSTILE = [
  "a.b",
  'say "hi"',
  "it's",
  "back\\slash",
  "new\nline",
  "tab\there",
  "car\rriage",
  "😀 party",
  "'; DROP TABLE x; --",
  "/* comment */",
  "$1",
  "${HOME}",
  "%s%n",
  "a::b",
  "a>b",
  '{json: "[]"}',
  "__reserved__quote__",
  "__proto__",
  "constructor",
  "toString",
  "SELECT",
  " leading and trailing ",
  "é",
  // The same to the eye, another name to the server.
  "e\u0301",
  "\u202eright to left",
  "x".repeat(63),
  "é".repeat(31),
  "😀".repeat(15),
];

await describePostgres((server) => {
  test("hostile names and comments of everything come through", async () => {
    const database = await createDatabase(server, { name: `db "${server.major}"; --\n'😀` });
    const comment = (name: string): string => `${name}\n; DROP TABLE x; -- \\ "${name}" $$ 😀`;
    const statements = HOSTILE.flatMap((name) => {
      const quoted = identifier(name);
      // A table is a type, too.
      const type = `${quoted}.${identifier(`${name.slice(0, 10)}!`)}`;
      return [
        `CREATE SCHEMA ${quoted}`,
        `CREATE TYPE ${type} AS ENUM (${literal(name)})`,
        `CREATE TABLE ${quoted}.${quoted} (${quoted} integer PRIMARY KEY CONSTRAINT ${quoted} CHECK (${quoted} > 0), mood ${type} DEFAULT ${literal(name)})`,
        `CREATE VIEW ${quoted}.v AS SELECT ${quoted} AS ${identifier(`${name.slice(0, 14)}2`)}, ${literal(name)}::text AS text FROM ${quoted}.${quoted}`,
        `CREATE FUNCTION ${quoted}.${quoted}(${quoted} ${type}) RETURNS integer LANGUAGE sql AS ${literal(`SELECT 1 -- ${name.replaceAll("\n", " ")}`)}`,
        `COMMENT ON TABLE ${quoted}.${quoted} IS E${literal(comment(name).replaceAll("\\", "\\\\"))}`,
        `COMMENT ON COLUMN ${quoted}.${quoted}.${quoted} IS E${literal(comment(name).replaceAll("\\", "\\\\"))}`,
      ];
    });
    await database.sql(statements.join(";\n"));
    const { entities } = await readDatabase(database.url, database.name);
    const facts = (...path: string[]): unknown => entities.get([database.name, ...path].join("/"))?.facts;
    const read = HOSTILE.map((name) => {
      const table = facts(name, name) as TableFacts | undefined;
      const routine = [...entities.values()].find(({ found }) => found.parent[1] === name && found.kind === "Function");
      return {
        table: table?.columns.map((column) => column.name),
        labels: table?.columns[1]?.source?.["labels"],
        comments: [table?.description, table?.columns[0]?.description],
        key: table?.tableConstraints,
        view: (facts(name, "v") as TableFacts | undefined)?.columns.map((column) => column.name),
        routine: routine?.found.name.slice(0, name.length + 1),
        code: (routine?.facts as StoredProcedureFacts | undefined)?.storedProcedureCode.code.includes("SELECT 1 -- "),
      };
    });
    expect(read).toEqual(
      HOSTILE.map((name) => ({
        table: [name, "mood"],
        labels: [name],
        comments: [comment(name), comment(name)],
        key: [{ constraintType: "PRIMARY_KEY", columns: [name] }],
        view: [`${name.slice(0, 14)}2`, "text"],
        routine: `${name}(`,
        code: true,
      })),
    );
    // What was written can be run: the copy says the same.
    const copies = HOSTILE.map((name) => facts(name, name) as TableFacts);
    await database.sql(HOSTILE.map((name) => `DROP TABLE ${identifier(name)}.${identifier(name)} CASCADE`).join(";"));
    await database.sql(copies.map(({ schemaDefinition }) => schemaDefinition).join(";\n"));
    const again = await readDatabase(database.url, database.name);
    expect(HOSTILE.map((name) => again.entities.get([database.name, name, name].join("/"))?.facts)).toEqual(
      copies.map(({ schemaDefinition }) => expect.objectContaining({ schemaDefinition })),
    );
    await database.drop();
  });

  test("a database in another encoding is read in Unicode", async () => {
    const name = `latin_${server.major}_${process.pid}`;
    await runSql(
      postgresUrl(server.port),
      `CREATE DATABASE ${name} ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'`,
    );
    await runSql(
      postgresUrl(server.port, name),
      `CREATE TABLE "größe" ("länge" text DEFAULT 'ß'); COMMENT ON TABLE "größe" IS 'Maß: ±½'`,
    );
    const { entities } = await readDatabase(postgresUrl(server.port, name), name);
    expect(entities.get(name)?.facts.source).toMatchObject({ encoding: "LATIN1" });
    expect(entities.get(`${name}/public/größe`)?.facts).toMatchObject({
      description: "Maß: ±½",
      columns: [{ name: "länge", source: { default: "'ß'::text" } }],
    });
    await runSql(postgresUrl(server.port), `DROP DATABASE ${name}`);
  });

  test("what is read does not depend on who reads", async () => {
    const database = await createDatabase(server, {
      sql: `CREATE SCHEMA s; CREATE TYPE s.mood AS ENUM ('a');
        CREATE TABLE s.t (id integer, at timestamptz DEFAULT '2024-01-01 00:00:00+00', lasts interval DEFAULT '1 day 02:03:04', bytes bytea DEFAULT '\\x0102',
          f double precision DEFAULT 0.1, d date DEFAULT '2024-02-03', m s.mood DEFAULT 'a', e text DEFAULT E'a\\\\b', CHECK (id > 0));
        CREATE VIEW s.v AS SELECT t.*, now() AS n FROM s.t; CREATE FUNCTION s.f(s.mood) RETURNS s.mood LANGUAGE sql AS 'SELECT $1'`,
    });
    const role = `odd_${server.major}`;
    const settings = {
      search_path: "s, public",
      timezone: "Asia/Tokyo",
      datestyle: "German",
      intervalstyle: "iso_8601",
      bytea_output: "escape",
      extra_float_digits: "-5",
      quote_all_identifiers: "on",
      standard_conforming_strings: "off",
    };
    await runSql(
      postgresUrl(server.port),
      [
        `CREATE ROLE ${role} LOGIN PASSWORD 'p'`,
        ...Object.entries(settings).map(
          ([name, value]) => `ALTER ROLE ${role} SET ${name} = ${value.includes(",") ? value : `'${value}'`}`,
        ),
      ].join(";"),
    );
    const odd = await readDatabase(
      postgresUrl(server.port, database.name, { user: role, password: "p" }),
      database.name,
    );
    const plain = await readDatabase(database.url, database.name);
    expect([...odd.entities]).toEqual([...plain.entities]);
    const table = odd.entities.get(`${database.name}/s/t`)?.facts as TableFacts | undefined;
    expect(table?.columns[1]?.source).toEqual({ default: "'2024-01-01 00:00:00+00'::timestamp with time zone" });
    await database.drop();
    await runSql(postgresUrl(server.port), `DROP ROLE ${role}`);
  });
});
