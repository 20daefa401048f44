import { FILTER, SORT, compose } from "../how.ts";
import type { Expr, Select } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { markTransformed } from "./build.ts";
import { readName } from "./names.ts";
import { readOrderModifiers } from "./order.ts";
import type { Parser } from "./parser.ts";
import { recover } from "./recover.ts";
import { readInto } from "./into.ts";
import { readOver } from "./window.ts";
import { CLAUSE_STARTS } from "./words.ts";

const LOCKING: ReadonlySet<string> = new Set("UPDATE SHARE NO KEY XML JSON BROWSE READ FETCH".split(" "));
const LOCKING_WORDS: ReadonlySet<string> = new Set(
  `KEY UPDATE SHARE NOWAIT SKIP LOCKED WAIT PATH AUTO RAW EXPLICIT ELEMENTS ROOT TYPE WITHOUT_ARRAY_WRAPPER INCLUDE_NULL_VALUES
  XMLSCHEMA XMLDATA BINARY BASE64 ONLY ABSENT XSINIL WITH RS UR`.split(/\s+/),
);

/** Reads an expression that only decides: what it draws on goes to `into` with `how`. */
export function readDeciding(p: Parser, into: Expr, how: number, stops: ReadonlySet<string> = CLAUSE_STARTS): void {
  const saved = p.how;
  p.how = compose(how, saved);
  const at = p.position;
  if (p.grammar.expression(p, into) === undefined) {
    if (p.position === at) p.unread("expected a condition");
    recover(p, into, stops);
  }
  p.how = saved;
}

/** Reads a list in ORDER BY or GROUP BY, ordinals apart. */
export function readDecidingList(p: Parser, select: Select | null, into: Expr, how: number): void {
  const saved = p.how;
  p.how = compose(how, saved);
  const refs = into.refs.length;
  const queries = into.queries.length;
  do {
    if (p.is("GROUPING") && p.wordAt(1) === "SETS") p.skip(2);
    if (p.kind === TokenKind.number && select !== null) {
      const next = p.wordAt(1);
      if (
        next === "," ||
        next === ")" ||
        next === ";" ||
        next === "ASC" ||
        next === "DESC" ||
        p.kindAt(1) === TokenKind.end ||
        p.kindAt(1) === TokenKind.word
      )
        (select.ordinals ??= []).push({ position: Number(p.raw(p.position)), how: p.how });
    }
    const at = p.position;
    if (p.grammar.expression(p, into) === undefined) {
      if (p.position === at) p.unread("expected something to order or group by");
      recover(p, into, CLAUSE_STARTS);
      break;
    }
    readOrderModifiers(p, into);
    if (p.is("AS") && p.isNameAt(1)) p.skip(2);
    if (p.is("GROUPING") && p.wordAt(1) === "SETS") {
      p.skip(2);
      p.grammar.expression(p, into);
    }
  } while (p.take(","));
  p.how = saved;
  markTransformed(into, refs, queries);
}

/**
 * Reads what stands behind a query and belongs to all of it: ORDER BY, LIMIT, FETCH, locks, options. `select` is the SELECT
 * when the query is nothing else.
 */
export function readTailClauses(p: Parser, select: Select | null, into: Expr): void {
  for (;;) {
    if (p.kind !== TokenKind.word) return;
    switch (p.word) {
      case "ORDER":
      case "SORT":
      case "DISTRIBUTE":
      case "CLUSTER":
        if (p.wordAt(1) === "SIBLINGS") p.next();
        if (p.wordAt(1) !== "BY") return;
        p.skip(2);
        if (p.is("ALL") && !p.isNameAt(1)) {
          p.next();
          readOrderModifiers(p, into);
        } else if (
          p.is("ALL") &&
          (p.wordAt(1) === "ASC" || p.wordAt(1) === "DESC" || p.wordAt(1) === "NULLS" || CLAUSE_STARTS.has(p.wordAt(1)))
        ) {
          p.next();
          readOrderModifiers(p, into);
        } else readDecidingList(p, select, into, SORT);
        continue;
      case "LIMIT":
        readLimit(p, into);
        continue;
      case "OFFSET":
        p.next();
        readDeciding(p, into, FILTER);
        if (!p.take("ROWS")) p.take("ROW");
        continue;
      case "FETCH":
        if (!readFetch(p, into)) return;
        continue;
      case "FOR":
        if (!LOCKING.has(p.wordAt(1))) return;
        readLocking(p);
        continue;
      case "LOCK":
        if (p.wordAt(1) !== "IN") return;
        p.skip(4);
        continue;
      case "INTO":
        if (select === null) return;
        readInto(p, select);
        continue;
      case "BULK":
        if (p.wordAt(1) !== "COLLECT" || select === null) return;
        p.skip(2);
        continue;
      case "OPTIMIZE":
        // OPTIMIZE FOR 10 ROWS (DB2)
        if (p.wordAt(1) !== "FOR" || p.kindAt(2) !== TokenKind.number) return;
        p.skip(4);
        continue;
      case "TIMESERIES":
        // TIMESERIES slice AS '1 minute' OVER (PARTITION BY a ORDER BY ts) (Vertica)
        p.next();
        if (p.isName() && p.wordAt(1) === "AS") p.skip(3);
        if (p.take("OVER")) {
          const saved = p.how;
          p.how = compose(FILTER, saved);
          readOver(p, into);
          p.how = saved;
        }
        continue;
      case "OPTION":
        if (p.wordAt(1) !== "(") return;
        p.next();
        p.skipBrackets();
        continue;
      case "SETTINGS":
        if (!p.isNameAt(1)) return;
        p.next();
        do {
          readName(p);
          if (p.take("=")) p.grammar.operand(p, into);
        } while (p.take(","));
        continue;
      case "FORMAT":
        if (!p.isNameAt(1) || !p.dialect.features.queryTailSettings) return;
        p.skip(2);
        continue;
      case "WITH":
        switch (p.wordAt(1)) {
          case "HINT":
          case "PARAMETERS":
            if (p.wordAt(2) !== "(") return;
            p.skip(2);
            p.skipBrackets();
            continue;
          case "ROLLUP":
          case "CUBE":
          case "TOTALS":
          case "TIES":
          case "UR":
          case "CS":
          case "RS":
          case "RR":
            p.skip(2);
            continue;
        }
        return;
      case "USING":
        // USING SAMPLE 10% (DuckDB)
        if (p.wordAt(1) !== "SAMPLE") return;
        p.skip(2);
        if (p.isName() && p.wordAt(1) === "(") p.next();
        if (p.is("(")) p.skipBrackets();
        else p.next();
        if (p.is("%") || p.is("PERCENT") || p.is("ROWS")) p.next();
        if (p.is("(")) p.skipBrackets();
        continue;
      case "PROCEDURE":
        // PROCEDURE ANALYSE() (MySQL 5.7, SELECT)
        if (!p.isNameAt(1) || p.wordAt(2) !== "(") return;
        p.skip(2);
        p.skipBrackets();
        continue;
      default:
        return;
    }
  }
}

/** Whether nothing the percent sign could divide stands behind it. */
function endsPercent(p: Parser): boolean {
  const word = p.wordAt(2);
  return p.kindAt(2) === TokenKind.end || word === ";" || word === ")" || CLAUSE_STARTS.has(word);
}

function readLimit(p: Parser, into: Expr): void {
  p.next();
  if (p.take("ALL")) return;
  // LIMIT 10% (DuckDB)
  if (p.kind === TokenKind.number && p.wordAt(1) === "%" && endsPercent(p)) p.skip(2);
  else readDeciding(p, into, FILTER);
  while (p.take(",")) readDeciding(p, into, FILTER);
  p.take("PERCENT");
  // LIMIT 1 OVER (PARTITION BY a ORDER BY b) (Vertica)
  if (p.is("OVER") && p.wordAt(1) === "(") {
    p.next();
    readOver(p, into);
  }
  if (p.is("BY")) {
    p.next();
    readDecidingList(p, null, into, FILTER);
  }
  if (p.is("WITH") && p.wordAt(1) === "TIES") p.skip(2);
  // SELECT … LIMIT 1, 2 ROWS EXAMINED 10 (MariaDB)
  if (p.is("ROWS") && p.wordAt(1) === "EXAMINED") p.skip(3);
}

function readFetch(p: Parser, into: Expr): boolean {
  const next = p.wordAt(1);
  const counted = p.kindAt(1) === TokenKind.number;
  if ((next !== "FIRST" && next !== "NEXT" && !counted) || p.wordAt(2) === "FROM") return false;
  p.skip(counted ? 1 : 2);
  if (p.is("EXACT") || p.is("APPROX") || p.is("APPROXIMATE")) p.next();
  if (!p.is("ROW") && !p.is("ROWS") && !p.is("ONLY")) readDeciding(p, into, FILTER);
  p.take("PERCENT");
  if (!p.take("ROWS")) p.take("ROW");
  if (p.take("ONLY")) return true;
  if (p.is("WITH") && p.wordAt(1) === "TIES") p.skip(2);
  return true;
}

/** FOR UPDATE OF t NOWAIT, FOR XML PATH('row'), ROOT('rows'), FOR JSON AUTO … */
function readLocking(p: Parser): void {
  p.skip(2);
  for (;;) {
    if (p.is("(") && p.tokens.kinds[p.position - 1] === TokenKind.word) p.skipBrackets();
    else if (p.take("OF")) {
      readName(p);
      while (p.is(",") && p.isNameAt(1) && p.wordAt(1) !== "ROOT" && p.wordAt(1) !== "TYPE") {
        p.next();
        readName(p);
      }
    } else if (
      (p.is(",") && LOCKING_WORDS.has(p.wordAt(1))) ||
      (p.kind === TokenKind.word && LOCKING_WORDS.has(p.word))
    )
      p.next();
    else if (p.kind === TokenKind.number) p.next();
    else return;
  }
}
