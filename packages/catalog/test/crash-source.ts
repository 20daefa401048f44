import { type Clock, defaultRunOptions, runMetadata, type RunResult } from "@headwater/core";
import { CatalogStore, type Database } from "@headwater/catalog";
import { memoryConnector, MemorySource } from "@headwater/core/memory";

/** A source of many slices; `changed` is what became of it a week later. */
export function crashSource(changed: boolean): MemorySource {
  const source = new MemorySource();
  for (const db of ["a", "b"]) {
    source.put("database", { path: [db], kind: "Database", key: db, facts: {} });
    for (let s = 0; s < 3; s += 1) {
      source.put("databaseSchema", { path: [db, `s${s}`], kind: "Schema", key: `${db}.${s}`, facts: {} });
      for (let t = 0; t < 20; t += 1) {
        if (changed && t === 7) continue;
        const renamed = changed && t === 9 ? "t09" : `t${t}`;
        source.put("table", {
          path: [db, `s${s}`, renamed],
          kind: "Regular",
          key: `${db}.${s}.${t}`,
          weight: 8_000,
          facts: {
            tableType: "Regular",
            description: changed && t % 3 === 0 ? "changed" : null,
            columns: [{ name: "id", dataType: "INT" }],
          },
        });
      }
    }
  }
  return source;
}

/** Ingests it under one service name, always as the same pipeline. */
export async function ingestInto(source: MemorySource, db: Database, clock: Clock): Promise<RunResult> {
  return runMetadata({
    connector: memoryConnector(source),
    connectorVersion: "1.0.0",
    config: {},
    service: "shop",
    serviceFacts: { serviceType: "CustomDatabase" },
    pipelineName: "metadata",
    pipelineFacts: { pipelineType: "metadata" },
    options: { ...defaultRunOptions(), maxDelete: { percent: 50 } },
    fresh: false,
    allowEmpty: false,
    store: new CatalogStore(db),
    clock,
    signal: new AbortController().signal,
    emit: () => undefined,
  });
}
