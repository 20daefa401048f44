/** How a table is partitioned. */
import type { Json, JsonObject, TablePartition } from "@headwater/core/connector";
import type { ColumnPart } from "./columns.ts";
import { identifier, literal } from "./escape.ts";
import type { PartitionRow } from "./rows.ts";

/** How a table is partitioned, and into what. */
export interface Partitioning {
  /** `RANGE COLUMNS`, `LINEAR HASH`, `SYSTEM_TIME` … */
  method: string;
  expression: string | null;
  sub: { method: string; expression: string | null } | null;
  partitions: { name: string; bounds: string | null; comment: string | null; subpartitions: string[] }[];
}

/** Puts the partitions of a table together; `null` for a table without any. */
export function partitioningOf(rows: readonly PartitionRow[]): Partitioning | null {
  const [first] = rows;
  if (first === undefined) return null;
  const [, , method, expression, submethod, subexpression] = first;
  const found = new Map<string, Partitioning["partitions"][number]>();
  for (const [name, subpartition, , , , , bounds, comment] of rows) {
    const partition = found.get(name) ?? { name, bounds, comment, subpartitions: [] };
    found.set(name, partition);
    if (subpartition !== null) partition.subpartitions.push(subpartition);
  }
  return {
    method,
    expression,
    sub: submethod === null ? null : { method: submethod, expression: subexpression },
    partitions: [...found.values()],
  };
}

/** The key as it is written: `` RANGE COLUMNS (`day`) ``. */
export function partitionKey({ method, expression, sub }: Partitioning): string {
  if (method === "SYSTEM_TIME") return method;
  const key = `${method} (${expression ?? ""})`;
  return sub === null ? key : `${key} SUBPARTITION BY ${sub.method} (${sub.expression ?? ""})`;
}

/** `PARTITION BY` as in CREATE TABLE. */
export function partitionClause(partitioning: Partitioning): string {
  const lines = partitioning.partitions.map(({ name, bounds, comment, subpartitions }) => {
    let line = ` PARTITION ${identifier(name)}`;
    if (partitioning.method.startsWith("RANGE")) line += ` VALUES LESS THAN (${bounds ?? ""})`;
    else if (partitioning.method.startsWith("LIST")) line += ` VALUES IN (${bounds ?? ""})`;
    else if (partitioning.method === "SYSTEM_TIME") line += bounds === "CURRENT" ? " CURRENT" : " HISTORY";
    if (comment !== null) line += ` COMMENT = ${literal(comment)}`;
    if (subpartitions.length > 0)
      line += `\n  (${subpartitions.map((sub) => `SUBPARTITION ${identifier(sub)}`).join(", ")})`;
    return line;
  });
  return `PARTITION BY ${partitionKey(partitioning)}\n(${lines.join(",\n").trimStart()})`;
}

const TIMES = /^(?:date|time|year)/;
const INTEGERS = /^(?:tiny|small|medium|big)?int/;

/** OpenMetadata names the columns a table is partitioned by; expressions stand in `source.partitionKey`. */
export function partitionFacts(
  { method, expression }: Partitioning,
  columns: readonly ColumnPart[],
  primaryKey: readonly string[],
): TablePartition | null {
  const named = [...(expression ?? "").matchAll(/`((?:[^`]|``)*)`/g)].map(([, name = ""]) =>
    name.replaceAll("``", "`"),
  );
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  // KEY () is by the primary key.
  const names = method.endsWith("KEY") && expression === null ? primaryKey : named;
  const known = [...new Set(names)].filter((name) => types.has(name));
  if (known.length === 0) return null;
  return {
    columns: known.map((columnName) => {
      const type = types.get(columnName) ?? "";
      if (!method.startsWith("RANGE")) return { columnName, intervalType: "COLUMN-VALUE" };
      if (TIMES.test(type)) return { columnName, intervalType: "TIME-UNIT" };
      return { columnName, intervalType: INTEGERS.test(type) ? "INTEGER-RANGE" : "OTHER" };
    }),
  };
}

/** What OpenMetadata has no field for. */
export function partitionSource(partitioning: Partitioning): JsonObject {
  return {
    partitionKey: partitionKey(partitioning),
    partitionStrategy: partitioning.method,
    partitions: partitioning.partitions.map(({ name, bounds, comment, subpartitions }): Json => ({
      name,
      bounds,
      ...(comment === null ? {} : { comment }),
      ...(subpartitions.length === 0 ? {} : { subpartitions }),
    })),
  };
}
