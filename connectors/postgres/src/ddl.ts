/** The statements that create tables, views and aggregates, from what was read. */
import type { TableType } from "@headwater/core/connector";
import { identifier, literal, qualified } from "./escape.ts";
import {
  type ColumnPart,
  type ConstraintRow,
  primaryKey,
  type RoutineRows,
  type TableParts,
  type TableRows,
} from "./rows.ts";

/** `CREATE VIEW` or `CREATE MATERIALIZED VIEW` around the query the server gives. */
export function createView(kind: TableType, rows: TableRows, { options }: TableParts): string {
  const word = kind === "MaterializedView" ? "MATERIALIZED VIEW" : "VIEW";
  const withOptions = options.length === 0 ? "" : ` WITH (${options.join(", ")})`;
  return `CREATE ${word} ${qualified(rows.schema, rows.name)}${withOptions} AS\n${rows.definition?.trim() ?? ""}`;
}

/** `CREATE TABLE` with columns, constraints, partitioning and inheritance; without indexes, triggers, grants and comments. */
export function createTable(kind: TableType, rows: TableRows, parts: TableParts): string {
  const { columns, constraints, inherits, foreign, options } = parts;
  let lines = "";
  for (const column of columns) lines += `${lines === "" ? "" : ","}\n${columnLine(column)}`;
  for (const constraint of constraints)
    lines += `${lines === "" ? "" : ","}\n    CONSTRAINT ${constraintLine(constraint, columns)}`;
  const word = kind === "Foreign" ? "FOREIGN TABLE" : parts.unlogged ? "UNLOGGED TABLE" : "TABLE";
  const body = lines === "" ? "" : `${lines}\n`;
  let statement = `CREATE ${word} ${qualified(rows.schema, rows.name)} (${body})`;
  if (inherits.length > 0) statement += `\nINHERITS (${inherits.map((names) => qualified(...names)).join(", ")})`;
  if (rows.partitions !== null) statement += `\nPARTITION BY ${rows.partitions.key}`;
  if (foreign !== null) {
    statement += `\nSERVER ${identifier(foreign.server)}`;
    if (foreign.options.length > 0) statement += `\nOPTIONS (${foreign.options.map(foreignOption).join(", ")})`;
  }
  if (options.length > 0) statement += `\nWITH (${options.join(", ")})`;
  return statement;
}

function columnLine(column: ColumnPart): string {
  let line = `    ${identifier(column.name)} ${column.type}`;
  if (column.collation !== null) line += ` COLLATE ${column.collation}`;
  if (column.generated !== null) line += ` GENERATED ALWAYS AS (${column.expression}) ${column.generated}`;
  else if (column.expression !== null) line += ` DEFAULT ${column.expression}`;
  if (column.identity !== null) line += ` GENERATED ${column.identity} AS IDENTITY`;
  return column.notNull ? `${line} NOT NULL` : line;
}

function constraintLine([name, , numbers, definition]: ConstraintRow, columns: readonly ColumnPart[]): string {
  return `${identifier(name)} ${definition ?? primaryKey(numbers, columns)}`;
}

/** One option of a foreign table, which the catalog has as `name=value`. */
function foreignOption(option: string): string {
  const at = option.indexOf("=");
  return `${identifier(option.slice(0, at))} ${literal(option.slice(at + 1))}`;
}

/** `CREATE AGGREGATE` from its parts: the server has no text of it. */
export function createAggregate({ schema, bareName, arguments: types, aggregate }: RoutineRows): string {
  const [transition, state, final, combine, initial] = aggregate as (string | null)[];
  const parts = [
    `SFUNC = ${transition}`,
    `STYPE = ${state}`,
    ...(final === null ? [] : [`FINALFUNC = ${final}`]),
    ...(combine === null ? [] : [`COMBINEFUNC = ${combine}`]),
    ...(initial == null ? [] : [`INITCOND = ${literal(initial)}`]),
  ];
  return `CREATE AGGREGATE ${qualified(schema, bareName)}(${types === "" ? "*" : types}) (\n    ${parts.join(",\n    ")}\n)`;
}
