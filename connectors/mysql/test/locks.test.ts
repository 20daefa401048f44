import { rmSync } from "node:fs";
import { join } from "node:path";
import type { TableFacts } from "@headwater/core";
import { createSchema, mysqlConnection, mysqlUrl, runMysql, type TestSchema } from "@headwater/test-servers";
import { describeMysql } from "@headwater/test-servers/vitest";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readServer } from "./reading.ts";

await describeMysql((server) => {
  let schema: TestSchema;
  const names = async (): Promise<string[]> =>
    [...(await readServer(schema.url)).entities.keys()].map((path) => path.slice(schema.name.length + 1)).toSorted();
  const ALL = ["", "busy", "other", "over_busy"];
  beforeAll(async () => {
    schema = await createSchema(server, {
      sql: "CREATE TABLE busy (id int PRIMARY KEY); CREATE TABLE other (id int); CREATE VIEW over_busy AS SELECT * FROM busy",
    });
  });
  afterAll(() => schema.drop());

  test("tables somebody writes, has locked or is about to alter are read at once", async () => {
    const writer = await mysqlConnection(schema.url);
    await writer.query("LOCK TABLES busy WRITE");
    const began = performance.now();
    expect(await names()).toEqual(ALL);
    await writer.query("UNLOCK TABLES; BEGIN; INSERT INTO busy VALUES (1)");
    const altering = schema.sql("ALTER TABLE busy ADD COLUMN more int");
    await expect
      .poll(() =>
        runMysql(
          mysqlUrl(server.port),
          "SELECT 1 AS a FROM information_schema.processlist WHERE state LIKE '%metadata lock%'",
        ),
      )
      .not.toHaveLength(0);
    expect(await names()).toEqual(ALL);
    // Waiting would end with the lock timeout, after three seconds.
    expect(performance.now() - began).toBeLessThan(3_000);
    await writer.query("ROLLBACK");
    await altering;
    await writer.end();
  });

  test.runIf(server.isMariaDb)("a table that is being filled is set aside, and everything else is read", async () => {
    const filler = await mysqlConnection(schema.url);
    const filling = filler.query("CREATE TABLE slow AS SELECT SLEEP(30)").catch(() => {});
    await expect
      .poll(() =>
        runMysql(
          mysqlUrl(server.port),
          "SELECT id AS id FROM information_schema.processlist WHERE state = 'User sleep'",
        ),
      )
      .toHaveLength(1);
    const { entities, setAside } = await readServer(`${schema.url}?lock_wait_timeout=1`);
    await runMysql(mysqlUrl(server.port), `KILL ${filler.threadId}`);
    await filling;
    filler.destroy();
    expect(setAside).toEqual([{ setAside: ["default", schema.name, "slow"], reason: "Somebody has it locked." }]);
    expect(entities.size).toBe(ALL.length);
  });

  test("a table whose file is gone fails by itself, and its error is nobody's comment", async () => {
    await schema.sql("CREATE TABLE damaged (id int) ENGINE=MyISAM COMMENT 'As it was'; FLUSH TABLES");
    rmSync(join(server.dataFolder, schema.name, "damaged.MYI"));
    await schema.sql("FLUSH TABLES");
    const { entities, failed } = await readServer(schema.url);
    expect(entities.size).toBe(ALL.length);
    expect(failed).toMatchObject([
      {
        failed: ["default", schema.name, "damaged"],
        error: {
          code: "refused",
          message: expect.stringMatching(/^The server cannot open it: Can't find file/) as unknown,
          hint: `CHECK TABLE \`${schema.name}\`.\`damaged\`; tells more.`,
        },
      },
    ]);
    await schema.sql("DROP TABLE damaged").catch(() => {});
  });

  test("a comment that reads like an error is a comment", async () => {
    const comment = "Tablespace of the north (errno: 2)";
    await schema.sql(`CREATE TABLE odd (id int) COMMENT '${comment}'`);
    const { entities } = await readServer(schema.url);
    expect((entities.get(`${schema.name}/odd`)?.facts as TableFacts | undefined)?.description).toBe(comment);
  });
});
