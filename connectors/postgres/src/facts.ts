/** From rows as they were read to the catalog's facts: pure. */
import {
  type Column,
  type DatabaseFacts,
  type DatabaseSchemaFacts,
  type Json,
  type JsonObject,
  type Owner,
  quoteName,
  type StoredProcedureFacts,
  type TableConstraint,
  type TableFacts,
  type TablePartition,
  type TableType,
  type TagLabel,
} from "@headwater/core/connector";
import { createAggregate, createTable, createView } from "./ddl.ts";
import {
  type ColumnPart,
  type DatabaseRows,
  namesOf,
  parseJson,
  primaryKey,
  type RoutineRows,
  type RuleRow,
  type SchemaRows,
  type TableParts,
  type TableRows,
  takeApart,
  type TriggerRow,
} from "./rows.ts";
import { columnType, type KnownTypes } from "./types.ts";

const roles = (name: string): Owner[] => [{ type: "role", name }];

/** What a database's rows say. */
export function databaseFacts(rows: DatabaseRows): DatabaseFacts {
  const { encoding, collation, characterType } = rows;
  return {
    description: rows.comment,
    owners: roles(rows.owner),
    source: { encoding, collation, characterType },
  };
}

/** What a schema's rows say. */
export function schemaFacts(rows: SchemaRows): DatabaseSchemaFacts {
  return { description: rows.comment, owners: roles(rows.owner), source: null };
}

/** What a table's rows say. */
export function tableFacts(rows: TableRows, kind: TableType): TableFacts {
  const parts = takeApart(rows);
  const isView = kind === "View" || kind === "MaterializedView";
  const keys = singleColumnKeys(parts);
  const facts: TableFacts = {
    tableType: kind,
    description: parts.comment,
    owners: roles(parts.owner),
    columns: parts.columns.map((column, at) => columnFacts(column, at, rows.types, isView ? null : keys)),
    tableConstraints: constraintFacts(rows.database, parts),
    tablePartition: partitionFacts(rows, parts),
    source: sourceFacts(rows, parts),
  };
  if (rows.policies !== null) facts.tags = policyTags(rows.policies);
  if (isView) facts.schemaDefinition = createView(kind, rows, parts);
  else if (rows.ddl) facts.schemaDefinition = createTable(kind, rows, parts);
  return facts;
}

type ColumnConstraint = NonNullable<Column["constraint"]>;

/** Columns that are a key by themselves, by attribute number. */
function singleColumnKeys({ constraints }: TableParts): Map<number, ColumnConstraint> {
  const keys = new Map<number, ColumnConstraint>();
  for (const [, kind, columns] of constraints) {
    if ((kind !== "p" && kind !== "u") || columns?.length !== 1) continue;
    const number = columns[0] as number;
    if (kind === "p" || !keys.has(number)) keys.set(number, kind === "p" ? "PRIMARY_KEY" : "UNIQUE");
  }
  return keys;
}

function columnFacts(
  part: ColumnPart,
  at: number,
  known: KnownTypes | null,
  keys: ReadonlyMap<number, ColumnConstraint> | null,
): Column {
  const type = columnType(part.type, known);
  const key = keys?.get(part.number);
  const column: Column = {
    name: part.name,
    dataType: type.dataType,
    dataTypeDisplay: part.type,
    description: part.comment,
    constraint: keys === null ? null : (key ?? (part.notNull ? "NOT_NULL" : "NULL")),
    ordinalPosition: at + 1,
    source: columnSource(part, key === "UNIQUE", type.source),
  };
  // Not spread: that took as long as all the rest, for what most types have not.
  if (type.arrayDataType !== undefined) column.arrayDataType = type.arrayDataType;
  if (type.dataLength !== undefined) column.dataLength = type.dataLength;
  if (type.precision !== undefined) column.precision = type.precision;
  if (type.scale !== undefined) column.scale = type.scale;
  if (type.children !== undefined) column.children = type.children;
  return column;
}

/** What OpenMetadata's columns have no field for; most columns have none of it. */
function columnSource(part: ColumnPart, isUnique: boolean, typeSource: JsonObject | undefined): JsonObject | null {
  const { expression, generated, identity, collation } = part;
  // One `constraint` cannot say both.
  const notNull = isUnique && part.notNull;
  if (typeSource === undefined && expression === null && identity === null && collation === null && !notNull)
    return null;
  const source: JsonObject = { ...typeSource };
  if (generated !== null) source["generated"] = { expression, kind: generated };
  else if (expression !== null) source["default"] = expression;
  if (identity !== null) source["identity"] = identity;
  if (collation !== null) source["collation"] = collation;
  if (notNull) source["notNull"] = true;
  return source;
}

const CONSTRAINT_TYPES = { p: "PRIMARY_KEY", u: "UNIQUE", f: "FOREIGN_KEY" } as const;

function constraintFacts(database: string, { constraints, columns }: TableParts): TableConstraint[] {
  const facts: TableConstraint[] = [];
  for (const [, kind, numbers, , refers] of constraints) {
    if (kind === "c" || kind === "x") continue;
    facts.push({
      constraintType: CONSTRAINT_TYPES[kind],
      columns: namesOf(numbers, columns),
      ...(refers === null
        ? {}
        : { referredColumns: refers[2].map((column) => [database, refers[0], refers[1], column]) }),
    });
  }
  return facts;
}

const STRATEGIES: Readonly<Record<string, string>> = { r: "RANGE", l: "LIST", h: "HASH" };
const TIMES = /^(date|time)/;
const INTEGERS: ReadonlySet<string> = new Set(["smallint", "integer", "bigint"]);

/** OpenMetadata names the columns a table is partitioned by; expressions stand in `source.partitionKey`. */
function partitionFacts({ partitions }: TableRows, { columns }: TableParts): TablePartition | null {
  const names = parseJson<string[]>(partitions?.columns ?? null, []);
  if (partitions === null || names.length === 0) return null;
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  return {
    columns: names.map((columnName) => {
      const type = types.get(columnName) ?? "";
      if (partitions.strategy !== "r") return { columnName, intervalType: "COLUMN-VALUE" };
      if (TIMES.test(type)) return { columnName, intervalType: "TIME-UNIT" };
      return { columnName, intervalType: INTEGERS.has(type) ? "INTEGER-RANGE" : "OTHER" };
    }),
  };
}

const CONSTRAINT_WORDS = { p: "PRIMARY KEY", u: "UNIQUE", f: "FOREIGN KEY", c: "CHECK", x: "EXCLUDE" } as const;

function sourceFacts({ partitions, rules, triggers }: TableRows, parts: TableParts): JsonObject | null {
  const { constraints, columns, unlogged, rowSecurity, options, inherits, foreign } = parts;
  const source: JsonObject = {};
  if (constraints.length > 0)
    source["constraints"] = constraints.map(([name, kind, numbers, definition]): Json => ({
      // Sorted, as documents have it, so that no copy of it is made.
      definition: definition ?? primaryKey(numbers, columns),
      name,
      type: CONSTRAINT_WORDS[kind],
    }));
  if (rules !== null)
    source["rules"] = parseJson<RuleRow[]>(rules, []).map(([name, enabled, definition]): Json => ({
      name,
      definition,
      ...(enabled === "D" ? { disabled: true } : {}),
    }));
  if (triggers !== null)
    source["triggers"] = parseJson<TriggerRow[]>(triggers, []).map((row): Json => {
      const [name, enabled, schema, routine, definition, transitionTables] = row;
      return {
        name,
        definition,
        function: { schema, name: routine },
        ...(transitionTables === null ? {} : { transitionTables }),
        ...(enabled === "D" ? { disabled: true } : {}),
      };
    });
  if (unlogged) source["unlogged"] = true;
  if (rowSecurity !== null) source["rowSecurity"] = rowSecurity;
  if (options.length > 0) source["options"] = options;
  if (inherits.length > 0) source["inherits"] = inherits.map(([schema, table]): Json => ({ schema, table }));
  if (foreign !== null) source["foreign"] = { server: foreign.server, options: foreign.options };
  if (partitions !== null) {
    source["partitionKey"] = partitions.key;
    source["partitionStrategy"] = STRATEGIES[partitions.strategy] ?? partitions.strategy;
    source["partitions"] = partitionList(partitions.partitions);
  }
  return source;
}

type PartitionRow = [
  schema: string,
  name: string,
  bounds: string | null,
  parent: [schema: string, name: string] | null,
];

function partitionList(text: string | null): Json[] {
  return parseJson<PartitionRow[]>(text, []).map(([schema, name, bounds, parent]) => ({
    schema,
    name,
    bounds,
    ...(parent === null ? {} : { parent: { schema: parent[0], name: parent[1] } }),
  }));
}

function policyTags(policies: Exclude<TableRows["policies"], null>): TagLabel[] {
  if (policies === "none") return [];
  return (policies.names as string[]).map((name) => ({
    tagFQN: `${quoteName(policies.classification)}.${quoteName(name)}`,
    source: "Classification",
    labelType: "Automated",
    state: "Confirmed",
  }));
}

/** The languages OpenMetadata knows; all others are `External` there, and `source.language` says which. */
const LANGUAGES: Readonly<Record<string, StoredProcedureFacts["storedProcedureCode"]["language"]>> = {
  sql: "SQL",
  plpgsql: "SQL",
  plpythonu: "Python",
  plpython2u: "Python",
  plpython3u: "Python",
  plv8: "JavaScript",
  plcoffee: "JavaScript",
  java: "Java",
  javau: "Java",
};
const ROUTINE_KINDS: Readonly<Record<string, string>> = {
  f: "function",
  p: "procedure",
  a: "aggregate",
  w: "window function",
};
const VOLATILITIES: Readonly<Record<string, string>> = { i: "immutable", s: "stable", v: "volatile" };

/** What a routine's rows say. */
export function routineFacts(rows: RoutineRows): StoredProcedureFacts {
  const source: JsonObject = {
    kind: ROUTINE_KINDS[rows.kind] ?? rows.kind,
    language: rows.language,
    arguments: rows.arguments,
  };
  if (rows.returns !== null) source["returns"] = rows.returns;
  if (rows.kind === "f" || rows.kind === "w") source["volatility"] = VOLATILITIES[rows.volatility] ?? rows.volatility;
  if (rows.securityDefiner) source["securityDefiner"] = true;
  return {
    description: rows.comment,
    owners: roles(rows.owner),
    storedProcedureType: rows.kind === "p" ? "StoredProcedure" : "Function",
    storedProcedureCode: {
      language: rows.kind === "a" ? "SQL" : (LANGUAGES[rows.language] ?? "External"),
      code: rows.definition ?? createAggregate(rows),
    },
    source,
  };
}
