/** What is done to a whole service: removing it for good, and giving it another name. */
import {
  type ChangeDescription,
  type Document,
  type EntityType,
  fingerprint,
  HeadwaterError,
  type Json,
  noChange,
  quoteName,
  recordField,
  type Version,
  wrongServiceName,
} from "@headwater/core";
import type { Database } from "./database.ts";
import { below, type HistoryOp, moveBelow } from "./entity-writer.ts";
import { forgetLineage, renameLineage } from "./lineage/forget.ts";
import { unindexEntity } from "./search-index.ts";
import { takeLease } from "./lease.ts";

/** How many entities, deleted ones too, a service has. */
export function serviceSize(db: Database, service: string): number {
  return db.get<{ n: number }>("SELECT count(*) AS n FROM entity WHERE service = ?", quoteName(service))?.n ?? 0;
}

/**
 * Removes a service with everything below it, its history and its runs, for good; that it was removed is the last that is
 * told of it. Returns how many entities went.
 */
export function deleteService(db: Database, service: string, now: number, actor: string | null = null): number {
  return withLease(db, service, now, () => {
    const root = rootOf(db, service);
    const rows = db.all<{ id: number }>("SELECT id FROM entity WHERE service = ?", quoteName(service));
    for (const { id } of rows) {
      unindexEntity(db, id);
      for (const name of ["document", "entity", "absence"])
        db.run(`DELETE FROM ${name} WHERE ${name === "absence" ? "entity" : "id"} = ?`, id);
      for (const name of ["reference", "observation", "out_of_scope"])
        db.run(`DELETE FROM ${name} WHERE entity = ?`, id);
    }
    forgetLineage(db, quoteName(service));
    // The feed keeps its numbers: what was there is told without its content.
    db.run(
      "UPDATE history SET change = NULL, back = NULL WHERE op <> 'removed' AND entity NOT IN (SELECT id FROM entity)",
    );
    if (root !== null) {
      const gone = noChange();
      recordField(gone, "fullyQualifiedName", quoteName(service), undefined);
      recordField(gone, "entityType", root.type, undefined);
      tell(db, root, { at: now, actor, op: "removed", change: gone, back: null });
    }
    for (const { id } of db.all<{ id: number }>("SELECT id FROM run WHERE service = ?", service)) {
      db.run("DELETE FROM stage WHERE unit IN (SELECT no FROM unit WHERE run = ?)", id);
      for (const name of ["unit", "scope", "postponed", "run_event"]) db.run(`DELETE FROM ${name} WHERE run = ?`, id);
      db.run("DELETE FROM run WHERE id = ?", id);
    }
    db.run("DELETE FROM service WHERE name = ?", service);
    return rows.length;
  });
}

/** Gives a service another name: everything below keeps its identity, versions and history. Returns how many entities moved. */
export function renameService(
  db: Database,
  from: string,
  to: string,
  now: number,
  actor: string | null = null,
): number {
  const wrong = wrongServiceName(to);
  if (wrong !== null) throw new HeadwaterError("usage", `A service's name cannot be ${wrong}.`);
  const [old, fresh] = [quoteName(from), quoteName(to)];
  return withLease(db, from, now, () => {
    if (serviceSize(db, to) > 0 || db.get("SELECT 1 FROM entity WHERE prefix = '' AND fqn = ?", fresh) !== null)
      throw new HeadwaterError("usage", `There is already something called ${to} in the catalog.`, {
        hint: "Choose another name.",
      });
    const moved = db.all<{ id: number; type: EntityType; source: string }>(
      "SELECT e.id, e.type, d.source FROM entity e JOIN document d ON d.id = e.id WHERE e.service = ?",
      old,
    );
    for (const { id, source } of moved) {
      const text = JSON.stringify(renameReferences(JSON.parse(source) as Document, old, fresh));
      // The rows that led to the document are the same, but their hash stood for the old references: look again.
      if (text !== source) {
        db.run("UPDATE document SET source = ? WHERE id = ?", text, id);
        db.run("UPDATE entity SET fingerprint = ? WHERE id = ?", fingerprint(text), id);
      }
    }
    db.run("UPDATE entity SET name = ?, fqn = ? WHERE prefix = '' AND fqn = ? AND service = ?", to, fresh, old, old);
    moveBelow(db, old, fresh);
    const root = rootOf(db, to);
    if (root !== null) {
      const renamed = noChange();
      recordField(renamed, "name", from, to);
      recordField(renamed, "fullyQualifiedName", old, fresh);
      tell(db, root, { at: now, actor, op: "renamed", change: renamed, back: { "~": { name: { "=": from } } } });
    }
    db.run("UPDATE entity SET service = ? WHERE service = ?", fresh, old);
    const { where, args } = below(old);
    db.run(`UPDATE reference SET prefix = ? || substr(prefix, ?) WHERE ${where}`, fresh, old.length + 1, ...args);
    db.run(
      `UPDATE grants SET fqn = ? || substr(fqn, ?) WHERE ${where.replaceAll("prefix", "fqn")}`,
      fresh,
      old.length + 1,
      ...args,
    );
    db.run("UPDATE service SET name = ? WHERE name = ?", to, from);
    renameLineage(db, old, fresh);
    db.run(
      "UPDATE run SET service = ?, pipeline = ? || substr(pipeline, ?), resumable = 0 WHERE service = ?",
      to,
      fresh,
      old.length + 1,
      from,
    );
    db.run(
      `UPDATE out_of_scope SET pipeline = ? || substr(pipeline, ?) WHERE ${where.replaceAll("prefix", "pipeline")}`,
      fresh,
      old.length + 1,
      ...args,
    );
    return moved.length;
  });
}

interface Root {
  id: number;
  type: EntityType;
  version: Version;
}

const rootOf = (db: Database, service: string): Root | null =>
  db.get<Root>("SELECT id, type, version FROM entity WHERE prefix = '' AND fqn = ?", quoteName(service));

/** Adds to the feed what happened to a whole service. Its version is that of what it says, which stays as it is. */
function tell(
  db: Database,
  { id, version }: Root,
  told: { at: number; actor: string | null; op: HistoryOp; change: ChangeDescription; back: Json | null },
): void {
  db.run(
    "INSERT INTO history(entity, version, at, run, actor, op, change, back) VALUES (?, ?, ?, NULL, ?, ?, ?, ?)",
    id,
    version,
    told.at,
    told.actor,
    told.op,
    JSON.stringify(told.change),
    told.back === null ? null : JSON.stringify(told.back),
  );
}

/** Does something to a service that no run of it may get in the way of, in one transaction. Throws as `takeLease` does. */
export function withLease<T>(db: Database, service: string, now: number, work: () => T): T {
  const { fence } = takeLease(db, service, now);
  try {
    return db.transaction(work);
  } finally {
    db.run("UPDATE lease SET holder = NULL WHERE service = ? AND fence = ?", service, fence);
  }
}

const REFERENCE_KEYS = new Set(["referredColumns", "charts", "dataModels", "queryUsedIn"]);

/** A document whose references into a service follow its new name. */
function renameReferences(value: Json, old: string, fresh: string, inside = false): Json {
  if (typeof value === "string") return inside && value.startsWith(`${old}.`) ? fresh + value.slice(old.length) : value;
  if (Array.isArray(value)) return value.map((item) => renameReferences(item, old, fresh, inside));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, renameReferences(item, old, fresh, REFERENCE_KEYS.has(key))]),
  );
}
