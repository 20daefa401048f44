/** The zod schemas of every type of facts and of an exported entity. Strict where people write, lenient nowhere else. */
import { z } from "zod";
import type { Owner, TagLabel, Unseen } from "./common.ts";
import { DATA_TYPES } from "./data-types.ts";
import type { EntityType, FactsByType } from "./facts.ts";
import type { CuratedColumn, Curated } from "./layers.ts";
import { type Column, TABLE_TYPES } from "./table.ts";

const text = z.string().nullish();
const count = z.number().int().nonnegative().nullish();
const object = z.record(z.string(), z.json());
const reference = z.union([z.string().min(1), z.array(z.string()).readonly()]);

const unseen = z.array(
  z.union([z.literal("columns"), z.literal("storedProcedureCode"), z.templateLiteral(["source.", z.string()])]),
) as z.ZodType<readonly Unseen[]>;

const ownerSchema: z.ZodType<Owner> = z.strictObject({
  type: z.enum(["role", "user", "team"]),
  name: z.string().min(1),
});
const tagSchema: z.ZodType<TagLabel> = z.strictObject({
  tagFQN: z.string().min(1),
  source: z.enum(["Classification", "Glossary"]),
  labelType: z.enum(["Manual", "Propagated", "Automated", "Derived", "Generated"]),
  state: z.enum(["Suggested", "Confirmed"]),
  description: z.string().optional() as unknown as z.ZodString,
});

const common = {
  displayName: text,
  description: text,
  owners: z.array(ownerSchema).nullish(),
  tags: z.array(tagSchema).nullish(),
  sourceUrl: text,
  source: object.nullish(),
  unseen: unseen.optional() as unknown as typeof unseen,
};

const columnSchema: z.ZodType<Column> = z.lazy(() =>
  z.strictObject({
    name: z.string().min(1),
    displayName: text,
    dataType: z.enum(DATA_TYPES),
    arrayDataType: z.enum(DATA_TYPES).nullish(),
    dataLength: count,
    precision: count,
    scale: z.number().int().nullish(),
    dataTypeDisplay: text,
    description: text,
    constraint: z.enum(["NULL", "NOT_NULL", "UNIQUE", "PRIMARY_KEY"]).nullish(),
    ordinalPosition: count,
    tags: z.array(tagSchema).nullish(),
    children: z.array(columnSchema).nullish(),
    source: object.nullish(),
  }),
) as z.ZodType<Column>;

const constraintSchema = z.strictObject({
  constraintType: z.enum(["UNIQUE", "PRIMARY_KEY", "FOREIGN_KEY", "SORT_KEY", "DIST_KEY", "CLUSTER_KEY"]),
  columns: z.array(z.string()),
  referredColumns: z.array(reference).nullish(),
});

const partitionSchema = z.strictObject({
  columns: z.array(
    z.strictObject({
      columnName: z.string(),
      intervalType: z.enum([
        "TIME-UNIT",
        "INTEGER-RANGE",
        "INGESTION-TIME",
        "COLUMN-VALUE",
        "INJECTED",
        "ENUM",
        "OTHER",
      ]),
      interval: z.string().optional(),
    }),
  ),
});

const service = { serviceType: z.string().min(1), connection: z.strictObject({ config: object }).nullish() };

const schemas = {
  databaseService: z.strictObject({ ...common, ...service }),
  messagingService: z.strictObject({ ...common, ...service }),
  dashboardService: z.strictObject({ ...common, ...service }),
  pipelineService: z.strictObject({ ...common, ...service }),
  database: z.strictObject({ ...common, default: z.boolean().nullish() }),
  databaseSchema: z.strictObject(common),
  table: z.strictObject({
    ...common,
    tableType: z.enum(TABLE_TYPES),
    columns: z.array(columnSchema),
    tableConstraints: z.array(constraintSchema).nullish(),
    tablePartition: partitionSchema.nullish(),
    schemaDefinition: text,
    fileFormat: text,
    locationPath: text,
  }),
  storedProcedure: z.strictObject({
    ...common,
    storedProcedureCode: z.strictObject({
      language: z.enum(["SQL", "Java", "JavaScript", "Python", "External"]),
      code: z.string(),
    }),
    storedProcedureType: z.enum(["StoredProcedure", "UDF", "StoredPackage", "Function"]).nullish(),
  }),
  topic: z.strictObject({
    ...common,
    partitions: z.number().int().min(1),
    replicationFactor: count,
    retentionTime: z.number().nullish(),
    retentionSize: z.number().nullish(),
    maximumMessageSize: count,
    minimumInSyncReplicas: count,
    cleanupPolicies: z.array(z.enum(["delete", "compact"])).nullish(),
    messageSchema: z
      .strictObject({ schemaText: z.string(), schemaType: z.enum(["Avro", "Protobuf", "JSON", "Other", "None"]) })
      .nullish(),
  }),
  chart: z.strictObject({ ...common, chartType: text }),
  dashboardDataModel: z.strictObject({
    ...common,
    dataModelType: z.string(),
    columns: z.array(columnSchema),
    sql: text,
    project: text,
  }),
  dashboard: z.strictObject({
    ...common,
    dashboardType: z.enum(["Dashboard", "Report"]).nullish(),
    project: text,
    charts: z.array(reference).nullish(),
    dataModels: z.array(reference).nullish(),
  }),
  pipeline: z.strictObject({
    ...common,
    tasks: z
      .array(
        z.strictObject({
          name: z.string().min(1),
          taskType: z.string().optional(),
          description: z.string().optional(),
          downstreamTasks: z.array(z.string()).optional(),
          sourceUrl: z.string().optional(),
        }),
      )
      .nullish(),
    scheduleInterval: text,
    concurrency: count,
  }),
  query: z.strictObject({
    ...common,
    query: z.string(),
    queryDate: z.number().nullish(),
    duration: z.number().nullish(),
    users: z.array(z.string()).nullish(),
    queryUsedIn: z.array(reference).nullish(),
  }),
  classification: z.strictObject({ ...common, mutuallyExclusive: z.boolean().nullish() }),
  tag: z.strictObject(common),
  team: z.strictObject({
    ...common,
    teamType: z.enum(["Organization", "BusinessUnit", "Division", "Department", "Group"]).nullish(),
  }),
  user: z.strictObject({ ...common, email: text, teams: z.array(ownerSchema).nullish() }),
  ingestionPipeline: z.strictObject({
    ...common,
    pipelineType: z.enum(["metadata", "usage", "lineage", "profiler", "TestSuite", "dbt", "autoClassification"]),
    sourceConfig: z.strictObject({ config: object }).nullish(),
  }),
};

/** The schema of the facts of each type of entity. Unknown keys are refused. */
export const FACTS_SCHEMAS: { readonly [T in EntityType]: z.ZodType<FactsByType[T]> } = schemas as unknown as {
  readonly [T in EntityType]: z.ZodType<FactsByType[T]>;
};

const setEdit = <T>(item: z.ZodType<T>) =>
  z.strictObject({ add: z.array(item).optional(), remove: z.array(item).optional() });
const curatedColumn = { displayName: text, description: text, tags: setEdit(tagSchema).optional() };

/** The schema of a curated layer. */
export const CURATED_SCHEMA: z.ZodType<Curated> = z.strictObject({
  ...curatedColumn,
  owners: setEdit(ownerSchema).optional(),
  columns: z.record(z.string(), z.strictObject(curatedColumn) as unknown as z.ZodType<CuratedColumn>).optional(),
}) as unknown as z.ZodType<Curated>;
