/** The statements that create tables, views, routines and events, from what was read. */
import type { ColumnPart } from "./columns.ts";
import { identifier, literal, qualified } from "./escape.ts";
import {
  checkDefinition,
  checksOf,
  foreignKeyDefinition,
  foreignKeysOf,
  indexDefinition,
  indexesOf,
  isPrimary,
} from "./keys.ts";
import { partitionClause, partitioningOf } from "./partitions.ts";
import type { EventRows, RoutineRows, TableRows, TriggerRow, ViewPart } from "./rows.ts";

/** `CREATE VIEW` around the query the server gives; `null` where that may not be seen. */
export function createView({ schema, name }: TableRows, view: ViewPart): string | null {
  if (view.definition === null) return null;
  const algorithm = view.algorithm === null || view.algorithm === "UNDEFINED" ? "" : ` ALGORITHM=${view.algorithm}`;
  const security = view.security === "INVOKER" ? " SQL SECURITY INVOKER" : "";
  const checked = view.checkOption === "NONE" ? "" : `\nWITH ${view.checkOption} CHECK OPTION`;
  return `CREATE${algorithm}${security} VIEW ${qualified(schema, name)} AS\n${view.definition.trim()}${checked}`;
}

/** `CREATE TABLE` with columns, keys, constraints, options and partitions, without its triggers; `null` for a sequence. */
export function createTable(rows: TableRows, columns: readonly ColumnPart[]): string | null {
  const { schema, name, engine, collation, comment, type } = rows;
  if (type === "SEQUENCE") return null;
  const lines = columns.map((column) => columnLine(column, rows.mariaDb));
  for (const index of indexesOf(rows)) {
    const definition = indexDefinition(index);
    const [word = ""] = /^(?:UNIQUE|FULLTEXT|SPATIAL)?/.exec(definition) ?? [];
    lines.push(
      isPrimary(index)
        ? definition
        : `${word === "" ? "" : `${word} `}KEY ${identifier(index.name)} ${definition.slice(word.length).trimStart()}`,
    );
  }
  for (const key of foreignKeysOf(rows)) lines.push(`CONSTRAINT ${identifier(key.name)} ${foreignKeyDefinition(key)}`);
  for (const check of checksOf(rows)) lines.push(`CONSTRAINT ${identifier(check.name)} ${checkDefinition(check)}`);
  const options = [
    ...(engine === null ? [] : [`ENGINE=${engine}`]),
    ...(collation === null ? [] : [`COLLATE=${collation}`]),
    ...tableOptions(rows),
    ...(comment === null ? [] : [`COMMENT=${literal(comment)}`]),
    ...(type === "SYSTEM VERSIONED" ? ["WITH SYSTEM VERSIONING"] : []),
  ];
  const partitioning = partitioningOf(rows.partitions);
  const partitioned = partitioning === null ? "" : `\n${partitionClause(partitioning)}`;
  return `CREATE TABLE ${qualified(schema, name)} (\n    ${lines.join(",\n    ")}\n) ${options.join(" ")}${partitioned}`;
}

/** The options of a table as they were given: `row_format=FIXED`. */
export function tableOptions({ options, mariaDb }: TableRows): string[] {
  // MariaDB quotes the values of those it does not know itself.
  const found = (options ?? "").match(/[\w`]+=(?:'(?:[^']|'')*'|"[^"]*"|\S+)/g) ?? [];
  return found.map(withoutSecret).filter((option) => mariaDb || !/^partitioned\b/.test(option));
}

/** Options of engines that reach elsewhere hold passwords. */
const withoutSecret = (option: string): string =>
  /^[^=]*(?:passw|pwd|secret|token|connection)[^=]*=/i.exec(option)?.[0].concat("***") ?? option;

function columnLine(column: ColumnPart, mariaDb: boolean): string {
  const { name, type, generated } = column;
  let line = `${identifier(name)} ${type}`;
  if (column.collation !== null) line += ` COLLATE ${column.collation}`;
  if (generated !== null) line += ` GENERATED ALWAYS AS (${generated.expression}) ${generated.kind}`;
  // MariaDB takes no NOT NULL for generated columns.
  if (column.notNull && (generated === null || !mariaDb)) line += " NOT NULL";
  else if (!column.notNull && type.startsWith("timestamp") && generated === null) line += " NULL";
  if (column.srid !== null) line += ` SRID ${column.srid}`;
  if (generated === null && column.default !== null) line += ` DEFAULT ${column.default}`;
  if (column.onUpdate !== null) line += ` ON UPDATE ${column.onUpdate}`;
  if (column.autoIncrement) line += " AUTO_INCREMENT";
  if (column.invisible) line += " INVISIBLE";
  if (column.unversioned) line += " WITHOUT SYSTEM VERSIONING";
  if (column.comment !== null) line += ` COMMENT ${literal(column.comment)}`;
  if (column.check !== null) line += ` CHECK (${column.check})`;
  return line;
}

/** `CREATE TRIGGER`. */
export function createTrigger({ schema, name }: TableRows, trigger: TriggerRow): string {
  const [triggerName, timing, event, statement, , isWhole] = trigger;
  if (isWhole) return statement;
  return `CREATE TRIGGER ${qualified(schema, triggerName)} ${timing} ${event} ON ${qualified(schema, name)} FOR EACH ROW ${statement}`;
}

/** The parameters of a routine as they are written: `IN who int, OUT how_many int`. */
export function routineArguments({ kind, parameters }: RoutineRows): string {
  return parameters
    .map(([mode, name, type, charset]) => {
      const text = `${identifier(name)} ${type}${charset === null || /^(?:enum|set)\b/.test(type) ? "" : ` CHARSET ${charset}`}`;
      return kind === "PROCEDURE" ? `${mode} ${text}` : text;
    })
    .join(", ");
}

/** The statement that creates a routine, as it was written where that had to be asked for; without its text where that may not be seen. */
export function createRoutine(rows: RoutineRows): string {
  const { schema, name, kind, returns, definition, deterministic, dataAccess, security, comment } = rows;
  if (rows.isWhole && definition !== null) return definition;
  if (kind.startsWith("PACKAGE")) return `CREATE ${kind} ${qualified(schema, name)} ${definition ?? ""}`.trimEnd();
  const lines = [
    `CREATE ${kind} ${qualified(schema, name)}(${routineArguments(rows)})${returns === null ? "" : ` RETURNS ${returns}`}`,
    ...(rows.language === "SQL" ? [] : [`    LANGUAGE ${rows.language}`]),
    ...(deterministic ? ["    DETERMINISTIC"] : []),
    ...(dataAccess === "CONTAINS SQL" ? [] : [`    ${dataAccess}`]),
    ...(security === "INVOKER" ? ["    SQL SECURITY INVOKER"] : []),
    ...(comment === null ? [] : [`    COMMENT ${literal(comment)}`]),
    ...(definition === null ? [] : [definition]),
  ];
  return lines.join("\n");
}

/** When an event happens: `EVERY 1 DAY STARTS '2030-01-01 03:00:00'`. */
export function eventSchedule({ executeAt, every, unit, starts, ends }: EventRows): string {
  if (executeAt !== null) return `AT ${literal(executeAt)}`;
  const amount = /^\d+$/.test(every ?? "") ? every : literal((every ?? "").replaceAll("'", ""));
  const from = starts === null ? "" : ` STARTS ${literal(starts)}`;
  return `EVERY ${amount} ${unit}${from}${ends === null ? "" : ` ENDS ${literal(ends)}`}`;
}

/** The statement that creates an event, as it was written where that had to be asked for. */
export function createEvent(rows: EventRows): string {
  const { schema, name, preserve, status, comment, definition, isWhole } = rows;
  if (isWhole) return definition;
  return [
    `CREATE EVENT ${qualified(schema, name)} ON SCHEDULE ${eventSchedule(rows)}`,
    ...(preserve ? ["    ON COMPLETION PRESERVE"] : []),
    ...(status === "ENABLED" ? [] : ["    DISABLE"]),
    ...(comment === null ? [] : [`    COMMENT ${literal(comment)}`]),
    `DO ${definition}`,
  ].join("\n");
}
