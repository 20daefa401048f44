import { IDENTITY } from "../how.ts";
import type { Name, Relation, Select, TableSource } from "../ir.ts";
import { newExpr, newSelect, newStar } from "./build.ts";
import { namedRelation } from "./relation-build.ts";

/** A select over one table, for statements that read a whole one. */
export function selectFrom(name: Name, source: TableSource): Select {
  return selectAll(namedRelation(name, source));
}

/** A select of all columns of a relation. */
export function selectAll(relation: Relation): Select {
  const { start, end } = relation;
  const select = newSelect(start);
  select.from.push(relation);
  select.items.push(newStar(null, start, end));
  select.end = end;
  return select;
}

/** A select of some columns of a relation. */
export function selectColumns(relation: Relation, columns: readonly string[]): Select {
  const { start, end } = relation;
  const select = newSelect(start);
  select.from.push(relation);
  for (const column of columns) {
    const expr = newExpr(start);
    expr.end = end;
    expr.refs.push({ name: { parts: [column], quoted: 1, start, end }, how: IDENTITY });
    select.items.push({ kind: "expression", expr, alias: column });
  }
  select.end = end;
  return select;
}
