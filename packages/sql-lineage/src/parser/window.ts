import { WINDOW, compose } from "../how.ts";
import { type Expr, WINDOW_NAME } from "../ir.ts";
import { readName } from "./names.ts";
import { readOrderList } from "./order.ts";
import type { Parser } from "./parser.ts";
import { closeBracket, recover } from "./recover.ts";

const CLAUSES: ReadonlySet<string> = new Set([
  "PARTITION",
  "ORDER",
  "ROWS",
  "RANGE",
  "GROUPS",
  "DISTRIBUTE",
  "SORT",
  "CLUSTER",
]);

/** Reads what stands behind OVER, or in a WINDOW clause: a name, or a window in parentheses. */
export function readOver(p: Parser, expr: Expr): void {
  if (!p.is("(")) {
    const name = readName(p);
    if (name === null) p.unread("expected a window");
    // The named window's columns are added where the WINDOW clause is known.
    else expr.refs.push({ name: { ...name, parts: [WINDOW_NAME, ...name.parts] }, how: compose(WINDOW, p.how) });
    return;
  }
  const close = p.mate;
  p.enter();
  p.next();
  const saved = p.how;
  p.how = compose(WINDOW, saved);
  if (p.isName() && !CLAUSES.has(p.word)) {
    const name = readName(p);
    if (name !== null) expr.refs.push({ name: { ...name, parts: [WINDOW_NAME, ...name.parts] }, how: p.how });
  }
  while (p.position < close && !p.atEnd()) {
    const { word } = p;
    if (
      (word === "PARTITION" || word === "ORDER" || word === "DISTRIBUTE" || word === "SORT" || word === "CLUSTER") &&
      p.wordAt(1) === "BY"
    ) {
      p.skip(2);
      if (!readOrderList(p, expr)) recover(p, expr);
    } else if (word === "RESET" && p.wordAt(1) === "WHEN") {
      // RESET WHEN condition (Teradata)
      p.skip(2);
      if (p.grammar.expression(p, expr) === undefined) recover(p, expr);
    } else if (word === "PARTITION" && (p.wordAt(1) === "BEST" || p.wordAt(1) === "NODES" || p.wordAt(1) === "ROW")) {
      p.skip(2); // Vertica
    } else if (word === "ROWS" || word === "RANGE" || word === "GROUPS") {
      readFrame(p, expr, close);
    } else break;
  }
  p.how = saved;
  closeBracket(p, close, expr);
  p.leave();
}

function readFrame(p: Parser, expr: Expr, close: number): void {
  p.next();
  while (p.position < close && !p.atEnd()) {
    switch (p.word) {
      case "BETWEEN":
      case "AND":
      case "UNBOUNDED":
      case "PRECEDING":
      case "FOLLOWING":
      case "CURRENT":
      case "ROW":
      case "EXCLUDE":
      case "TIES":
      case "GROUP":
      case "OTHERS":
      case "NO":
        p.next();
        continue;
    }
    if (p.grammar.operand(p, expr) === undefined) return;
    while (p.position < close && !p.is("PRECEDING") && !p.is("FOLLOWING") && !p.atEnd()) {
      // `2 * interval '1' day PRECEDING`: offsets hold no columns worth a grammar.
      if (p.is("(")) p.skipBrackets();
      else p.next();
    }
  }
}
