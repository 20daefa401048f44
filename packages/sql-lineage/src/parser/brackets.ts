import { compose, TRANSFORMATION } from "../how.ts";
import type { Expr } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import type { Label } from "./grammar.ts";
import { readInnerAlias } from "./inner-alias.ts";
import { lambdaParameters, readLambda } from "./lambda.ts";
import { parenthesisedQueryAt } from "./lookahead.ts";
import { readIdentifier } from "./names.ts";
import type { Parser } from "./parser.ts";
import { closeBracket, readNested, recover } from "./recover.ts";

export function readParentheses(p: Parser, expr: Expr): Label {
  if (parenthesisedQueryAt(p, p.position)) {
    readNested(p, expr);
    return null;
  }
  const { mates, words } = p.tokens;
  const close = p.mate;
  const parameters = lambdaParameters(p, close);
  if (parameters !== null) return readLambda(p, expr, parameters, close + 2);
  // Pairs of parentheses around each other are one: ten thousand of them nest no deeper than two.
  let inner = p.position;
  let innerClose = close;
  while (words[inner + 1] === "(" && mates[inner + 1] === innerClose - 1) {
    inner++;
    innerClose--;
  }
  p.enter();
  p.moveTo(inner + 1);
  const label = readList(p, expr, innerClose);
  closeBracket(p, innerClose, expr);
  p.moveTo(close + 1);
  p.leave();
  return label;
}

/** Reads expressions up to the bracket at `close`; the label of a single one. */
function readList(p: Parser, expr: Expr, close: number): Label {
  let label: Label = null;
  let count = 0;
  while (p.position < close && !p.atEnd()) {
    if (p.take(",")) continue;
    const at = p.position;
    const refs = expr.refs.length;
    const queries = expr.queries.length;
    count++;
    label = p.grammar.expression(p, expr);
    if (label === undefined) recover(p, expr);
    if (p.is("AS") && p.position < close) readInnerAlias(p, expr, refs, queries);
    else
      while (p.is("ASC") || p.is("DESC") || (p.is("NULLS") && (p.wordAt(1) === "FIRST" || p.wordAt(1) === "LAST")))
        p.skip(p.is("NULLS") ? 2 : 1);
    if (p.is("FOR") && p.position < close) readComprehension(p, expr, close, refs);
    if (p.position < close && !p.is(",") && !p.atEnd()) {
      if (p.isName() && (p.wordAt(1) === "," || p.position + 1 === close)) p.next();
      else {
        p.unread("expected a comma in a list", p.position + 1);
        recover(p, expr);
        if (p.position === at) p.next();
      }
    }
  }
  return count === 1 ? (label ?? null) : null;
}

/** `[f(x) FOR x IN list IF condition]` (DuckDB): the list is what it draws on; its variable is no column. */
function readComprehension(p: Parser, expr: Expr, close: number, firstRef: number): void {
  p.next();
  const names: string[] = [];
  do {
    const name = readIdentifier(p);
    if (name !== null) names.push(name.toLowerCase());
  } while (p.take(","));
  const kept = expr.refs.slice(firstRef).filter(({ name }) => !names.includes(name.parts[0]!.toLowerCase()));
  expr.refs.length = firstRef;
  expr.refs.push(...kept);
  const { bound } = p;
  p.take("IN");
  p.grammar.expression(p, expr);
  p.bound = [...bound, ...names];
  if (p.take("IF")) p.grammar.expression(p, expr);
  p.bound = bound;
  if (p.position < close) recover(p, expr);
}

export function readBracketed(p: Parser, expr: Expr): Label {
  const close = p.mate;
  p.enter();
  p.next();
  const saved = p.how;
  p.how = compose(TRANSFORMATION, saved);
  readList(p, expr, close);
  p.how = saved;
  closeBracket(p, close, expr);
  p.leave();
  return null;
}

/** `{fn f(x)}`, `{d '2020-01-01'}` of ODBC, `{name: Type}` parameters, `{'key': value}` objects. */
export function readBraces(p: Parser, expr: Expr): Label {
  const close = p.mate;
  p.enter();
  p.next();
  const saved = p.how;
  p.how = compose(TRANSFORMATION, saved);
  if (
    (p.is("FN") || p.is("D") || p.is("T") || p.is("TS") || p.is("GUID")) &&
    (p.isNameAt(1) || p.kindAt(1) === TokenKind.string)
  )
    p.next();
  // `{name:Type}` (ClickHouse, Parameterized queries)
  if (p.dialect.features.braceParameters && p.kind === TokenKind.word) p.moveTo(close);
  while (p.position < close && !p.atEnd()) {
    if (p.take(",")) continue;
    const at = p.position;
    if (p.wordAt(1) === ":" || (p.kindAt(1) === TokenKind.parameter && p.raw(p.position + 1).startsWith(":"))) {
      if (p.wordAt(1) === ":") p.skip(2);
      else {
        // `{name:Type}` is a parameter (ClickHouse, Parameterized queries).
        p.moveTo(close);
        break;
      }
    }
    p.take("*");
    if (p.grammar.expression(p, expr) === undefined) {
      if (p.is("**") || p.is("*")) p.next();
      else recover(p, expr);
    }
    if (p.position < close && !p.is(",")) {
      if (!p.take(":") && p.position === at) p.next();
    }
  }
  p.how = saved;
  closeBracket(p, close, expr);
  p.leave();
  return null;
}
