/**
 * The two layers of an entity. The *source layer* is what the source last said; the *curated layer* is what people set
 * in the catalog. Ingestion writes only the first, people only the second, and readers see the merge of both.
 */
import type { Owner, TagLabel } from "./common.ts";
import type { Document } from "./document.ts";
import { buildFqn, quoteName, splitFqn } from "./fqn.ts";
import { type Json, type JsonObject, sameJson } from "./json.ts";
import type { Column } from "./table.ts";

/** What people curated over the source's set: elements put in and elements taken out. */
export interface SetEdit<T> {
  add?: T[];
  remove?: T[];
}

/** What people curated of one column. */
export interface CuratedColumn {
  /** `null` is *set to empty*, which hides the source's value; an absent key is *not set*. */
  displayName?: string | null;
  description?: string | null;
  tags?: SetEdit<TagLabel>;
}

/** What people curated of one entity. */
export interface Curated extends CuratedColumn {
  owners?: SetEdit<Owner>;
  /** By the column's names as they stand in its FQN: `email`, `"a.b"`, `address.city`. */
  columns?: { [column: string]: CuratedColumn };
}

/** Says whether a classification allows only one of its tags at a time. */
export type IsExclusive = (classification: string) => boolean;

/** What readers see: the source layer with the curated layer over it. */
export function mergeLayers(
  source: Document,
  curated: Curated | null,
  isExclusive: IsExclusive = () => false,
): Document {
  if (curated === null) return source;
  const merged: Document = { ...source };
  mergeScalars(merged, curated);
  if (curated.owners !== undefined)
    setList(merged, "owners", editSet((source["owners"] ?? []) as unknown as Owner[], curated.owners, ownerKey));
  if (curated.tags !== undefined)
    setList(merged, "tags", editTags((source["tags"] ?? []) as unknown as TagLabel[], curated.tags, isExclusive));
  if (curated.columns !== undefined && Array.isArray(source["columns"]))
    merged["columns"] = mergeColumns(
      source["columns"] as unknown as Column[],
      curated.columns,
      "",
      isExclusive,
    ) as unknown as Json;
  return merged;
}

function mergeScalars(target: JsonObject, curated: CuratedColumn): void {
  for (const key of ["displayName", "description"] as const) {
    const value = curated[key];
    if (value === undefined) continue;
    if (value === null) delete target[key];
    else target[key] = value;
  }
}

function setList(target: JsonObject, key: string, list: unknown[]): void {
  if (list.length === 0) delete target[key];
  else target[key] = list as Json;
}

const ownerKey = (owner: Owner): string => `${owner.type} ${owner.name}`;
const tagKey = (tag: TagLabel): string => tag.tagFQN;
const classificationOf = (tag: TagLabel): string => splitFqn(tag.tagFQN)[0] as string;

function editSet<T>(base: readonly T[], edit: SetEdit<T>, key: (item: T) => string): T[] {
  const removed = removedKeys(edit, key);
  const items = new Map(base.filter((item) => !removed.has(key(item))).map((item) => [key(item), item]));
  for (const item of edit.add ?? []) items.set(key(item), items.get(key(item)) ?? item);
  return [...items.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}

/** What is taken out. What is put in as well stays: there is no saying which of the two was meant later. */
function removedKeys<T>(edit: SetEdit<T>, key: (item: T) => string): Set<string> {
  const added = new Set((edit.add ?? []).map(key));
  return new Set((edit.remove ?? []).map(key).filter((removed) => !added.has(removed)));
}

function editTags(base: readonly TagLabel[], edit: SetEdit<TagLabel>, isExclusive: IsExclusive): TagLabel[] {
  const taken = new Set((edit.add ?? []).map(classificationOf).filter(isExclusive));
  const unmasked = base.filter(
    (tag) => !taken.has(classificationOf(tag)) || edit.add?.some((a) => tagKey(a) === tagKey(tag)),
  );
  return editSet(unmasked, edit, tagKey);
}

function mergeColumns(
  columns: readonly Column[],
  curated: { [column: string]: CuratedColumn },
  prefix: string,
  isExclusive: IsExclusive,
): Column[] {
  return columns.map((column) => {
    const path = columnPath(prefix, column.name);
    const own = Object.hasOwn(curated, path) ? curated[path] : undefined;
    const merged: Column = { ...column };
    if (own !== undefined) {
      mergeScalars(merged as unknown as JsonObject, own);
      if (own.tags !== undefined)
        setList(merged as unknown as JsonObject, "tags", editTags(column.tags ?? [], own.tags, isExclusive));
    }
    if (column.children) merged.children = mergeColumns(column.children, curated, path, isExclusive);
    return merged;
  });
}

/**
 * The curated layer without what the source now says itself: an equal scalar, an added element the source has, a removed
 * element the source no longer has. Retired element by element, so that the rest stays curated. `null` when nothing is left.
 */
export function retireAgreed(source: Document, curated: Curated): Curated | null {
  const left: Curated = retireColumn(source, curated);
  const owners = retireSet((source["owners"] ?? []) as unknown as Owner[], curated.owners, ownerKey);
  if (owners !== undefined) left.owners = owners;
  if (curated.columns !== undefined) {
    // A column that is gone keeps its curation: it may come back, and history would lose it otherwise.
    const columns = leftOfColumns(source, curated.columns, retireColumn);
    if (columns !== null) left.columns = columns;
  }
  return Object.keys(left).length > 0 ? left : null;
}

/** What is left of the curation of columns, those that are gone included; `null` for nothing. */
function leftOfColumns(
  source: Document,
  curated: { [column: string]: CuratedColumn },
  leftOf: (column: Described, own: CuratedColumn) => CuratedColumn,
): { [column: string]: CuratedColumn } | null {
  const byPath = columnsByPath((source["columns"] ?? []) as unknown as Column[]);
  const left = Object.entries(curated)
    .map(([path, own]) => [path, byPath.has(path) ? leftOf(byPath.get(path) as Column, own) : own] as const)
    .filter(([, own]) => Object.keys(own).length > 0);
  return left.length > 0 ? Object.fromEntries(left) : null;
}

/** What a curated layer can be over: a document or a column. */
type Described = { displayName?: Json | undefined; description?: Json | undefined; tags?: unknown };

function retireColumn(source: Described, curated: CuratedColumn): CuratedColumn {
  const left: CuratedColumn = {};
  for (const key of ["displayName", "description"] as const)
    if (curated[key] !== undefined && curated[key] !== (source[key] ?? null)) left[key] = curated[key];
  const tags = retireSet((source.tags ?? []) as TagLabel[], curated.tags, tagKey);
  if (tags !== undefined) left.tags = tags;
  return left;
}

function retireSet<T>(
  source: readonly T[],
  edit: SetEdit<T> | undefined,
  key: (item: T) => string,
): SetEdit<T> | undefined {
  if (edit === undefined) return undefined;
  const has = new Set(source.map(key));
  const add = (edit.add ?? []).filter((item) => !has.has(key(item)));
  const removed = removedKeys(edit, key);
  const remove = (edit.remove ?? []).filter((item) => has.has(key(item)) && removed.has(key(item)));
  if (add.length === 0 && remove.length === 0) return undefined;
  return { ...(add.length > 0 ? { add } : {}), ...(remove.length > 0 ? { remove } : {}) };
}

const columnPath = (prefix: string, name: string): string => (prefix === "" ? "" : `${prefix}.`) + quoteName(name);

/** Every column by its path: its names as they stand in its FQN. */
export function columnsByPath(columns: readonly Column[]): Map<string, Column> {
  const paths = new Map<string, Column>();
  eachColumn(columns, (path, column) => paths.set(path, column));
  return paths;
}

/** Goes through columns and those within them, each with its path: its names as they stand in its FQN. */
export function eachColumn(
  columns: readonly Column[],
  visit: (path: string, column: Column) => void,
  prefix = "",
): void {
  for (const column of columns) {
    const path = columnPath(prefix, column.name);
    visit(path, column);
    if (column.children != null) eachColumn(column.children, visit, path);
  }
}

/**
 * The curated layer without the fields the source supplies: what `overrideMetadata: true` asks for. Elements added to a
 * set the source supplies go too; elements of sets the source leaves empty stay. `null` when nothing is left.
 */
export function retireSupplied(source: Document, curated: Curated): Curated | null {
  const left: Curated = { ...withoutSupplied(source, curated) };
  if (curated.owners !== undefined && source["owners"] === undefined) left.owners = curated.owners;
  if (curated.columns !== undefined) {
    const columns = leftOfColumns(source, curated.columns, withoutSupplied);
    if (columns !== null) left.columns = columns;
  }
  return Object.keys(left).length > 0 ? left : null;
}

function withoutSupplied(source: Described, curated: CuratedColumn): CuratedColumn {
  const left: CuratedColumn = {};
  for (const key of ["displayName", "description"] as const)
    if (curated[key] !== undefined && source[key] === undefined) left[key] = curated[key];
  if (curated.tags !== undefined && source.tags === undefined) left.tags = curated.tags;
  return left;
}

/** The curated layer after columns were renamed: what was set on the old name now stands under the new one. */
export function renameCuratedColumns(curated: Curated | null, renames: ReadonlyMap<string, string>): Curated | null {
  if (curated?.columns === undefined || renames.size === 0) return curated;
  const [renamed, others]: [[string, CuratedColumn][], [string, CuratedColumn][]] = [[], []];
  for (const [path, own] of Object.entries(curated.columns)) {
    const [first, ...rest] = splitFqn(path) as [string, ...string[]];
    const name = renames.get(first);
    if (name === undefined) others.push([path, own]);
    else renamed.push([buildFqn(name, ...rest), own]);
  }
  // Last counts: what is kept of a column long gone does not cover one that takes its name.
  return { ...curated, columns: Object.fromEntries([...others, ...renamed]) };
}

/** Whether two curated layers say the same. */
export function sameCurated(a: Curated | null, b: Curated | null): boolean {
  return sameJson(a as Json, b as Json);
}
