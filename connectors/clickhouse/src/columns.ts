/** Columns as they were read, as the catalog's columns: pure. */
import type { Column, JsonObject } from "@headwater/core/connector";
import { identifier } from "./escape.ts";
import type { ColumnRow } from "./rows.ts";
import { takeCall } from "./scan.ts";
import { columnTtl } from "./statement.ts";
import { child, columnType } from "./types.ts";

/**
 * The columns of a table, in order. `definitions` are what the table's statement says after each name. Columns `n.a` and `n.b`
 * that are arrays become one column `n`: that is how ClickHouse keeps `n Nested(a …, b …)`.
 */
export function columnFacts(rows: readonly ColumnRow[], definitions: ReadonlyMap<string, string> | null): Column[] {
  const columns: Column[] = [];
  const nested = new Map<string, Column[]>();
  for (const row of rows) {
    const definition = definitions?.get(row[0]) ?? null;
    const parts = nestedName(row);
    if (parts === null) {
      columns.push(column(row, columns.length + 1, definition));
      continue;
    }
    const [prefix, name, shown] = parts;
    let fields = nested.get(prefix);
    if (fields === undefined) {
      fields = [];
      nested.set(prefix, fields);
      columns.push({
        name: prefix,
        dataType: "ARRAY",
        arrayDataType: "STRUCT",
        description: null,
        constraint: "NOT_NULL",
        ordinalPosition: columns.length + 1,
        children: fields,
        source: null,
      });
    }
    const field = child(name, shown, fields.length + 1);
    fields.push({
      ...field,
      description: text(row[4]),
      source: columnSource(row, definition, field.source ?? undefined),
    });
  }
  for (const one of columns)
    if (nested.get(one.name) === one.children && one.children !== undefined) {
      const fields = one.children.map(({ name, dataTypeDisplay }) => `${identifier(name)} ${dataTypeDisplay}`);
      one.dataTypeDisplay = `Nested(${fields.join(", ")})`;
    }
  return columns;
}

/** The column a part of a nested structure belongs to, its name there, and its type without the array around it. */
function nestedName([name, type]: ColumnRow): [prefix: string, name: string, type: string] | null {
  const dot = name.indexOf(".");
  if (dot <= 0 || dot === name.length - 1 || !type.startsWith("Array(")) return null;
  return [name.slice(0, dot), name.slice(dot + 1), takeCall(type).inside ?? ""];
}

function column(row: ColumnRow, position: number, definition: string | null): Column {
  const [name, shown, , , comment] = row;
  const { nullable, source, ...type } = columnType(shown);
  return {
    name,
    ...type,
    dataTypeDisplay: shown,
    description: text(comment),
    constraint: nullable === true ? "NULL" : "NOT_NULL",
    ordinalPosition: position,
    source: columnSource(row, definition, source),
  };
}

/** What OpenMetadata's columns have no field for; most columns have none of it. */
function columnSource(
  [, , kind, expression, , codec]: ColumnRow,
  definition: string | null,
  typeSource: JsonObject | undefined,
): JsonObject | null {
  const source: JsonObject = { ...typeSource };
  if (kind === "DEFAULT") source["default"] = expression;
  else if (kind === "EPHEMERAL") source["ephemeral"] = expression === "" ? true : expression;
  else if (kind !== "") source["generated"] = { expression, kind };
  if (codec !== "") source["codec"] = codec.replace(/^CODEC\((.*)\)$/s, "$1");
  const ttl = definition?.includes("TTL") ? columnTtl(definition) : null;
  if (ttl !== null) source["ttl"] = ttl;
  return Object.keys(source).length === 0 ? null : source;
}

const text = (comment: string): string | null => (comment === "" ? null : comment);
