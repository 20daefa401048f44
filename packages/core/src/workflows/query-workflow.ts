/** The workflows that read what was run: lineage and usage. What a file says about them, ready to run. */
import type { NodeName } from "../connector/metadata.ts";
import type { NameFilter } from "../topology/filter.ts";
import { filterNodes } from "./connection.ts";
import { readFilters } from "./filter-pattern.ts";
import type { FileNode } from "./file-node.ts";
import { KNOWN_PLACES } from "./known-places.ts";
import { expandScalar, type Reading, type Section } from "./section.ts";
import {
  readConnector,
  readPipelineName,
  readRunKeys,
  readServiceConnection,
  readServiceName,
  readWorkflowConfig,
  serviceFacts,
  type SourceWorkflow,
} from "./source-workflow.ts";
import type { WorkflowContext } from "./workflow-context.ts";

/** What a lineage or usage run covers. */
export interface QueryOptions {
  /** Read the definitions of views, and the texts of routines. */
  views: boolean;
  procedures: boolean;
  /** Read the query log for lineage. */
  queries: boolean;
  /** Read every definition again, changed or not. */
  overrideViews: boolean;
  /** How far back the query log is read, in days. */
  queryLogDays: number;
  /** Rows of the query log per page. */
  pageRows: number;
  /** Rows of the query log, at most; `null` for all of them. */
  maxQueries: number | null;
  /** Files that stand in for the source's own log, as the file writes it: a path, a folder, a pattern. */
  queryLogFilePath: string | null;
  /** SQL that rows of the log must fulfil, as the source understands it. */
  filterCondition: string | null;
  /** How long one statement may take to be read, in milliseconds. */
  parsingTimeoutMs: number;
  /** Workers that read statements. */
  threads: number;
  filters: { readonly [N in NodeName]?: NameFilter };
  /** Services whose tables the statements can name too. */
  otherServices: readonly string[];
  /** Query edges that nothing showed for this many covered days end. */
  forgetAfterDays: number;
}

/** Everything a lineage or usage run needs of its workflow. */
export interface QueryWorkflow extends SourceWorkflow {
  kind: "lineage" | "usage";
  /** For a connector that reads logs of any source: the kind of service they are of (`Mysql`), where the file says it. */
  logOf: string | null;
  options: QueryOptions;
}

/** The options of a run that reads the definitions in the catalog and no log: what follows the metadata of a bare URL. */
export function definitionsOnly(): QueryOptions {
  return {
    views: true,
    procedures: true,
    queries: false,
    overrideViews: false,
    queryLogDays: 1,
    pageRows: 1_000,
    maxQueries: null,
    queryLogFilePath: null,
    filterCondition: null,
    parsingTimeoutMs: 300_000,
    threads: 1,
    filters: {},
    otherServices: [],
    forgetAfterDays: 30,
  };
}

/** Reads a lineage workflow. */
export const readLineageWorkflow = (
  root: Section,
  reading: Reading,
  context: WorkflowContext,
): Omit<QueryWorkflow, "warnings"> | null => readQueryWorkflow("lineage", root, reading, context);

/** Reads a usage workflow. */
export const readUsageWorkflow = (
  root: Section,
  reading: Reading,
  context: WorkflowContext,
): Omit<QueryWorkflow, "warnings"> | null => readQueryWorkflow("usage", root, reading, context);

function readQueryWorkflow(
  kind: QueryWorkflow["kind"],
  root: Section,
  reading: Reading,
  context: WorkflowContext,
): Omit<QueryWorkflow, "warnings"> | null {
  const source = root.section("source");
  const named = (source.text("type") ?? "").toLowerCase();
  const type = named.replace(/-(?:lineage|usage)$/, "");
  const usable = readConnector(type, source, reading, context);
  const service = readServiceName(source, reading);

  const sourceConfig = source.section("sourceConfig");
  const config = sourceConfig.section("config");
  config.allow("type");
  const options = kind === "lineage" ? readLineageOptions(config, reading) : readUsageOptions(config);
  const filters = usable === null ? {} : readFilters(config, filterNodes(usable.connector), reading);
  if (usable !== null) config.close(KNOWN_PLACES);
  sourceConfig.close(KNOWN_PLACES);

  const isLogReader = usable !== null && usable.connector.manifest.capabilities.metadata === undefined;
  const connection = isLogReader ? null : readServiceConnection(source, usable?.connector ?? null, type, reading);
  const logOf = isLogReader ? serviceTypeOf(source) : null;
  source.close(KNOWN_PLACES);
  const own = readWorkflowConfig(root.section("workflowConfig"), reading, (headwater) => {
    options.maxQueries = maxQueries(headwater);
    options.forgetAfterDays = headwater.number("forgetAfterDays", options.forgetAfterDays, { min: 1, integer: true });
  });
  const pipelineName = readPipelineName(root, service, reading, kind);
  readSteps(root);

  if (usable === null || service === null) return null;
  const configType = kind === "lineage" ? "DatabaseLineage" : "DatabaseUsage";
  return {
    kind,
    from: reading.problems.file,
    connector: usable.connector,
    connectorVersion: usable.version,
    type,
    service,
    serviceFacts:
      logOf === null ? serviceFacts(usable.connector, type, connection?.stored ?? null) : { serviceType: logOf },
    pipelineName,
    pipelineFacts: { pipelineType: kind, sourceConfig: { config: { ...config.honoured(), type: configType } } },
    connection: isLogReader ? { config: {} } : connection === null ? null : { config: connection.config },
    logOf,
    options: { ...options, filters: { ...connection?.filters, ...filters } },
    allowEmpty: own.allowEmpty,
    raiseOnError: own.raiseOnError,
    server: own.server,
    settings: reading.settings,
  };
}

/** The kind of service that a connection is for which nothing connects with: OpenMetadata's files have one beside a query log. */
function serviceTypeOf(source: Section): string | null {
  const serviceConnection = source.section("serviceConnection");
  const config = serviceConnection.section("config");
  serviceConnection.close(KNOWN_PLACES);
  return config.text("type") ?? null;
}

type Writable = { -readonly [K in keyof QueryOptions]: QueryOptions[K] };

/** Source: OpenMetadata 1.13, `metadataIngestion/databaseServiceQueryLineagePipeline.json`. */
function readLineageOptions(config: Section, reading: Reading): Writable {
  const options: Writable = {
    ...definitionsOnly(),
    ...readLogOptions(config),
    views: config.flag("processViewLineage", true),
    procedures: config.flag("processStoredProcedureLineage", true),
    queries: config.flag("processQueryLineage", true),
    overrideViews: config.flag("overrideViewLineage", false),
    parsingTimeoutMs: 1_000 * config.number("parsingTimeoutLimit", 300, { min: 1 }),
    threads: config.number("threads", 1, { min: 1, max: 64, integer: true }),
  };
  const crossing = config.flag("processCrossDatabaseLineage", false);
  const others = readNames(config, "crossDatabaseServiceNames", reading);
  if (crossing) options.otherServices = others;
  config.notHonoured("queryParserConfig", "there is one parser, Headwater's own.");
  config.notHonoured("enableTempTableLineage", "lineage goes through temporary tables in any case.", true);
  config.notHonoured("incrementalLineageProcessing", "only what changed is read, in any case.", true);
  return options;
}

/** Source: OpenMetadata 1.13, `metadataIngestion/databaseServiceQueryUsagePipeline.json`. */
function readUsageOptions(config: Section): Writable {
  config.notHonoured("stageFileLocation", "nothing is staged in files.");
  config.notHonoured("processQueryCostAnalysis", "durations are kept, costs are not.", true);
  return { ...definitionsOnly(), ...readLogOptions(config), views: false, procedures: false, queries: true };
}

function readLogOptions(
  config: Section,
): Pick<QueryOptions, "queryLogDays" | "pageRows" | "queryLogFilePath" | "filterCondition"> {
  return {
    queryLogDays: config.number("queryLogDuration", 1, { min: 0 }),
    pageRows: config.number("resultLimit", 1_000, { min: 1, integer: true }),
    queryLogFilePath: config.text("queryLogFilePath") ?? null,
    filterCondition: config.text("filterCondition") ?? null,
  };
}

function maxQueries(headwater: Section): number | null {
  const most = headwater.number("maxQueries", 0, { min: 0, integer: true });
  return most === 0 ? null : most;
}

function readNames(config: Section, key: string, reading: Reading): string[] {
  const node: FileNode | undefined = config.node(key);
  if (node === undefined) return [];
  const path = config.pathOf(key);
  if (node.is !== "list") {
    reading.problems.error(node.at, path, `${path} must be a list of names of services.`);
    return [];
  }
  return node.items.flatMap((item) => {
    if (item.is === "scalar" && item.value !== null) return [expandScalar(item, path, reading)];
    reading.problems.error(item.at, path, `${path} must be a list of names of services.`);
    return [];
  });
}

/** The other parts of an OpenMetadata file: steps of its framework, and its runs. */
function readSteps(root: Section): void {
  for (const step of ["sink", "processor", "stage", "bulkSink"]) {
    const section = root.section(step);
    section.allow("type", "config");
    section.close(KNOWN_PLACES);
  }
  readRunKeys(root);
}
