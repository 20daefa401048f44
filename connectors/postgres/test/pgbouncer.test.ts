import { createDatabase, startPgBouncer } from "@headwater/test-servers";
import { describeWith, sharedPostgres } from "@headwater/test-servers/vitest";
import { afterAll, expect, test } from "vitest";
import { readDatabase } from "./reading.ts";

await describeWith(
  "pgbouncer in transaction mode",
  async () => startPgBouncer(await sharedPostgres(), { default_pool_size: 2 }),
  (bouncer) => {
    afterAll(() => bouncer.stop());

    test("a database is read through it, and its connections do not pile up", async () => {
      const server = await sharedPostgres();
      const database = await createDatabase(server, {
        sql: "CREATE TABLE t (id integer PRIMARY KEY); CREATE VIEW v AS SELECT * FROM t; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
      });
      const direct = await readDatabase(database.url, database.name);
      const through = await readDatabase(bouncer.url(database.name), database.name);
      expect([...through.entities]).toEqual([...direct.entities]);
      await database.drop();
    });
  },
);
