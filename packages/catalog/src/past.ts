/** Entities as they were at a time, and where what they say now comes from. */
import { type EntityType, mergeLayers } from "@headwater/core";
import type { Database } from "./database.ts";
import { kindIn } from "./entity-writer.ts";
import { exclusiveClassifications } from "./exclusive.ts";
import { childrenOf, type Entity, type EntitySummary, historyOf, type HistoryEntry, stateAt } from "./read.ts";

/** What a catalog knows of an entity at a time. */
export type Past =
  | { is: "known"; entity: Entity; change: HistoryEntry }
  /** It was not in the catalog yet. */
  | { is: "later"; first: HistoryEntry }
  /** The history does not go back that far. */
  | { is: "forgotten"; oldest: HistoryEntry | null };

/** An entity as it was at a time (Unix milliseconds), in full. Its place among others is the present one. */
export function entityAt(db: Database, entity: Entity, at: number): Past {
  const history = historyOf(db, entity.id);
  const oldest = history.at(-1) ?? null;
  const change = history.find((entry) => entry.at <= at);
  if (change === undefined)
    return oldest !== null && oldest.change === null && BEGINNINGS.has(oldest.op)
      ? { is: "later", first: oldest }
      : { is: "forgotten", oldest };
  const state = stateAt(db, entity, change.seq);
  if (state === null) return { is: "forgotten", oldest };
  const measured = db.get<{ row_count: number | null; size_bytes: number | null }>(
    "SELECT row_count, size_bytes FROM observation WHERE entity = ? AND at <= ? ORDER BY at DESC LIMIT 1",
    entity.id,
    at,
  );
  return {
    is: "known",
    change,
    entity: {
      ...entity,
      ...state,
      kind: kindIn(state.source) ?? entity.kind,
      version: change.version,
      shown: mergeLayers(state.source, state.curated, exclusiveClassifications(db)),
      rowCount: measured?.row_count ?? null,
      sizeBytes: measured?.size_bytes ?? null,
      updatedAt: change.at,
    },
  };
}

const BEGINNINGS: ReadonlySet<string> = new Set(["created", "imported"]);

/** What was live directly below an FQN at a time, as far as the history goes back. It is told by its present name. */
export function childrenAt(db: Database, fqn: string, at: number): EntitySummary[] {
  const rows = db.all<{ fqn: string; type: EntityType }>(
    `SELECT e.fqn, e.type FROM entity e WHERE e.prefix = ?
     AND coalesce((SELECT h.op FROM history h WHERE h.entity = e.id AND h.at <= ? ORDER BY h.seq DESC LIMIT 1), 'deleted') <> 'deleted'`,
    fqn,
    at,
  );
  const there = new Set(rows.map((row) => `${row.type} ${row.fqn}`));
  return childrenOf(db, fqn, { deleted: true }).filter((child) => there.has(`${child.type} ${child.fqn}`));
}
