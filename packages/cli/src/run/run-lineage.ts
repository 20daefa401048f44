import { type Database, type Definition, NameIndex } from "@headwater/catalog";
import {
  HeadwaterError,
  leftOutBy,
  quoteName,
  type QueryWorkflow,
  type RunEvent,
  type Secret,
  splitFqn,
  systemClock,
} from "@headwater/core";
import { dialectNamed, dialectOfService, type LineageResult, type LogSource, runLineage } from "@headwater/lineage";
import { dirname, resolve } from "node:path";
import { serviceSource } from "../catalog/find-service.ts";
import { tuneForLog } from "../v8-flags.ts";
import { completed } from "./kept-connection.ts";
import { workflowContext } from "./read-workflows.ts";

/** Runs a lineage or usage workflow into a catalog. */
export async function lineageOfWorkflow(
  workflow: QueryWorkflow,
  db: Database,
  settings: {
    allowEmpty: boolean;
    signal: AbortSignal;
    emit: (event: RunEvent) => void;
    prompt: ((question: string) => Promise<Secret | null>) | undefined;
  },
): Promise<LineageResult> {
  const { connector, connectorVersion, options, service, pipelineName, pipelineFacts } = workflow;
  const { manifest } = connector;
  const log = logSource(workflow, db, settings.prompt);
  if (log !== null) tuneForLog();
  const isLogReader = manifest.capabilities.metadata === undefined;
  return runLineage({
    db,
    service,
    otherServices: options.otherServices,
    pipelineName,
    pipelineFacts,
    serviceFacts: workflow.serviceFacts,
    connector: `${manifest.id}@${connectorVersion}`,
    dialect: isLogReader ? dialectOfLog(workflow, db) : dialectNamed(manifest.sql?.dialect),
    searchPath: manifest.sql?.searchPath ?? [],
    views: options.views,
    procedures: options.procedures,
    covers: (definition) => covers(options.filters, definition),
    complete: options.views && options.procedures && Object.keys(options.filters).length === 0,
    log,
    forgetAfterDays: options.forgetAfterDays,
    all: options.overrideViews,
    allowEmpty: settings.allowEmpty,
    clock: systemClock,
    signal: settings.signal,
    emit: settings.emit,
  });
}

/**
 * The dialect of a log that its reader does not know. Definitions are read in it too: where the catalog has some, it is theirs. Throws
 * a `HeadwaterError` (`usage`) for a workflow that says otherwise.
 */
function dialectOfLog({ logOf, service, from }: QueryWorkflow, db: Database): ReturnType<typeof dialectOfService> {
  const known = serviceTypeOf(db, service);
  const dialect = dialectOfService(logOf ?? known);
  if (logOf !== null && known !== null && dialect !== dialectOfService(known))
    if (new NameIndex(db, [quoteName(service)]).size > 0)
      throw new HeadwaterError(
        "usage",
        `${from} says that ${service} is ${logOf}, and the catalog has it as ${known}.`,
        {
          hint: "Take the type out of serviceConnection, or name another service.",
        },
      );
  return dialect;
}

/** Whether the filters of a workflow leave a definition in: each level by its own name. */
function covers(filters: QueryWorkflow["options"]["filters"], { fqn, is }: Definition): boolean {
  const [, database = "", schema = "", name = ""] = splitFqn(fqn);
  const levels = [
    [filters.database, database],
    [filters.databaseSchema, schema],
    [is === "procedure" ? filters.storedProcedure : filters.table, name],
  ] as const;
  return levels.every(([filter, part]) => leftOutBy(filter, part) === null);
}

/** The kind of service the catalog has under a name. */
function serviceTypeOf(db: Database, service: string): string | null {
  const type = serviceSource(db, service)?.["serviceType"];
  return typeof type === "string" ? type : null;
}

/** Where the log of a workflow is read: files by the connector for files, everything else by the workflow's own. */
function logSource(
  workflow: QueryWorkflow,
  db: Database,
  prompt: ((question: string) => Promise<Secret | null>) | undefined,
): LogSource | null {
  const { options, connector, kind, from } = workflow;
  if (!options.queries) return null;
  const { queryLogFilePath, filterCondition: filter, parsingTimeoutMs, threads, pageRows, maxQueries } = options;
  const inFiles = queryLogFilePath !== null;
  if (!inFiles && connector.manifest.capabilities.metadata === undefined)
    throw new HeadwaterError("usage", `${from} names no query log.`, {
      hint: "Name files with source.sourceConfig.config.queryLogFilePath: a file, a folder or a pattern.",
    });
  const reads = inFiles ? workflowContext().connectorFor("query-log").connector : connector;
  const asks = !inFiles && reads[kind] !== undefined;
  return {
    connector: reads,
    config: asks ? completed(workflow, db).connection?.config : {},
    capability: kind,
    path: inFiles ? resolve(dirname(from), queryLogFilePath) : null,
    days: options.queryLogDays,
    pageRows,
    maxQueries,
    filter,
    databases: options.filters.database,
    threads,
    parsingTimeoutMs,
    ...(prompt === undefined ? {} : { prompt }),
  };
}
