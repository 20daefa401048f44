import { isSourceError } from "@headwater/core";
import { createDatabase, freePort, postgresUrl, runSql, startFaultProxy } from "@headwater/test-servers";
import { describePostgres } from "@headwater/test-servers/vitest";
import { expect, test } from "vitest";
import { postgres } from "../src/index.ts";
import { keys, refusal } from "./connecting.ts";
import { configOf, openPool, readDatabase } from "./reading.ts";

await describePostgres((server) => {
  test("a Unix socket needs neither TLS nor a password", async () => {
    const hostPort = `${server.socketFolder}:${server.port}`;
    const pool = await openPool({ username: "postgres", hostPort, database: "postgres", sslMode: "verify-full" });
    await pool.close();
    const url = await openPool(`postgres:///postgres?host=${server.socketFolder}&port=${server.port}&user=postgres`);
    await url.close();
    const error = await refusal({ username: "postgres", hostPort: `${server.socketFolder}:1`, database: "postgres" });
    expect(error.hint).toBe(`There is no Unix socket at ${server.socketFolder}/.s.PGSQL.1.`);
  });

  test("the application's name is the one given", async () => {
    const database = await createDatabase(server);
    const driver = await postgres.connect(configOf(`${database.url}?application_name=elsewhere`), {
      intent: "metadata",
      group: "",
      signal: new AbortController().signal,
    });
    const rows = await database.sql(
      "SELECT application_name FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    expect(rows).toEqual([{ application_name: "elsewhere" }]);
    await driver.close();
    await database.drop();
  });

  test("one round trip opens a snapshot that cannot write, bounded in time, with an empty search path", async () => {
    const driver = await postgres.connect(configOf(postgresUrl(server.port)), {
      intent: "metadata",
      group: "",
      signal: new AbortController().signal,
    });
    await driver.begin(new AbortController().signal);
    const [row] = await runSql(
      postgresUrl(server.port),
      "SELECT query, state, backend_xmin IS NULL AS no_snapshot_yet FROM pg_stat_activity WHERE application_name = 'headwater' AND datname = 'postgres'",
    );
    expect(row).toMatchObject({ state: "idle in transaction" });
    expect(String(row?.["query"])).toMatch(
      /^BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 300000; SET LOCAL lock_timeout = 3000; /,
    );
    await driver.end();
    await driver.close();
  });

  test("wrong password, unknown role, database, host and port are each told apart", async () => {
    const wrong = await refusal(keys(server, { authType: { password: "canary-secret" } }));
    expect(wrong).toMatchObject({ code: "signIn", sourceCode: "28P01" });
    expect(JSON.stringify([wrong.message, wrong.hint, wrong])).not.toContain("canary-secret");
    expect(await refusal(keys(server, { username: "nobody" }))).toMatchObject({ code: "signIn" });
    expect(await refusal(keys(server, { database: "nowhere" }))).toMatchObject({ code: "signIn", sourceCode: "3D000" });
    const unknown = await refusal(keys(server, { hostPort: "no-such-host.invalid:5432" }));
    expect(unknown.code).toBe("unreachable");
    const closed = await refusal(keys(server, { hostPort: `127.0.0.1:${await freePort()}` }));
    expect(closed).toMatchObject({ code: "unreachable", sourceCode: "ECONNREFUSED" });
    expect(closed.hint).toContain("Is a server listening at 127.0.0.1:");
  });

  test("a server that does not answer is given up", async () => {
    const proxy = await startFaultProxy(server);
    proxy.delay(5_000);
    const began = performance.now();
    const error = await refusal(keys(proxy, { connectionArguments: { connect_timeout: 0.2 } }));
    expect(error.code).toBe("unreachable");
    expect(performance.now() - began).toBeLessThan(2_000);
    await proxy.stop();
  });

  test("an abort ends connecting at once", async () => {
    const proxy = await startFaultProxy(server);
    proxy.delay(5_000);
    const controller = new AbortController();
    const connecting = openPool(keys(proxy), { signal: controller.signal }).catch((error: unknown) => error);
    setTimeout(() => controller.abort(), 50);
    const began = performance.now();
    const thrown = await connecting;
    expect(isSourceError(thrown) && thrown.code).toBe("interrupted");
    expect(performance.now() - began).toBeLessThan(1_000);
    await proxy.stop();
  });

  test("a statement that takes too long is a timeout", async () => {
    const database = await createDatabase(server, {
      // A thousand expressions take more than two milliseconds to write.
      sql: `CREATE TABLE wide (${Array.from({ length: 1_000 }, (_, at) => `c${at} integer DEFAULT ${at} CHECK (c${at} > 0)`).join(", ")})`,
    });
    const error = await readDatabase(`${database.url}?statement_timeout=2`, database.name).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: "timeout", sourceCode: "57014" });
    await database.drop();
  });

  test("no connection left is a reason to come later", async () => {
    const role = `limited_${server.major}`;
    await runSql(postgresUrl(server.port), `CREATE ROLE ${role} LOGIN PASSWORD 'p' CONNECTION LIMIT 1`);
    const url = postgresUrl(server.port, "postgres", { user: role, password: "p" });
    const pool = await openPool(url);
    expect(pool.limit).toBe(1);
    const driver = postgres.connect(configOf(url), {
      intent: "metadata",
      group: "",
      signal: new AbortController().signal,
    });
    await expect(driver).rejects.toMatchObject({ code: "throttled", sourceCode: "53300" });
    await pool.close();
    await expect
      .poll(() =>
        runSql(postgresUrl(server.port), `DROP ROLE ${role}`).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
  });

  test("at most half of what the server has left is taken", async () => {
    const pool = await openPool(keys(server), { limit: 100 });
    const [row] = await runSql<{ left: number }>(
      postgresUrl(server.port),
      `SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int - (
        SELECT sum(numbackends) FROM pg_stat_database)::int AS left`,
    );
    expect(pool.limit).toBeGreaterThan(5);
    expect(pool.limit).toBeLessThanOrEqual(Math.ceil((row?.left ?? 0) / 2) + 5);
    await pool.close();
  });
});
