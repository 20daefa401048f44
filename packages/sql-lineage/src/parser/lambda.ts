import type { Expr } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import type { Label } from "./grammar.ts";
import type { Parser } from "./parser.ts";
import { BINARY_OPERATORS } from "./words.ts";

/** The names between two tokens, in lower case; null when there is anything but names and commas. */
function namesBetween(p: Parser, from: number, to: number): string[] | null {
  const names: string[] = [];
  const { kinds, words } = p.tokens;
  for (let i = from; i < to; i++) {
    const kind = kinds[i]!;
    if (kind === TokenKind.word || kind === TokenKind.quoted) names.push(p.value(i).toLowerCase());
    else if (words[i] !== ",") return null;
  }
  return names;
}

/** Parameters of the lambda whose list of them opens here and closes at `close`; null when it is none. */
export function lambdaParameters(p: Parser, close: number): string[] | null {
  if (!p.dialect.features.lambdas || p.tokens.words[close + 1] !== "->") return null;
  return startsLambdaBody(p, close + 2 - p.position) ? namesBetween(p, p.position + 1, close) : null;
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

/**
 * Whether what stands behind an arrow, `ahead` from here, is a lambda's body: where `->` can also reach into JSON, `x -> 'key'` and `x -> 0` do,
 * for a lambda that returns a literal is of no use.
 */
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
