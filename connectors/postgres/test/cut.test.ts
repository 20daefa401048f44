import { isSourceError } from "@headwater/core";
import { createDatabase, postgresUrl, startFaultProxy } from "@headwater/test-servers";
import { describeWith, sharedPostgres } from "@headwater/test-servers/vitest";
import { afterAll, expect, test } from "vitest";
import { readDatabase } from "./reading.ts";

/** Every step takes a while: `npm run soak` takes them all. */
const STEP = process.env["HEADWATER_SOAK"] === "1" ? 1 : 3;

await describeWith(
  "a connection that is cut at every step",
  async () => {
    const server = await sharedPostgres();
    return { proxy: await startFaultProxy(server), server };
  },
  ({ proxy, server }) => {
    afterAll(() => proxy.stop());

    test("ends in an error that says so, and never hangs", async () => {
      const database = await createDatabase(server, {
        sql: "CREATE TABLE t (id integer PRIMARY KEY); CREATE VIEW v AS SELECT * FROM t; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
      });
      const url = postgresUrl(proxy.port, database.name);
      const read = (): Promise<unknown> => readDatabase(`${url}?sslmode=disable`, database.name);
      proxy.cut(null);
      await read();
      const messages = { toServer: proxy.toServer.messages, toClient: proxy.toClient.messages };
      const outcomes = { cut: 0, recovered: 0 };
      for (const direction of ["toServer", "toClient"] as const)
        for (let message = 0; message < messages[direction]; message += STEP) {
          proxy.cut({ direction, at: { message } });
          const thrown = await read().then(
            () => null,
            (error: unknown) => error,
          );
          if (thrown === null) outcomes.recovered += 1;
          else if (isSourceError(thrown) && thrown.code === "unreachable") outcomes.cut += 1;
          else throw thrown;
        }
      // While a second session is opened, core tries again; and a goodbye is missed by nobody.
      expect(outcomes.recovered).toBeGreaterThan(0);
      expect(outcomes.cut).toBeGreaterThan(outcomes.recovered);
      proxy.cut(null);
      await read();
      await database.drop();
    }, 60_000);
  },
);
