import type { CommonFacts, Owner } from "./common.ts";
import type { Column, TableFacts } from "./table.ts";
import type { Path } from "./fqn.ts";
import type { JsonObject } from "./json.ts";

/** What a source says about a database. */
export interface DatabaseFacts extends CommonFacts {
  /** Whether it is the one a client lands in when it names none. */
  default?: boolean | null;
}

/** What a source says about a schema. */
export type DatabaseSchemaFacts = CommonFacts;

/** What a source says about a stored procedure or function. The entity's name carries the argument types where the source tells routines apart by these. */
export interface StoredProcedureFacts extends CommonFacts {
  /** OpenMetadata knows five languages; the source's own word stands in `source.language`. */
  storedProcedureCode: { language: "SQL" | "Java" | "JavaScript" | "Python" | "External"; code: string };
  storedProcedureType?: "StoredProcedure" | "UDF" | "StoredPackage" | "Function" | null;
}

/** What a source says about a topic of a message broker. */
export interface TopicFacts extends CommonFacts {
  partitions: number;
  replicationFactor?: number | null;
  retentionTime?: number | null;
  retentionSize?: number | null;
  maximumMessageSize?: number | null;
  minimumInSyncReplicas?: number | null;
  cleanupPolicies?: ("delete" | "compact")[] | null;
  messageSchema?: { schemaText: string; schemaType: "Avro" | "Protobuf" | "JSON" | "Other" | "None" } | null;
}

/** What a source says about a chart. A chart belongs to its service and may be shown by several dashboards. */
export interface ChartFacts extends CommonFacts {
  chartType?: string | null;
}

/** What a source says about a dashboard. `charts` and `dataModels` are references, resolved at the end of a run. */
export interface DashboardFacts extends CommonFacts {
  dashboardType?: "Dashboard" | "Report" | null;
  project?: string | null;
  charts?: (Path | string)[] | null;
  dataModels?: (Path | string)[] | null;
}

/** What a source says about a data model of a dashboard service. */
export interface DashboardDataModelFacts extends CommonFacts {
  dataModelType: string;
  columns: Column[];
  sql?: string | null;
  project?: string | null;
}

/** What a source says about a pipeline of a pipeline service (Airflow, Dagster …). */
export interface PipelineFacts extends CommonFacts {
  tasks?:
    | { name: string; taskType?: string; description?: string; downstreamTasks?: string[]; sourceUrl?: string }[]
    | null;
  scheduleInterval?: string | null;
  concurrency?: number | null;
}

/** A service: one connection to one source. The connection holds references to secrets, never secrets. */
export interface ServiceFacts extends CommonFacts {
  serviceType: string;
  connection?: { config: JsonObject } | null;
}

/** A query seen in a log, with its users. */
export interface QueryFacts extends CommonFacts {
  query: string;
  queryDate?: number | null;
  duration?: number | null;
  users?: string[] | null;
  queryUsedIn?: (Path | string)[] | null;
}

/** A group of tags. In a mutually exclusive one an entity carries at most one of them. */
export interface ClassificationFacts extends CommonFacts {
  mutuallyExclusive?: boolean | null;
}

/** A tag of a classification. */
export type TagFacts = CommonFacts;

/** A team that may own things. */
export interface TeamFacts extends CommonFacts {
  teamType?: "Organization" | "BusinessUnit" | "Division" | "Department" | "Group" | null;
}

/** A person that may own things. */
export interface UserFacts extends CommonFacts {
  email?: string | null;
  teams?: Owner[] | null;
}

/** A configured workflow of one service. Its FQN is OpenMetadata's `ingestionPipelineFQN`. */
export interface IngestionPipelineFacts extends CommonFacts {
  pipelineType: "metadata" | "usage" | "lineage" | "profiler" | "TestSuite" | "dbt" | "autoClassification";
  sourceConfig?: { config: JsonObject } | null;
}

/** The facts of each type of entity. */
export interface FactsByType {
  databaseService: ServiceFacts;
  messagingService: ServiceFacts;
  dashboardService: ServiceFacts;
  pipelineService: ServiceFacts;
  database: DatabaseFacts;
  databaseSchema: DatabaseSchemaFacts;
  table: TableFacts;
  storedProcedure: StoredProcedureFacts;
  topic: TopicFacts;
  chart: ChartFacts;
  dashboardDataModel: DashboardDataModelFacts;
  dashboard: DashboardFacts;
  pipeline: PipelineFacts;
  query: QueryFacts;
  classification: ClassificationFacts;
  tag: TagFacts;
  team: TeamFacts;
  user: UserFacts;
  ingestionPipeline: IngestionPipelineFacts;
}

/** The name of a type of entity, as OpenMetadata spells it. */
export type EntityType = keyof FactsByType;

/** The facts of any entity. */
export type Facts = FactsByType[EntityType];
