import { type Database, openDatabase } from "@headwater/catalog";
import { createDatabase, postgresUrl, runSql, type TestDatabase } from "@headwater/test-servers";
import { describePostgres, sharedPostgres } from "@headwater/test-servers/vitest";
import { afterAll, beforeAll, expect, test } from "vitest";
import { differences, entities, exported } from "../src/entities.ts";
import { ingest } from "../src/ingest.ts";
import { newProject } from "../src/project.ts";

await describePostgres((server) => {
  const role = `e2e_reader_${server.major}`;
  let open: TestDatabase;
  let closed: TestDatabase;
  const as = (name: string): string => postgresUrl(server.port, name, { user: role, password: "p" });
  const workflow = (database: string): string => `
source:
  type: postgres
  serviceName: shop
  serviceConnection:
    config: { type: Postgres, username: ${role}, authType: { password: p }, hostPort: "127.0.0.1:${server.port}", database: ${database}, ingestAllDatabases: true }
  sourceConfig:
    config: { type: DatabaseMetadata, databaseFilterPattern: { includes: ["^${open.name}$", "^${closed.name}$"] } }
`;
  const grant = (right: string): Promise<unknown> => runSql(postgresUrl(server.port), `GRANT ${right} TO PUBLIC`);
  const revoke = (right: string): Promise<unknown> => runSql(postgresUrl(server.port), `REVOKE ${right} FROM PUBLIC`);

  beforeAll(async () => {
    await runSql(postgresUrl(server.port), `DROP ROLE IF EXISTS ${role}; CREATE ROLE ${role} LOGIN PASSWORD 'p'`);
    const sql = `CREATE TABLE kept (id integer); CREATE VIEW kept_too AS SELECT * FROM kept;
      CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'`;
    open = await createDatabase(server, { sql });
    closed = await createDatabase(server, { sql });
  });
  afterAll(async () => {
    await open.drop();
    await closed.drop();
    await runSql(postgresUrl(server.port), `DROP ROLE ${role}`);
  });

  test("a database that loses CONNECT is noted, is no failure and loses nothing; named, it fails", async () => {
    const db: Database = openDatabase(":memory:");
    const text = workflow(open.name);
    expect(await ingest(db, text)).toMatchObject({ state: "success" });
    const before = exported(db);
    await revoke(`CONNECT ON DATABASE ${closed.name}`);
    for (const round of [1, 2]) {
      const run = await ingest(db, text);
      expect([round, run.state, run.exit]).toEqual([round, "success", 0]);
      expect(run.events).toContainEqual(
        expect.objectContaining({
          event: "not-listed",
          scope: `shop.${closed.name}`,
          failure: false,
          hint: expect.stringContaining("GRANT CONNECT ON DATABASE"),
        }),
      );
      expect(differences(exported(db), before)).toEqual([]);
    }
    // The first database a configuration names is the one that is connected to.
    await expect(ingest(db, workflow(closed.name))).rejects.toMatchObject({ exit: "source" });
    expect(differences(exported(db), before)).toEqual([]);
    await grant(`CONNECT ON DATABASE ${closed.name}`);
    expect(await ingest(db, text)).toMatchObject({ state: "success" });
    expect(differences(exported(db), before)).toEqual([]);
    db.close();
  });

  test.each([
    "pg_namespace",
    "pg_class",
    "pg_proc",
    "pg_attribute",
    "pg_description",
    "pg_constraint",
    "pg_attrdef",
    "pg_type",
    "pg_database",
  ])("a role without SELECT on %s: it is said, and deletes nothing", async (table) => {
    const db: Database = openDatabase(":memory:");
    expect(await ingest(db, as(open.name))).toMatchObject({ state: "success" });
    const before = exported(db);
    await open.sql(`REVOKE SELECT ON pg_catalog.${table} FROM PUBLIC`);
    try {
      for (let round = 0; round < 2; round += 1) {
        const end = await ingest(db, as(open.name)).then(
          ({ exit, events }) => ({ exit, said: JSON.stringify(events) }),
          (error: { exit: string; message: string; hint?: string }) => ({
            exit: error.exit,
            said: `${error.message} ${error.hint}`,
          }),
        );
        expect([4, "source"]).toContain(end.exit);
        expect(end.said).toContain(table);
        expect(end.said).toContain("GRANT SELECT ON");
        expect(differences(exported(db), before)).toEqual([]);
      }
    } finally {
      await open.sql(`GRANT SELECT ON pg_catalog.${table} TO PUBLIC`);
    }
    expect(await ingest(db, as(open.name))).toMatchObject({ state: "success" });
    expect(differences(exported(db), before)).toEqual([]);
    db.close();
  });
});

test("the same service on another server stops, and nothing is lost", async () => {
  const [old, other] = await Promise.all([sharedPostgres(18), sharedPostgres(12)]);
  const sql = "CREATE TABLE only_here (id integer)";
  const [first, second] = await Promise.all([
    createDatabase(old, { sql }),
    createDatabase(other, { sql: "CREATE TABLE only_there (id integer)" }),
  ]);
  const project = newProject();
  await project.succeed("ingest", first.url, "--service", "shop");
  const before = exported(project.catalog);
  const { code, stderr } = await project.run("ingest", second.url, "--service", "shop", "--max-delete", "100%");
  expect(code).toBe(7);
  expect(stderr).toContain("The service shop was read from another server before");
  expect(stderr).toContain("--accept-source");
  expect(differences(exported(project.catalog), before)).toEqual([]);
  // The right server goes on as if nothing had been.
  await project.succeed("ingest", first.url, "--service", "shop");
  expect(differences(exported(project.catalog), before)).toEqual([]);
  await project.succeed("ingest", second.url, "--service", "shop", "--accept-source");
  expect(entities(project.catalog).get(`shop.${second.name}.public.only_there`)).toBeDefined();
  await first.drop();
  await second.drop();
});
