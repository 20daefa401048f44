import { createServer, request as httpRequest } from "node:http";
import { isSourceError, type SourceError } from "@headwater/core";
import { CLICKHOUSE_PASSWORD, freePort, startClickHouse, startFaultProxy } from "@headwater/test-servers";
import { describeWith } from "@headwater/test-servers/vitest";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { clickhouse } from "../src/index.ts";
import { ALL, configOf, inSession, list, openPool, readAll } from "./reading.ts";

/** The error of something that must fail. */
async function errorOf(work: () => Promise<unknown>): Promise<SourceError> {
  try {
    await work();
  } catch (error) {
    if (isSourceError(error)) return error;
    throw error;
  }
  throw new Error("It did not fail.");
}

const keys = (port: number, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  username: "reader",
  password: CLICKHOUSE_PASSWORD,
  hostPort: `localhost:${port}`,
  ...more,
});
const connecting = (config: Record<string, unknown>): Promise<SourceError> =>
  errorOf(async () => (await openPool(config)).close());

await describeWith("ClickHouse", startClickHouse, (server) => {
  beforeAll(async () => {
    await server.sql("CREATE DATABASE shop");
    for (let number = 0; number < 40; number += 1)
      await server.sql(`CREATE TABLE shop.t${number} (id UInt64, name String) ENGINE = MergeTree ORDER BY id`);
  });
  afterEach(() => server.control({ faults: [], readonly: 0, grants: null, roles: {} }));
  afterAll(() => server.stop());

  /** Lists the tables of one schema, in a session of its own. */
  const listing = async (connection: string | Record<string, unknown> = server.url()): Promise<number> => {
    const pool = await openPool(connection);
    try {
      return (await inSession(pool, "", (session) => list(session, "table", [["default", "shop"]]))).length;
    } finally {
      await pool.close();
    }
  };

  test("a wrong password and an unknown user are refused, by name", async () => {
    for (const wrong of [{ password: "wrong" }, { username: "nobody" }]) {
      const error = await connecting(keys(server.port, wrong));
      expect([error.code, error.sourceCode]).toEqual(["signIn", "516 AUTHENTICATION_FAILED"]);
      expect(error.message).toContain(`Cannot connect to localhost:${server.port}`);
      expect(error.hint).toContain(wrong.username ?? "reader");
      expect(`${error.stack} ${String(error.cause)}`).not.toContain("wrong");
    }
  });

  test("a password is asked for only when the server wants one", async () => {
    const asked: string[] = [];
    const { password: _password, ...without } = keys(server.port);
    const secret = configOf(keys(server.port)).password;
    const driver = await clickhouse.connect(configOf(without), {
      intent: "metadata",
      group: "",
      signal: new AbortController().signal,
      prompt: async (question) => {
        asked.push(question);
        return secret;
      },
    });
    await driver.close();
    expect(asked).toEqual([`Password of the user reader at localhost:${server.port}`]);
  });

  test("an unknown host and a port where nobody listens", async () => {
    const unknown = await connecting(keys(1, { hostPort: "nobody.invalid:8123" }));
    expect(unknown.code).toBe("unreachable");
    expect(unknown.message).toMatch(/nobody\.invalid:8123/);
    const port = await freePort();
    const refused = await connecting(keys(port));
    expect([refused.code, refused.sourceCode]).toEqual(["unreachable", "ECONNREFUSED"]);
    expect(refused.hint).toContain(`localhost:${port}`);
  });

  test("a proxy of the environment is gone through", async () => {
    const through: string[] = [];
    const proxy = createServer((request, response) => {
      through.push(request.url ?? "");
      const { hostname, port, pathname, search } = new URL(request.url ?? "");
      const { method, headers } = request;
      const onward = httpRequest({ hostname, port, path: `${pathname}${search}`, method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      request.pipe(onward);
    });
    const port = await freePort();
    await new Promise<void>((resolve) => proxy.listen(port, "127.0.0.1", resolve));
    vi.stubEnv("HTTP_PROXY", `http://127.0.0.1:${port}`);
    try {
      expect(await listing()).toBe(40);
    } finally {
      vi.unstubAllEnvs();
      proxy.closeAllConnections();
      proxy.close();
    }
    expect(through.length).toBeGreaterThan(3);
    expect(through[0]).toMatch(`http://localhost:${server.port}/`);
  });

  test("a server that never answers is given up", async () => {
    await server.control({ faults: [{ query: "SELECT 1$|SELECT 1\\s", does: { hang: true } }] });
    const error = await connecting(keys(server.port, { connectionArguments: { connect_timeout: 0.2 } }));
    expect(error.code).toBe("unreachable");
    expect(error.message).toContain("no answer within 0.2 s");
  });

  test("our queries can be told from others, and may only read", async () => {
    await listing();
    const asked = (await server.asked()).filter(({ userAgent }) => userAgent.startsWith("headwater"));
    expect(asked.length).toBeGreaterThan(2);
    for (const { queryId, settings } of asked) {
      expect(queryId).toMatch(/^headwater-[0-9a-f-]{36}$/);
      expect(settings).toMatchObject({ readonly: "2", log_comment: "headwater", max_execution_time: "300" });
    }
    expect(new Set(asked.map(({ queryId }) => queryId)).size).toBe(asked.length);
  });

  test("a user that may change no setting is read without any", async () => {
    await server.control({ readonly: 1 });
    const before = (await server.asked()).length;
    expect(await listing()).toBe(40);
    const asked = (await server.asked()).slice(before).filter(({ userAgent }) => userAgent.startsWith("headwater"));
    expect(asked.map(({ settings }) => Object.keys(settings).length)).toEqual([5, ...asked.slice(1).map(() => 0)]);
    await server.control({ readonly: 2 });
    expect(await listing()).toBe(40);
  });

  test("an error that comes after status 200, in the body, is the error it is", async () => {
    const late =
      "Code: 241. DB::Exception: Memory limit (total) exceeded: would use 2 GiB. (MEMORY_LIMIT_EXCEEDED) (version 24.8.1.1)";
    await server.control({ faults: [{ query: "FROM system.tables", does: { late } }] });
    const error = await errorOf(() => listing());
    expect([error.code, error.sourceCode]).toEqual(["refused", "241 MEMORY_LIMIT_EXCEEDED"]);
    expect(error.message).toContain("Memory limit");
    // In the output format of some versions.
    const json = `{"exception": "${late}"}`;
    await server.control({ faults: [{ query: "FROM system.tables", does: { late: json } }] });
    expect((await errorOf(() => listing())).sourceCode).toBe("241 MEMORY_LIMIT_EXCEEDED");
  });

  test("a connection that breaks in the middle of an answer is an error, wherever it breaks", async () => {
    await server.control({ faults: [{ query: "FROM system.tables", does: { cut: true } }] });
    expect((await errorOf(() => listing())).code).toBe("unreachable");
    await server.control({ faults: [] });

    const proxy = await startFaultProxy(server);
    try {
      await listing(keys(proxy.port));
      const { bytes } = proxy.toClient;
      // The whole answers and the error that is thrown are the only two things that may come of it.
      const outcomes: unknown[] = [];
      for (let at = 0; at < bytes; at += Math.ceil(bytes / 25)) {
        proxy.cut({ direction: "toClient", at: { byte: at } });
        const outcome = await listing(keys(proxy.port)).catch((error: SourceError) => error.code);
        outcomes.push(outcome);
      }
      expect(new Set(outcomes)).toEqual(new Set(["unreachable"]));
      expect(outcomes.length).toBeGreaterThan(20);
      proxy.cut(null);
      expect(await listing(keys(proxy.port))).toBe(40);
    } finally {
      await proxy.stop();
    }
  });

  test("a query is given up at once when the run is interrupted", async () => {
    await server.control({ faults: [{ query: "FROM system.tables", does: { hang: true } }] });
    const stop = new AbortController();
    const pool = await openPool(server.url(), { signal: stop.signal });
    const asking = errorOf(() => inSession(pool, "", (session) => list(session, "table", [["default", "shop"]])));
    setTimeout(() => stop.abort(), 50);
    expect((await asking).code).toBe("interrupted");
    await pool.close();
  });

  test("a busy server is told from one that refuses", async () => {
    const error =
      "Code: 202. DB::Exception: Too many simultaneous queries. Maximum: 100. (TOO_MANY_SIMULTANEOUS_QUERIES)";
    await server.control({ faults: [{ query: "FROM system.tables", does: { error } }] });
    const busy = await errorOf(() => listing());
    expect([busy.code, busy.sourceCode]).toEqual(["throttled", "202 TOO_MANY_SIMULTANEOUS_QUERIES"]);
    // The very first query is asked again, because there is no other session to go on with.
    await server.control({ faults: [{ query: "SELECT 1", times: 2, does: { error } }] });
    expect(await listing()).toBe(40);
  });

  test("a query the server stops for its time is a timeout", async () => {
    const pool = await openPool(keys(server.port, { connectionArguments: { send_receive_timeout: 1 } }));
    await server.control({
      faults: [
        {
          query: "FROM system.tables",
          does: { error: "Code: 159. DB::Exception: Timeout exceeded. (TIMEOUT_EXCEEDED)" },
        },
      ],
    });
    const error = await errorOf(() => inSession(pool, "", (session) => list(session, "table", [["default", "shop"]])));
    expect(error.code).toBe("timeout");
    await pool.close();
  });

  test("names that fill more than a URL can hold are asked for all the same", async () => {
    const long = (number: number): string => `${"a 'long' name \\ ".repeat(10)}${number}`;
    const members = Array.from({ length: 1_100 }, (_, number) => ({
      parent: ["default", "shop"],
      name: number === 700 ? "t7" : long(number),
      kind: "Regular",
    }));
    const pool = await openPool(server.url());
    const before = pool.queries;
    const read = await inSession(pool, "", async (session) => {
      const paths: unknown[] = [];
      for await (const item of clickhouse.metadata?.table?.read?.(session, { members, want: ALL }) ?? [])
        if ("path" in item) paths.push(item.path);
      return paths;
    });
    expect(read).toEqual([["default", "shop", "t7"]]);
    // Two requests for each 500 tables.
    expect(pool.queries - before).toBe(6);
    await pool.close();
  });

  describe("what a user may see", () => {
    test("only what was granted, with a digest of the grants", async () => {
      const digests: (string | undefined)[] = [];
      const seen: string[] = [];
      for (const grants of [
        ["GRANT SHOW ON *.*"],
        ["GRANT SHOW ON shop.*"],
        ["GRANT SHOW ON shop.*", "REVOKE SHOW ON shop.t1"],
      ]) {
        await server.control({ grants });
        const pool = await openPool(server.url());
        await inSession(pool, "", async (session) => {
          for await (const item of clickhouse.metadata?.table?.list(session, [["default", "shop"]], ALL) ?? [])
            if ("listed" in item) {
              seen.push(item.seen);
              digests.push("digest" in item ? item.digest : undefined);
            }
        });
        await pool.close();
      }
      expect(seen).toEqual(["granted", "granted", "granted"]);
      expect(new Set(digests).size).toBe(3);
      expect(digests).not.toContain(undefined);
      expect(await listing()).toBe(39);
    });

    test("a right that a role loses changes the digest too", async () => {
      const digestWith = async (right: string): Promise<string | undefined> => {
        await server.control({ grants: ["GRANT r1"], roles: { r1: [right] } });
        const pool = await openPool(server.url());
        try {
          return await inSession(pool, "", async (session) => {
            for await (const item of clickhouse.metadata?.databaseSchema?.list(session, [["default"]], ALL) ?? [])
              if ("listed" in item && "digest" in item) return item.digest;
            return undefined;
          });
        } finally {
          await pool.close();
        }
      };
      const [all, some] = [await digestWith("GRANT SHOW ON shop.*"), await digestWith("GRANT SHOW TABLES ON shop.t1")];
      expect(all).toBeDefined();
      expect(some).not.toBe(all);
      expect(await digestWith("GRANT SHOW ON shop.*")).toBe(all);
    });

    test("a table none of whose columns may be seen fails by itself, and a column that may not be seen is unseen", async () => {
      await server.control({
        grants: ["GRANT SHOW TABLES ON shop.t1", "GRANT SELECT(id) ON shop.t2", "GRANT SHOW ON shop.t3"],
      });
      const { entities, failed } = await readAll(server.url());
      expect(failed.map((failure) => [failure.failed, failure.error.code])).toEqual([
        [["default", "shop", "t1"], "denied"],
      ]);
      expect(failed[0]?.error.hint).toContain("GRANT SHOW COLUMNS ON shop.t1");
      expect(entities.get("default/shop/t2")?.facts).toMatchObject({ unseen: ["columns"], columns: [{ name: "id" }] });
      expect(entities.get("default/shop/t3")?.facts).not.toHaveProperty("unseen");
    });

    test("`check` names what is missing and the GRANT", async () => {
      const steps = async (): Promise<string[]> => {
        const pool = await openPool(server.url());
        const said: string[] = [];
        for (const step of clickhouse.check)
          said.push(
            await inSession(pool, "", async (session) => (await step.run(session as never)) ?? "well").catch(
              (error: SourceError) => `${error.code}: ${error.message} ${error.hint}`,
            ),
          );
        await pool.close();
        return said;
      };
      expect(await steps()).toEqual([
        `ClickHouse ${server.version}`,
        "2 to read: default, shop",
        "40 tables in 2 databases, as far as they were granted to default",
        "1 function",
        "well",
      ]);
      await server.control({ grants: ["GRANT SHOW TABLES ON shop.*"] });
      expect((await steps())[2]).toBe(
        "denied: The user sees 40 tables and no column of any of them. GRANT SHOW DATABASES, SHOW TABLES, SHOW COLUMNS, SHOW DICTIONARIES ON *.* TO default;",
      );
      await server.control({ grants: [] });
      expect((await steps())[1]).toMatch(/^denied: The user sees no database\. GRANT SHOW DATABASES/);
    });
  });
});

await describeWith(
  "ClickHouse with TLS",
  () => startClickHouse({ tls: true }),
  (server) => {
    afterAll(() => server.stop());

    test("a trusted certificate is accepted, an unknown one is not", async () => {
      const secure = keys(server.port, { secure: true });
      const trusting = (more: Record<string, unknown>): Record<string, unknown> => ({
        ...secure,
        connectionArguments: more,
      });
      const pool = await openPool(trusting({ ca_cert: server.certificates?.ca.cert }));
      await pool.close();
      await (await openPool(trusting({ verify: false }))).close();
      for (const config of [secure, trusting({ ca_cert: server.certificates?.stranger.cert })]) {
        const error = await connecting(config);
        expect(error.code).toBe("unreachable");
        expect(error.hint).toContain("ca_cert");
      }
    });

    test("plain HTTP on a TLS port says what to do", async () => {
      const error = await connecting(keys(server.port));
      expect(error.code).toBe("unreachable");
    });
  },
);

await describeWith("ClickHouse without TLS", startClickHouse, (server) => {
  afterAll(() => server.stop());

  test("TLS on a plain port says what to do", async () => {
    const error = await connecting(keys(server.port, { https: true }));
    expect([error.code, error.hint]).toEqual([
      "unreachable",
      "The port speaks no TLS: check the port, or take https and secure away.",
    ]);
  });
});
