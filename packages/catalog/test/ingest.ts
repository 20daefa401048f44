import {
  type Clock,
  defaultRunOptions,
  type MetadataRun,
  type RunEvent,
  runMetadata,
  type RunOptions,
  type RunResult,
  type TableFacts,
} from "@headwater/core";
import { memoryConnector, type MemorySource, MemorySource as Source } from "@headwater/core/memory";
import { CatalogStore, type Database, exportLines, openDatabase } from "../src/index.ts";

/** A clock that never waits and ticks by itself. */
export function testClock(start: number = Date.UTC(2026, 0, 1)): Clock {
  let now = start;
  return { now: () => (now += 1_000), sleep: async () => undefined };
}

/** A run of a memory source with everything that happened. */
export interface Ingested extends RunResult {
  events: RunEvent[];
}

const SERVICE_TYPES = {
  database: "CustomDatabase",
  messaging: "CustomMessaging",
  dashboard: "CustomDashboard",
  pipeline: "CustomPipeline",
} as const;

/** Ingests a memory source into a catalog. */
export async function ingest(
  source: MemorySource,
  db: Database,
  options: Partial<RunOptions> = {},
  more: Partial<MetadataRun> = {},
): Promise<Ingested> {
  const events: RunEvent[] = [];
  const result = await runMetadata({
    connector: memoryConnector(source),
    connectorVersion: "1.0.0",
    config: {},
    service: "shop",
    serviceFacts: { serviceType: SERVICE_TYPES[source.service] },
    pipelineName: "metadata",
    pipelineFacts: { pipelineType: "metadata" },
    options: { ...defaultRunOptions(), ...options },
    fresh: false,
    allowEmpty: false,
    store: new CatalogStore(db),
    clock: testClock(),
    signal: new AbortController().signal,
    emit: (event) => events.push(event),
    ...more,
  });
  return { ...result, events };
}

/** A catalog that lives in memory. */
export const memoryCatalog = (): Database => openDatabase(":memory:");

/** The canonical export as one text. */
export const exported = (db: Database): string => [...exportLines(db)].join("\n");

/** The facts of a table with integer columns of these names. */
export function table(columns: readonly string[], more: Partial<TableFacts> = {}): TableFacts {
  return {
    tableType: "Regular",
    description: null,
    owners: null,
    columns: columns.map((name, at) => ({ name, dataType: "INT", description: null, ordinalPosition: at + 1 })),
    ...more,
  };
}

/** A database with schemas of tables: `shop.db.s1.t1` and so on. */
export function sampleSource(schemas: number = 2, tables: number = 3): MemorySource {
  const source = new Source();
  source.put("database", { path: ["db"], kind: "Database", key: "db", facts: { description: "the shop" } });
  for (let s = 1; s <= schemas; s += 1) {
    source.put("databaseSchema", { path: ["db", `s${s}`], kind: "Schema", key: `s${s}`, facts: { description: null } });
    for (let t = 1; t <= tables; t += 1)
      source.put("table", {
        path: ["db", `s${s}`, `t${t}`],
        kind: "Regular",
        key: `s${s}.t${t}`,
        facts: table(["id", "name"]),
      });
  }
  source.put("storedProcedure", {
    path: ["db", "s1", "refresh(integer)"],
    kind: "Function",
    facts: { storedProcedureType: "Function", storedProcedureCode: { language: "SQL", code: "select 1" } },
  });
  return source;
}
