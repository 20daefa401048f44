/** From rows as they were read to the catalog's facts: pure. */
import type {
  DatabaseFacts,
  DatabaseSchemaFacts,
  Json,
  JsonObject,
  Owner,
  StoredProcedureFacts,
  TableConstraint,
  TableFacts,
  TableType,
} from "@headwater/core/connector";
import { columnFacts, columnParts } from "./columns.ts";
import {
  createEvent,
  createRoutine,
  createTable,
  createTrigger,
  createView,
  eventSchedule,
  routineArguments,
  tableOptions,
} from "./ddl.ts";
import {
  checkDefinition,
  checksOf,
  foreignKeyDefinition,
  foreignKeysOf,
  type Index,
  indexDefinition,
  indexesOf,
  isPrimary,
} from "./keys.ts";
import { type Partitioning, partitionFacts, partitioningOf, partitionSource } from "./partitions.ts";
import type { DatabaseRows, EventRows, RoutineRows, SchemaRows, TableRows } from "./rows.ts";

/** The account something belongs to: the one whose rights it has. */
const definer = (name: string): Owner[] => [{ type: "user", name }];

/** What the one database's rows say. */
export function databaseFacts({ characterSet, collation, lowerCaseTableNames }: DatabaseRows): DatabaseFacts {
  return { description: null, owners: null, source: { characterSet, collation, lowerCaseTableNames } };
}

/** What a schema's rows say. */
export function schemaFacts({ characterSet, collation, comment }: SchemaRows): DatabaseSchemaFacts {
  return { description: comment, owners: null, source: { characterSet, collation } };
}

/** What a table's rows say. */
export function tableFacts(rows: TableRows, kind: TableType): TableFacts {
  const parts = columnParts(rows);
  if (kind === "View") return viewFacts(rows);
  const indexes = indexesOf(rows);
  const primary = indexes.find(isPrimary);
  const keys = new Map<string, "PRIMARY_KEY" | "UNIQUE">();
  for (const index of indexes)
    if (index.unique && index.columns?.length === 1 && !keys.has(index.columns[0] as string))
      keys.set(index.columns[0] as string, isPrimary(index) ? "PRIMARY_KEY" : "UNIQUE");
  const facts: TableFacts = {
    tableType: kind,
    description: commentOf(rows),
    owners: null,
    columns: parts.map((part, at) => columnFacts(part, at, rows.allColumns ? keys : null)),
  };
  // Of what belongs to columns that are not seen, nothing is known.
  if (!rows.allColumns) return { ...facts, unseen: ["columns"] };
  const partitioning = partitioningOf(rows.partitions);
  facts.tableConstraints = constraintFacts(rows, indexes);
  facts.tablePartition = partitioning === null ? null : partitionFacts(partitioning, parts, primary?.columns ?? []);
  facts.source = tableSource(rows, indexes, partitioning);
  if (rows.triggers === null) facts.unseen = ["source.triggers"];
  if (rows.ddl) facts.schemaDefinition = createTable(rows, parts);
  return facts;
}

function viewFacts(rows: TableRows): TableFacts {
  const { view, invalid, allColumns } = rows;
  const source: JsonObject = {};
  if (view?.security === "INVOKER") source["securityInvoker"] = true;
  if (view !== null && view.checkOption !== "NONE") source["checkOption"] = view.checkOption;
  if (view?.algorithm != null && view.algorithm !== "UNDEFINED") source["algorithm"] = view.algorithm;
  if (invalid !== null) source["invalid"] = invalid;
  const facts: TableFacts = {
    tableType: "View",
    description: null,
    columns: columnParts(rows).map((part, at) => columnFacts(part, at, null)),
    source,
  };
  if (view !== null) {
    facts.owners = definer(view.definer);
    const definition = createView(rows, view);
    if (definition !== null) facts.schemaDefinition = definition;
  }
  // The server forgets the columns of a view that refers to what is gone.
  if (!allColumns || invalid !== null) facts.unseen = ["columns"];
  return facts;
}

/** SPIDER's tables have their connection, with its password, in the comment. */
function commentOf({ comment, engine }: TableRows): string | null {
  if (engine?.toUpperCase() !== "SPIDER" || comment === null) return comment;
  return comment.replaceAll(/(passw\w*\s*)(["'])(?:(?!\2).)*\2/gi, "$1$2***$2");
}

function constraintFacts(rows: TableRows, indexes: readonly Index[]): TableConstraint[] {
  const facts: TableConstraint[] = [];
  for (const index of indexes)
    if (index.unique && index.columns !== null)
      facts.push({ constraintType: isPrimary(index) ? "PRIMARY_KEY" : "UNIQUE", columns: index.columns });
  for (const { columns, to } of foreignKeysOf(rows))
    facts.push({
      constraintType: "FOREIGN_KEY",
      columns,
      referredColumns: to.columns.map((column) => [rows.database, to.schema, to.table, column]),
    });
  return facts;
}

function tableSource(rows: TableRows, indexes: readonly Index[], partitioning: Partitioning | null): JsonObject {
  const { engine, collation, type, triggers, checks } = rows;
  const source: JsonObject = {};
  if (engine !== null) source["engine"] = engine;
  if (collation !== null) source["collation"] = collation;
  const options = tableOptions(rows);
  if (options.length > 0) source["options"] = options;
  if (type === "SEQUENCE") source["sequence"] = true;
  if (type === "SYSTEM VERSIONED") source["systemVersioned"] = true;
  const constraints: Json[] = [
    ...indexes
      .filter(({ unique }) => unique)
      .map((index) => ({
        name: index.name,
        type: isPrimary(index) ? "PRIMARY KEY" : "UNIQUE",
        definition: indexDefinition(index),
      })),
    ...foreignKeysOf(rows).map((key) => ({
      name: key.name,
      type: "FOREIGN KEY",
      definition: foreignKeyDefinition(key),
    })),
    ...checks.flatMap(([name, clause, , ofColumn]) =>
      ofColumn ? [{ name, type: "CHECK", definition: `CHECK (${clause})` }] : [],
    ),
    ...checksOf(rows).map((check) => ({ name: check.name, type: "CHECK", definition: checkDefinition(check) })),
  ];
  if (constraints.length > 0) source["constraints"] = constraints;
  const others = indexes.filter(({ unique }) => !unique);
  if (others.length > 0)
    source["indexes"] = others.map((index): Json => ({ name: index.name, definition: indexDefinition(index) }));
  if (partitioning !== null) Object.assign(source, partitionSource(partitioning));
  if (triggers !== null && triggers.length > 0)
    source["triggers"] = triggers.map((trigger): Json => {
      const [name, timing, event, , account] = trigger;
      return { name, timing, event, definer: account, definition: createTrigger(rows, trigger) };
    });
  return source;
}

const PROCEDURE_TYPES: Readonly<Record<string, StoredProcedureFacts["storedProcedureType"]>> = {
  FUNCTION: "Function",
  PROCEDURE: "StoredProcedure",
  PACKAGE: "StoredPackage",
  "PACKAGE BODY": "StoredPackage",
};

/** What the rows of a routine or an event say. */
export function routineFacts(rows: RoutineRows | EventRows): StoredProcedureFacts {
  return rows.is === "event" ? eventFacts(rows) : onlyRoutineFacts(rows);
}

function onlyRoutineFacts(rows: RoutineRows): StoredProcedureFacts {
  const source: JsonObject = { kind: rows.kind.toLowerCase(), language: rows.language };
  if (rows.parameters.length > 0) source["arguments"] = routineArguments(rows);
  if (rows.returns !== null) source["returns"] = rows.returns;
  if (rows.deterministic) source["deterministic"] = true;
  source["dataAccess"] = rows.dataAccess;
  if (rows.security === "INVOKER") source["securityInvoker"] = true;
  return {
    description: rows.comment,
    owners: definer(rows.definer),
    storedProcedureType: PROCEDURE_TYPES[rows.kind] ?? null,
    storedProcedureCode: {
      language: rows.language === "SQL" ? "SQL" : /^javascript$/i.test(rows.language) ? "JavaScript" : "External",
      code: createRoutine(rows),
    },
    source,
    ...(rows.definition === null ? { unseen: ["storedProcedureCode"] } : {}),
  };
}

function eventFacts(rows: EventRows): StoredProcedureFacts {
  return {
    description: rows.comment,
    owners: definer(rows.definer),
    storedProcedureType: null,
    storedProcedureCode: { language: "SQL", code: createEvent(rows) },
    source: {
      kind: "event",
      schedule: eventSchedule(rows),
      timeZone: rows.timeZone,
      status: rows.status,
      ...(rows.preserve ? { preserve: true } : {}),
    },
  };
}
