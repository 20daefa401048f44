import { type Column, type Curated, type Document, eachColumn, type EntityType, mergeLayers } from "@headwater/core";
import type { Database } from "./database.ts";

/** Types nobody looks for by words. */
const NOT_SEARCHED: ReadonlySet<EntityType> = new Set(["ingestionPipeline"]);

/** Adds an entity to the full-text index, as readers see it. */
export function indexEntity(
  db: Database,
  id: number,
  type: EntityType,
  name: string,
  source: Document,
  curated: Curated | null,
): void {
  if (NOT_SEARCHED.has(type)) return;
  const shown = mergeLayers(source, curated);
  let [words, description] = ["", text(shown["description"])];
  eachColumn((shown["columns"] as unknown as Column[] | undefined) ?? [], (path, column) => {
    words += ` ${path}`;
    if (column.description != null) description += ` ${column.description}`;
  });
  const title = shown["displayName"] === undefined ? name : `${name} ${text(shown["displayName"])}`;
  db.run("INSERT INTO search(rowid, name, description, columns) VALUES (?, ?, ?, ?)", id, title, description, words);
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Takes an entity out of the full-text index. */
export function unindexEntity(db: Database, id: number): void {
  db.run("DELETE FROM search WHERE rowid = ?", id);
}
