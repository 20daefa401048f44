import { isSourceError, type Manifest } from "@headwater/core";
import {
  createDatabase,
  postgresUrl,
  type PostgresServer,
  runSql,
  startPostgres,
  type TestDatabase,
} from "@headwater/test-servers";
import { describeWith, testedMajors } from "@headwater/test-servers/vitest";
import { afterAll, beforeAll, expect, test } from "vitest";
import json from "../manifest.json" with { type: "json" };
import { NEEDS } from "../src/check.ts";
import { postgres } from "../src/index.ts";
import { openPool, readDatabase } from "./reading.ts";

const manifest = json as Manifest;
const RIGHTS = NEEDS.flatMap(({ tables = [], functions = [] }) => [
  ...tables.map((name) => `SELECT ON pg_catalog.${name}`),
  ...functions.map((name) => `EXECUTE ON FUNCTION pg_catalog.${name}`),
]);

/** What reading metadata needs; what queries were run is another matter. */
const privileges = manifest.privileges.filter(({ capability }) => capability === "metadata");

/** The statements of the manifest for a role and a database, as `headwater grants` prints them. */
function statements(role: string, database: string): string[] {
  const name = (kind: string, value: string): string => postgres.grantName?.(kind, value) ?? "";
  return privileges.map(({ grant = "" }) =>
    grant.replaceAll("{role}", name("role", role)).replaceAll("{database}", name("database", database)),
  );
}

test("the manifest grants what the check looks for, no more and no less", () => {
  const own = NEEDS.map(({ tables = [], functions = [] }) =>
    [
      ...(tables.length > 0 ? [`GRANT SELECT ON ${tables.map((t) => `pg_catalog.${t}`).join(", ")} TO {role};`] : []),
      ...(functions.length > 0
        ? [`GRANT EXECUTE ON FUNCTION ${functions.map((f) => `pg_catalog.${f}`).join(", ")} TO {role};`]
        : []),
    ].join("\n"),
  );
  expect(privileges.map(({ grant }) => grant)).toEqual(["GRANT CONNECT ON DATABASE {database} TO {role};", ...own]);
  expect(privileges.slice(1).map(({ loses, optional }) => [loses, optional !== true])).toEqual(
    NEEDS.map(({ loses, required }) => [loses, required]),
  );
});

const EVERYTHING = `
  CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
  CREATE TYPE pair AS (a integer, b text); CREATE TYPE span AS RANGE (subtype = integer);
  CREATE TABLE t (id integer PRIMARY KEY DEFAULT 1 CHECK (id > 0), m mood, p positive, q pair, s span, n varchar(20) COLLATE "C");
  COMMENT ON TABLE t IS 'a table'; CREATE TABLE child () INHERITS (t);
  CREATE TABLE parts (at date) PARTITION BY RANGE (at); CREATE TABLE part PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
  CREATE FOREIGN DATA WRAPPER none; CREATE SERVER far FOREIGN DATA WRAPPER none; CREATE FOREIGN TABLE away (id integer) SERVER far;
  CREATE VIEW v AS SELECT id FROM t; CREATE MATERIALIZED VIEW mv AS SELECT id FROM t;
  CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT a'; CREATE PROCEDURE pr() LANGUAGE sql AS 'SELECT 1';
  CREATE AGGREGATE total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0');
  CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TRIGGER fired BEFORE INSERT ON child FOR EACH ROW EXECUTE FUNCTION fire();
  CREATE RULE quiet AS ON DELETE TO child DO INSTEAD NOTHING;
  CREATE POLICY own ON t USING (id > 0);`;

// Where a right is looked for did not change between majors; the soak shows it for each.
for (const major of process.env["HEADWATER_SOAK"] === "1" ? testedMajors() : testedMajors().slice(-1))
  await describeWith(
    `PostgreSQL ${major} where nobody may anything`,
    () => startPostgres({ major }),
    (server: PostgresServer) => {
      const reader = { user: "least of all", password: "p" };
      let database: TestDatabase;
      const asOwner = (sql: string): Promise<unknown> => runSql(server.url(database.name), sql);
      const url = (): string => postgresUrl(server.port, database.name, reader);

      beforeAll(async () => {
        await runSql(server.url(), `CREATE ROLE "least of all" LOGIN PASSWORD 'p'`);
        database = await createDatabase(server, { name: "the data", sql: EVERYTHING });
        for (const right of RIGHTS) await asOwner(`REVOKE ${right} FROM PUBLIC`);
        await asOwner('REVOKE CONNECT ON DATABASE "the data" FROM PUBLIC');
      });
      afterAll(() => server.stop());

      /** Everything that is read and how the server is known, or the error. */
      async function reading(): Promise<string> {
        try {
          const { entities, setAside } = await readDatabase(url(), database.name);
          const pool = await openPool(url());
          const { identity } = await pool.hello();
          await pool.close();
          return JSON.stringify([[...entities], setAside, identity]);
        } catch (error) {
          if (isSourceError(error)) return `${error.code}: ${error.message}`;
          throw error;
        }
      }

      test("the granted rights are enough, and each is needed", { timeout: 120_000 }, async () => {
        expect(await reading()).toMatch(/^denied/);
        for (const statement of statements("least of all", "the data")) await asOwner(statement);
        const whole = await reading();
        const { entities } = await readDatabase(database.url, database.name);
        expect(JSON.parse(whole)).toEqual([
          JSON.parse(JSON.stringify([...entities])),
          [],
          expect.stringContaining("system identifier"),
        ]);
        const needless: string[] = [];
        for (const right of ['CONNECT ON DATABASE "the data"', ...RIGHTS]) {
          await asOwner(`REVOKE ${right} FROM "least of all"`);
          if ((await reading()) === whole) needless.push(right);
          await asOwner(`GRANT ${right} TO "least of all"`);
        }
        expect(needless).toEqual([]);
        expect(await reading()).toBe(whole);
      });
    },
  );
