import { isSourceError, type SourceError } from "@headwater/core";
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
import { postgres } from "../src/index.ts";
import { ALL, inSession, list, node, openPool, readDatabase } from "./reading.ts";

for (const major of testedMajors())
  await describeWith(
    `PostgreSQL ${major} and a role with few rights`,
    () => startPostgres({ major }),
    (server: PostgresServer) => {
      let open: TestDatabase;
      const reader = { user: 're"ader', password: "p" };
      const url = (name: string, query = ""): string => `${postgresUrl(server.port, name, reader)}${query}`;
      const asOwner = (statements: string): Promise<unknown> => runSql(server.url(open.name), statements);

      beforeAll(async () => {
        for (const statement of [
          `CREATE ROLE "re""ader" LOGIN PASSWORD 'p'`,
          'CREATE DATABASE "closed ""off"""',
          'REVOKE CONNECT ON DATABASE "closed ""off""" FROM PUBLIC',
          "CREATE DATABASE unused ALLOW_CONNECTIONS false",
        ])
          await runSql(server.url(), statement);
        open = await createDatabase(server, {
          name: "open",
          sql: `CREATE SCHEMA hidden; CREATE TABLE hidden.t (id integer PRIMARY KEY DEFAULT 1 CHECK (id > 0)); COMMENT ON TABLE hidden.t IS 'Nobody may select';
            REVOKE ALL ON SCHEMA hidden FROM PUBLIC; CREATE VIEW hidden.v AS SELECT * FROM hidden.t;
            CREATE FUNCTION hidden.f() RETURNS integer LANGUAGE sql AS 'SELECT 1'`,
        });
      });
      afterAll(() => server.stop());

      /** The error of a reading that must fail. */
      const refused = async (): Promise<SourceError> => {
        const thrown: unknown = await readDatabase(url(open.name), open.name).then(
          () => null,
          (error: unknown) => error,
        );
        if (isSourceError(thrown)) return thrown;
        throw new Error(`It was not refused: ${String(thrown)}`);
      };

      test("a role without any grant reads everything there is", async () => {
        const reading = await readDatabase(url(open.name), open.name);
        const all = await readDatabase(open.url, open.name);
        expect([...reading.entities]).toEqual([...all.entities]);
        expect(reading.entities.has("open/hidden/t")).toBe(true);
      });

      test("databases the configuration leaves out are skipped", async () => {
        const pool = await openPool(url(open.name));
        const found = await inSession(pool, "", (session) => list(session, "database", [[]]));
        await pool.close();
        expect(found.map(({ name, skip, blocked }) => [name, skip !== undefined, blocked !== undefined])).toEqual([
          ['closed "off"', true, false],
          ["open", false, false],
          ["postgres", true, false],
          ["unused", true, false],
        ]);
      });

      test("a database without CONNECT, or that takes no connections, is a note and not a failure", async () => {
        const pool = await openPool(url(""));
        const found = await inSession(pool, "", (session) => list(session, "database", [[]]));
        const blocked = new Map(found.flatMap(({ name, blocked: why }) => (why === undefined ? [] : [[name, why]])));
        expect(found).toHaveLength(4);
        expect([...blocked.keys()]).toEqual(['closed "off"', "unused"]);
        expect(blocked.get('closed "off"')).toEqual({
          reason: 'The role re"ader may not connect to the database closed "off".',
          hint: 'Let its owner run: GRANT CONNECT ON DATABASE "closed ""off""" TO "re""ader";',
          failure: false,
        });
        const entering = await pool.acquire('closed "off"').catch((error: unknown) => error);
        expect(entering).toMatchObject({ code: "denied", sourceCode: "42501" });
        await pool.close();
      });

      test("a database without CONNECT that is named ends the run", async () => {
        const error = await openPool(url('closed "off"')).catch((thrown: unknown) => thrown);
        expect(error).toMatchObject({ code: "denied", sourceCode: "42501" });
      });

      test.each([
        ["pg_catalog.pg_namespace", "databaseSchema"],
        ["pg_catalog.pg_class", "table"],
        ["pg_catalog.pg_proc", "storedProcedure"],
      ])("a role without SELECT on %s cannot list, and is told the grant", async (catalog) => {
        await asOwner(`REVOKE SELECT ON ${catalog} FROM PUBLIC`);
        const error = await refused();
        await asOwner(`GRANT SELECT ON ${catalog} TO PUBLIC`);
        expect(error).toMatchObject({ code: "denied", sourceCode: "42501" });
        expect(error.hint).toContain(`GRANT SELECT ON ${catalog.split(".")[1]} TO "re""ader"`);
      });

      test("policies are not needed where tags are not wanted", async () => {
        await asOwner("REVOKE SELECT ON pg_catalog.pg_policy FROM PUBLIC");
        const without = await readDatabase(url(open.name), open.name, { want: { ...ALL, tags: false } });
        const error = await refused();
        await asOwner("GRANT SELECT ON pg_catalog.pg_policy TO PUBLIC");
        expect(without.entities.has("open/hidden/t")).toBe(true);
        expect(error).toMatchObject({ code: "denied" });
      });

      test("without its identifier a server is known by its address", async () => {
        await asOwner("REVOKE EXECUTE ON FUNCTION pg_catalog.pg_control_system() FROM PUBLIC");
        const pool = await openPool(url(open.name));
        const { identity } = await pool.hello();
        await pool.close();
        await asOwner("GRANT EXECUTE ON FUNCTION pg_catalog.pg_control_system() TO PUBLIC");
        expect(identity).toBe(`address 127.0.0.1:${server.port}`);
      });

      test("the check names what is missing, what it costs and what mends it", async () => {
        const outcomes = async (connection: string): Promise<[string, string | null][]> => {
          const pool = await openPool(connection);
          const results = await inSession(pool, "", async (session) => {
            const all: [string, string | null][] = [];
            for (const step of postgres.check)
              all.push([
                step.name,
                await step.run(session as never).then(
                  () => null,
                  (error: unknown) => (isSourceError(error) ? `${step.loses}: ${error.hint}` : String(error)),
                ),
              ]);
            return all;
          });
          await pool.close();
          return results;
        };
        const isQueries = ([name]: [string, string | null]): boolean => name === "Read what queries were run";
        const [queries] = (await outcomes(url(open.name))).filter(isQueries);
        expect(queries?.[1]).toContain("CREATE EXTENSION pg_stat_statements");
        const fine = (await outcomes(url(open.name))).filter((outcome) => !isQueries(outcome));
        expect(fine.filter(([, problem]) => problem !== null)).toEqual([]);
        expect(fine.length).toBeGreaterThan(8);

        const all = (await outcomes(url(""))).filter((outcome) => !isQueries(outcome));
        expect(all.filter(([, problem]) => problem !== null)).toEqual([
          ["List the databases", 'nothing can be read: GRANT CONNECT ON DATABASE "closed ""off""" TO "re""ader";'],
        ]);

        const lost = [
          "SELECT ON pg_catalog.pg_attribute",
          "SELECT ON pg_catalog.pg_enum",
          "SELECT ON pg_catalog.pg_policy",
          "EXECUTE ON FUNCTION pg_catalog.pg_get_viewdef(oid, boolean)",
          "EXECUTE ON FUNCTION pg_catalog.pg_get_functiondef(oid)",
          "EXECUTE ON FUNCTION pg_catalog.pg_control_system()",
        ];
        for (const right of lost) await asOwner(`REVOKE ${right} FROM PUBLIC`);
        const missing = (await outcomes(url(open.name))).filter((outcome) => !isQueries(outcome));
        for (const right of lost) await asOwner(`GRANT ${right} TO PUBLIC`);
        expect(missing.flatMap(([, problem]) => (problem === null ? [] : [problem.replace(/^.*: /, "")]))).toEqual(
          lost.map((right) => `GRANT ${right} TO "re""ader";`).toSorted((a, b) => order(a) - order(b)),
        );
        function order(grant: string): number {
          return ["attribute", "enum", "viewdef", "functiondef", "policy", "control"].findIndex((word) =>
            grant.includes(word),
          );
        }
      });

      test("an object that is gone by the time it is read, or has another name, is left out", async () => {
        await asOwner(
          "CREATE TABLE going (id integer); CREATE TABLE renamed (id integer); CREATE VIEW lost AS SELECT 1 AS one; CREATE FUNCTION leaving() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        );
        const pool = await openPool(open.url);
        const parents = [[open.name, "public"]];
        const tables = await inSession(pool, open.name, (session) => list(session, "table", parents));
        const routines = await inSession(pool, open.name, (session) => list(session, "storedProcedure", parents));
        await asOwner("DROP TABLE going; ALTER TABLE renamed RENAME TO other; DROP VIEW lost; DROP FUNCTION leaving()");
        const read: unknown[] = [];
        await inSession(pool, open.name, async (session) => {
          for await (const item of node("table").read?.(session, { members: tables, want: ALL }) ?? []) read.push(item);
          for await (const item of node("storedProcedure").read?.(session, { members: routines, want: ALL }) ?? [])
            read.push(item);
        });
        await pool.close();
        expect([tables.length, routines.length]).toEqual([3, 1]);
        expect(read).toEqual([]);
      });
    },
  );
