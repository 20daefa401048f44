import type { Expr, Values } from "../ir.ts";
import { newExpr } from "./build.ts";
import { readIdentifier } from "./names.ts";
import type { Parser } from "./parser.ts";
import { closeBracket, recover } from "./recover.ts";

/**
 * Reads the rows behind VALUES. One expression gathers a column over all rows, so that a list of a million rows takes no
 * more memory than one of two.
 */
export function readValues(p: Parser): Values {
  const columns: Expr[] = [];
  for (;;) {
    p.take("ROW");
    if (p.is("(")) {
      const close = p.mate;
      p.enter();
      p.next();
      let column = 0;
      while (p.position < close && !p.atEnd()) {
        const expr = (columns[column] ??= newExpr(p.start));
        const at = p.position;
        if (p.grammar.expression(p, expr) === undefined) {
          p.unread("expected a value", p.position + 1);
          recover(p, expr);
          if (p.position === at && !p.is(",")) p.next();
        }
        expr.end = Math.max(expr.end, p.lastEnd);
        if (p.take("AS")) readIdentifier(p);
        if (p.position < close && !p.is(",")) {
          if (p.isName() && (p.wordAt(1) === "," || p.position + 1 === close)) p.next();
          else {
            p.unread("expected a comma between values");
            recover(p, expr);
          }
        }
        if (!p.take(",")) break;
        column++;
      }
      closeBracket(p, close, null);
      p.leave();
    } else {
      const expr = (columns[0] ??= newExpr(p.start));
      if (p.grammar.expression(p, expr) === undefined) {
        if (columns.length === 1 && expr.refs.length === 0) p.unread("expected a row of values");
        break;
      }
      expr.end = p.lastEnd;
    }
    if (!p.take(",")) {
      // ClickHouse lets the commas between rows go.
      if (p.is("(") && p.dialect.features.queryTailSettings) continue;
      break;
    }
    if (p.atEnd() || p.is(";")) break;
  }
  return { kind: "values", columns };
}
