import { splitFqn } from "@headwater/core";
import { createDatabase, type TestDatabase } from "@headwater/test-servers";
import { describePostgres } from "@headwater/test-servers/vitest";
import { escapeIdentifier, escapeLiteral } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { differences, entities, type Exported, exported } from "../src/entities.ts";
import { anyMajor } from "../src/majors.ts";
import { newProject } from "../src/project.ts";

const NAMES = [
  "a.b",
  'say "hi"',
  "it's",
  "back\\slash",
  "new\nline",
  "tab\there",
  "😀 party",
  "'; DROP TABLE orders; --",
  "/* a comment */ -- and another",
  "$1 ${HOME} %s",
  "a::b>c",
  "__reserved__quote__",
  "__proto__",
  " spaces around ",
  "e\u0301",
  "\u202eright to left",
  "\u001b[31mred",
  "x".repeat(63),
  "é".repeat(31),
];
const comment = (name: string): string => `${name}\n*/ '; DROP TABLE orders; -- \\ "${name}" $$ 😀\u001b[2J\u0007`;

await describePostgres((server) => {
  const project = newProject();
  let source: TestDatabase;
  beforeAll(async () => {
    source = await createDatabase(server, { name: `e2e "names". ${server.major} 😀` });
    const statements = NAMES.flatMap((name) => {
      const [quoted, said] = [escapeIdentifier(name), escapeLiteral(comment(name))];
      return [
        `CREATE SCHEMA ${quoted}`,
        `CREATE TABLE ${quoted}.${quoted} (${quoted} integer)`,
        `CREATE VIEW ${quoted}.v AS SELECT ${quoted} FROM ${quoted}.${quoted}`,
        `COMMENT ON SCHEMA ${quoted} IS ${said}`,
        `COMMENT ON TABLE ${quoted}.${quoted} IS ${said}`,
        `COMMENT ON COLUMN ${quoted}.${quoted}.${quoted} IS ${said}`,
      ];
    });
    await source.sql(statements.join(";\n"));
    await project.succeed("ingest", source.url, "--service", "a.b");
  });
  afterAll(() => source.drop());

  const column = (entity: Exported | undefined): { name: string; description?: string } | undefined =>
    (entity?.["columns"] as { name: string; description?: string }[] | undefined)?.[0];

  test("hostile names and comments are in the catalog as the source spells them", async () => {
    const rows = await source.sql<{ schema: string; said: string; table: string; column: string }>(
      `SELECT n.nspname AS schema, obj_description(n.oid, 'pg_namespace') AS said, c.relname AS table, a.attname AS column
       FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind = 'r' JOIN pg_attribute a ON a.attrelid = c.oid AND attnum > 0
       WHERE n.nspname !~ '^pg_|information_schema'`,
    );
    expect(rows).toHaveLength(NAMES.length);
    const tables = [...entities(project.catalog).values()].filter(
      ({ entityType, tableType }) => entityType === "table" && tableType === "Regular",
    );
    const seen = tables.map((table) => {
      const [service, database, schema] = splitFqn(table.fullyQualifiedName);
      expect([service, database]).toEqual(["a.b", source.name]);
      return { schema, said: table.description, table: table.name, column: column(table)?.name };
    });
    const byName = (a: string | undefined, b: string | undefined): number => ((a ?? "") < (b ?? "") ? -1 : 1);
    const byText = (a: object, b: object): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
    expect(seen.toSorted(byText)).toEqual(rows.toSorted(byText));
    expect(tables.map((table) => column(table)?.description).toSorted(byName)).toEqual(
      NAMES.map(comment).toSorted(byName),
    );
  });

  test("an export comes back by an import, byte for byte, and another run finds nothing changed", async () => {
    const lines = await project.succeed("export");
    const other = newProject();
    other.write("lines.jsonl", lines);
    await other.succeed("import", "lines.jsonl");
    expect(await other.succeed("export")).toBe(lines);
    const before = exported(project.catalog);
    await other.succeed("ingest", source.url, "--service", "a.b");
    await project.succeed("ingest", source.url, "--service", "a.b");
    expect(differences(exported(project.catalog), before)).toEqual([]);
    expect(differences(exported(other.catalog), before)).toEqual([]);
  });

  test("each is found by its FQN, and nothing of it reaches a terminal raw", async () => {
    const fqns = [...entities(project.catalog).values()]
      .filter(({ entityType, tableType }) => entityType === "table" && tableType === "Regular")
      .map(({ fullyQualifiedName }) => fullyQualifiedName);
    // A few are shown one by one; all of them together.
    const shown = await Promise.all(
      fqns.filter((_, at) => at % 5 === 0).map(async (fqn) => [fqn, await project.succeed("show", fqn, "--json")]),
    );
    for (const [fqn, said] of shown) expect(JSON.parse(said ?? "")).toMatchObject({ fullyQualifiedName: fqn });
    const texts = await Promise.all([
      project.succeed("ls", "--recursive"),
      project.succeed("show", fqns.find((fqn) => fqn.includes("red")) ?? ""),
      project.succeed("log"),
      project.succeed("search", "DROP"),
    ]);
    for (const text of texts) expect(text.split("\n").filter((line) => /\p{Cc}|\u202e/u.test(line))).toEqual([]);
    expect(texts[0]).toContain("right to left");
  });
}, anyMajor());
