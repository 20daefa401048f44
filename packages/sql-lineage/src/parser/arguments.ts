import type { Expr } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import type { Parser } from "./parser.ts";

/**
 * What each argument of the call whose parenthesis is the token `open` draws on, of all that `expr`, the whole call, does. Null
 * when a query among them keeps it from being told apart, or there is only one.
 */
export function argumentsOf(p: Parser, expr: Expr, open: number): Expr[] | null {
  if (expr.queries.length > 0 || expr.inner !== null || expr.recovered) return null;
  const { words, mates } = p.tokens;
  const close = mates[open] ?? -1;
  if (close < open) return null;
  const parts: Expr[] = [];
  let from = open;
  // What is used stands in the order of the text, so one pass tells it apart.
  let at = firstFrom(expr, p.startOf(open));
  for (let i = open + 1; i <= close; i++) {
    if (i < close && words[i] !== ",") {
      if (mates[i]! > i) i = mates[i]!;
      continue;
    }
    const start = p.startOf(from + 1);
    const end = p.startOf(i);
    const first = at;
    while (at < expr.refs.length && expr.refs[at]!.name.start < end) at++;
    parts.push({ ...expr, refs: expr.refs.slice(first, at), start, end });
    from = i;
  }
  return parts.length > 1 ? parts : null;
}

/** The index of the first use at or behind an offset. */
function firstFrom({ refs }: Expr, offset: number): number {
  let low = 0;
  let high = refs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (refs[middle]!.name.start < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The fields of `[STRUCT(a AS k, b AS v), (c, d)]` (BigQuery) at the token `open`, and what each draws on; null when it is anything
 * else, or a field has no name.
 */
export function structFields(p: Parser, expr: Expr, open: number): { names: string[]; parts: Expr[] } | null {
  const { words, kinds, mates } = p.tokens;
  const end = mates[open] ?? -1;
  if (words[open] !== "[" || words[open + 1] !== "STRUCT" || words[open + 2] !== "(") return null;
  const names: string[] = [];
  let parts: Expr[] | null = null;
  for (let at = open + 1; at < end; at++) {
    if (words[at] === "STRUCT") at++;
    if (words[at] !== "(") return null;
    const close = mates[at]!;
    if (parts === null)
      for (let i = at + 1; i <= close; i++) {
        if (words[i] === "," || i === close) {
          if (kinds[i - 1] !== TokenKind.word && kinds[i - 1] !== TokenKind.quoted) return null;
          names.push(p.value(i - 1));
        } else if (mates[i]! > i) i = mates[i]!;
      }
    const own = argumentsOf(p, expr, at);
    if (own === null || own.length !== names.length) return null;
    if (parts === null) parts = own.map((part) => ({ ...part, refs: [...part.refs] }));
    else own.forEach(({ refs }, i) => parts![i]!.refs.push(...refs));
    at = close + 1;
  }
  return parts === null ? null : { names, parts };
}

/** The columns of `stack(rows, a, b, …)` (Hive, Spark), whose arguments are laid out row by row; null when it is none. */
export function stackColumns(p: Parser, expr: Expr, at: number): Expr[] | null {
  if (p.tokens.words[at + 1] !== "(" || p.value(at).toLowerCase() !== "stack") return null;
  if (p.tokens.kinds[at + 2] !== TokenKind.number || p.tokens.words[at + 3] !== ",") return null;
  const rows = Number(p.raw(at + 2));
  const values = argumentsOf(p, expr, at + 1)?.slice(1);
  if (values === undefined || !(rows >= 1)) return null;
  const width = Math.ceil(values.length / rows);
  const columns = values.slice(0, width).map((first) => ({ ...first, refs: [...first.refs] }));
  for (let i = width; i < values.length; i++) columns[i % width]!.refs.push(...values[i]!.refs);
  return columns;
}
