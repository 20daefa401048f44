/**
 * What changed between two documents of an entity, in the words of OpenMetadata's `changeDescription`, and what the
 * change does to the version. Source of the rules: OpenMetadata's versioning (compatible +0.1, incompatible +1.0; a column
 * removed, a type changed, a length, precision or scale reduced are incompatible).
 */
import type { Document } from "./document.ts";
import { documentKeys } from "./document.ts";
import type { EntityType } from "./facts.ts";
import { quoteName } from "./fqn.ts";
import { type Json, type JsonObject, sameJson } from "./json.ts";
import type { Column } from "./table.ts";
import { type Bump, maxBump } from "./version.ts";

/** One field that changed. Names are nested with dots: `columns.email.description`. */
export interface FieldChange {
  name: string;
  oldValue?: Json;
  newValue?: Json;
}

/** Everything that changed, with the resulting bump. */
export interface ChangeDescription {
  fieldsAdded: FieldChange[];
  fieldsUpdated: FieldChange[];
  fieldsDeleted: FieldChange[];
  bump: Bump;
}

/** A change description that says nothing changed. */
export function noChange(): ChangeDescription {
  return { fieldsAdded: [], fieldsUpdated: [], fieldsDeleted: [], bump: "none" };
}

/** Records one field, as added, updated or deleted by which of its values are there. */
export function recordField(
  change: ChangeDescription,
  name: string,
  oldValue: Json | undefined,
  newValue: Json | undefined,
  bump: Bump = "minor",
): void {
  if (oldValue === undefined && newValue === undefined) return;
  change.bump = maxBump(change.bump, bump);
  if (oldValue === undefined) change.fieldsAdded.push({ name, newValue: newValue as Json });
  else if (newValue === undefined) change.fieldsDeleted.push({ name, oldValue });
  else change.fieldsUpdated.push({ name, oldValue, newValue });
}

/** Old name to new name, for columns that were renamed rather than dropped and added. */
export type ColumnRenames = ReadonlyMap<string, string>;

/** What changed from `before` to `after`. Columns in `renames` are compared with their former selves. */
export function diffDocuments(
  type: EntityType,
  before: Document,
  after: Document,
  renames: ColumnRenames = new Map(),
): ChangeDescription {
  const change = noChange();
  for (const key of documentKeys(type)) {
    const [was, is] = [before[key], after[key]];
    if (was === is) continue;
    if (key === "columns" || key === "source") continue;
    if (key === "storedProcedureCode")
      diffObject(change, `${key}.`, (was as JsonObject | undefined) ?? {}, (is as JsonObject | undefined) ?? {});
    else if (LISTS.has(key)) diffList(change, key, (was as Json[] | undefined) ?? [], (is as Json[] | undefined) ?? []);
    else if (!sameJson(was, is)) recordField(change, key, was, is);
  }
  if (before["columns"] !== undefined || after["columns"] !== undefined) {
    const old = (before["columns"] as unknown as Column[] | undefined) ?? [];
    const fresh = (after["columns"] as unknown as Column[] | undefined) ?? [];
    diffColumns(change, "columns", old, fresh, renames);
  }
  diffObject(
    change,
    "",
    (before["source"] as JsonObject | undefined) ?? {},
    (after["source"] as JsonObject | undefined) ?? {},
  );
  return change;
}

/** Lists that are sets: what left and what came is recorded, not the whole list. */
const LISTS = new Set(["owners", "tags", "tableConstraints", "charts", "dataModels", "queryUsedIn", "cleanupPolicies"]);

function diffList(change: ChangeDescription, name: string, before: readonly Json[], after: readonly Json[]): void {
  const key = (item: Json): string => JSON.stringify(item);
  const [had, has] = [new Set(before.map(key)), new Set(after.map(key))];
  const removed = before.filter((item) => !has.has(key(item)));
  const added = after.filter((item) => !had.has(key(item)));
  if (removed.length > 0) recordField(change, name, removed, undefined);
  if (added.length > 0) recordField(change, name, undefined, added);
}

function diffObject(change: ChangeDescription, prefix: string, before: JsonObject, after: JsonObject): void {
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [was, is] = [before[key], after[key]];
    if (sameJson(was, is)) continue;
    const [had, has] = [namedThings(was), namedThings(is)];
    if (had !== null && has !== null && had.length + has.length > 0) diffList(change, prefix + key, had, has);
    else recordField(change, prefix + key, was, is);
  }
}

/** A list of things with names (constraints, partitions), of which only those that differ are worth telling. */
function namedThings(value: Json | undefined): Json[] | null {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return null;
  return value.every((item) => typeof item === "object" && item !== null && "name" in item) ? value : null;
}

function diffColumns(
  change: ChangeDescription,
  prefix: string,
  before: readonly Column[],
  after: readonly Column[],
  renames: ColumnRenames,
): void {
  const newNames = new Map(before.map((column) => [renames.get(column.name) ?? column.name, column]));
  const kept = new Set<string>();
  const added: Column[] = [];
  for (const column of after) {
    const old = newNames.get(column.name);
    if (old === undefined) {
      added.push(column);
      continue;
    }
    kept.add(old.name);
    diffColumn(change, `${prefix}.${quoteName(column.name)}`, old, column);
  }
  const removed = before.filter((column) => !kept.has(column.name));
  if (removed.length > 0) recordField(change, prefix, removed as unknown as Json, undefined, "major");
  if (added.length > 0) recordField(change, prefix, undefined, added as unknown as Json);

  // Dropping a column moves the ordinals of those behind it; only a different order of the same columns is a change.
  const orderBefore = before.filter((column) => kept.has(column.name)).map((c) => renames.get(c.name) ?? c.name);
  const orderAfter = after.filter((column) => newNames.has(column.name)).map((column) => column.name);
  if (!sameJson(orderBefore, orderAfter)) recordField(change, `${prefix}.order`, orderBefore, orderAfter);
}

const REDUCED = ["dataLength", "precision", "scale"] as const;
const PLAIN = ["displayName", "dataTypeDisplay", "description", "constraint"] as const;

function diffColumn(change: ChangeDescription, name: string, before: Column, after: Column): void {
  if (before.name !== after.name) recordField(change, `${name}.name`, before.name, after.name, "major");
  for (const key of ["dataType", "arrayDataType"] as const)
    if (before[key] !== after[key])
      recordField(change, `${name}.${key}`, before[key] ?? undefined, after[key] ?? undefined, "major");
  for (const key of REDUCED) {
    const [was, is] = [before[key] ?? undefined, after[key] ?? undefined];
    // A length where there was none is a limit that was not there before.
    const reduced = is !== undefined && (was === undefined || is < was);
    if (was !== is) recordField(change, `${name}.${key}`, was, is, reduced ? "major" : "minor");
  }
  for (const key of PLAIN)
    if (before[key] !== after[key])
      recordField(change, `${name}.${key}`, before[key] ?? undefined, after[key] ?? undefined);
  diffList(change, `${name}.tags`, (before.tags ?? []) as unknown as Json[], (after.tags ?? []) as unknown as Json[]);
  diffColumns(change, `${name}.children`, before.children ?? [], after.children ?? [], new Map());
  diffObject(change, `${name}.`, before.source ?? {}, after.source ?? {});
}
