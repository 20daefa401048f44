import type { Expr } from "../ir.ts";
import { newExpr } from "./build.ts";
import { readIdentifier } from "./names.ts";
import type { Parser } from "./parser.ts";

/** `… AS name` inside an expression. */
export function readInnerAlias(p: Parser, expr: Expr, firstRef: number, firstQuery: number): void {
  p.next();
  const name = readIdentifier(p);
  if (p.is("(")) p.skipBrackets();
  if (name === null || !p.dialect.features.aliasesInsideExpressions) return;
  const named = newExpr(expr.start);
  named.refs.push(...expr.refs.slice(firstRef));
  named.queries.push(...expr.queries.slice(firstQuery));
  (expr.inner ??= []).push({ name, expr: named });
}
