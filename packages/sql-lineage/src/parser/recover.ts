import { IDENTITY } from "../how.ts";
import type { Expr, Query } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { newExpr } from "./build.ts";
import { parenthesisedQueryAt } from "./lookahead.ts";
import type { Parser } from "./parser.ts";

/**
 * Skips what was not understood, to the next comma, closing bracket, semicolon or stop word on this level. Queries met on
 * the way are still read into `expr`: what they read is not lost with the words around them.
 */
export function recover(p: Parser, expr: Expr | null, stops?: ReadonlySet<string>): void {
  if (expr !== null) expr.recovered = true;
  for (;;) {
    const { word } = p;
    if (p.atEnd() || word === "," || word === ")" || word === ";" || word === "]" || word === "}") return;
    if (p.kind === TokenKind.separator) return;
    if (stops?.has(word) === true && p.kind === TokenKind.word) return;
    if (word === "(") {
      if (parenthesisedQueryAt(p, p.position)) readNested(p, expr ?? newExpr(p.start));
      else harvest(p, expr);
    } else if (word === "[" || word === "{") p.skipBrackets();
    else if (word === "SELECT") {
      p.enter();
      const query = p.grammar.query(p);
      (expr ?? newExpr(p.start)).queries.push({ query, how: p.how, exists: false });
      p.leave();
    } else p.next();
  }
}

/** Reads the queries in the brackets here and passes over everything else. */
export function harvest(p: Parser, expr: Expr | null): void {
  const close = p.mate;
  p.next();
  while (p.position < close && !p.atEnd()) {
    if (p.is("(") && parenthesisedQueryAt(p, p.position)) readNested(p, expr ?? newExpr(p.start));
    else p.next();
  }
  p.moveTo(close + 1);
}

/** Reads the query in the parentheses here as part of an expression. */
export function readNested(p: Parser, expr: Expr, exists = false): void {
  const query = readBracketedQuery(p, expr);
  expr.queries.push({ query, how: p.how, exists });
}

/** Reads the query in the parentheses here; what it passes on begins anew. What of it is not understood is noted on `expr`. */
export function readBracketedQuery(p: Parser, expr: Expr | null): Query {
  const close = p.mate;
  p.enter();
  p.next();
  const saved = p.how;
  p.how = IDENTITY;
  const query = p.grammar.query(p);
  p.how = saved;
  closeBracket(p, close, expr);
  p.leave();
  return query;
}

/** Moves behind the bracket at `close`; whatever stands before it is noted as unread. */
export function closeBracket(p: Parser, close: number, expr: Expr | null): void {
  if (p.position !== close && !p.atEnd()) {
    p.unread("expected a closing bracket", close);
    while (p.position < close && !p.atEnd()) {
      recover(p, expr);
      if (p.position < close) p.next();
    }
  }
  p.moveTo(close + 1);
}
