import type { Expr } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import type { Label } from "./grammar.ts";
import type { Parser } from "./parser.ts";
import { BINARY_OPERATORS } from "./words.ts";

export function lambdaParameters(p: Parser, from: number, to: number): string[] {
  const names: string[] = [];
  for (let i = from; i < to; i++) {
    const kind = p.tokens.kinds[i]!;
    if (kind === TokenKind.word || kind === TokenKind.quoted) names.push(p.value(i).toLowerCase());
  }
  return names;
}

export function readLambda(p: Parser, expr: Expr, parameters: string[], body: number): Label {
  const { bound } = p;
  p.enter();
  p.moveTo(body);
  p.bound = [...bound, ...parameters];
  const label = p.grammar.expression(p, expr);
  p.bound = bound;
  p.leave();
  return label === undefined ? undefined : null;
}

/** Where `->` can also reach into JSON, `x -> 'key'` and `x -> 0` do: a lambda that returns a literal is of no use. */
export function startsLambdaBody(p: Parser, ahead: number): boolean {
  const kind = p.kindAt(ahead);
  return !p.dialect.features.jsonArrows || (kind !== TokenKind.string && kind !== TokenKind.number);
}

/** `LAMBDA x, y: …` (DuckDB). */
export function readPythonLambda(p: Parser, expr: Expr): Label {
  const { bound } = p;
  const parameters: string[] = [];
  p.next();
  while (p.isName()) {
    parameters.push(p.value(p.position).toLowerCase());
    p.next();
    if (!p.take(",")) break;
  }
  p.enter();
  p.bound = [...bound, ...parameters];
  let label: Label = null;
  if (p.take(":")) label = p.grammar.expression(p, expr);
  else if (p.kind === TokenKind.parameter) {
    // `: y` was cut as a bind variable; it can only be one of the parameters.
    p.next();
    if (BINARY_OPERATORS.has(p.word)) {
      p.next();
      label = p.grammar.expression(p, expr);
    }
  }
  p.bound = bound;
  p.leave();
  return label === undefined ? undefined : null;
}
