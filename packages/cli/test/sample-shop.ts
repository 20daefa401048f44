import { type Database, CatalogStore } from "@headwater/catalog";
import {
  type Clock,
  defaultRunOptions,
  type MetadataRun,
  runMetadata,
  type RunOptions,
  type RunResult,
} from "@headwater/core";
import { memoryConnector, MemorySource } from "@headwater/testkit";

/** A clock that never waits and ticks by itself. */
export function testClock(start: number = Date.UTC(2026, 0, 1)): Clock {
  let now = start;
  return { now: () => (now += 1_000), sleep: async () => undefined };
}

/** A small shop: two tables with keys, a view on them, a function. */
export function sampleShop(): MemorySource {
  return new MemorySource()
    .put("database", { path: ["shop"], kind: "Database", key: "1", facts: { description: "The web shop" } })
    .put("databaseSchema", { path: ["shop", "sales"], kind: "Schema", key: "2", facts: { description: null } })
    .put("table", {
      path: ["shop", "sales", "customers"],
      kind: "Regular",
      key: "3",
      columnKeys: ["1", "2", "3"],
      seen: { rowCount: 12_345, sizeBytes: 4_200_000 },
      facts: {
        tableType: "Regular",
        description: "Who buys.\nOne row per person, never deleted.",
        owners: [{ type: "role", name: "shop_owner" }],
        columns: [
          {
            name: "id",
            dataType: "BIGINT",
            constraint: "NOT_NULL",
            ordinalPosition: 1,
            source: { identity: "always" },
          },
          {
            name: "email",
            dataType: "VARCHAR",
            dataLength: 320,
            dataTypeDisplay: "citext",
            constraint: "NOT_NULL",
            description: "Where the receipt goes",
          },
          {
            name: "since",
            dataType: "TIMESTAMPZ",
            dataTypeDisplay: "timestamp with time zone",
            source: { default: "now()" },
          },
        ],
        tableConstraints: [
          { constraintType: "PRIMARY_KEY", columns: ["id"] },
          { constraintType: "UNIQUE", columns: ["email"] },
        ],
      },
    })
    .put("table", {
      path: ["shop", "sales", "orders"],
      kind: "Partitioned",
      key: "4",
      columnKeys: ["1", "2", "3"],
      facts: {
        tableType: "Partitioned",
        description: null,
        columns: [
          { name: "id", dataType: "BIGINT", constraint: "NOT_NULL" },
          { name: "customer_id", dataType: "BIGINT", constraint: "NULL" },
          { name: "amount", dataType: "NUMERIC", precision: 10, scale: 2, dataTypeDisplay: "numeric(10,2)" },
        ],
        tableConstraints: [
          { constraintType: "PRIMARY_KEY", columns: ["id"] },
          {
            constraintType: "FOREIGN_KEY",
            columns: ["customer_id"],
            referredColumns: [["shop", "sales", "customers", "id"]],
          },
          {
            constraintType: "FOREIGN_KEY",
            columns: ["amount"],
            referredColumns: [["shop", "archive", "amounts", "id"]],
          },
        ],
        tablePartition: { columns: [{ columnName: "id", intervalType: "INTEGER-RANGE" }] },
        source: { checks: ["amount > 0"] },
      },
    })
    .put("table", {
      path: ["shop", "sales", "big_spenders"],
      kind: "View",
      key: "5",
      facts: {
        tableType: "View",
        columns: [{ name: "email", dataType: "VARCHAR" }],
        schemaDefinition: "SELECT email\n\tFROM customers\n WHERE id > 7;",
      },
    })
    .put("storedProcedure", {
      path: ["shop", "sales", "total(bigint)"],
      kind: "Function",
      key: "6",
      facts: {
        storedProcedureType: "Function",
        storedProcedureCode: { language: "SQL", code: "select sum(amount)\nfrom orders where customer_id = $1" },
      },
    });
}

/** Reads a source into a catalog, as `headwater ingest` would. */
export async function fill(
  db: Database,
  source: MemorySource,
  options: Partial<RunOptions> = {},
  more: Partial<MetadataRun> = {},
): Promise<RunResult> {
  return runMetadata({
    connector: memoryConnector(source),
    connectorVersion: "1.0.0",
    config: {},
    service: "shop",
    serviceFacts: { serviceType: "CustomDatabase" },
    pipelineName: "metadata",
    pipelineFacts: { pipelineType: "metadata" },
    options: { ...defaultRunOptions(), ...options },
    fresh: false,
    allowEmpty: false,
    store: new CatalogStore(db),
    clock: testClock(),
    signal: new AbortController().signal,
    emit: () => undefined,
    ...more,
  });
}
