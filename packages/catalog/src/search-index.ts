import { type Column, type Curated, type Document, type EntityType, mergeLayers, quoteName } from "@headwater/core";
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
  const words: Words = { columns: "", description: text(shown["description"]) };
  addColumns(words, (shown["columns"] as unknown as Column[] | undefined) ?? [], "");
  const title = shown["displayName"] === undefined ? name : `${name} ${text(shown["displayName"])}`;
  db.run(
    "INSERT INTO search(rowid, name, description, columns) VALUES (?, ?, ?, ?)",
    id,
    title,
    words.description,
    words.columns,
  );
}

/** What of an entity is found in the column `columns` of the index, and what in `description`. */
interface Words {
  columns: string;
  description: string;
}

function addColumns(words: Words, columns: readonly Column[], prefix: string): void {
  for (const { name, description, children } of columns) {
    const path = prefix + quoteName(name);
    words.columns += ` ${path}`;
    if (description != null) words.description += ` ${description}`;
    if (children != null) addColumns(words, children, `${path}.`);
  }
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Takes an entity out of the full-text index. */
export function unindexEntity(db: Database, id: number): void {
  db.run("DELETE FROM search WHERE rowid = ?", id);
}
