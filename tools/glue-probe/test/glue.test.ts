import {
  CreateDatabaseCommand,
  CreateTableCommand,
  DeleteTableCommand,
  GlueClient,
  type Column,
  type TableInput,
  UpdateTableCommand,
} from "@aws-sdk/client-glue";
import { CatalogStore, type Database, exportLines, openDatabase } from "@headwater/catalog";
import { defaultRunOptions, type RunEvent, runMetadata, type RunResult, systemClock } from "@headwater/core";
import { startMoto } from "@headwater/test-servers";
import { describeWith } from "@headwater/test-servers/vitest";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { glue } from "../src/glue.ts";

await describeWith("Glue on moto", startMoto, (server) => {
  process.env["AWS_ACCESS_KEY_ID"] = "none";
  process.env["AWS_SECRET_ACCESS_KEY"] = "none";
  const client = new GlueClient({ endpoint: server.endpoint, region: "eu-central-1" });
  let db: Database;

  const input = (name: string, more: Partial<TableInput> = {}): TableInput => ({
    Name: name,
    StorageDescriptor: { Columns: [{ Name: "id", Type: "bigint", Comment: "the number" }] },
    TableType: "EXTERNAL_TABLE",
    ...more,
  });
  const create = (database: string, name: string, more: Partial<TableInput> = {}): Promise<unknown> =>
    client.send(new CreateTableCommand({ DatabaseName: database, TableInput: input(name, more) }));
  /** Runs the connector; no time is waited for. */
  const ingest = async (): Promise<RunResult & { events: RunEvent[] }> => {
    const events: RunEvent[] = [];
    const result = await runMetadata({
      connector: glue,
      connectorVersion: "0.0.0",
      config: glue.config.parse({ endpoint: server.endpoint, region: "eu-central-1", pageSize: 3 }),
      service: "lake",
      serviceFacts: { serviceType: "Glue" },
      pipelineName: "metadata",
      pipelineFacts: { pipelineType: "metadata" },
      options: defaultRunOptions(),
      fresh: false,
      allowEmpty: false,
      store: new CatalogStore(db),
      clock: { ...systemClock, sleep: async () => undefined },
      signal: new AbortController().signal,
      emit: (event) => events.push(event),
    });
    return { ...result, events };
  };
  const exported = (): string => [...exportLines(db)].join("\n");
  const rowCount = (fqn: string): unknown => db.get("SELECT row_count FROM entity WHERE fqn = ?", fqn);

  beforeAll(async () => {
    for (const database of ["alpha", "beta", "gamma", "delta", "empty"])
      await client.send(
        new CreateDatabaseCommand({ DatabaseInput: { Name: database, Description: `the ${database}` } }),
      );
    for (let number = 0; number < 10; number += 1)
      await create("alpha", `t${number}`, { Parameters: { recordCount: "5" } });
    const field = (Name: string, id: string): Column => ({
      Name,
      Type: "string",
      Parameters: { "iceberg.field.id": id },
    });
    await create("beta", "ice", {
      Parameters: { table_type: "ICEBERG" },
      StorageDescriptor: { Columns: [field("first", "1"), field("second", "2")] },
    });
    await create("gamma", "view", { TableType: "VIRTUAL_VIEW", ViewOriginalText: "SELECT 1" });
    await create("delta", "parts", { PartitionKeys: [{ Name: "day", Type: "date" }] });
  });
  beforeEach(() => {
    server.manners({ pageSize: 3, overlap: 0, throttled: () => false });
    db = openDatabase(":memory:");
  });
  afterEach(() => db.close());
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  test("everything comes with the lists that name it, within the formula, and a second run writes nothing", async () => {
    const first = await ingest();
    expect([first.state, first.counts["table"]?.created]).toEqual(["success", 13]);
    const queries = first.events.find((event) => event.event === "queries");
    // The greeting, the databases, and the tables of five databases; the level without a list of its own is free.
    expect(queries).toMatchObject({ total: 7, bound: 8 });
    expect(first.events.filter(({ event }) => event === "note")).toEqual([]);
    const before = exported();
    const second = await ingest();
    expect(second.counts["table"]).toMatchObject({ created: 0, updated: 0, unchanged: 13 });
    expect(exported()).toBe(before);
  });

  test("measurements come with a listing, and make no version", async () => {
    await ingest();
    expect(rowCount("lake.AwsDataCatalog.alpha.t1")).toEqual({ row_count: 5 });
    const before = exported();
    const update = input("t1", { Parameters: { recordCount: "6", sizeKey: "1000" } });
    await client.send(new UpdateTableCommand({ DatabaseName: "alpha", TableInput: update }));
    await ingest();
    expect(rowCount("lake.AwsDataCatalog.alpha.t1")).toEqual({ row_count: 6 });
    const versions = (text: string): unknown[] =>
      text.split("\n").map((line) => (JSON.parse(line) as { version: unknown }).version);
    expect(versions(exported())).toEqual(versions(before));
  });

  test("a page that is throttled is asked for again, and the pages before it are not", async () => {
    await ingest();
    const expected = exported();
    const { calls } = server;
    db.close();
    db = openDatabase(":memory:");
    // Of three calls one succeeds: a listing that began anew each time would never end.
    server.manners({ throttled: (call) => call % 3 !== 2 });
    const result = await ingest();
    expect(result.state).toBe("success");
    expect(exported()).toBe(expected);
    expect(server.calls).toBe(3 * calls);
    expect(result.events.filter(({ event }) => event === "retry")).toHaveLength(2 * calls);
  });

  test("a source that throttles for good ends the run, and what was read before is kept", async () => {
    await ingest();
    const before = exported();
    server.manners({ throttled: (call) => call > 4 });
    await expect(ingest()).rejects.toMatchObject({ exit: "source" });
    expect(exported()).toBe(before);
    server.manners({ throttled: () => false });
    expect((await ingest()).state).toBe("success");
  });

  test("pages that overlap because the source changed meanwhile are no error", async () => {
    server.manners({ overlap: 1 });
    const result = await ingest();
    expect([result.state, result.counts["table"]]).toMatchObject(["success", { created: 13, failed: 0 }]);
  });

  test("a renamed column of an Iceberg table is the same column", async () => {
    await ingest();
    const [row] = db.all<{ id: number }>("SELECT id FROM entity WHERE fqn = 'lake.AwsDataCatalog.beta.ice'");
    const columns = [
      { Name: "primus", Type: "string", Parameters: { "iceberg.field.id": "1" } },
      { Name: "second", Type: "string", Parameters: { "iceberg.field.id": "2" } },
    ];
    const update = input("ice", { Parameters: { table_type: "ICEBERG" }, StorageDescriptor: { Columns: columns } });
    await client.send(new UpdateTableCommand({ DatabaseName: "beta", TableInput: update }));
    await ingest();
    const changes = db.all<{ change: string }>(
      "SELECT change FROM history WHERE entity = ? ORDER BY seq DESC LIMIT 1",
      row?.id ?? 0,
    );
    expect(changes[0]?.change).toContain("columns.primus.name");
  });

  test("a table that is gone is deleted after two runs, because nothing tells what the principal may see", async () => {
    await create("gamma", "passing");
    await ingest();
    await client.send(new DeleteTableCommand({ DatabaseName: "gamma", Name: "passing" }));
    const deleted = (): unknown => db.get("SELECT deleted FROM entity WHERE fqn = 'lake.AwsDataCatalog.gamma.passing'");
    await ingest();
    expect(deleted()).toEqual({ deleted: 0 });
    await ingest();
    expect(deleted()).toEqual({ deleted: 1 });
  });
});
