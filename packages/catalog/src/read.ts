/** Reading a catalog: what `ls`, `show`, `search`, `log` and `runs` are made of. */
import {
  applyDelta,
  type ChangeDescription,
  type Counts,
  type Delta,
  type Document,
  type EntityType,
  type Json,
  mergeLayers,
  type RunEvent,
  type RunState,
  splitFqn,
  type Version,
} from "@headwater/core";
import { type Database, likeText } from "./database.ts";
import { below, type EntityState, type HistoryOp, loadAllByFqn, stateOf, type StoredEntity } from "./entity-writer.ts";
import { exclusiveClassifications } from "./exclusive.ts";

/** An entity as readers see it. */
export interface Entity extends StoredEntity {
  /** Both layers merged. */
  shown: Document;
  rowCount: number | null;
  sizeBytes: number | null;
  /** When its present version was made, Unix milliseconds. */
  updatedAt: number;
}

/** One line of a list of entities. */
export interface EntitySummary {
  type: EntityType;
  fqn: string;
  name: string;
  kind: string | null;
  version: Version;
  deleted: boolean;
  description: string | null;
  /** How many columns it has, for types that have any. */
  columns: number | null;
  rowCount: number | null;
  /** How many live entities are directly below it. */
  children: number;
}

const SUMMARY = `e.id, e.type, e.fqn, e.name, e.kind, e.version, e.deleted, e.row_count AS rowCount,
  CASE WHEN json_type(d.curated, '$.description') IS NULL THEN d.source ->> 'description' ELSE d.curated ->> 'description' END AS description,
  json_array_length(d.source, '$.columns') AS columns,
  (SELECT count(*) FROM entity c WHERE c.prefix = e.fqn AND c.deleted = 0) AS children`;

function summaries(db: Database, tail: string, ...args: (string | number)[]): EntitySummary[] {
  return db
    .all<Omit<EntitySummary, "deleted"> & { deleted: number }>(
      `SELECT ${SUMMARY} FROM entity e JOIN document d ON d.id = e.id ${tail}`,
      ...args,
    )
    .map((row) => ({ ...row, deleted: row.deleted === 1 }));
}

/** The entities directly below an FQN (`""`: the roots of the catalog), in the order of their names. */
export function childrenOf(db: Database, fqn: string, options: { deleted?: boolean } = {}): EntitySummary[] {
  const deleted = options.deleted === true ? "" : "AND e.deleted = 0";
  return summaries(db, `WHERE e.prefix = ? ${deleted} ORDER BY e.type, e.name`, fqn);
}

/** Every entity below an FQN, in the order of their FQNs. */
export function allBelow(db: Database, fqn: string, options: { deleted?: boolean } = {}): EntitySummary[] {
  const { where, args } = below(fqn);
  const deleted = options.deleted === true ? "" : "AND e.deleted = 0";
  return summaries(db, `WHERE ${where.replaceAll("prefix", "e.prefix")} ${deleted} ORDER BY e.fqn, e.type`, ...args);
}

/** What filters are about, of every live entity below an FQN. */
export function* namesBelow(
  db: Database,
  fqn: string,
): Generator<{ type: EntityType; kind: string | null; name: string; fqn: string }> {
  const { where, args } = below(fqn);
  yield* db.each<{ type: EntityType; kind: string | null; name: string; fqn: string }>(
    `SELECT type, kind, name, fqn FROM entity WHERE deleted = 0 AND ${where} ORDER BY fqn, type`,
    ...args,
  );
}

/** The entities of an FQN, of any type; live ones first. */
export function entitiesOf(db: Database, fqn: string): Entity[] {
  return loadAllByFqn(db, fqn).map((stored) => toEntity(db, stored));
}

function toEntity(db: Database, stored: StoredEntity): Entity {
  const row = db.get<{ row_count: number | null; size_bytes: number | null; updated_at: number }>(
    "SELECT row_count, size_bytes, updated_at FROM entity WHERE id = ?",
    stored.id,
  );
  return {
    ...stored,
    shown: mergeLayers(stored.source, stored.curated, exclusiveClassifications(db)),
    rowCount: row?.row_count ?? null,
    sizeBytes: row?.size_bytes ?? null,
    updatedAt: row?.updated_at ?? 0,
  };
}

const SHORTEST_WORD = 3;

/** FQNs that end in what somebody typed, or contain its last word: what they may have meant. */
export function similarFqns(db: Database, typed: string, limit = 5, options: { deleted?: boolean } = {}): string[] {
  const deleted = options.deleted === true ? "" : "deleted = 0 AND";
  const ending = db.all<{ fqn: string }>(
    `SELECT fqn FROM entity WHERE ${deleted} (fqn = ? COLLATE NOCASE OR fqn LIKE ? ESCAPE '\\') ORDER BY deleted, length(fqn), fqn LIMIT ?`,
    typed,
    `%.${likeText(typed)}`,
    limit,
  );
  if (ending.length > 0) return ending.map(({ fqn }) => fqn);
  const last = typed.split(".").pop() ?? typed;
  // What so few letters begin, nobody meant.
  return last.length < SHORTEST_WORD ? [] : search(db, last, limit).map(({ fqn }) => fqn);
}

/** The FQNs of the live routines whose names, without their argument types, end with these parts: as people call them. */
export function routinesCalled(db: Database, names: readonly string[], limit = 5): string[] {
  const [last = "", ...above] = names.toReversed();
  return db
    .all<{ fqn: string }>(
      "SELECT fqn FROM entity WHERE type = 'storedProcedure' AND deleted = 0 AND name LIKE ? ESCAPE '\\' ORDER BY fqn",
      `${likeText(last)}(%`,
    )
    .map(({ fqn }) => fqn)
    .filter((fqn) => {
      const parts = splitFqn(fqn).toReversed().slice(1);
      return above.every((name, at) => parts[at] === name);
    })
    .slice(0, limit);
}

/** Full-text search over names, descriptions and columns, best match first. Words match by their beginning. */
export function search(db: Database, text: string, limit = 20): EntitySummary[] {
  const words = text.match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length === 0) return [];
  const query = words.map((word) => `"${word}"*`).join(" ");
  // A word that everything has would be ranked for everything: of those, the first ones are enough, and all whose name has it.
  const ranked = `SELECT * FROM (SELECT rowid, bm25(search, 8, 2, 4) AS rank FROM search WHERE search MATCH ? LIMIT ${RANKED})`;
  return summaries(
    db,
    `JOIN (SELECT rowid, min(rank) AS rank FROM (${ranked} UNION ALL ${ranked}) GROUP BY rowid ORDER BY rank LIMIT ?) s
     ON s.rowid = e.id ORDER BY s.rank, e.fqn`,
    query,
    `{name} : (${query})`,
    limit,
  );
}

/** Entities that are ranked for one search, at most, twice. */
const RANKED = 20_000;

/** One committed change of an entity. */
export interface HistoryEntry {
  /** The number of the change in the whole catalog, without gaps. */
  seq: number;
  version: Version;
  at: number;
  /** The run that made it; `null` for a person's change. */
  run: number | null;
  actor: string | null;
  op: HistoryOp;
  change: ChangeDescription | null;
}

interface HistoryRow extends Omit<HistoryEntry, "change"> {
  change: string | null;
  back: string | null;
}

/** The history of an entity, newest first. */
export function historyOf(db: Database, id: number): HistoryEntry[] {
  return historyRows(db, id).map(({ back: _back, change, ...entry }) => ({
    ...entry,
    change: change === null ? null : (JSON.parse(change) as ChangeDescription),
  }));
}

function historyRows(db: Database, id: number): HistoryRow[] {
  return db.all<HistoryRow>(
    "SELECT seq, version, at, run, actor, op, change, back FROM history WHERE entity = ? ORDER BY seq DESC",
    id,
  );
}

/** The state of an entity right after one change of its history; `null` when it is no longer kept. */
export function stateAt(db: Database, entity: StoredEntity, seq: number): EntityState | null {
  return stepAt(db, entity, seq)?.after ?? null;
}

/** The state of an entity right before one change of its history; `null` when it is no longer kept, or there was none. */
export function stateBefore(db: Database, entity: StoredEntity, seq: number): EntityState | null {
  const step = stepAt(db, entity, seq);
  return step === null || step.back === null ? null : goBack(step.after, step.back);
}

/** What one change of an entity's history led to, and the way back; `null` when it is no longer kept. */
function stepAt(db: Database, entity: StoredEntity, seq: number): { after: EntityState; back: string | null } | null {
  let after = stateOf(entity);
  for (const { seq: at, back } of historyRows(db, entity.id)) {
    if (at <= seq) return at === seq ? { after, back } : null;
    if (back === null) return null;
    after = goBack(after, back);
  }
  return null;
}

function goBack(state: EntityState, back: string): EntityState {
  return applyDelta(state as unknown as Json, JSON.parse(back) as Delta) as unknown as EntityState;
}

/** One committed change of any entity, for the change feed. */
export interface FeedEntry extends HistoryEntry {
  /** `null` once the entity was removed for good. */
  type: EntityType | null;
  fqn: string | null;
}

/** The changes after a number, oldest first. */
export function changesSince(db: Database, seq: number, limit = 1_000): FeedEntry[] {
  return feed(db, "WHERE h.seq > ? ORDER BY h.seq LIMIT ?", seq, limit);
}

/** The latest changes, newest first. */
export function latestChanges(db: Database, limit = 20): FeedEntry[] {
  return feed(db, "ORDER BY h.seq DESC LIMIT ?", limit);
}

/** The number of the last change; 0 in an empty catalog. */
export function lastSeq(db: Database): number {
  return db.get<{ seq: number | null }>("SELECT max(seq) AS seq FROM history")?.seq ?? 0;
}

/** The number of the oldest change that is kept; 1 in an empty catalog. */
export function firstSeq(db: Database): number {
  return db.get<{ seq: number | null }>("SELECT min(seq) AS seq FROM history")?.seq ?? 1;
}

/** The changes a run made, oldest first. */
export function changesOfRun(db: Database, run: number, limit = 100_000): FeedEntry[] {
  return feed(db, "WHERE h.run = ? ORDER BY h.seq LIMIT ?", run, limit);
}

function feed(db: Database, tail: string, ...args: number[]): FeedEntry[] {
  return db
    .all<HistoryRow & { type: EntityType | null; fqn: string | null }>(
      `SELECT h.seq, h.version, h.at, h.run, h.actor, h.op, h.change, h.back, e.type, e.fqn
       FROM history h LEFT JOIN entity e ON e.id = h.entity ${tail}`,
      ...args,
    )
    .map(({ back: _back, change: text, ...entry }) => {
      const change = text === null ? null : (JSON.parse(text) as ChangeDescription);
      if (entry.op !== "removed") return { ...entry, change };
      // Nothing else in the catalog knows any more what it was.
      const was = (name: string): Json => change?.fieldsDeleted.find((field) => field.name === name)?.oldValue ?? null;
      return {
        ...entry,
        change,
        type: was("entityType") as EntityType | null,
        fqn: was("fullyQualifiedName") as string | null,
      };
    });
}

/** A run as it is kept. */
export interface RunRecord {
  id: number;
  service: string;
  pipeline: string;
  connector: string;
  state: RunState;
  exit: number | null;
  startedAt: number;
  endedAt: number | null;
  counts: Counts;
  queries: number;
  /** Whether the next run of the pipeline may go on where it stopped. */
  resumable: boolean;
}

const RUN = `SELECT id, service, pipeline, connector, state, exit, started_at AS startedAt, ended_at AS endedAt, counts, queries, resumable FROM run`;

const toRun = (
  row: Omit<RunRecord, "counts" | "resumable"> & { counts: string | null; resumable: number },
): RunRecord => ({
  ...row,
  counts: row.counts === null ? {} : (JSON.parse(row.counts) as Counts),
  resumable: row.resumable === 1,
});

/** The runs a catalog remembers, newest first. */
export function runs(db: Database, limit = 20): RunRecord[] {
  return db.all<Parameters<typeof toRun>[0]>(`${RUN} ORDER BY id DESC LIMIT ?`, limit).map(toRun);
}

/** One run; `null` when the catalog does not remember it. */
export function runById(db: Database, id: number): RunRecord | null {
  const row = db.get<Parameters<typeof toRun>[0]>(`${RUN} WHERE id = ?`, id);
  return row === null ? null : toRun(row);
}

/** The events of a run, in order. */
export function eventsOf(db: Database, run: number): RunEvent[] {
  return db
    .all<{ event: string }>("SELECT event FROM run_event WHERE run = ? ORDER BY seq", run)
    .map(({ event }) => JSON.parse(event) as RunEvent);
}

/** What the catalog holds, by type. */
export function totals(db: Database): { type: EntityType; live: number; deleted: number }[] {
  return db.all(
    "SELECT type, sum(deleted = 0) AS live, sum(deleted) AS deleted FROM entity GROUP BY type ORDER BY type",
  );
}

/** Who points at an entity: the FQNs whose references name it. */
export function referencesTo(db: Database, prefix: string, name: string): { fqn: string; kind: string }[] {
  return db.all(
    `SELECT e.fqn, r.kind FROM reference r JOIN entity e ON e.id = r.entity
     WHERE r.prefix = ? AND r.name = ? AND e.deleted = 0 ORDER BY e.fqn`,
    prefix,
    name,
  );
}
