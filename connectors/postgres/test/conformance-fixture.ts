/** PostgreSQL servers to test the connector against. */
import {
  createDatabase,
  type FaultProxy,
  POSTGRES_PASSWORD,
  type PostgresAddress,
  runSql,
  startPostgres,
  type TestDatabase,
} from "@headwater/test-servers";
import type { Connection, Fixture, Seed, SeededLog, SeededSource, SeedObject } from "@headwater/testkit";
import { identifier, qualified } from "../src/escape.ts";

/** Somebody who may connect and nothing else. */
const GUEST = "conformance_guest";

/** Longer than any cancelling may take. */
const SILENCE_MS = 8_000;

/** Every kind the connector declares, once. */
const SHOWCASE = `
CREATE SCHEMA "all";
CREATE TABLE "all".regular (id int);
CREATE TABLE "all".partitioned (id int) PARTITION BY RANGE (id);
CREATE VIEW "all".view AS SELECT id FROM "all".regular;
CREATE MATERIALIZED VIEW "all".materialized AS SELECT id FROM "all".regular;
CREATE EXTENSION file_fdw SCHEMA "all";
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE "all".foreign (id int) SERVER files OPTIONS (filename '/nowhere');
CREATE FUNCTION "all".function() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE "all".procedure() LANGUAGE sql AS 'SELECT 1';`;

/** A fixture on a server, through a proxy that can hold its answers back. */
export function postgresFixture(source: string, server: PostgresAddress, proxy: FaultProxy): Fixture {
  const withSql = async (sql: string): Promise<SeededSource> => {
    // A database template1 gave a schema of its own would have more than was asked for.
    const database = await createDatabase(server, { sql: `DROP SCHEMA public; ${sql}` });
    return seeded(database, proxy);
  };
  return {
    source,
    secret: POSTGRES_PASSWORD,
    many: 1_500,
    // All of them take a minute.
    ...(process.env["HEADWATER_SOAK"] === "1" ? {} : { faultSteps: 3 }),
    types: {
      smallint: "SMALLINT",
      integer: "INT",
      bigint: "BIGINT",
      "numeric(10,2)": "NUMERIC",
      real: "FLOAT",
      "double precision": "DOUBLE",
      "character varying(20)": "VARCHAR",
      "character(3)": "CHAR",
      text: "TEXT",
      bytea: "BYTEA",
      boolean: "BOOLEAN",
      date: "DATE",
      "time without time zone": "TIME",
      "timestamp without time zone": "TIMESTAMP",
      "timestamp with time zone": "TIMESTAMPZ",
      interval: "INTERVAL",
      uuid: "UUID",
      json: "JSON",
      jsonb: "JSON",
      "integer[]": "ARRAY",
    },
    withWrongSecret: (connection) => ({ ...connection, authType: { password: "guessed" } }),
    showcase: () => withSql(SHOWCASE),
    seed: (seed) => withSql(sqlOf(seed)),
    log: logged,
  };
}

/** A server that logs every statement, with some that were run. */
async function logged(): Promise<SeededLog> {
  const server = await startPostgres({
    major: 18,
    settings: {
      logging_collector: "on",
      log_destination: "csvlog",
      log_statement: "all",
      log_min_messages: "warning",
    },
  });
  const queries: { text: string; at: number }[] = [];
  for (let run = 1; run <= 10; run += 1) {
    const query = { text: `SELECT ${run} AS run_${run}`, at: Date.now() };
    await runSql(server.url(), query.text);
    queries.push(query);
  }
  return { connection: connectionTo(server.port, "postgres"), queries, stop: () => server.stop() };
}

const connectionTo = (port: number, database: string): Connection => ({
  type: "Postgres",
  username: "postgres",
  authType: { password: POSTGRES_PASSWORD },
  hostPort: `127.0.0.1:${port}`,
  database,
});

const sqlOf = (seed: Seed): string =>
  seed
    .flatMap(({ scope, objects }) => [
      `CREATE SCHEMA ${identifier(scope)};`,
      ...objects.map((object) => createTable(scope, object)),
    ])
    .join("\n");

const createTable = (scope: string, { name, columns }: SeedObject): string =>
  `CREATE TABLE ${qualified(scope, name)} (${columns
    .map((column) => `${identifier(column.name)} ${column.type ?? "text"}`)
    .join(", ")});`;

function seeded(database: TestDatabase, proxy: FaultProxy): SeededSource {
  const connection = connectionTo(proxy.port, database.name);
  return {
    connection,
    path: (scope) => [database.name, scope],
    stop: () => database.drop(),
    async change(change) {
      const { scope } = change;
      if (change.do === "add") await database.sql(createTable(scope, change.object));
      else if (change.do === "drop") await database.sql(`DROP TABLE ${qualified(scope, change.name)}`);
      else
        await database.sql(
          `ALTER TABLE ${qualified(scope, change.name)} ADD ${identifier(change.column.name)} ${change.column.type ?? "text"}`,
        );
    },
    async contents() {
      const rows = await database.sql(`
        SELECT 'relation' AS what, oid, relname AS name, relnatts AS size FROM pg_class
        UNION ALL SELECT 'routine', oid, proname, pronargs FROM pg_proc
        UNION ALL SELECT 'schema', oid, nspname, 0 FROM pg_namespace
        ORDER BY 1, 2`);
      return JSON.stringify(rows);
    },
    async hide(scope) {
      // Every role sees every name of a database; what it may not do is use them.
      await database.sql(`
        DO $$ BEGIN CREATE ROLE ${GUEST} LOGIN PASSWORD '${POSTGRES_PASSWORD}'; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
        REVOKE ALL ON SCHEMA ${identifier(scope)} FROM PUBLIC;`);
      return { ...connection, username: GUEST };
    },
    async stall() {
      proxy.delay(SILENCE_MS);
      return () => proxy.delay(0);
    },
  };
}
