import {
  childrenOf,
  type Database,
  entitiesOf,
  type Entity,
  type EntitySummary,
  historyOf,
  type HistoryEntry,
  referencesTo,
  type TableUsage,
  usageOf,
} from "@headwater/catalog";
import { type Reference, referencesOf } from "@headwater/core";

/** An entity with everything `show` says about it. */
export interface Details {
  entity: Entity;
  /** Live entities directly below it. */
  children: EntitySummary[];
  /** What it points at, and whether the catalog has it. */
  references: (Reference & { known: boolean })[];
  /** Who points at it. */
  referencedBy: { fqn: string; kind: string }[];
  lastChange: HistoryEntry | null;
  /** Who uses it, as far as query logs tell. */
  usage: TableUsage | null;
}

/** Gathers what `show` says about an entity. */
export function detailsOf(db: Database, entity: Entity): Details {
  return {
    entity,
    children: childrenOf(db, entity.fqn),
    references: referencesOf(entity.type, entity.source).map((reference) => ({
      ...reference,
      known: entitiesOf(db, reference.to).some(({ deleted }) => !deleted),
    })),
    referencedBy: referencesTo(db, entity.prefix, entity.name),
    lastChange: historyOf(db, entity.id)[0] ?? null,
    usage: entity.type === "table" ? usageOf(db, entity.fqn) : null,
  };
}
