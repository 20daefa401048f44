/** What things are called when people read about them. */
import type { EntityType } from "@headwater/core";
import { counted } from "../screen/numbers.ts";

const TYPES: { readonly [T in EntityType]: readonly [one: string, many: string] } = {
  databaseService: ["database service", "database services"],
  messagingService: ["messaging service", "messaging services"],
  dashboardService: ["dashboard service", "dashboard services"],
  pipelineService: ["pipeline service", "pipeline services"],
  database: ["database", "databases"],
  databaseSchema: ["schema", "schemas"],
  table: ["table", "tables"],
  storedProcedure: ["routine", "routines"],
  topic: ["topic", "topics"],
  chart: ["chart", "charts"],
  dashboardDataModel: ["data model", "data models"],
  dashboard: ["dashboard", "dashboards"],
  pipeline: ["pipeline", "pipelines"],
  query: ["query", "queries"],
  classification: ["classification", "classifications"],
  tag: ["tag", "tags"],
  team: ["team", "teams"],
  user: ["user", "users"],
  ingestionPipeline: ["ingestion pipeline", "ingestion pipelines"],
};

const KINDS: { readonly [kind: string]: readonly [one: string, many: string] } = {
  View: ["view", "views"],
  SecureView: ["secure view", "secure views"],
  MaterializedView: ["materialized view", "materialized views"],
  External: ["external table", "external tables"],
  Foreign: ["foreign table", "foreign tables"],
  Partitioned: ["partitioned table", "partitioned tables"],
  Dynamic: ["dynamic table", "dynamic tables"],
  Function: ["function", "functions"],
  UDF: ["function", "functions"],
  StoredProcedure: ["procedure", "procedures"],
  Event: ["event", "events"],
  Package: ["package", "packages"],
  PackageBody: ["package body", "package bodies"],
};

function words(type: EntityType, kind: string | null): readonly [string, string] {
  return (type === "table" || type === "storedProcedure" ? KINDS[kind ?? ""] : undefined) ?? TYPES[type];
}

/** What one entity is called: `table`, `materialized view`, `schema`. */
export function wordFor(type: EntityType, kind: string | null = null): string {
  return words(type, kind)[0];
}

/** A number of entities of a type: `3 tables`. */
export function countOf(value: number, type: EntityType, kind: string | null = null): string {
  const [one, many] = words(type, kind);
  return counted(value, one, many);
}

/** Entities by kind, the commonest kinds in the order they come: `12 tables, 3 views, 1 function`. */
export function countKinds(entities: Iterable<{ type: EntityType; kind: string | null }>): string {
  const counts = new Map<string, { type: EntityType; kind: string | null; value: number }>();
  for (const { type, kind } of entities) {
    const key = wordFor(type, kind);
    const seen = counts.get(key);
    if (seen === undefined) counts.set(key, { type, kind, value: 1 });
    else seen.value += 1;
  }
  return [...counts.values()].map(({ type, kind, value }) => countOf(value, type, kind)).join(", ");
}

/** What several entities of a type are called: `tables`. */
export function pluralOf(type: EntityType): string {
  return words(type, null)[1];
}
