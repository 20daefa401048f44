import { compose, CONDITIONAL } from "../how.ts";
import type { Expr } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { markTransformed } from "./build.ts";
import type { Label } from "./grammar.ts";
import { readOperand } from "./operand.ts";
import type { Parser } from "./parser.ts";
import { Suffix, symbolSuffix, wordSuffix } from "./suffix.ts";

/**
 * Reads an expression: operands and operators in a row. Precedence does not matter to lineage, so there is none, and a
 * chain of ten thousand ORs is a loop.
 */
export function readExpression(p: Parser, expr: Expr): Label {
  const firstRef = expr.refs.length;
  const firstQuery = expr.queries.length;
  let label = readOperand(p, expr);
  if (label === undefined) return undefined;
  let plain = true;
  let ternary = 0;
  // Where what decides between the values of a ternary starts.
  let condition = firstRef;
  for (;;) {
    const kind = p.kind;
    if (kind === TokenKind.operator) {
      const word = p.word;
      if (word === "," || word === ")" || word === ";") break;
      if (p.dialect.features.ternary && (word === "?" || (word === ":" && ternary > 0))) {
        ternary += word === "?" ? 1 : -1;
        if (word === "?") for (const ref of expr.refs.slice(condition)) ref.how = compose(CONDITIONAL, ref.how);
        condition = expr.refs.length;
        p.next();
        plain = false;
        if (readOperand(p, expr) === undefined) return missing(p, expr);
        continue;
      }
      const suffix = symbolSuffix(p, expr, label);
      if (suffix === Suffix.none) break;
      if (suffix === Suffix.plain) {
        label = p.field ?? label;
        p.field = null;
        continue;
      }
      plain = false;
      if (suffix === Suffix.operator) {
        label = null;
        if (readOperand(p, expr) === undefined) return missing(p, expr);
      } else {
        label = p.field;
        p.field = null;
      }
      continue;
    }
    if (
      kind === TokenKind.parameter &&
      p.dialect.lexical.colonPaths &&
      p.raw(p.position).startsWith(":") &&
      p.adjacent
    ) {
      // A second step of a path, `a:b:c`, which looks like a bind variable.
      p.next();
      plain = false;
      continue;
    }
    if (kind !== TokenKind.word || p.word === "" || p.word === "AS") break;
    const suffix = wordSuffix(p, expr);
    if (suffix === Suffix.none) break;
    plain = false;
    label = null;
    if (suffix === Suffix.operator && readOperand(p, expr) === undefined) return missing(p, expr);
  }
  if (!plain) markTransformed(expr, firstRef, firstQuery);
  return label;
}

function missing(p: Parser, expr: Expr): undefined {
  p.unread("expected an operand");
  expr.recovered = true;
  return undefined;
}
