import { compose, TRANSFORMATION } from "../how.ts";
import type { Expr } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import type { Label } from "./grammar.ts";
import type { Parser } from "./parser.ts";
import { BINARY_OPERATORS } from "./words.ts";

export function readInterval(p: Parser, expr: Expr): Label {
  const { dateParts } = p.dialect.words;
  const unitHere = (): boolean => p.kind === TokenKind.word && dateParts.has(p.raw(p.position).toLowerCase());
  p.next();
  const saved = p.how;
  p.how = compose(TRANSFORMATION, saved);
  const label = p.grammar.operand(p, expr);
  while (
    p.kind === TokenKind.operator &&
    (p.is("+") || p.is("-") || p.is("*") || p.is("/")) &&
    p.kindAt(1) === TokenKind.number &&
    p.kindAt(2) === TokenKind.word &&
    dateParts.has(p.raw(p.position + 2).toLowerCase())
  )
    p.skip(2);
  if (
    label !== undefined &&
    !unitHere() &&
    p.kind === TokenKind.operator &&
    BINARY_OPERATORS.has(p.word) &&
    intervalContinues(p)
  ) {
    // INTERVAL a * b DAY: an expression of any kind before the unit.
    p.next();
    p.grammar.operand(p, expr);
  }
  p.how = saved;
  if (label === undefined) return undefined;
  if (unitHere()) p.next();
  while (
    (p.kind === TokenKind.number || p.kind === TokenKind.string) &&
    p.kindAt(1) === TokenKind.word &&
    dateParts.has(p.raw(p.position + 1).toLowerCase())
  )
    p.skip(2);
  if (p.is("(") && p.tokens.kinds[p.position - 1] === TokenKind.word) p.skipBrackets();
  if (p.is("TO") && p.kindAt(1) === TokenKind.word && dateParts.has(p.raw(p.position + 1).toLowerCase())) {
    p.skip(2);
    if (p.is("(")) p.skipBrackets();
  }
  return null;
}

/** Whether behind the operator and operand here a unit follows: then they belong to the interval. */
function intervalContinues(p: Parser): boolean {
  let at = p.position + 1;
  const { kinds, words, mates } = p.tokens;
  if (words[at] === "(") at = (mates[at] ?? at) + 1;
  else {
    at++;
    while (words[at] === "." && kinds[at + 1] === TokenKind.word) at += 2;
    if (words[at] === "(") at = (mates[at] ?? at) + 1;
  }
  return kinds[at] === TokenKind.word && p.dialect.words.dateParts.has(p.raw(at).toLowerCase());
}
