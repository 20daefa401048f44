/** What a metadata workflow's `sourceConfig.config` says, for each kind of service, with OpenMetadata's names and defaults. */
import type { Manifest } from "../connector/manifest.ts";
import type { NodeName } from "../connector/metadata.ts";
import { defaultRunOptions, type RunOptions } from "../topology/run-options.ts";
import type { Section } from "./section.ts";

/** The part of a run's options that stands in `sourceConfig.config`, but for the filters. */
export type SourceOptions = Pick<
  RunOptions,
  | "useFqnForFiltering"
  | "includeTables"
  | "includeViews"
  | "includeStoredProcedures"
  | "want"
  | "markDeleted"
  | "overrideMetadata"
  | "threads"
>;

/** The `sourceConfig.config.type` of each kind of service. */
export const METADATA_TYPES: { readonly [S in Manifest["service"]]: string } = {
  database: "DatabaseMetadata",
  messaging: "MessagingMetadata",
  dashboard: "DashboardMetadata",
  pipeline: "PipelineMetadata",
};

/** Reads the options of a kind of service. */
export const READ_SOURCE_OPTIONS: { readonly [S in Manifest["service"]]: (config: Section) => SourceOptions } = {
  database: readDatabaseOptions,
  messaging: readMessagingOptions,
  dashboard: readDashboardOptions,
  pipeline: readPipelineOptions,
};

const NOT_YET = "this version does not do it yet.";
const NO_LINEAGE = "lineage is not read yet.";
const QUERY_LOGS = "a metadata run reads no query log.";
const PROFILER = "a metadata run reads no data; that is the profiler's work.";

/** Source: OpenMetadata 1.13, `metadataIngestion/databaseServiceMetadataPipeline.json`, and keys of its forerunners since 0.11. */
function readDatabaseOptions(config: Section): SourceOptions {
  const options: SourceOptions = {
    useFqnForFiltering: config.flag("useFqnForFiltering", false),
    includeTables: config.flag("includeTables", true),
    includeViews: config.flag("includeViews", true),
    includeStoredProcedures: config.flag("includeStoredProcedures", true),
    want: {
      ddl: config.flag("includeDDL", false),
      owners: config.flag("includeOwners", false),
      tags: config.flag("includeTags", true),
    },
    markDeleted: {
      database: config.flag("markDeletedDatabases", false),
      databaseSchema: config.flag("markDeletedSchemas", false),
      table: config.flag("markDeletedTables", true),
      storedProcedure: config.flag("markDeletedStoredProcedures", true),
    },
    overrideMetadata: config.flag("overrideMetadata", false),
    threads: threads(config),
  };
  readIncremental(config.section("incremental"));
  for (const key of ["queryLogDuration", "queryParsingTimeoutLimit", "viewParsingTimeoutLimit"])
    config.notHonoured(key, QUERY_LOGS);
  config.notHonoured("ownerConfig", "owners come from the source and from what people set in the catalog.");
  config.notHonoured("extractJsonSchema", PROFILER, false);
  config.notHonoured("jsonSchemaSampleSize", PROFILER);
  config.notHonoured("pushDownFilter", "filters are applied to the names the source lists.", false);
  config.notHonoured(
    "markAllDeletedTables",
    "markDeletedSchemas and markDeletedDatabases say which objects may go.",
    false,
  );
  for (const key of ["overrideViewLineage", "processViewLineage", "viewLineage"])
    config.notHonoured(key, NO_LINEAGE, false);
  for (const key of ["generateSampleData", "enableDataProfiler"]) config.notHonoured(key, PROFILER, false);
  for (const key of ["sampleDataQuery", "profileSample"]) config.notHonoured(key, PROFILER);
  config.notHonoured("dbtConfigSource", "dbt is not read yet.");
  return options;
}

function readIncremental(incremental: Section): void {
  incremental.notHonoured(
    "enabled",
    "every run lists all names, and reads again what it cannot tell to be unchanged.",
    false,
  );
  incremental.allow("lookbackDays", "safetyMarginDays");
  incremental.close();
}

/** Source: OpenMetadata 1.13, `metadataIngestion/messagingServiceMetadataPipeline.json`. */
function readMessagingOptions(config: Section): SourceOptions {
  config.notHonoured("generateSampleData", "a metadata run reads no messages.", false);
  return withoutTables({
    want: want(config, { owners: null, tags: null }),
    markDeleted: { topic: config.flag("markDeletedTopics", true) },
    overrideMetadata: config.flag("overrideMetadata", false),
  });
}

/** Source: OpenMetadata 1.13, `metadataIngestion/dashboardServiceMetadataPipeline.json`. */
function readDashboardOptions(config: Section): SourceOptions {
  for (const key of ["lineageInformation", "dbServiceNames", "queryParserConfig"]) config.notHonoured(key, NO_LINEAGE);
  config.notHonoured("overrideLineage", NO_LINEAGE, false);
  config.notHonoured("projectFilterPattern", "projects are no level of their own here.");
  config.notHonoured("includeDataModels", NOT_YET, true);
  config.notHonoured("includeDraftDashboard", NOT_YET, true);
  config.notHonoured("includeUsage", "usage is not read yet.", false);
  return withoutTables({
    want: want(config, { owners: false, tags: true }),
    markDeleted: {
      chart: config.flag("markDeletedCharts", true),
      dashboardDataModel: config.flag("markDeletedDataModels", true),
      dashboard: config.flag("markDeletedDashboards", true),
    },
    overrideMetadata: config.flag("overrideMetadata", false),
  });
}

/** Source: OpenMetadata 1.13, `metadataIngestion/pipelineServiceMetadataPipeline.json`. */
function readPipelineOptions(config: Section): SourceOptions {
  for (const key of ["lineageInformation", "dbServiceNames"]) config.notHonoured(key, NO_LINEAGE);
  for (const key of ["includeLineage", "overrideLineage"]) config.notHonoured(key, NO_LINEAGE, false);
  config.notHonoured("includeUnDeployedPipelines", NOT_YET, true);
  config.notHonoured("statusLookbackDays", "the runs of pipelines are not read yet.");
  return withoutTables({
    want: want(config, { owners: true, tags: true }),
    markDeleted: { pipeline: config.flag("markDeletedPipelines", true) },
    overrideMetadata: config.flag("overrideMetadata", false),
  });
}

/** OpenMetadata's default of 1 would read one slice at a time; its own page recommends more wherever it matters. */
function threads(config: Section): number {
  return config.number("threads", defaultRunOptions().threads, { min: 1, integer: true });
}

/** What is read beside the objects. `null` where OpenMetadata has no option: then it is read. */
function want(config: Section, otherwise: { owners: boolean | null; tags: boolean | null }): RunOptions["want"] {
  const flag = (key: string, value: boolean | null): boolean => (value === null ? true : config.flag(key, value));
  return { ddl: true, owners: flag("includeOwners", otherwise.owners), tags: flag("includeTags", otherwise.tags) };
}

function withoutTables(own: Pick<SourceOptions, "want" | "markDeleted" | "overrideMetadata">): SourceOptions {
  const {
    useFqnForFiltering,
    includeTables,
    includeViews,
    includeStoredProcedures,
    threads: sessions,
  } = defaultRunOptions();
  return { useFqnForFiltering, includeTables, includeViews, includeStoredProcedures, threads: sessions, ...own };
}

/** What `sourceConfig.config` would have to say for a run to cover everything and delete what is gone. */
export function everythingConfig(service: Manifest["service"]): { [key: string]: string | boolean } {
  const type = METADATA_TYPES[service];
  if (service !== "database") return { type, ...(service === "dashboard" ? { includeOwners: true } : {}) };
  const { markDeleted } = defaultRunOptions();
  const mark = (node: NodeName): boolean => markDeleted[node] === true;
  return {
    type,
    includeDDL: true,
    includeOwners: true,
    markDeletedDatabases: mark("database"),
    markDeletedSchemas: mark("databaseSchema"),
  };
}
