import { type Database, historyOf, openDatabase } from "@headwater/catalog";
import { createDatabase, postgresUrl, runSql, type TestDatabase } from "@headwater/test-servers";
import { describePostgres } from "@headwater/test-servers/vitest";
import { afterAll, beforeAll, expect, test } from "vitest";
import { differences, entities, exported } from "../src/entities.ts";
import { ingest } from "../src/ingest.ts";

/** One kind of change: what is there before, what changes, and what the catalog makes of it. `@` is the schema of the case. */
interface Case {
  name: string;
  before: string;
  change: string;
  /** The entity below the schema; `null` is the schema itself. */
  entity: string | null;
  version: "0.2" | "1.1";
  /** Names of the fields that changed: added, updated, deleted. */
  fields: { added?: string[]; updated?: string[]; deleted?: string[] };
}

const minor = { version: "0.2" } as const;
const major = { version: "1.1" } as const;
const TABLE = "CREATE TABLE @.t (id integer, name varchar(20), price numeric(10,2))";
const VIEW = `${TABLE}; CREATE VIEW @.v AS SELECT id FROM @.t`;
const FUNCTION = "CREATE FUNCTION @.f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'";

const CASES: Case[] = [
  {
    name: "a column is added",
    before: TABLE,
    change: "ALTER TABLE @.t ADD COLUMN extra text",
    entity: "t",
    ...minor,
    fields: { added: ["columns"] },
  },
  {
    name: "a column is dropped",
    before: TABLE,
    change: "ALTER TABLE @.t DROP COLUMN name",
    entity: "t",
    ...major,
    fields: { deleted: ["columns"] },
  },
  {
    name: "a column is renamed",
    before: TABLE,
    change: "ALTER TABLE @.t RENAME COLUMN name TO title",
    entity: "t",
    ...major,
    fields: { updated: ["columns.title.name"] },
  },
  {
    name: "a column gets another type",
    before: TABLE,
    change: "ALTER TABLE @.t ALTER COLUMN id TYPE bigint",
    entity: "t",
    ...major,
    fields: { updated: ["columns.id.dataType", "columns.id.dataTypeDisplay"] },
  },
  {
    name: "a column becomes longer",
    before: TABLE,
    change: "ALTER TABLE @.t ALTER COLUMN name TYPE varchar(40)",
    entity: "t",
    ...minor,
    fields: { updated: ["columns.name.dataLength", "columns.name.dataTypeDisplay"] },
  },
  {
    name: "a column becomes shorter",
    before: TABLE,
    change: "ALTER TABLE @.t ALTER COLUMN name TYPE varchar(10)",
    entity: "t",
    ...major,
    fields: { updated: ["columns.name.dataLength", "columns.name.dataTypeDisplay"] },
  },
  {
    name: "a number loses precision",
    before: TABLE,
    change: "ALTER TABLE @.t ALTER COLUMN price TYPE numeric(8,2)",
    entity: "t",
    ...major,
    fields: { updated: ["columns.price.precision", "columns.price.dataTypeDisplay"] },
  },
  {
    name: "a column must not be null",
    before: TABLE,
    change: "ALTER TABLE @.t ALTER COLUMN id SET NOT NULL",
    entity: "t",
    ...minor,
    fields: { updated: ["columns.id.constraint"] },
  },
  {
    name: "a column gets a default",
    before: TABLE,
    change: "ALTER TABLE @.t ALTER COLUMN name SET DEFAULT 'x'",
    entity: "t",
    ...minor,
    fields: { added: ["columns.name.default"] },
  },
  {
    name: "a column becomes an identity",
    before: "CREATE TABLE @.t (id integer NOT NULL)",
    change: "ALTER TABLE @.t ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY",
    entity: "t",
    ...minor,
    fields: { added: ["columns.id.identity"] },
  },
  {
    name: "a table gets a comment",
    before: TABLE,
    change: "COMMENT ON TABLE @.t IS 'What it is'",
    entity: "t",
    ...minor,
    fields: { added: ["description"] },
  },
  {
    name: "a comment changes",
    before: `${TABLE}; COMMENT ON TABLE @.t IS 'old'`,
    change: "COMMENT ON TABLE @.t IS 'new'",
    entity: "t",
    ...minor,
    fields: { updated: ["description"] },
  },
  {
    name: "a comment goes",
    before: `${TABLE}; COMMENT ON TABLE @.t IS 'old'`,
    change: "COMMENT ON TABLE @.t IS NULL",
    entity: "t",
    ...minor,
    fields: { deleted: ["description"] },
  },
  {
    name: "a column's comment changes",
    before: TABLE,
    change: "COMMENT ON COLUMN @.t.name IS 'Its name'",
    entity: "t",
    ...minor,
    fields: { added: ["columns.name.description"] },
  },
  {
    name: "an owner changes",
    before: TABLE,
    change: "ALTER TABLE @.t OWNER TO $role",
    entity: "t",
    ...minor,
    fields: { added: ["owners"], deleted: ["owners"] },
  },
  {
    name: "a primary key is added",
    before: "CREATE TABLE @.t (id integer NOT NULL, name text)",
    change: "ALTER TABLE @.t ADD CONSTRAINT t_pk PRIMARY KEY (id)",
    entity: "t",
    ...minor,
    fields: { added: ["tableConstraints", "constraints"], updated: ["columns.id.constraint"] },
  },
  {
    name: "a check is added",
    before: TABLE,
    change: "ALTER TABLE @.t ADD CONSTRAINT sane CHECK (id > 0)",
    entity: "t",
    ...minor,
    fields: { added: ["constraints"] },
  },
  {
    name: "a foreign key is dropped",
    before: `CREATE TABLE @.u (id integer PRIMARY KEY); CREATE TABLE @.t (id integer, u integer CONSTRAINT to_u REFERENCES @.u)`,
    change: "ALTER TABLE @.t DROP CONSTRAINT to_u",
    entity: "t",
    ...minor,
    fields: { deleted: ["tableConstraints", "constraints"] },
  },
  {
    name: "a partitioned table gets a partition",
    before: "CREATE TABLE @.t (id integer) PARTITION BY RANGE (id)",
    change: "CREATE TABLE @.t1 PARTITION OF @.t FOR VALUES FROM (1) TO (2)",
    entity: "t",
    ...minor,
    fields: { added: ["partitions"] },
  },
  {
    name: "a view has another text",
    before: VIEW,
    change: "CREATE OR REPLACE VIEW @.v AS SELECT id FROM @.t WHERE id > 7",
    entity: "v",
    ...minor,
    fields: { updated: ["schemaDefinition"] },
  },
  {
    name: "a view has one column more",
    before: VIEW,
    change: "CREATE OR REPLACE VIEW @.v AS SELECT id, name FROM @.t",
    entity: "v",
    ...minor,
    fields: { added: ["columns"], updated: ["schemaDefinition"] },
  },
  {
    name: "a view becomes materialised",
    before: VIEW,
    change: "DROP VIEW @.v; CREATE MATERIALIZED VIEW @.v AS SELECT id FROM @.t",
    entity: "v",
    ...minor,
    fields: { updated: ["tableType", "schemaDefinition"] },
  },
  {
    name: "row level security gets a policy",
    before: `${TABLE}; ALTER TABLE @.t ENABLE ROW LEVEL SECURITY`,
    change: "CREATE POLICY own ON @.t USING (id > 0)",
    entity: "t",
    ...minor,
    fields: { added: ["tags"] },
  },
  {
    name: "a routine has another body",
    before: FUNCTION,
    change: "CREATE OR REPLACE FUNCTION @.f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 2'",
    entity: "f(integer)",
    ...minor,
    fields: { updated: ["storedProcedureCode.code"] },
  },
  {
    name: "a routine gets a comment",
    before: FUNCTION,
    change: "COMMENT ON FUNCTION @.f(integer) IS 'One'",
    entity: "f(integer)",
    ...minor,
    fields: { added: ["description"] },
  },
  {
    name: "a schema gets a comment",
    before: TABLE,
    change: "COMMENT ON SCHEMA @ IS 'All of it'",
    entity: null,
    ...minor,
    fields: { added: ["description"] },
  },
  {
    name: "a schema has another owner",
    before: TABLE,
    change: "ALTER SCHEMA @ OWNER TO $role",
    entity: null,
    ...minor,
    fields: { added: ["owners"], deleted: ["owners"] },
  },
];

await describePostgres((server) => {
  const role = `e2e_owner_${server.major}`;
  const cases = CASES.map((one, at) => ({ ...one, schema: `case_${at}` }));
  const all = (pick: (one: Case) => string): string =>
    cases.map((one) => pick(one).replaceAll("@", one.schema).replaceAll("$role", role)).join(";\n");
  let source: TestDatabase;
  let db: Database;
  let states: string[];
  beforeAll(async () => {
    await runSql(postgresUrl(server.port), `DROP ROLE IF EXISTS ${role}; CREATE ROLE ${role}`);
    source = await createDatabase(server, { sql: cases.map(({ schema }) => `CREATE SCHEMA ${schema}`).join(";") });
    await source.sql(all(({ before }) => before));
    db = openDatabase(":memory:");
    const first = await ingest(db, source.url);
    await source.sql(all(({ change }) => change));
    states = [first.state, (await ingest(db, source.url)).state];
  });
  afterAll(async () => {
    db.close();
    await source.drop();
    await runSql(postgresUrl(server.port), `DROP ROLE ${role}`);
  });

  test.each(cases)("$name: version $version", ({ schema, entity, version, fields }) => {
    const fqn = `shop.${source.name}.${schema}${entity === null ? "" : `.${entity}`}`;
    const row = db.get<{ id: number }>("SELECT id FROM entity WHERE fqn = ?", fqn);
    const [latest] = historyOf(db, row?.id ?? 0).toSorted((a, b) => b.seq - a.seq);
    // The statement that makes a table follows from everything else about it.
    const names = (changed: { name: string }[] = []): string[] =>
      changed.map(({ name }) => name).filter((name) => entity !== "t" || name !== "schemaDefinition");
    const { change } = latest ?? {};
    expect([
      entities(db).get(fqn)?.version,
      names(change?.fieldsAdded),
      names(change?.fieldsUpdated),
      names(change?.fieldsDeleted),
    ]).toEqual([version, fields.added ?? [], fields.updated ?? [], fields.deleted ?? []]);
  });

  test("both runs were a success", () => {
    expect(states).toEqual(["success", "success"]);
  });

  test("nothing else has a second version", () => {
    const expected = new Set(
      cases.map(({ schema, entity }) => `shop.${source.name}.${schema}${entity === null ? "" : `.${entity}`}`),
    );
    const changed = [...entities(db).values()].filter(({ version }) => version !== "0.1");
    expect(changed.map(({ fullyQualifiedName }) => fullyQualifiedName).filter((fqn) => !expected.has(fqn))).toEqual([]);
  });

  test("and a third run changes nothing", async () => {
    const before = exported(db);
    await ingest(db, source.url);
    expect(differences(exported(db), before)).toEqual([]);
  });
});
