import type { Query, Relation, Statement } from "../ir.ts";
import { newSelect, queryOf } from "./build.ts";
import { namedRelation } from "./relation-build.ts";

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
    const written = statement.kind === "insert" ? statement.target : statement.targets[0];
    if (written === undefined) return queryOf(select);
    target = namedRelation(written.name, written.source);
  } else target = statement.target;
  select.from.push(target);
  // The rows before and after (SQL Server, PostgreSQL 18).
  for (const alias of ["inserted", "deleted", "new", "old"])
    select.from.push({ ...target, alias, join: { using: null, natural: false, hidden: true } });
  if (statement.kind !== "insert") {
    select.from.push(...statement.select.from);
  }
  select.items.push(...returning.items);
  return queryOf(select);
}
