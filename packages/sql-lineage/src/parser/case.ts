import { compose, CONDITIONAL, TRANSFORMATION } from "../how.ts";
import type { Expr } from "../ir.ts";
import type { Label } from "./grammar.ts";
import type { Parser } from "./parser.ts";
import { recover } from "./recover.ts";

const CASE_WORDS: ReadonlySet<string> = new Set(["WHEN", "THEN", "ELSE", "END"]);

export function readCase(p: Parser, expr: Expr): Label {
  const saved = p.how;
  const condition = compose(CONDITIONAL, saved);
  const result = compose(TRANSFORMATION, saved);
  p.enter();
  p.next();
  p.how = condition;
  if (!p.is("WHEN") && p.grammar.expression(p, expr) === undefined) recover(p, expr, CASE_WORDS);
  while (p.take("WHEN")) {
    p.how = condition;
    do {
      if (p.grammar.expression(p, expr) === undefined) recover(p, expr, CASE_WORDS);
    } while (p.take(","));
    p.how = result;
    if (!p.take("THEN")) {
      p.unread("expected THEN");
      recover(p, expr, CASE_WORDS);
      p.take("THEN");
    }
    if (p.grammar.expression(p, expr) === undefined) recover(p, expr, CASE_WORDS);
  }
  p.how = result;
  if (p.take("ELSE") && p.grammar.expression(p, expr) === undefined) recover(p, expr, CASE_WORDS);
  p.how = saved;
  p.leave();
  if (!p.take("END")) {
    p.unread("expected END of CASE");
    expr.recovered = true;
  } else if (p.is("CASE")) p.next();
  return null;
}
