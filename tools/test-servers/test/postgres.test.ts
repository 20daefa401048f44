import { expect, test } from "vitest";
import { createDatabase, runSql, splitStatements, startPgBouncer, startPostgres } from "../src/index.ts";
import { describePostgres, describeWith, sharedPostgres } from "../src/vitest.ts";

await describePostgres((server) => {
  test("is the version it says", async () => {
    const database = await createDatabase(server, {
      name: `it's "odd" ${process.pid}`,
      sql: "CREATE TABLE t (a int); ANALYZE t",
    });
    const [row] = await database.sql<{ v: string; d: string }>("SELECT version() AS v, current_database() AS d");
    expect(row?.v).toContain(`PostgreSQL ${server.version}`);
    expect(row?.d).toBe(database.name);
    await database.drop();
  });

  test("is one server for everybody who asks", async () => {
    expect((await sharedPostgres(server.major)).pid).toBe(server.pid);
  });
});

await describeWith(
  "a server of one's own",
  () => startPostgres({ settings: { max_connections: 20 }, tls: true }),
  (server) => {
    test("takes settings and has TLS", async () => {
      expect(await runSql(server.url(), "SHOW max_connections")).toEqual([{ max_connections: "20" }]);
      expect(await runSql(server.url(), "SHOW ssl")).toEqual([{ ssl: "on" }]);
      expect(server.certificates?.ca.cert).toContain("BEGIN CERTIFICATE");
    });

    test("keeps its data over a crash", async () => {
      await runSql(server.url(), "CREATE TABLE kept (a int)");
      await server.kill();
      await expect(runSql(server.url(), "SELECT 1")).rejects.toThrow(/ECONNREFUSED/);
      await server.restart();
      expect(await runSql(server.url(), "SELECT count(*)::int AS n FROM kept")).toEqual([{ n: 0 }]);
    });

    test("has a standby that follows it", async () => {
      const standby = await startPostgres({ standbyOf: server, settings: { max_connections: 20 } });
      try {
        await runSql(server.url(), "CREATE TABLE replicated (a int)");
        expect(await runSql(standby.url(), "SELECT pg_is_in_recovery() AS it")).toEqual([{ it: true }]);
        await expect
          .poll(() => runSql(standby.url(), "SELECT to_regclass('replicated')::text AS name"))
          .toEqual([{ name: "replicated" }]);
      } finally {
        await standby.stop();
        await server.stop();
      }
    });
  },
);

await describeWith(
  "pgbouncer",
  async () => startPgBouncer(await sharedPostgres()),
  (bouncer) => {
    test("pools by transaction", async () => {
      expect(await runSql(bouncer.url(), "SELECT 1 AS one")).toEqual([{ one: 1 }]);
      await bouncer.stop();
    });
  },
);

test("a script is split at the semicolons that end statements", () => {
  const script = `-- a; comment\nSELECT ';' ; CREATE FUNCTION f() RETURNS int AS $body$ BEGIN; RETURN 1; END $body$ LANGUAGE plpgsql;
    /* ; */ SELECT "a;b", 'it''s; so';\n-- nothing more;`;
  expect(splitStatements(script)).toEqual([
    "-- a; comment\nSELECT ';'",
    "CREATE FUNCTION f() RETURNS int AS $body$ BEGIN; RETURN 1; END $body$ LANGUAGE plpgsql",
    `/* ; */ SELECT "a;b", 'it''s; so'`,
  ]);
});
