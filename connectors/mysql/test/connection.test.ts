import { isSourceError } from "@headwater/core";
import { createSchema, freePort, MYSQL_PASSWORD, mysqlUrl, runMysql, startFaultProxy } from "@headwater/test-servers";
import { describeMysql } from "@headwater/test-servers/vitest";
import { expect, test } from "vitest";
import { mysql } from "../src/index.ts";
import { configOf, inSession, openPool, readServer, refusal } from "./reading.ts";

/** Keys of a workflow file for a server, as its superuser. */
const keys = (server: { port: number }, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  username: "root",
  authType: { password: MYSQL_PASSWORD },
  hostPort: `localhost:${server.port}`,
  ...more,
});

/** What an escaper with a hole would let through: a statement between two others. */
const smuggled = (statement: string): { objects: { kind: string; schema: string; name: string }[] } => ({
  objects: [{ kind: `DATABASE mysql; ${statement}; SHOW CREATE TABLE`, schema: "mysql", name: "user" }],
});

await describeMysql((server) => {
  const root = <Row = Record<string, unknown>>(text: string): Promise<Row[]> =>
    runMysql<Row>(mysqlUrl(server.port), text);

  test("a Unix socket needs no TLS", async () => {
    const hostPort = server.socket;
    const pool = await openPool(keys(server, { hostPort, sslMode: "verify-full" }));
    await pool.close();
    const url = await openPool(`mysql://root:${MYSQL_PASSWORD}@localhost/?socket=${encodeURIComponent(server.socket)}`);
    await url.close();
    const error = await refusal(keys(server, { hostPort: `${server.socket}.not` }));
    expect(error.hint).toBe(`There is no Unix socket at ${server.socket}.not.`);
  });

  test("a server is known by its own number where it has one, by its address where it has none", async () => {
    const pool = await openPool(keys(server));
    const { identity, version, now, names } = await pool.hello();
    await pool.close();
    const [row] = server.isMariaDb ? [] : await root<{ uuid: string }>("SELECT @@server_uuid AS uuid");
    expect(identity).toBe(server.isMariaDb ? `address localhost:${server.port}` : `server uuid ${row?.uuid}`);
    expect(version).toBe(`${server.isMariaDb ? "MariaDB" : "MySQL"} ${server.version.replace(/-MariaDB.*/, "")}`);
    expect(Math.abs(Date.parse(now ?? "") - Date.now())).toBeLessThan(60_000);
    expect(names).toEqual({ unquoted: "kept", caseSensitive: true });
  });

  test("wrong password, no password, unknown account, host and port are each told apart", async () => {
    const wrong = await refusal(keys(server, { authType: { password: "canary-secret" } }));
    expect(wrong).toMatchObject({ code: "signIn", sourceCode: "1045" });
    expect(wrong.hint).toMatch(/^Check the password of root/);
    expect(JSON.stringify([wrong.message, wrong.hint, wrong])).not.toContain("canary-secret");
    const none = await refusal(keys(server, { authType: {} }));
    expect(none).toMatchObject({ code: "signIn", sourceCode: "1045" });
    expect(none.hint).toMatch(/^No password was given.*MYSQL_PWD/);
    expect(await refusal(keys(server, { username: "nobody" }))).toMatchObject({ code: "signIn" });
    const unknown = await refusal(keys(server, { hostPort: "no-such-host.invalid:3306" }));
    expect(unknown.code).toBe("unreachable");
    const closed = await refusal(keys(server, { hostPort: `127.0.0.1:${await freePort()}` }));
    expect(closed).toMatchObject({ code: "unreachable", sourceCode: "ECONNREFUSED" });
    expect(closed.hint).toContain("Is a server listening at 127.0.0.1:");
  });

  test("a person is asked for the password when the server refuses to do without, once", async () => {
    const config = configOf(keys(server, { authType: {} }));
    const asked: string[] = [];
    const connect = (): ReturnType<typeof mysql.connect> =>
      mysql.connect(config, {
        intent: "metadata",
        group: "",
        signal: new AbortController().signal,
        prompt: async (question) => {
          asked.push(question);
          return configOf(keys(server)).password;
        },
      });
    const drivers = [await connect(), await connect()];
    for (const driver of drivers) await driver.close();
    expect(asked).toEqual(["Password for root at localhost"]);
  });

  test("a session can write nothing, and tells the server who it is", async () => {
    const driver = await mysql.connect(configOf(keys(server, { connectionArguments: { program_name: "here" } })), {
      intent: "metadata",
      group: "",
      signal: new AbortController().signal,
    });
    await driver.begin(new AbortController().signal);
    const attributes = await root<{ name: string }>(
      "SELECT attr_value AS name FROM performance_schema.session_connect_attrs WHERE attr_name = 'program_name' AND attr_value = 'here'",
    );
    // MariaDB comes without performance_schema.
    expect(attributes).toHaveLength(server.isMariaDb ? 0 : 1);
    await driver.end();
    await driver.close();
    const pool = await openPool(keys(server));
    const thrown = await inSession(pool, (session) =>
      session.all("statements", smuggled("CREATE TABLE mysql.written (a int)")),
    ).catch((error: unknown) => error);
    await pool.close();
    expect(thrown).toMatchObject({ code: "refused", sourceCode: "1792" });
    expect(await root("SHOW TABLES IN mysql LIKE 'written'")).toEqual([]);
  });

  test("a server that does not answer is given up", async () => {
    const proxy = await startFaultProxy(server);
    proxy.delay(5_000);
    const began = performance.now();
    const error = await refusal(
      keys(proxy, { hostPort: `127.0.0.1:${proxy.port}`, connectionArguments: { connect_timeout: 0.2 } }),
    );
    expect(error.code).toBe("unreachable");
    expect(performance.now() - began).toBeLessThan(3_000);
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
    expect(performance.now() - began).toBeLessThan(2_000);
    await proxy.stop();
  });

  test("an abort ends a query at once, here and on the server", async () => {
    const controller = new AbortController();
    const pool = await openPool(keys(server), { signal: controller.signal });
    const opened = await pool.acquire("");
    await opened.driver.begin(controller.signal);
    const asked = opened.session.all("statements", smuggled("SELECT SLEEP(60)")).catch((error: unknown) => error);
    const sleeping = (): Promise<unknown[]> =>
      root("SELECT id AS id FROM information_schema.processlist WHERE state = 'User sleep'");
    await expect.poll(sleeping).toHaveLength(1);
    const began = performance.now();
    controller.abort();
    const thrown = await asked;
    expect(performance.now() - began).toBeLessThan(2_500);
    expect(isSourceError(thrown) ? thrown.code : thrown).toBe("interrupted");
    await expect.poll(sleeping).toEqual([]);
    await pool.release(opened, true);
  });

  test("no connection left is a reason to come later", async () => {
    const user = `limited_${Date.now()}`;
    await root(`CREATE USER ${user} IDENTIFIED BY 'p' WITH MAX_USER_CONNECTIONS 1`);
    const url = mysqlUrl(server.port, "", { user, password: "p" });
    const pool = await openPool(url, { limit: 8 });
    expect(pool.limit).toBe(1);
    const driver = mysql.connect(configOf(url), {
      intent: "metadata",
      group: "",
      signal: new AbortController().signal,
    });
    await expect(driver).rejects.toMatchObject({
      code: "throttled",
      sourceCode: expect.stringMatching(/^(1203|1226)$/),
    });
    await pool.close();
    await root(`DROP USER ${user}`);
  });

  test("at most half of what the server has left is taken", async () => {
    const pool = await openPool(keys(server), { limit: 1_000 });
    const [row] = await root<{ total: number }>("SELECT @@max_connections AS total");
    expect(pool.limit).toBeGreaterThan(5);
    expect(pool.limit).toBeLessThanOrEqual(Math.ceil((row?.total ?? 0) / 2));
    await pool.close();
  });

  test("a statement that takes too long is a timeout", async () => {
    const schema = await createSchema(server, {
      sql: Array.from(
        { length: 12 },
        (_, at) => `CREATE TABLE t${at} (${Array.from({ length: 200 }, (__, c) => `c${c} int`).join(", ")})`,
      ).join(";"),
    });
    const thrown = await readServer(`${schema.url}?read_timeout=0.001`).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: "timeout", sourceCode: server.isMariaDb ? "1969" : "3024" });
    await schema.drop();
  });
});
