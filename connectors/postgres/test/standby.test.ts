import { type PostgresServer, runSql, startPostgres } from "@headwater/test-servers";
import { describeWith, testedMajors } from "@headwater/test-servers/vitest";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openPool, readDatabase } from "./reading.ts";

for (const major of testedMajors())
  await describeWith(
    `PostgreSQL ${major} with a standby`,
    async () => {
      const primary = await startPostgres({ major });
      return { primary, standby: await startPostgres({ standbyOf: primary }) };
    },
    ({ primary, standby }: { primary: PostgresServer; standby: PostgresServer }) => {
      afterAll(() => Promise.all([standby.stop(), primary.stop()]));
      beforeAll(async () => {
        await runSql(
          primary.url(),
          "CREATE TABLE t (id integer PRIMARY KEY, a text DEFAULT 'x'); CREATE VIEW v AS SELECT * FROM t; COMMENT ON TABLE t IS 'On both'",
        );
        await vi.waitFor(async () => {
          const [row] = await runSql(standby.url(), "SELECT obj_description(to_regclass('public.t')) AS comment");
          if (row?.["comment"] !== "On both") throw new Error("The standby has not caught up.");
        });
      });

      test("reads the same from both, and knows that they are one", async () => {
        const [one, other] = [
          await readDatabase(primary.url(), "postgres"),
          await readDatabase(standby.url(), "postgres"),
        ];
        expect([...other.entities]).toEqual([...one.entities]);
        const identities = await Promise.all(
          [primary, standby].map(async (server) => {
            const pool = await openPool(server.url());
            const { identity } = await pool.hello();
            await pool.close();
            return identity;
          }),
        );
        expect(identities[0]).toMatch(/^system identifier \d{10,}$/);
        expect(identities[1]).toBe(identities[0]);
      });
    },
  );
