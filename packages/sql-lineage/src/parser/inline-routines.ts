import type { Parser } from "./parser.ts";

/**
 * Passes over `FUNCTION f … BEGIN … END;` between WITH and the query (Oracle, Subquery factoring with PL/SQL declarations;
 * Trino, inline functions). What they read is not part of the query's own lineage and is noted; most only calculate.
 */
export function readInlineRoutines(p: Parser): void {
  while ((p.is("FUNCTION") || p.is("PROCEDURE")) && p.isNameAt(1)) {
    const start = p.start;
    let depth = 0;
    let reads = false;
    let entered = false;
    while (!p.atEnd()) {
      const { word } = p;
      if (word === "BEGIN" || (word === "CASE" && depth > 0)) {
        depth++;
        entered = true;
      } else if (word === "END") {
        const next = p.wordAt(1);
        if (next !== "IF" && next !== "LOOP" && next !== "WHILE") depth--;
      }
      reads ||= word === "SELECT" || word === "FROM" || word === "EXECUTE";
      p.next();
      if (entered && depth <= 0) break;
      if (!entered && (p.is("SELECT") || p.is("WITH"))) break;
    }
    // The name may be repeated behind END.
    if (p.isName() && (p.wordAt(1) === ";" || p.wordAt(1) === ",")) p.next();
    if (!p.take(";")) p.take(",");
    if (reads) p.gap("unread", "a function declared inside the query is not followed", start, p.lastEnd);
  }
}
