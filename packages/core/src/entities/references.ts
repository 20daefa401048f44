import type { EntityType } from "./facts.ts";
import { buildFqn, splitFqn } from "./fqn.ts";
import type { Document } from "./document.ts";
import type { TableConstraint } from "./table.ts";

/** What one entity says about another, by FQN. It stays *unresolved* while nothing of that FQN is known. */
export interface Reference {
  kind: "foreignKey" | "chart" | "dataModel" | "queryUsedIn";
  /** The FQN of the entity pointed at (a table, not its column). */
  to: string;
}

/** The references in a document, each target once, in a fixed order. */
export function referencesOf(type: EntityType, document: Document): Reference[] {
  switch (type) {
    case "table": {
      const constraints = document["tableConstraints"] as TableConstraint[] | undefined;
      if (constraints === undefined) return [];
      const targets = new Set<string>();
      for (const { referredColumns } of constraints)
        for (const column of referredColumns ?? []) targets.add(buildFqn(...splitFqn(column as string).slice(0, -1)));
      return [...targets].map((to) => ({ kind: "foreignKey", to }));
    }
    case "dashboard":
      return [
        ...((document["charts"] as string[] | undefined) ?? []).map((to) => ({ kind: "chart" as const, to })),
        ...((document["dataModels"] as string[] | undefined) ?? []).map((to) => ({ kind: "dataModel" as const, to })),
      ];
    case "query":
      return ((document["queryUsedIn"] as string[] | undefined) ?? []).map((to) => ({ kind: "queryUsedIn", to }));
    default:
      return [];
  }
}
