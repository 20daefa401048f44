import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createDatabase, runSql, type TestDatabase } from "@headwater/test-servers";
import { describePostgres } from "@headwater/test-servers/vitest";
import { expect, test } from "vitest";
import { measure } from "../src/measure.ts";
import { type Layout, relatedScript, schemasScript, STATISTICS, tablesScript } from "../src/tables.ts";
import { temporaryFolder } from "../src/temporary-folder.ts";

await describePostgres(
  (server) => {
    const generate = async (layout: Layout): Promise<TestDatabase> => {
      const database = await createDatabase(server, { sql: schemasScript(layout) });
      await Promise.all([0, 1].map((part) => runSql(database.url, tablesScript(layout, part, 2))));
      await runSql(database.url, relatedScript(layout));
      for (const statement of STATISTICS) await runSql(database.url, statement);
      return database;
    };
    const perSchema = (database: TestDatabase): Promise<{ n: number }[]> =>
      database.sql(`SELECT count(*)::integer AS n FROM pg_tables WHERE schemaname LIKE 'area\\_%' GROUP BY schemaname
                    ORDER BY n DESC, schemaname`);

    test("a generated database has what it should, and the floor reads all of it", async () => {
      const database = await generate({ tables: 200, schemas: 4, spread: "even" });
      expect((await perSchema(database)).map(({ n }) => n)).toEqual([50, 50, 50, 50]);
      const file = join(temporaryFolder(), "floor.jsonl");
      const floor = fileURLToPath(new URL("../src/floors/postgres.mjs", import.meta.url));
      const cost = await measure(floor, [file], { env: { DATABASE_URL: database.url } });
      expect(cost.cpuMs).toBeGreaterThan(20);
      expect(cost.rssMb).toBeGreaterThan(30);
      const entities = readFileSync(file, "utf8")
        .trim()
        .split("\n")
        .map(
          (line) =>
            JSON.parse(line) as {
              entity: string;
              kind?: string;
              columns: { comment: string | null }[];
              constraints: { kind: string }[];
              rows: number;
            },
        )
        .filter((entity) => !("name" in entity && entity.name === "public"));
      const tables = entities.filter((entity) => entity.kind === "r");
      const count = (kind: string): number =>
        tables.flatMap((table) => table.constraints).filter((one) => one.kind === kind).length;
      expect(tables.length).toBe(200);
      for (const table of tables) {
        expect(table.columns.length).toBe(10);
        expect(table.columns.filter((column) => column.comment !== null).length).toBe(5);
        expect(table.rows).toBeGreaterThanOrEqual(1_000);
      }
      expect(["p", "f", "u", "c"].map(count)).toEqual([200, 40, 40, 40]);
      expect(entities.filter((entity) => entity.kind === "v").length).toBe(10);
      expect(entities.filter((entity) => entity.entity === "routine").length).toBe(4);
      expect(entities.filter((entity) => entity.entity === "schema").length).toBe(4);
      await database.drop();
    });

    test("a skewed one has all but 245 tables in one schema", async () => {
      const database = await generate({ tables: 300, schemas: 50, spread: "skewed" });
      expect((await perSchema(database)).map(({ n }) => n)).toEqual([55, ...Array.from({ length: 49 }, () => 5)]);
      await database.drop();
    });
  },
  [18],
);

test("a program that fails is not measured", async () => {
  const floor = fileURLToPath(new URL("../src/floors/postgres.mjs", import.meta.url));
  const nowhere = { env: { DATABASE_URL: "postgres://nobody@127.0.0.1:1/nothing" } };
  await expect(measure(floor, [join(temporaryFolder(), "nothing.jsonl")], nowhere)).rejects.toThrow(
    /ended with 1:[^]*ECONNREFUSED/,
  );
});
