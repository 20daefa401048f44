import type { Query, Relation, Statement } from "../ir.ts";
import { newSelect, queryOf } from "./build.ts";

/** The rows a changing statement gives back, as a query over its target. */
export function returnedRows(statement: Statement, start: number): Query {
  const select = newSelect(start);
  if (
    statement.kind !== "insert" &&
    statement.kind !== "update" &&
    statement.kind !== "delete" &&
    statement.kind !== "merge"
  )
    return queryOf(select);
  const { returning } = statement;
  if (returning === null) return queryOf(select);
  let target: Relation;
  if (statement.kind === "insert" || statement.kind === "delete") {
    const { name, source } = statement.target;
    target = {
      kind: "table",
      name,
      source,
      alias: null,
      columnAliases: null,
      join: null,
      start: name.start,
      end: name.end,
    };
  } else target = statement.target;
  select.from.push(target);
  if (statement.kind !== "insert") {
    select.from.push(...statement.select.from);
    // PostgreSQL 18, SQL Server: the rows before and after.
  }
  select.items.push(...returning.items);
  return queryOf(select);
}
