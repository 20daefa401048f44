/**
 * A *document* is the canonical form of an entity's facts: keys in one fixed order, lists that are sets sorted, nothing
 * `undefined` or `null`, references as FQNs. Equal facts have equal text, so a document is hashed and stored as it is.
 */
import { hash } from "node:crypto";
import type { Owner, TagLabel, Unseen } from "./common.ts";
import { DATA_TYPES } from "./data-types.ts";
import { entityFqn } from "./entity-types.ts";
import type { EntityType, Facts, FactsByType } from "./facts.ts";
import { buildFqn, type Path } from "./fqn.ts";
import { eachText, type Json, type JsonObject, sortKeys } from "./json.ts";
import { redactCredentials } from "./redact-credentials.ts";
import type { Column, TableConstraint, TablePartition } from "./table.ts";

/** The canonical facts of one layer of an entity. */
export type Document = JsonObject;

/**
 * The keys of a document after `displayName` and `description`, in order. The order is part of the fingerprint:
 * changing it makes every entity look changed once.
 */
const KEYS: { readonly [T in EntityType]: readonly (keyof FactsByType[T] & string)[] } = {
  databaseService: ["serviceType", "connection"],
  messagingService: ["serviceType", "connection"],
  dashboardService: ["serviceType", "connection"],
  pipelineService: ["serviceType", "connection"],
  database: ["default"],
  databaseSchema: [],
  table: [
    "tableType",
    "columns",
    "tableConstraints",
    "tablePartition",
    "schemaDefinition",
    "fileFormat",
    "locationPath",
  ],
  storedProcedure: ["storedProcedureType", "storedProcedureCode"],
  topic: [
    "partitions",
    "replicationFactor",
    "retentionTime",
    "retentionSize",
    "maximumMessageSize",
    "minimumInSyncReplicas",
    "cleanupPolicies",
    "messageSchema",
  ],
  chart: ["chartType"],
  dashboardDataModel: ["dataModelType", "columns", "sql", "project"],
  dashboard: ["dashboardType", "project", "charts", "dataModels"],
  pipeline: ["tasks", "scheduleInterval", "concurrency"],
  query: ["query", "queryDate", "duration", "users", "queryUsedIn"],
  classification: ["mutuallyExclusive"],
  tag: [],
  team: ["teamType"],
  user: ["email", "teams"],
  ingestionPipeline: ["pipelineType", "sourceConfig"],
};
/** Facts without which an entity of a type is none. */
const REQUIRED: { readonly [T in EntityType]?: readonly string[] } = {
  table: ["tableType", "columns"],
  storedProcedure: ["storedProcedureCode"],
  dashboardDataModel: ["dataModelType", "columns"],
  topic: ["partitions"],
  query: ["query"],
};
const KNOWN_TYPES: ReadonlySet<string> = new Set(DATA_TYPES);

const BEFORE = ["displayName", "description"] as const;
const AFTER = ["owners", "tags", "sourceUrl", "source"] as const;

/** All keys a document of this type can have, in their order. */
export function documentKeys(type: EntityType): readonly string[] {
  return ALL_KEYS[type];
}
const ALL_KEYS = Object.fromEntries(
  Object.entries(KEYS).map(([type, keys]) => [type, [...BEFORE, ...keys, ...AFTER]]),
) as unknown as { readonly [T in EntityType]: readonly string[] };

/** Keys whose value is an object of the source's own making, so that only a sort makes it canonical. */
const FREE_FORM: ReadonlySet<string> = new Set(["connection", "sourceConfig", "messageSchema", "tasks"]);

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * The document of an entity's facts. `service` completes references (`["db", "schema", "table", "column"]`) to FQNs.
 * Fields that are `undefined` or `null` are left out; see {@link unreadOf} for telling the two apart. Throws a `TypeError`
 * that says what is wrong with facts no entity can have.
 */
export function toDocument(type: EntityType, service: string, facts: Facts): Document {
  for (const key of REQUIRED[type] ?? [])
    if ((facts as unknown as JsonObject)[key] == null) throw new TypeError(`it has no ${key}`);
  const document: Document = {};
  for (const key of ALL_KEYS[type]) {
    const value = (facts as unknown as JsonObject)[key];
    if (value === undefined || value === null) continue;
    const canonical = canonicalValue(key, value, service);
    if (canonical !== undefined) document[key] = canonical;
  }
  return document;
}

function canonicalValue(key: string, value: Json, service: string): Json | undefined {
  switch (key) {
    case "columns":
      return (value as unknown as Column[]).map(canonicalColumn) as unknown as Json;
    case "tableConstraints":
      return canonicalConstraints(value as unknown as TableConstraint[], service);
    case "tablePartition":
      return canonicalPartition(value as unknown as TablePartition);
    case "owners":
    case "teams":
      return canonicalOwners(value as unknown as Owner[]);
    case "tags":
      return canonicalTags(value as unknown as TagLabel[]);
    case "schemaDefinition":
    case "sql":
    case "query":
      return redactCredentials(value as string);
    case "storedProcedureCode": {
      const { language, code } = value as { language: string; code: string };
      return { language, code: redactCredentials(code) };
    }
    case "cleanupPolicies":
    case "users":
      return stringSet(value as string[]);
    case "charts":
      return references("chart", value as unknown as (Path | string)[], service);
    case "dataModels":
      return references("dashboardDataModel", value as unknown as (Path | string)[], service);
    case "queryUsedIn":
      return references("table", value as unknown as (Path | string)[], service);
    case "source":
      return isEmpty(value) ? undefined : canonicalSource(value);
    default:
      if (!FREE_FORM.has(key)) return value;
      return isEmpty(value) ? undefined : sortKeys(value);
  }
}

const isEmpty = (value: Json): boolean =>
  typeof value === "object" &&
  value !== null &&
  (Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0);

function references(type: EntityType, list: (Path | string)[], service: string): string[] | undefined {
  return stringSet(list.map((to) => (typeof to === "string" ? to : entityFqn(type, service, to))));
}

function stringSet(list: readonly string[]): string[] | undefined {
  return list.length === 0 ? undefined : [...new Set(list)].toSorted(byText);
}

/** The items in order, each once: of several with one key, the first in the order of their texts. */
function setOf<T>(items: T[], key: (item: T, text: string) => string): T[] {
  if (items.length < 2) return items;
  const sorted = items
    .map((item) => ({ item, text: JSON.stringify(item) }))
    .map(({ item, text }) => ({ item, text, key: key(item, text) }))
    .toSorted((a, b) => byText(a.key, b.key) || byText(a.text, b.text));
  return sorted.filter((entry, at) => at === 0 || entry.key !== sorted[at - 1]?.key).map(({ item }) => item);
}

function canonicalColumn(column: Column): Column {
  if (typeof column.name !== "string" || column.name === "") throw new TypeError("one of its columns has no name");
  if (!KNOWN_TYPES.has(column.dataType))
    throw new TypeError(
      `its column ${column.name} has the data type ${column.dataType}, which OpenMetadata does not know`,
    );
  const out: Column = { name: column.name, dataType: column.dataType };
  if (column.displayName != null) out.displayName = column.displayName;
  if (column.arrayDataType != null) out.arrayDataType = column.arrayDataType;
  if (column.dataLength != null) out.dataLength = column.dataLength;
  if (column.precision != null) out.precision = column.precision;
  if (column.scale != null) out.scale = column.scale;
  if (column.dataTypeDisplay != null) out.dataTypeDisplay = column.dataTypeDisplay;
  if (column.description != null) out.description = column.description;
  if (column.constraint != null) out.constraint = column.constraint;
  if (column.ordinalPosition != null) out.ordinalPosition = column.ordinalPosition;
  if (column.tags != null && column.tags.length > 0) out.tags = canonicalTags(column.tags) as unknown as TagLabel[];
  if (column.children != null && column.children.length > 0) out.children = column.children.map(canonicalColumn);
  if (column.source != null && !isEmpty(column.source)) out.source = canonicalSource(column.source) as JsonObject;
  return out;
}

/** Defaults, checks, options of foreign tables: as much written by people as definitions are. */
const canonicalSource = (source: Json): Json => eachText(sortKeys(source), redactCredentials);

function canonicalOwners(owners: Owner[]): Json | undefined {
  if (owners.length === 0) return undefined;
  const plain = owners.map((owner) => ({ type: owner.type, name: owner.name }));
  return setOf(plain, ({ type, name }) => `${type} ${name}`);
}

function canonicalTags(tags: TagLabel[]): Json | undefined {
  if (tags.length === 0) return undefined;
  const plain = tags.map((tag) => ({
    tagFQN: tag.tagFQN,
    source: tag.source,
    labelType: tag.labelType,
    state: tag.state,
    ...(tag.description === undefined ? {} : { description: tag.description }),
  }));
  return setOf(plain, ({ tagFQN }) => tagFQN);
}

function canonicalPartition({ columns }: TablePartition): Json {
  return {
    columns: columns.map(({ columnName, intervalType, interval }) => ({
      columnName,
      intervalType,
      ...(interval === undefined ? {} : { interval }),
    })),
  };
}

const CONSTRAINT_ORDER = ["PRIMARY_KEY", "UNIQUE", "FOREIGN_KEY", "SORT_KEY", "DIST_KEY", "CLUSTER_KEY"];

function canonicalConstraints(constraints: TableConstraint[], service: string): Json | undefined {
  if (constraints.length === 0) return undefined;
  const plain = constraints.map((constraint) => ({
    constraintType: constraint.constraintType,
    columns: constraint.columns,
    ...(constraint.referredColumns == null || constraint.referredColumns.length === 0
      ? {}
      : {
          referredColumns: constraint.referredColumns.map((to) =>
            typeof to === "string" ? to : buildFqn(service, ...to),
          ),
        }),
  }));
  return setOf(plain, ({ constraintType }, text) => CONSTRAINT_ORDER.indexOf(constraintType) + text);
}

/** Which keys of some facts were not read (`undefined`), as opposed to read and found empty (`null`). */
export interface Unread {
  keys: readonly string[];
  /** Keys that no column had: what an option or a missing right leaves unread, it leaves unread for all of them. */
  columnKeys: readonly ColumnKey[];
  /** What was read only as far as the role may see it. */
  unseen: readonly Unseen[];
}
type ColumnKey = "description" | "tags";
const COLUMN_KEYS: readonly ColumnKey[] = ["description", "tags"];

/** What was not read of an entity. */
export function unreadOf(type: EntityType, facts: Facts): Unread {
  const columns = "columns" in facts ? facts.columns : [];
  return {
    keys: ALL_KEYS[type].filter((key) => (facts as unknown as JsonObject)[key] === undefined),
    columnKeys: columns.length === 0 ? [] : COLUMN_KEYS.filter((key) => columns.every((column) => lacks(column, key))),
    unseen: facts.unseen ?? [],
  };
}

/** Whether everything was read. */
export function isWholeRead({ keys, columnKeys, unseen }: Unread): boolean {
  return keys.length === 0 && columnKeys.length === 0 && unseen.length === 0;
}

const lacks = (column: Column, key: ColumnKey): boolean =>
  column[key] === undefined && (column.children ?? []).every((child) => lacks(child, key));

/** Completes a freshly read document with the stored values of what was not read. The result is canonical again. */
export function keepUnread(type: EntityType, fresh: Document, unread: Unread, stored: Document): Document {
  const kept: Document = {};
  for (const key of ALL_KEYS[type]) {
    const value = fresh[key] ?? (unread.keys.includes(key) ? stored[key] : undefined);
    if (value !== undefined) kept[key] = value;
  }
  if (unread.columnKeys.length > 0 && Array.isArray(kept["columns"]) && Array.isArray(stored["columns"])) {
    const columns = kept["columns"] as unknown as Column[];
    kept["columns"] = withStored(
      columns,
      stored["columns"] as unknown as Column[],
      unread.columnKeys,
    ) as unknown as Json;
  }
  for (const name of unread.unseen) keepUnseen(kept, stored, name);
  return kept;
}

/** Puts what is stored back in the place of what the role may not see. */
function keepUnseen(kept: Document, stored: Document, name: Unseen): void {
  if (name === "columns") {
    if (Array.isArray(stored["columns"]))
      kept["columns"] = withUnseen(
        (kept["columns"] ?? []) as unknown as Column[],
        stored["columns"] as unknown as Column[],
      ) as unknown as Json;
  } else if (name === "storedProcedureCode") {
    if (stored[name] !== undefined) kept[name] = stored[name];
  } else {
    const key = name.slice("source.".length);
    const before = (stored["source"] as JsonObject | undefined)?.[key];
    if (before !== undefined)
      kept["source"] = sortKeys({ ...(kept["source"] as JsonObject | undefined), [key]: before });
  }
}

/** Stored columns with those that are seen in their places; new ones come last. What a partial look cannot tell stays. */
function withUnseen(seen: Column[], stored: Column[]): Column[] {
  const fresh = new Map(seen.map((column) => [column.name, column]));
  const before = stored.map((old) => {
    const column = fresh.get(old.name);
    fresh.delete(old.name);
    return column === undefined ? old : { ...column, constraint: column.constraint ?? old.constraint ?? null };
  });
  return [...before, ...fresh.values()].map((column, at) => canonicalColumn({ ...column, ordinalPosition: at + 1 }));
}

function withStored(fresh: Column[], stored: Column[], keys: readonly ColumnKey[]): Column[] {
  const byName = new Map(stored.map((column) => [column.name, column]));
  return fresh.map((column) => {
    const old = byName.get(column.name);
    if (old === undefined) return column;
    const whole: Column = { ...column };
    for (const key of keys) if (old[key] !== undefined) Object.assign(whole, { [key]: old[key] });
    if (column.children && old.children) whole.children = withStored(column.children, old.children, keys);
    return canonicalColumn(whole);
  });
}

/** 32 hex characters over a text: the first half of its SHA-256. It fits OpenMetadata's `sourceHash`. */
export function fingerprint(text: string): string {
  return hash("sha256", text, "hex").slice(0, 32);
}
