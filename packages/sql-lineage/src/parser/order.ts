import { SORT, compose } from "../how.ts";
import type { Expr } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { markTransformed } from "./build.ts";
import type { Parser } from "./parser.ts";

/** Reads `a DESC NULLS LAST, b …`; whatever `p.how` says is how the expressions take part. */
export function readOrderList(p: Parser, expr: Expr): boolean {
  for (;;) {
    if (p.grammar.expression(p, expr) === undefined) return false;
    readOrderModifiers(p, expr);
    if (!p.take(",")) return true;
  }
}

/** Reads what may stand behind an expression in ORDER BY and GROUP BY. */
export function readOrderModifiers(p: Parser, expr: Expr): void {
  for (;;) {
    switch (p.word) {
      case "ASC":
      case "DESC":
        p.next();
        continue;
      case "NULLS":
        if (p.wordAt(1) !== "FIRST" && p.wordAt(1) !== "LAST") return;
        p.skip(2);
        continue;
      case "WITH":
        if (p.wordAt(1) === "FILL") {
          // https://clickhouse.com/docs/sql-reference/statements/select/order-by#order-by-expr-with-fill-modifier
          p.skip(2);
          while (p.take("FROM") || p.take("TO") || p.take("STEP") || p.take("STALENESS")) p.grammar.expression(p, expr);
          if (p.take("INTERPOLATE") && p.is("(")) p.skipBrackets();
          continue;
        }
        if (p.wordAt(1) !== "ROLLUP" && p.wordAt(1) !== "CUBE" && p.wordAt(1) !== "TOTALS") return;
        p.skip(2);
        continue;
      case "USING":
        if (p.kindAt(1) !== TokenKind.operator || p.wordAt(1) === "(") return;
        p.skip(2);
        continue;
      default:
        return;
    }
  }
}

/** Reads an ORDER BY list in which everything only sorts. */
export function readSorting(p: Parser, expr: Expr): boolean {
  const saved = p.how;
  const refs = expr.refs.length;
  const queries = expr.queries.length;
  p.how = compose(SORT, saved);
  const read = readOrderList(p, expr);
  p.how = saved;
  markTransformed(expr, refs, queries);
  return read;
}
