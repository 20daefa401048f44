/** From rows as they were read to the catalog's facts: pure. */
import {
  type DatabaseFacts,
  type DatabaseSchemaFacts,
  type JsonObject,
  redactCredentials,
  type StoredProcedureFacts,
  type TableConstraint,
  type TableFacts,
  type TableType,
} from "@headwater/core/connector";
import { columnFacts } from "./columns.ts";
import { engineCall, withoutEngineSecrets } from "./engines.ts";
import { expressions, partitionFacts } from "./partition.ts";
import type { ColumnRow, RoutineRows, SchemaRows, TableRows } from "./rows.ts";
import { leadingName } from "./scan.ts";
import { layOut, oneLine, type Statement, takeApart } from "./statement.ts";

// ClickHouse has no owners of anything.
const NOBODY = null;

/** What is said of the database that stands for the server. */
export function databaseFacts(): DatabaseFacts {
  return { description: null, owners: NOBODY, source: null };
}

/** What a database's rows say. */
export function schemaFacts({ comment, engine }: SchemaRows): DatabaseSchemaFacts {
  return { description: comment, owners: NOBODY, source: { engine } };
}

/** What a table's rows say. */
export function tableFacts(rows: TableRows, kind: TableType): TableFacts {
  const columns = JSON.parse(rows.columns) as ColumnRow[];
  const statement = takeApart(rows.statement);
  const facts: TableFacts = {
    tableType: kind,
    description: rows.comment === "" ? null : rows.comment,
    owners: NOBODY,
    columns: columnFacts(columns, statement.columns),
    source: sourceFacts(rows, statement),
  };
  // A right that is taken away takes no column out of the table, and none out of its keys.
  if (rows.hidden > 0) facts.unseen = ["columns"];
  else {
    facts.tableConstraints = keyFacts(rows, columns);
    facts.tablePartition = partitionFacts(rows.partitionKey, columns);
  }
  if (kind === "View" || kind === "MaterializedView") facts.schemaDefinition = rows.statement;
  // Lineage is read from what a dictionary is filled from.
  else if (rows.ddl || rows.engine === "Dictionary")
    facts.schemaDefinition = withoutEngineSecrets(layOut(rows.statement), rows.engineFull);
  return facts;
}

/** Keys that are lists of columns. Neither is unique in ClickHouse: columns are not marked as keys. */
function keyFacts({ primaryKey, sortingKey }: TableRows, columns: readonly ColumnRow[]): TableConstraint[] {
  const names = new Set(columns.map(([name]) => name));
  const facts: TableConstraint[] = [];
  for (const [constraintType, key] of [
    ["PRIMARY_KEY", primaryKey],
    ["SORT_KEY", sortingKey],
  ] as const) {
    const parts = expressions(key).map((part) => leadingName(part));
    if (parts.length === 0 || parts.some(({ name, rest }) => !/^(?:DESC|ASC)?$/.test(rest) || !names.has(name)))
      continue;
    facts.push({ constraintType, columns: parts.map(({ name }) => name) });
  }
  return facts;
}

/** Clauses that are kept as they stand, by what they are called in `source`. */
const CLAUSES: Readonly<Record<string, string>> = {
  TTL: "ttl",
  SETTINGS: "settings",
  REFRESH: "refresh",
  DEFINER: "definer",
  "SQL SECURITY": "sqlSecurity",
};
const DICTIONARY_CLAUSES: Readonly<Record<string, string>> = {
  "PRIMARY KEY": "primaryKey",
  SOURCE: "source",
  LIFETIME: "lifetime",
  LAYOUT: "layout",
  RANGE: "range",
};

/** What the server writes into every table of a MergeTree engine that says nothing about it. */
const DEFAULT_SETTINGS = "index_granularity = 8192";

function sourceFacts(rows: TableRows, { clauses, constraints, indexes, projections }: Statement): JsonObject {
  const source: JsonObject = { engine: rows.engine };
  const { args } = engineCall(rows.engineFull);
  // Each replica has a path and a name of its own in Keeper, and any of them may have answered.
  const own = /^(?:Replicated|Shared)/.test(rows.engine) ? args.slice(2) : args;
  if (own.length > 0) source["engineArguments"] = redactCredentials(own.join(", "));
  for (const key of ["partitionKey", "sortingKey", "primaryKey", "samplingKey"] as const)
    if (rows[key] !== "" && rows[key] !== "tuple()") source[key] = rows[key];
  for (const [clause, name] of Object.entries(CLAUSES)) {
    const text = clauses.get(clause);
    if (text !== undefined) source[name] = redactCredentials(oneLine(text));
  }
  if (source["settings"] === DEFAULT_SETTINGS) delete source["settings"];
  if (rows.engine === "Dictionary") source["dictionary"] = dictionaryFacts(clauses);
  if (rows.engine === "MaterializedView") Object.assign(source, targetFacts(clauses, rows.schema));
  for (const [name, items] of Object.entries({ constraints, indexes, projections }))
    if (items.length > 0) source[name] = items;
  return source;
}

function dictionaryFacts(clauses: Statement["clauses"]): JsonObject {
  const facts: JsonObject = {};
  for (const [clause, name] of Object.entries(DICTIONARY_CLAUSES)) {
    const text = clauses.get(clause);
    if (text !== undefined) facts[name] = redactCredentials(oneLine(text).replace(/^\((.*)\)$/s, "$1"));
  }
  return facts;
}

/** Where a materialized view writes to: a table of its own, or one that is hidden behind it. */
function targetFacts(clauses: Statement["clauses"], schema: string): JsonObject {
  const to = clauses.get("TO");
  if (to === undefined) return { storage: oneLine(clauses.get("ENGINE") ?? "") };
  const { name, rest } = leadingName(to);
  if (!rest.startsWith(".")) return { target: { schema, table: name } };
  return { target: { schema: name, table: leadingName(rest.slice(1)).name } };
}

const LANGUAGES: Readonly<Record<string, string>> = {
  SQLUserDefined: "SQL",
  ExecutableUserDefined: "executable",
  WasmUserDefined: "WebAssembly",
};

/** What a function's rows say. */
export function routineFacts({ origin, statement, program }: RoutineRows): StoredProcedureFacts {
  const source: JsonObject = { kind: "function", language: LANGUAGES[origin] ?? origin };
  if (program !== null) {
    const { type, format, returns, arguments: types } = program;
    Object.assign(source, { type, format, returns, arguments: types.join(", ") });
  }
  return {
    description: null,
    owners: NOBODY,
    storedProcedureType: "UDF",
    storedProcedureCode: {
      language: origin === "SQLUserDefined" ? "SQL" : "External",
      code: program?.command ?? statement,
    },
    source,
  };
}
