import { copyFileSync } from "node:fs";
import { catalogWrites } from "@headwater/bench/catalog-writes";
import { openDatabase } from "@headwater/catalog";
import { loadSampleDatabase } from "@headwater/sample-database";
import { connectionOf, createDatabase, type TestDatabase } from "@headwater/test-servers";
import { describePostgres } from "@headwater/test-servers/vitest";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { differences, exported } from "../src/entities.ts";
import { ingest } from "../src/ingest.ts";
import { newProject } from "../src/project.ts";

await describePostgres((server) => {
  const project = newProject();
  let source: TestDatabase;
  beforeAll(async () => {
    source = await createDatabase(server);
    const client = new Client(connectionOf(source.url));
    await client.connect();
    await loadSampleDatabase(client).finally(() => client.end());
    await source.sql("CREATE TABLE growing (id integer)");
    await project.succeed("ingest", source.url, "--service", "shop");
  });
  afterAll(() => source.drop());

  /** What a second run writes, measured on a copy of the catalog. */
  const secondRun = async (name: string): Promise<Record<string, number>> => {
    const copy = project.path(name);
    copyFileSync(project.catalog, copy);
    const writes = await catalogWrites(copy, async () => {
      const db = openDatabase(copy);
      try {
        expect(await ingest(db, source.url)).toMatchObject({ state: "success" });
      } finally {
        db.close();
      }
    });
    return Object.fromEntries(Object.entries(writes).filter(([, rows]) => rows > 0));
  };

  test("a second run writes nothing", async () => {
    expect(await secondRun("second.db")).toEqual({});
  });

  test("nor is anything but a measurement written after new rows and ANALYZE", async () => {
    await source.sql("INSERT INTO growing SELECT generate_series(1, 1000)");
    await source.sql("VACUUM ANALYZE");
    const { observation = 0, entity = 0, ...others } = await secondRun("analyzed.db");
    expect(others).toEqual({});
    // The latest measurement is kept with the entity, beside its facts.
    expect(entity).toBe(observation);
    expect(observation).toBeGreaterThan(0);
  });

  test("the command says that nothing changed, and its export is the same", async () => {
    const before = exported(project.catalog);
    const said = await project.succeed("ingest", source.url, "--service", "shop", "--json");
    const [run] = (JSON.parse(said) as { runs: { result: { counts: Record<string, Record<string, number>> } }[] }).runs;
    const { table } = run?.result.counts ?? {};
    expect(table).toMatchObject({ created: 0, updated: 0, deleted: 0, renamed: 0, failed: 0 });
    expect(table?.["unchanged"]).toBeGreaterThan(10);
    expect(differences(exported(project.catalog), before)).toEqual([]);
  });
});
