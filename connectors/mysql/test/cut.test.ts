import { isSourceError } from "@headwater/core";
import { createSchema, mysqlUrl, startFaultProxy } from "@headwater/test-servers";
import { describeWith, sharedMysql } from "@headwater/test-servers/vitest";
import { afterAll, expect, test } from "vitest";
import { readServer } from "./reading.ts";

/** How many places are tried: `npm run soak` tries more. */
const PLACES = process.env["HEADWATER_SOAK"] === "1" ? 400 : 24;

for (const release of ["MySQL 8.0", "MariaDB 10.11"] as const)
  await describeWith(
    `a connection with ${release} that is cut anywhere`,
    async () => {
      const server = await sharedMysql(release);
      return { proxy: await startFaultProxy(server), server };
    },
    ({ proxy, server }) => {
      afterAll(() => proxy.stop());

      test("ends in an error that says so, and never hangs", async () => {
        const schema = await createSchema(server, {
          sql: "CREATE TABLE t (id int PRIMARY KEY); CREATE VIEW v AS SELECT * FROM t; CREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN 1",
        });
        const url = `${mysqlUrl(proxy.port, schema.name)}?ssl-mode=DISABLED`;
        proxy.cut(null);
        const whole = await readServer(url);
        const bytes = { toServer: proxy.toServer.bytes, toClient: proxy.toClient.bytes };
        const outcomes = { cut: 0, recovered: 0 };
        for (const direction of ["toServer", "toClient"] as const)
          for (let place = 0; place < PLACES; place += 1) {
            const byte = Math.floor((place * bytes[direction]) / PLACES);
            proxy.cut({ direction, at: { byte } });
            const thrown = await readServer(url).then(
              () => null,
              (error: unknown) => error,
            );
            if (thrown === null) outcomes.recovered += 1;
            else if (isSourceError(thrown) && thrown.code === "unreachable") outcomes.cut += 1;
            else throw thrown;
          }
        // A goodbye is missed by nobody.
        expect(outcomes.cut).toBeGreaterThan(1.8 * PLACES);
        proxy.cut(null);
        expect((await readServer(url)).entities.size).toBe(whole.entities.size);
        await schema.drop();
      }, 60_000);
    },
  );
