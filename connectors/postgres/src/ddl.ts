/** The statements that create tables, views and aggregates, from what was read. */
import type { TableType } from "@headwater/core/connector";
import { identifier, literal, qualified } from "./escape.ts";
import {
  type ColumnPart,
  type ConstraintRow,
  parseJson,
  primaryKey,
  type RoutineRows,
  type TableParts,
  type TableRows,
} from "./rows.ts";

/** `CREATE VIEW` or `CREATE MATERIALIZED VIEW` around the query the server gives. */
export function createView(kind: TableType, rows: TableRows): string {
  const options = parseJson<string[]>(rows.options, []);
  const word = kind === "MaterializedView" ? "MATERIALIZED VIEW" : "VIEW";
  const withOptions = options.length === 0 ? "" : ` WITH (${options.join(", ")})`;
  return `CREATE ${word} ${qualified(rows.schema, rows.name)}${withOptions} AS\n${rows.definition?.trim() ?? ""}`;
}

/** `CREATE TABLE` with columns, constraints, partitioning and inheritance; without indexes, triggers, grants and comments. */
export function createTable(kind: TableType, rows: TableRows, { columns, constraints }: TableParts): string {
  const lines = [
    ...columns.map(columnLine),
    ...constraints.map((constraint) => `    CONSTRAINT ${constraintLine(constraint, columns)}`),
  ];
  const word = kind === "Foreign" ? "FOREIGN TABLE" : rows.persistence === "u" ? "UNLOGGED TABLE" : "TABLE";
  const parents = parseJson<string[][]>(rows.inherits, []).map((names) => qualified(...names));
  const [server, serverOptions] = parseJson<[string, string[] | null] | [null, null]>(rows.foreign, [null, null]);
  const options = parseJson<string[]>(rows.options, []);
  return [
    `CREATE ${word} ${qualified(rows.schema, rows.name)} (${lines.length === 0 ? "" : `\n${lines.join(",\n")}\n`})`,
    ...(parents.length > 0 ? [`INHERITS (${parents.join(", ")})`] : []),
    ...(rows.partitions === null ? [] : [`PARTITION BY ${rows.partitions.key}`]),
    ...(server === null ? [] : [`SERVER ${identifier(server)}`]),
    ...(serverOptions === null ? [] : [`OPTIONS (${serverOptions.map(foreignOption).join(", ")})`]),
    ...(options.length === 0 ? [] : [`WITH (${options.join(", ")})`]),
  ].join("\n");
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
