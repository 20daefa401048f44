import {
  buildFqn,
  bumpVersion,
  type Change,
  type ChangeDescription,
  childPrefix,
  type Column,
  type ColumnRenames,
  type Curated,
  delta,
  diffDocuments,
  type Document,
  ENTITY_TYPES,
  type EntityType,
  fingerprint,
  FIRST_VERSION,
  type Json,
  isWholeRead,
  keepUnread,
  maxBump,
  noChange,
  type Observations,
  quoteName,
  recordField,
  referencesOf,
  renameCuratedColumns,
  retireAgreed,
  retireSupplied,
  sameCurated,
  splitFqn,
  type TagLabel,
  type Version,
} from "@headwater/core";
import type { Database } from "./database.ts";
import { renameManual } from "./lineage/manual.ts";
import { indexEntity, unindexEntity } from "./search-index.ts";

/** What one entry of the history did. */
export type HistoryOp =
  | "created"
  | "updated"
  | "restored"
  | "renamed"
  | "deleted"
  | "set"
  | "retired"
  | "reverted"
  | "imported"
  | "removed";

/** Who changes something, and when: a run, or a person. */
export interface Author {
  run: number | null;
  actor: string | null;
  at: number;
}

/** An entity as its rows hold it. */
export interface StoredEntity {
  id: number;
  type: EntityType;
  prefix: string;
  name: string;
  fqn: string;
  service: string;
  kind: string | null;
  key: string | null;
  version: Version;
  deleted: boolean;
  fingerprint: string;
  source: Document;
  curated: Curated | null;
  columnKeys: string[] | null;
}

/** What of an entity its history leads between. */
export type EntityState = Pick<StoredEntity, "name" | "deleted" | "source" | "curated">;

/** An entity's present state. */
export function stateOf({ name, deleted, source, curated }: StoredEntity): EntityState {
  return { name, deleted, source, curated };
}

/** What applying a change did. `unchanged` may still have brought bookkeeping up to date. */
export type Applied = "created" | "updated" | "restored" | "unchanged" | "corrected";

const LOAD = `SELECT e.id, e.type, e.prefix, e.name, e.fqn, e.service, e.kind, e.key, e.version, e.deleted, e.fingerprint,
  d.source, d.curated, d.column_keys FROM entity e JOIN document d ON d.id = e.id`;

interface LoadRow extends Omit<StoredEntity, "deleted" | "source" | "curated" | "columnKeys"> {
  deleted: number;
  source: string;
  curated: string | null;
  column_keys: string | null;
}

function toStored(row: LoadRow): StoredEntity {
  const { column_keys, ...rest } = row;
  return {
    ...rest,
    deleted: row.deleted === 1,
    source: JSON.parse(row.source) as Document,
    curated: row.curated === null ? null : (JSON.parse(row.curated) as Curated),
    columnKeys: column_keys === null ? null : (JSON.parse(column_keys) as string[]),
  };
}

/** Loads an entity by its id; `null` when there is none. */
export function loadEntity(db: Database, id: number): StoredEntity | null {
  const row = db.get<LoadRow>(`${LOAD} WHERE e.id = ?`, id);
  return row === null ? null : toStored(row);
}

/** Loads an entity by type and FQN, deleted ones too; `null` when there is none. */
export function loadByFqn(db: Database, type: EntityType, fqn: string): StoredEntity | null {
  const { prefix, name } = placeOf(fqn);
  return loadAt(db, type, prefix, name);
}

function loadAt(db: Database, type: EntityType, prefix: string, name: string): StoredEntity | null {
  const row = db.get<LoadRow>(`${LOAD} WHERE e.prefix = ? AND e.name = ? AND e.type = ?`, prefix, name, type);
  return row === null ? null : toStored(row);
}

/** Loads entities of any type by FQN, live ones first. */
export function loadAllByFqn(db: Database, fqn: string): StoredEntity[] {
  const { prefix, name } = placeOf(fqn);
  return db
    .all<LoadRow>(`${LOAD} WHERE e.prefix = ? AND e.name = ? ORDER BY e.deleted, e.type`, prefix, name)
    .map((row) => toStored(row));
}

/** The two parts an FQN is looked up by. */
export function placeOf(fqn: string): { prefix: string; name: string } {
  const names = splitFqn(fqn);
  const name = names.pop() as string;
  return { prefix: buildFqn(...names), name };
}

/** The SQL condition and arguments for everything below an FQN. */
export function below(fqn: string): { where: string; args: [string, string, string] } {
  // "/" is the character after "." in every encoding SQLite compares bytes of.
  return { where: "(prefix = ? OR (prefix > ? AND prefix < ?))", args: [fqn, `${fqn}.`, `${fqn}/`] };
}

/** An entity that is to be added. */
export interface NewEntity extends Omit<Change, "parent" | "unread" | "known" | "reproject"> {
  prefix: string;
  curated: Curated | null;
  version: Version;
  deleted: boolean;
}

/** Writes entities, their history and everything derived from them. Call within a transaction. */
export class EntityWriter {
  readonly #db: Database;
  readonly #author: Author;
  readonly #tagsThere = new Set<string>();

  constructor(db: Database, author: Author) {
    this.#db = db;
    this.#author = author;
  }

  /** Applies what a source says about an entity. */
  apply(change: Change): Applied {
    const stored = change.known !== null ? loadEntity(this.#db, Number(change.known)) : this.#create(change);
    if (stored === null) return "created";
    const applied = this.#update(stored, change);
    if (change.seen !== null) this.#measure(stored.id, change.seen);
    return applied;
  }

  /** Adds an entity that should not be there. Returns it when it is there after all. */
  #create(change: Change): StoredEntity | null {
    const prefix = change.parent === null ? "" : childPrefix(change.type, change.parent);
    const entity = { ...change, prefix, curated: null, version: FIRST_VERSION, deleted: false };
    return this.#insert(entity, "created") ? null : loadAt(this.#db, change.type, prefix, change.name);
  }

  /** Adds an entity that is not there, with its first entry of history. */
  insert(entity: NewEntity, op: HistoryOp): void {
    if (!this.#insert(entity, op)) throw new Error(`The ${entity.type} ${entity.fqn} is in the catalog already.`);
  }

  /** Adds an entity. Returns whether it did: there may be one of its type and FQN already. */
  #insert(entity: NewEntity, op: HistoryOp): boolean {
    const { type, fqn, name, prefix, document, curated, version, deleted, seen } = entity;
    const { id, changes } = this.#db.run(
      `INSERT INTO entity(type, prefix, name, fqn, service, kind, key, version, deleted, rows_hash, mapping, fingerprint, token, row_count, size_bytes, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(prefix, name, type) DO NOTHING`,
      type,
      prefix,
      name,
      fqn,
      serviceOf(type, fqn),
      entity.kind,
      entity.key,
      version,
      deleted ? 1 : 0,
      entity.rowsHash,
      entity.mapping,
      entity.fingerprint,
      entity.token,
      seen?.rowCount ?? null,
      seen?.sizeBytes ?? null,
      this.#author.at,
    );
    if (changes === 0) return false;
    this.#db.run(
      "INSERT INTO document(id, source, curated, column_keys) VALUES (?, ?, ?, ?)",
      id,
      entity.text,
      curated === null ? null : JSON.stringify(curated),
      entity.columnKeys === null ? null : JSON.stringify(entity.columnKeys),
    );
    this.#record(id, version, op, null, null);
    if (seen !== null) this.#keepMeasurement(id, seen);
    this.#writeReferences(id, type, document, false);
    if (!deleted) indexEntity(this.#db, id, type, name, document, curated);
    this.#ensureTags(document);
    return true;
  }

  #update(stored: StoredEntity, change: Change): Applied {
    const whole = this.#wholeDocument(stored, change);
    if (whole.fingerprint === stored.fingerprint && !stored.deleted) {
      this.#touch(stored, change);
      return "unchanged";
    }
    const renames = columnRenames(stored, whole.document, change);
    renameManual(this.#db, stored.fqn, stored.fqn, renames);
    if (change.reproject && !stored.deleted) {
      const curated = renameCuratedColumns(stored.curated, renames);
      this.#replace(stored, change, whole, curated, stored.version);
      return "corrected";
    }
    const description = diffDocuments(change.type, stored.source, whole.document, renames);
    if (stored.deleted) recordField(description, "deleted", true, false);
    // The fingerprint says that facts changed; a difference the description has no word for is compatible.
    if (description.bump === "none") description.bump = "minor";
    const curated = curatedOver(whole.document, renameCuratedColumns(stored.curated, renames));
    const version = bumpVersion(stored.version, description.bump);
    this.#replace(stored, change, whole, curated, version);
    const after: EntityState = { name: stored.name, deleted: false, source: whole.document, curated };
    this.#record(stored.id, version, stored.deleted ? "restored" : "updated", description, back(stored, after));
    return stored.deleted ? "restored" : "updated";
  }

  /** What the source says now, completed with what it was not asked. */
  #wholeDocument(stored: StoredEntity, change: Change): { document: Document; text: string; fingerprint: string } {
    if (isWholeRead(change.unread)) return change;
    const document = keepUnread(change.type, change.document, change.unread, stored.source);
    const text = JSON.stringify(document);
    return { document, text, fingerprint: fingerprint(text) };
  }

  /** The facts are the same; only what they are recognised by is not. */
  #touch(stored: StoredEntity, change: Change): void {
    this.#db.run(
      "UPDATE entity SET kind = ?, key = ?, rows_hash = ?, mapping = ?, token = ? WHERE id = ?",
      change.kind,
      change.key,
      change.rowsHash,
      change.mapping,
      change.token,
      stored.id,
    );
    if (change.columnKeys !== null)
      this.#db.run("UPDATE document SET column_keys = ? WHERE id = ?", JSON.stringify(change.columnKeys), stored.id);
  }

  #replace(
    stored: StoredEntity,
    change: Change,
    whole: { document: Document; text: string; fingerprint: string },
    curated: Curated | null,
    version: Version,
  ): void {
    this.#db.run(
      "UPDATE entity SET kind = ?, key = ?, version = ?, deleted = 0, rows_hash = ?, mapping = ?, fingerprint = ?, token = ?, updated_at = ? WHERE id = ?",
      change.kind,
      change.key,
      version,
      change.rowsHash,
      change.mapping,
      whole.fingerprint,
      change.token,
      this.#author.at,
      stored.id,
    );
    this.#db.run(
      "UPDATE document SET source = ?, curated = ?, column_keys = ? WHERE id = ?",
      whole.text,
      curated === null ? null : JSON.stringify(curated),
      change.columnKeys === null ? null : JSON.stringify(change.columnKeys),
      stored.id,
    );
    this.#writeReferences(stored.id, change.type, whole.document, true);
    unindexEntity(this.#db, stored.id);
    indexEntity(this.#db, stored.id, change.type, stored.name, whole.document, curated);
    this.#ensureTags(whole.document);
  }

  /** Renames an entity to the name of a change, takes everything below along, and applies the change to it. */
  rename(id: number, change: Change): void {
    const stored = loadEntity(this.#db, id);
    if (stored === null) throw new Error(`The entity ${id}, which was renamed to ${change.fqn}, is not there.`);
    const prefix = change.parent === null ? "" : childPrefix(change.type, change.parent);
    const whole = this.#wholeDocument(stored, change);
    const renames = columnRenames(stored, whole.document, change);
    const description = diffDocuments(change.type, stored.source, whole.document, renames);
    if (stored.name !== change.name) recordField(description, "name", stored.name, change.name, "major");
    if (stored.prefix !== prefix) recordField(description, "fullyQualifiedName", stored.fqn, change.fqn, "major");
    const curated = curatedOver(whole.document, renameCuratedColumns(stored.curated, renames));
    const version = bumpVersion(stored.version, description.bump);
    this.#db.run("UPDATE entity SET prefix = ?, name = ?, fqn = ? WHERE id = ?", prefix, change.name, change.fqn, id);
    moveBelow(this.#db, stored.fqn, change.fqn);
    renameManual(this.#db, stored.fqn, change.fqn, renames);
    this.#replace({ ...stored, name: change.name }, change, whole, curated, version);
    const after: EntityState = { name: change.name, deleted: false, source: whole.document, curated };
    // A rename that a parent's rename already brought about changes nothing of its own.
    if (description.bump !== "none") this.#record(id, version, "renamed", description, back(stored, after));
  }

  /** Marks an entity deleted, and everything below it. Returns each one that was live, by type. */
  delete(id: number): { type: EntityType }[] {
    const stored = loadEntity(this.#db, id);
    if (stored === null || stored.deleted) return [];
    const { where, args } = below(stored.fqn);
    const gone = this.#db.all<{ id: number; type: EntityType; version: number }>(
      `SELECT id, type, version FROM entity WHERE deleted = 0 AND (id = ? OR ${where})`,
      id,
      ...args,
    );
    for (const entity of gone) this.#markDeleted(entity.id, entity.version);
    return gone;
  }

  #markDeleted(id: number, version: Version): void {
    const description = noChange();
    recordField(description, "deleted", false, true);
    const next = bumpVersion(version, description.bump);
    this.#db.run("UPDATE entity SET deleted = 1, version = ?, updated_at = ? WHERE id = ?", next, this.#author.at, id);
    unindexEntity(this.#db, id);
    this.#record(id, next, "deleted", description, { "~": { deleted: { "=": false } } });
  }

  /** Takes back the mark of an entity that was deleted. What it says is what it said then. */
  undelete(stored: StoredEntity): void {
    const description = noChange();
    recordField(description, "deleted", true, false);
    const version = bumpVersion(stored.version, description.bump);
    this.#db.run(
      "UPDATE entity SET deleted = 0, version = ?, updated_at = ? WHERE id = ?",
      version,
      this.#author.at,
      stored.id,
    );
    indexEntity(this.#db, stored.id, stored.type, stored.name, stored.source, stored.curated);
    this.#record(stored.id, version, "restored", description, { "~": { deleted: { "=": true } } });
  }

  /** Replaces the curated layer. Returns whether anything changed. */
  curate(stored: StoredEntity, wanted: Curated | null, op: HistoryOp = "set"): boolean {
    const curated = wanted === null ? null : retireAgreed(stored.source, wanted);
    if (sameCurated(stored.curated, curated)) return false;
    const description = curatedDiff(stored, curated);
    const version = bumpVersion(stored.version, description.bump);
    this.#db.run("UPDATE entity SET version = ?, updated_at = ? WHERE id = ?", version, this.#author.at, stored.id);
    this.#db.run(
      "UPDATE document SET curated = ? WHERE id = ?",
      curated === null ? null : JSON.stringify(curated),
      stored.id,
    );
    unindexEntity(this.#db, stored.id);
    if (!stored.deleted) indexEntity(this.#db, stored.id, stored.type, stored.name, stored.source, curated);
    this.#ensureCuratedTags(curated);
    const after: EntityState = { name: stored.name, deleted: stored.deleted, source: stored.source, curated };
    this.#record(stored.id, version, op, description, back(stored, after));
    return true;
  }

  /** Gives an entity a state from outside: an import, or an earlier version that is restored. */
  replaceState(
    stored: StoredEntity,
    state: { source: Document; curated: Curated | null; version: Version; deleted: boolean },
    op: HistoryOp = "imported",
  ): void {
    const { source, curated, version, deleted } = state;
    const text = JSON.stringify(source);
    const description = diffDocuments(stored.type, stored.source, source);
    if (stored.deleted !== deleted) recordField(description, "deleted", stored.deleted, deleted);
    this.#db.run(
      // No rows lead to this state: the next run has to look at the facts.
      "UPDATE entity SET version = ?, deleted = ?, rows_hash = '', fingerprint = ?, token = NULL, updated_at = ? WHERE id = ?",
      version,
      deleted ? 1 : 0,
      fingerprint(text),
      this.#author.at,
      stored.id,
    );
    this.#db.run(
      "UPDATE document SET source = ?, curated = ?, column_keys = NULL WHERE id = ?",
      text,
      curated === null ? null : JSON.stringify(curated),
      stored.id,
    );
    this.#writeReferences(stored.id, stored.type, source, true);
    unindexEntity(this.#db, stored.id);
    if (!deleted) indexEntity(this.#db, stored.id, stored.type, stored.name, source, curated);
    const after: EntityState = { name: stored.name, deleted, source, curated };
    this.#record(stored.id, version, op, description, back(stored, after));
  }

  /** Takes an entity back to a place and a state it once had. Returns whether that changed anything. */
  revert(stored: StoredEntity, fqn: string, { source, deleted, curated }: EntityState): boolean {
    const { prefix, name } = placeOf(fqn);
    const description = diffDocuments(stored.type, stored.source, source);
    const own = curatedDiff(stored, curated);
    description.fieldsAdded.push(...own.fieldsAdded);
    description.fieldsUpdated.push(...own.fieldsUpdated);
    description.fieldsDeleted.push(...own.fieldsDeleted);
    description.bump = maxBump(description.bump, own.bump);
    if (stored.deleted !== deleted) recordField(description, "deleted", stored.deleted, deleted);
    if (stored.name !== name) recordField(description, "name", stored.name, name, "major");
    if (stored.prefix !== prefix) recordField(description, "fullyQualifiedName", stored.fqn, fqn, "major");
    const text = JSON.stringify(source);
    if (description.bump === "none" && fingerprint(text) === stored.fingerprint) return false;
    const version = bumpVersion(stored.version, description.bump === "none" ? "minor" : description.bump);
    this.#db.run(
      // As after an import: no rows lead to this state.
      "UPDATE entity SET prefix = ?, name = ?, fqn = ?, kind = ?, version = ?, deleted = ?, rows_hash = '', fingerprint = ?, token = NULL, updated_at = ? WHERE id = ?",
      prefix,
      name,
      fqn,
      kindIn(source) ?? stored.kind,
      version,
      deleted ? 1 : 0,
      fingerprint(text),
      this.#author.at,
      stored.id,
    );
    moveBelow(this.#db, stored.fqn, fqn);
    renameManual(this.#db, stored.fqn, fqn, new Map());
    this.#db.run(
      "UPDATE document SET source = ?, curated = ?, column_keys = NULL WHERE id = ?",
      text,
      curated === null ? null : JSON.stringify(curated),
      stored.id,
    );
    this.#writeReferences(stored.id, stored.type, source, true);
    unindexEntity(this.#db, stored.id);
    if (!deleted) indexEntity(this.#db, stored.id, stored.type, name, source, curated);
    const op = stored.deleted && !deleted ? "restored" : deleted && !stored.deleted ? "deleted" : "reverted";
    this.#record(stored.id, version, op, description, back(stored, { name, deleted, source, curated }));
    return true;
  }

  /** Retires the curated values of fields the source supplies, for every live entity of a service. */
  retireCurated(service: string): void {
    const rows = this.#db.all<LoadRow>(
      `${LOAD} WHERE d.curated IS NOT NULL AND e.deleted = 0 AND e.service = ?`,
      service,
    );
    for (const row of rows) {
      const stored = toStored(row);
      if (stored.curated !== null) this.curate(stored, retireSupplied(stored.source, stored.curated), "retired");
    }
  }

  /** Records a measurement and keeps it as the latest. */
  observe(type: EntityType, fqn: string, seen: Observations): void {
    const { prefix, name } = placeOf(fqn);
    const entity = this.#db.get<{ id: number }>(
      "SELECT id FROM entity WHERE prefix = ? AND name = ? AND type = ?",
      prefix,
      name,
      type,
    );
    // A postponed rename is not there yet under its new name; the next run measures it again.
    if (entity === null) return;
    this.#measure(entity.id, seen);
  }

  #measure(id: number, seen: Observations): void {
    this.#db.run(
      "UPDATE entity SET row_count = ?, size_bytes = ? WHERE id = ?",
      seen.rowCount ?? null,
      seen.sizeBytes ?? null,
      id,
    );
    this.#keepMeasurement(id, seen);
  }

  #keepMeasurement(id: number, seen: Observations): void {
    this.#db.run(
      "INSERT OR REPLACE INTO observation(entity, at, row_count, size_bytes) VALUES (?, ?, ?, ?)",
      id,
      this.#author.at,
      seen.rowCount ?? null,
      seen.sizeBytes ?? null,
    );
  }

  #record(id: number, version: Version, op: HistoryOp, change: ChangeDescription | null, step: Json | null): void {
    this.#db.run(
      "INSERT INTO history(entity, version, at, run, actor, op, change, back) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      id,
      version,
      this.#author.at,
      this.#author.run,
      this.#author.actor,
      op,
      change === null ? null : JSON.stringify(change),
      step === null ? null : JSON.stringify(step),
    );
  }

  #writeReferences(id: number, type: EntityType, document: Document, replace: boolean): void {
    if (replace) this.#db.run("DELETE FROM reference WHERE entity = ?", id);
    for (const { kind, to } of referencesOf(type, document)) {
      const { prefix, name } = placeOf(to);
      this.#db.run(
        "INSERT OR IGNORE INTO reference(entity, kind, prefix, name) VALUES (?, ?, ?, ?)",
        id,
        kind,
        prefix,
        name,
      );
    }
  }

  /** Makes the classification and the tag of every label that is not in the catalog yet. */
  #ensureTags(document: Document): void {
    if (document["tags"] !== undefined) this.#ensureLabels(document["tags"] as unknown as TagLabel[]);
    for (const column of (document["columns"] as unknown as Column[] | undefined) ?? [])
      if (column.tags) this.#ensureLabels(column.tags);
  }

  #ensureCuratedTags(curated: Curated | null): void {
    this.#ensureLabels(curated?.tags?.add ?? []);
    for (const column of Object.values(curated?.columns ?? {})) this.#ensureLabels(column.tags?.add ?? []);
  }

  #ensureLabels(labels: readonly TagLabel[]): void {
    for (const label of labels) {
      if (this.#tagsThere.has(label.tagFQN) || label.source !== "Classification") continue;
      this.#tagsThere.add(label.tagFQN);
      const [classification, ...rest] = splitFqn(label.tagFQN) as [string, ...string[]];
      if (rest.length === 0) continue;
      this.#ensurePlain("classification", quoteName(classification), {});
      for (let depth = 1; depth < rest.length; depth += 1)
        this.#ensurePlain("tag", buildFqn(classification, ...rest.slice(0, depth)), {});
      this.#ensurePlain("tag", label.tagFQN, label.description === undefined ? {} : { description: label.description });
    }
  }

  #ensurePlain(type: "classification" | "tag", fqn: string, document: Document): void {
    if (loadByFqn(this.#db, type, fqn) !== null) return;
    const { prefix, name } = placeOf(fqn);
    const text = JSON.stringify(document);
    const hash = fingerprint(text);
    const own = {
      kind: null,
      key: null,
      token: null,
      columnKeys: null,
      rowsHash: hash,
      mapping: "headwater",
      seen: null,
    };
    this.insert(
      {
        ...own,
        type,
        fqn,
        prefix,
        name,
        document,
        text,
        fingerprint: hash,
        curated: null,
        version: FIRST_VERSION,
        deleted: false,
      },
      "created",
    );
  }
}

/** The kind a document of a table or routine tells; `undefined` for others. */
export function kindIn(document: Document): string | undefined {
  return (document["tableType"] ?? document["storedProcedureType"]) as string | undefined;
}

/** The service (or other root) an entity belongs to. */
export function serviceOf(type: EntityType, fqn: string): string {
  if (ENTITY_TYPES[type].parents.length === 0) return fqn;
  const beginning = fqn.startsWith('"') ? fqn : (fqn.split(".", 1)[0] as string);
  return quoteName(splitFqn(beginning)[0] as string);
}

/** Gives everything below an FQN its new place. */
export function moveBelow(db: Database, from: string, to: string): void {
  if (from === to) return;
  const { where, args } = below(from);
  const behind = from.length + 1;
  db.run(
    `UPDATE entity SET prefix = ? || substr(prefix, ?), fqn = ? || substr(fqn, ?) WHERE ${where}`,
    to,
    behind,
    to,
    behind,
    ...args,
  );
}

function back(stored: StoredEntity, after: EntityState): Json | null {
  return delta(after as unknown as Json, stateOf(stored) as unknown as Json);
}

const curatedOver = (source: Document, curated: Curated | null): Curated | null =>
  curated === null ? null : retireAgreed(source, curated);

/** Columns that have another name and the same key, where the old name is gone and the new one was unknown. */
function columnRenames(
  stored: StoredEntity,
  after: Document,
  { key, columnKeys: keys }: Pick<Change, "key" | "columnKeys">,
): ColumnRenames {
  const renames = new Map<string, string>();
  const old = (stored.source["columns"] as unknown as Column[] | undefined) ?? [];
  const fresh = (after["columns"] as unknown as Column[] | undefined) ?? [];
  // A column's key means something within its table: in another table of the same name it is another column.
  if (stored.key !== key || stored.columnKeys === null || keys === null) return renames;
  if (stored.columnKeys.length !== old.length || keys.length !== fresh.length) return renames;
  const [oldNames, newNames] = [
    new Set(old.map((c) => c.name)),
    new Map(fresh.map((c, at) => [keys[at] as string, c.name])),
  ];
  const stillThere = new Set(newNames.values());
  old.forEach((column, at) => {
    const name = newNames.get(stored.columnKeys?.[at] as string);
    if (name !== undefined && !stillThere.has(column.name) && !oldNames.has(name)) renames.set(column.name, name);
  });
  return renames;
}

/** What changes for readers when the curated layer does, named like any other change. */
function curatedDiff(stored: StoredEntity, curated: Curated | null): ChangeDescription {
  const description = noChange();
  const fields = (layer: Curated | null): Record<string, Json | undefined> => {
    const flat: Record<string, Json | undefined> = {};
    for (const key of ["displayName", "description", "owners", "tags"] as const)
      if (layer?.[key] !== undefined) flat[key] = layer[key] as unknown as Json;
    for (const [path, own] of Object.entries(layer?.columns ?? {}))
      for (const [key, value] of Object.entries(own)) flat[`columns.${path}.${key}`] = value as unknown as Json;
    return flat;
  };
  const [before, after] = [fields(stored.curated), fields(curated)];
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)]))
    if (JSON.stringify(before[name]) !== JSON.stringify(after[name]))
      recordField(description, name, before[name], after[name]);
  return description;
}
