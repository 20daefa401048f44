import { IDENTITY, TRANSFORMATION } from "../how.ts";
import type {
  Expr,
  FunctionRelation,
  Name,
  QueryRelation,
  Relation,
  Select,
  TableRelation,
  TableSource,
} from "../ir.ts";
import { readColumnList } from "./names.ts";
import type { Parser } from "./parser.ts";
import { closeBracket } from "./recover.ts";
import { readRelationSuffixes } from "./relation-suffixes.ts";

export function queryRelation(query: QueryRelation["query"], lateral: boolean, start: number): QueryRelation {
  return { kind: "query", query, lateral, alias: null, columnAliases: null, join: null, start, end: start };
}

export function tableRelation(p: Parser, name: Name, source: TableSource): TableRelation {
  if (source === "table") p.tableNames.push(name);
  return {
    kind: "table",
    name,
    source,
    alias: null,
    columnAliases: null,
    join: null,
    start: name.start,
    end: name.end,
  };
}

export function functionRelation(
  name: Name | null,
  expr: Expr,
  start: number,
  with_: {
    alias?: string | null;
    columns?: readonly string[] | null;
    builtin?: boolean;
    counters?: readonly string[];
  } = {},
): FunctionRelation {
  return {
    kind: "function",
    name,
    expr,
    alias: with_.alias ?? null,
    columnAliases: null,
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

export function add(p: Parser, out: Relation[], select: Select, relation: Relation): void {
  const at = out.length;
  const extra: Relation[] = [];
  out.push(relation);
  const finished = readRelationSuffixes(p, relation, select, extra);
  finished.end = p.lastEnd;
  out[at] = finished;
  out.push(...extra);
}

export function readSubquery(p: Parser, out: Relation[], select: Select, lateral: boolean): void {
  const start = p.start;
  const close = p.mate;
  p.enter();
  p.next();
  const saved = p.how;
  p.how = IDENTITY;
  const query = p.grammar.query(p);
  p.how = saved;
  closeBracket(p, close, null);
  p.leave();
  const relation = queryRelation(query, lateral, start);
  // `(SELECT …) (a, b)`: columns without a name for the table.
  if (p.is("(") && p.isNameAt(1) && (p.wordAt(2) === "," || p.wordAt(2) === ")"))
    relation.columnAliases = readColumnList(p);
  add(p, out, select, relation);
}
