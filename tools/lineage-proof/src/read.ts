/** Reads a PostgreSQL database into a catalog in memory, as `headwater ingest URL` does. */
import { CatalogStore, type Database, openDatabase } from "@headwater/catalog";
import { postgres } from "@headwater/connector-postgres";
import { type RunEvent, runMetadata, systemClock, workflowFromUrl } from "@headwater/core";
import { type LineageResult, runLineage } from "@headwater/lineage";

/** The service everything is read as. */
export const SERVICE = "proof";

/** A new catalog with a database's metadata in it. */
export async function readMetadata(url: string, db: Database = openDatabase(":memory:")): Promise<Database> {
  const workflow = workflowFromUrl(new URL(url), { connector: postgres, version: "1.0.0" }, { service: SERVICE });
  const result = await runMetadata({
    ...workflow,
    config: workflow.connection?.config,
    fresh: true,
    store: new CatalogStore(db),
    clock: systemClock,
    signal: new AbortController().signal,
    emit: () => undefined,
  });
  if (result.exit !== 0) throw new Error(result.message);
  return db;
}

/** Derives the lineage of what a catalog holds. */
export async function readLineage(db: Database, events: RunEvent[] = []): Promise<LineageResult> {
  return runLineage({
    db,
    service: SERVICE,
    otherServices: [],
    pipelineName: "lineage",
    pipelineFacts: { pipelineType: "lineage" },
    serviceFacts: { serviceType: "CustomDatabase" },
    connector: "postgres@1.0.0",
    dialect: "postgres",
    searchPath: postgres.manifest.sql?.searchPath ?? [],
    views: true,
    procedures: true,
    covers: () => true,
    complete: true,
    log: null,
    forgetAfterDays: 30,
    all: false,
    allowEmpty: false,
    clock: systemClock,
    signal: new AbortController().signal,
    emit: (event) => events.push(event),
  });
}
