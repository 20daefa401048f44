import type { EntityType } from "./facts.ts";
import { buildFqn, type Path } from "./fqn.ts";

/** What the catalog must know about a type of entity to name it and to find its parent. */
export interface EntityTypeInfo {
  /** The types above it, nearest first; empty for what stands at the root of the catalog. */
  parents: readonly EntityType[];
  /** A fixed name between the parent's FQN and its own; OpenMetadata puts `model` before data models. */
  infix?: string;
  /** The word OpenMetadata's REST paths use: `tables`, `services/databaseServices`. */
  collection: string;
}

const DATABASE_PARENTS = ["databaseSchema", "database", "databaseService"] as const;

/** Every type of entity the catalog holds. */
export const ENTITY_TYPES: { readonly [T in EntityType]: EntityTypeInfo } = {
  databaseService: { parents: [], collection: "services/databaseServices" },
  messagingService: { parents: [], collection: "services/messagingServices" },
  dashboardService: { parents: [], collection: "services/dashboardServices" },
  pipelineService: { parents: [], collection: "services/pipelineServices" },
  database: { parents: ["databaseService"], collection: "databases" },
  databaseSchema: { parents: ["database", "databaseService"], collection: "databaseSchemas" },
  table: { parents: DATABASE_PARENTS, collection: "tables" },
  storedProcedure: { parents: DATABASE_PARENTS, collection: "storedProcedures" },
  topic: { parents: ["messagingService"], collection: "topics" },
  chart: { parents: ["dashboardService"], collection: "charts" },
  dashboardDataModel: { parents: ["dashboardService"], infix: "model", collection: "dashboard/datamodels" },
  dashboard: { parents: ["dashboardService"], collection: "dashboards" },
  pipeline: { parents: ["pipelineService"], collection: "pipelines" },
  query: { parents: ["databaseService"], collection: "queries" },
  classification: { parents: [], collection: "classifications" },
  tag: { parents: ["classification"], collection: "tags" },
  team: { parents: [], collection: "teams" },
  user: { parents: [], collection: "users" },
  ingestionPipeline: { parents: ["databaseService"], collection: "services/ingestionPipelines" },
};

/** The FQN of an entity from the raw names below its service (or, for root types, of its own name in `root`). */
export function entityFqn(type: EntityType, root: string, path: Path): string {
  const { infix } = ENTITY_TYPES[type];
  if (infix === undefined) return buildFqn(root, ...path);
  return buildFqn(root, ...path.slice(0, -1), infix, path[path.length - 1] as string);
}

/** What stands before the name in the FQN of a child of this type: its parent's FQN, and the fixed name where there is one. */
export function childPrefix(type: EntityType, parent: string): string {
  const { infix } = ENTITY_TYPES[type];
  return infix === undefined ? parent : `${parent}.${infix}`;
}

/** Whether a text names a type of entity. */
export function isEntityType(text: string): text is EntityType {
  return Object.hasOwn(ENTITY_TYPES, text);
}
