import type { NodeName, Want } from "../connector/metadata.ts";
import { VIEW_TYPES } from "../entities/table.ts";
import { type FilterVerdict, type NameFilter, verdictOnName } from "./filter.ts";

/** How many deletions a run may do: a number of objects, or a share of what the service has. */
export type MaxDelete = { objects: number } | { percent: number } | "default";

/** What a metadata run covers and what it may do. Plain data but for the patterns. */
export interface RunOptions {
  filters: { readonly [N in NodeName]?: NameFilter };
  /** Match patterns against FQNs instead of names. */
  useFqnForFiltering: boolean;
  /** Kinds that are not read at all; what is known of them stays. */
  includeTables: boolean;
  includeViews: boolean;
  includeStoredProcedures: boolean;
  want: Want;
  /** Which nodes' objects may be deleted when the source no longer has them. */
  markDeleted: { readonly [N in NodeName]?: boolean };
  /** Retire curated values of fields the source supplies. */
  overrideMetadata: boolean;
  /** Percent of objects that must succeed for a run not to count as failed. */
  successThreshold: number;
  maxDelete: MaxDelete;
  /** Sessions per group, at most. */
  threads: number;
  /** Take over another server under this service's name. */
  acceptSource: boolean;
}

/** The options of a run that reads everything and deletes what is gone: what a bare URL asks for. */
export function defaultRunOptions(): RunOptions {
  return {
    filters: {},
    useFqnForFiltering: false,
    includeTables: true,
    includeViews: true,
    includeStoredProcedures: true,
    want: { ddl: true, owners: true, tags: true },
    markDeleted: {
      database: true,
      databaseSchema: true,
      table: true,
      storedProcedure: true,
      topic: true,
      chart: true,
      dashboardDataModel: true,
      dashboard: true,
      pipeline: true,
    },
    overrideMetadata: false,
    successThreshold: 90,
    maxDelete: "default",
    threads: 4,
    acceptSource: false,
  };
}

/** What decides whether a run covers an object: an option, a pattern, or nothing. Its parents are not looked at. */
export function coverage(options: RunOptions, node: NodeName, kind: string, name: string, fqn: string): FilterVerdict {
  const option = leftOutByOption(options, node, kind);
  if (option !== null) return { kept: false, rule: `${option} is false` };
  return verdictOnName(options.filters[node], options.useFqnForFiltering ? fqn : name);
}

/** Why a run does not cover an object, in words; `null` when it does. */
export function notCovered(
  options: RunOptions,
  node: NodeName,
  kind: string,
  name: string,
  fqn: string,
): string | null {
  const { kept, rule } = coverage(options, node, kind, name, fqn);
  return kept ? null : rule;
}

function leftOutByOption(options: RunOptions, node: NodeName, kind: string): keyof RunOptions | null {
  if (node === "storedProcedure") return options.includeStoredProcedures ? null : "includeStoredProcedures";
  if (node !== "table") return null;
  const option = VIEW_TYPES.has(kind) ? "includeViews" : "includeTables";
  return options[option] ? null : option;
}
