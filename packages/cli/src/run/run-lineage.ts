import type { Database, Definition } from "@headwater/catalog";
import { leftOutBy, type QueryWorkflow, type RunEvent, splitFqn, systemClock } from "@headwater/core";
import { dialectNamed, type LineageResult, runLineage } from "@headwater/lineage";

/** Runs a lineage or usage workflow into a catalog. */
export async function lineageOfWorkflow(
  workflow: QueryWorkflow,
  db: Database,
  settings: { allowEmpty: boolean; signal: AbortSignal; emit: (event: RunEvent) => void },
): Promise<LineageResult> {
  const { connector, connectorVersion, options, service, pipelineName, pipelineFacts } = workflow;
  const { manifest } = connector;
  return runLineage({
    db,
    service,
    otherServices: options.otherServices,
    pipelineName,
    pipelineFacts,
    connector: `${manifest.id}@${connectorVersion}`,
    dialect: dialectNamed(manifest.sql?.dialect),
    searchPath: manifest.sql?.searchPath ?? [],
    views: options.views,
    procedures: options.procedures,
    covers: (definition) => covers(options.filters, definition),
    all: options.overrideViews,
    allowEmpty: settings.allowEmpty,
    clock: systemClock,
    signal: settings.signal,
    emit: settings.emit,
  });
}

/** Whether the filters of a workflow leave a definition in: each level by its own name. */
function covers(filters: QueryWorkflow["options"]["filters"], { fqn, origin }: Definition): boolean {
  const [, database = "", schema = "", name = ""] = splitFqn(fqn);
  const levels = [
    [filters.database, database],
    [filters.databaseSchema, schema],
    [origin === "view" ? filters.table : filters.storedProcedure, name],
  ] as const;
  return levels.every(([filter, part]) => leftOutBy(filter, part) === null);
}
