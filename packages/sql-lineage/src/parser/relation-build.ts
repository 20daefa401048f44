import { IDENTITY, TRANSFORMATION } from "../how.ts";
import type { Expr, FunctionRelation, Name, QueryRelation, TableRelation, TableSource } from "../ir.ts";
import { plainName } from "./build.ts";
import type { Parser } from "./parser.ts";

export function queryRelation(query: QueryRelation["query"], lateral: boolean, start: number): QueryRelation {
  return { kind: "query", query, lateral, alias: null, columnAliases: null, join: null, start, end: start };
}

/** A table that a statement names, as a relation. */
export function tableRelation(p: Parser, name: Name, source: TableSource): TableRelation {
  if (source === "table") p.tableNames.push(name);
  return namedRelation(name, source);
}

/** A relation with a name and nothing else. */
export function namedRelation(name: Name, source: TableSource): TableRelation {
  const { start, end } = name;
  return { kind: "table", name, source, alias: null, columnAliases: null, join: null, start, end };
}

/** What stands where a table was expected and none was found. */
export function noRelation(start: number): TableRelation {
  return namedRelation({ ...plainName("", start, start), parts: [] }, "placeholder");
}

export function functionRelation(
  name: Name | null,
  expr: Expr,
  start: number,
  with_: {
    alias?: string | null;
    columns?: readonly string[] | null;
    builtin?: boolean;
    parts?: readonly Expr[] | null;
    counters?: readonly string[];
  } = {},
): FunctionRelation {
  return {
    kind: "function",
    name,
    expr,
    alias: with_.alias ?? null,
    columnAliases: null,
    parts: with_.parts ?? null,
    columns: with_.columns ?? null,
    counters: with_.counters ?? [],
    builtin: with_.builtin ?? false,
    join: null,
    start,
    end: start,
  };
}

/** What a function makes of its arguments is another value. */
export function asValue(expr: Expr): Expr {
  for (const ref of expr.refs) if ((ref.how & 15) === IDENTITY) ref.how += TRANSFORMATION - IDENTITY;
  return expr;
}
