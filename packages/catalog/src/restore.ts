/** Taking back: deletions, and the end of what people had set. */
import { type Curated, HeadwaterError, parentFqn } from "@headwater/core";
import type { Database } from "./database.ts";
import { type Author, below, EntityWriter, loadAllByFqn, loadEntity, type StoredEntity } from "./entity-writer.ts";
import { historyOf, stateBefore } from "./read.ts";

/**
 * Takes back that an entity was deleted: it, everything that was deleted together with it, and the parents it needs. Returns
 * what is live again, parents before children. What people had set on them is there as before.
 */
export function restoreDeleted(db: Database, id: number, author: Author): StoredEntity[] {
  return db.transaction(() => {
    const entity = required(db, id);
    const back = [...deletedAbove(db, entity), entity, ...deletedWith(db, entity)];
    const writer = new EntityWriter(db, author);
    for (const stored of back) writer.undelete(stored);
    return back;
  });
}

function required(db: Database, id: number): StoredEntity {
  const stored = loadEntity(db, id);
  if (stored === null) throw new HeadwaterError("usage", "The entity is no longer in the catalog.");
  return stored;
}

function deletedAbove(db: Database, { fqn }: StoredEntity): StoredEntity[] {
  const above: StoredEntity[] = [];
  for (let at = parentFqn(fqn); at !== null; at = parentFqn(at)) {
    const parents = loadAllByFqn(db, at);
    const [parent] = parents;
    if (parent?.deleted === true) above.unshift(parent);
  }
  return above;
}

/** What was deleted by the same author at the same time. */
function deletedWith(db: Database, entity: StoredEntity): StoredEntity[] {
  const own = lastDeletion(db, entity.id);
  if (own === null) return [];
  const { where, args } = below(entity.fqn);
  return db
    .all<{ id: number }>(`SELECT id FROM entity WHERE deleted = 1 AND ${where} ORDER BY fqn, type`, ...args)
    .filter(({ id }) => lastDeletion(db, id) === own)
    .map(({ id }) => required(db, id));
}

/** Who deleted an entity and when, as one text; `null` when the history no longer says. */
function lastDeletion(db: Database, id: number): string | null {
  const row = db.get<{ run: number | null; actor: string | null; at: number; op: string }>(
    "SELECT run, actor, at, op FROM history WHERE entity = ? ORDER BY seq DESC LIMIT 1",
    id,
  );
  return row?.op === "deleted" ? JSON.stringify([row.run, row.actor, row.at]) : null;
}

/**
 * Sets again what people had set on an entity and `overrideMetadata` retired last. What was set since stays. Returns whether
 * anything changed; `null` when nothing was ever retired, as far as the history goes back.
 */
export function restoreRetired(db: Database, id: number, author: Author): boolean | null {
  return db.transaction(() => {
    const stored = required(db, id);
    const retirement = historyOf(db, id).find(({ op }) => op === "retired");
    if (retirement === undefined) return null;
    const before = stateBefore(db, stored, retirement.seq);
    if (before === null) return null;
    return new EntityWriter(db, author).curate(stored, bothCurated(before.curated, stored.curated), "restored");
  });
}

/** What is set now, and what was set before where nothing is set now. */
export function bothCurated(before: Curated | null, now: Curated | null): Curated | null {
  if (before === null || now === null) return now ?? before;
  const columns = { ...before.columns };
  for (const [path, own] of Object.entries(now.columns ?? {})) columns[path] = { ...columns[path], ...own };
  return { ...before, ...now, ...(Object.keys(columns).length > 0 ? { columns } : {}) };
}

/** Makes the curated layer of an entity what it was once. Returns whether anything changed. */
export function restoreCurated(db: Database, id: number, curated: Curated | null, author: Author): boolean {
  return db.transaction(() => new EntityWriter(db, author).curate(required(db, id), curated, "restored"));
}
