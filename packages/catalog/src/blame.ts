import {
  type ChangeDescription,
  type Column,
  columnsByPath,
  type Curated,
  type Json,
  type JsonObject,
  quoteName,
  splitFqn,
} from "@headwater/core";
import type { Database } from "./database.ts";
import { type Entity, historyOf, type HistoryEntry } from "./read.ts";

/** One thing an entity says, with the change that made it say so. */
export interface Blamed {
  /** As changes name it: `description`, `columns.email`, `columns.email.dataType`, `tableConstraints`. */
  field: string;
  value: Json;
  /** The last change of it; `null` where it is older than the history that is kept. */
  entry: HistoryEntry | null;
}

/**
 * Who made an entity say what it says, field by field; a column is one of them. With `column` (its names as in its FQN) what
 * that column says.
 */
export function blame(db: Database, entity: Entity, column: string | null = null): Blamed[] {
  const history = historyOf(db, entity.id);
  return (column === null ? fieldsOf(entity) : columnFields(entity, column)).map(({ field, value, curated }) => ({
    field,
    value,
    entry: lastChange(history, field, curated),
  }));
}

interface Field {
  field: string;
  value: Json;
  /** Whether people set it: then only what people did counts. */
  curated: boolean;
}

function fieldsOf({ shown, curated }: Entity): Field[] {
  const fields: Field[] = [];
  for (const [key, value] of Object.entries(shown)) {
    if (key === "columns") {
      for (const [path, column] of columnsByPath(value as unknown as Column[]))
        fields.push({ field: fieldOfColumn(path), value: column as unknown as Json, curated: false });
    } else if (key === "source") {
      for (const [own, item] of Object.entries(value as JsonObject))
        fields.push({ field: own, value: item, curated: false });
    } else if (key === "storedProcedureCode") {
      for (const [own, item] of Object.entries(value as JsonObject))
        fields.push({ field: `${key}.${own}`, value: item, curated: false });
    } else fields.push({ field: key, value, curated: isScalarSet(curated, key) });
  }
  return fields;
}

function columnFields({ shown, curated }: Entity, path: string): Field[] {
  const column = columnsByPath((shown["columns"] ?? []) as unknown as Column[]).get(path);
  if (column === undefined) return [];
  const { children: _children, source, ...plain } = column;
  return Object.entries({ ...plain, ...source }).flatMap(([key, value]) => {
    // Where a column stands changes with others; by what it is called it is found.
    if (value == null || key === "ordinalPosition" || key === "name") return [];
    return [
      {
        field: `${fieldOfColumn(path)}.${key}`,
        value: value as Json,
        curated: isScalarSet(curated?.columns?.[path] ?? null, key),
      },
    ];
  });
}

/** Changes name a column within a column behind `children`: `columns.address.children.city`. */
const fieldOfColumn = (path: string): string =>
  `columns.${splitFqn(path)
    .map((name) => quoteName(name))
    .join(".children.")}`;

const isScalarSet = (curated: Curated | null, key: string): boolean =>
  (key === "description" || key === "displayName") && curated !== null && curated[key] !== undefined;

const BY_PEOPLE: ReadonlySet<string> = new Set(["set", "restored", "reverted", "imported"]);

function lastChange(history: readonly HistoryEntry[], field: string, curated: boolean): HistoryEntry | null {
  for (const entry of history) {
    if (entry.change === null) return entry.op === "created" || entry.op === "imported" ? entry : null;
    if ((!curated || BY_PEOPLE.has(entry.op)) && mentions(entry.change, field)) return entry;
  }
  return null;
}

function mentions({ fieldsAdded, fieldsUpdated, fieldsDeleted }: ChangeDescription, field: string): boolean {
  const named = (name: string): boolean =>
    [name, curatedName(name)].some((own) => own === field || own.startsWith(`${field}.`));
  if ([...fieldsAdded, ...fieldsUpdated, ...fieldsDeleted].some(({ name }) => named(name))) return true;
  // A column that came is told by its list: `columns` or `columns.address.children`.
  return fieldsAdded.some(
    ({ name, newValue }) =>
      Array.isArray(newValue) &&
      newValue.some((item) => {
        const own = (item as JsonObject)["name"];
        const came = typeof own === "string" ? `${name}.${quoteName(own)}` : null;
        return came !== null && (came === field || field.startsWith(`${came}.`));
      }),
  );
}

/** People's changes name a column within a column by its path: `columns.address.city.description`. */
function curatedName(name: string): string {
  if (!name.startsWith("columns.") || name.includes(".children.")) return name;
  const names = splitFqn(name.slice("columns.".length));
  const last = names.pop() ?? "";
  return `columns.${names.map((part) => quoteName(part)).join(".children.")}.${last}`;
}
