import { FILTER, GROUP_BY, TRANSFORMATION, WINDOW } from "../how.ts";
import type { Select } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { markTransformed, newExpr, newSelect } from "./build.ts";
import { readCall } from "./calls.ts";
import { readInto } from "./into.ts";
import { readLateralView } from "./lateral-view.ts";
import { readModel } from "./model.ts";
import { readColumnList, readIdentifier, readName } from "./names.ts";
import type { Parser } from "./parser.ts";
import { closeBracket } from "./recover.ts";
import { readItems } from "./select-items.ts";
import { readDeciding, readDecidingList } from "./tail.ts";
import { readType } from "./types.ts";
import { readOver } from "./window.ts";
import { CLAUSE_STARTS } from "./words.ts";

const MODIFIERS: ReadonlySet<string> = new Set(
  `STRAIGHT_JOIN SQL_CALC_FOUND_ROWS SQL_NO_CACHE SQL_CACHE SQL_SMALL_RESULT SQL_BIG_RESULT SQL_BUFFER_RESULT HIGH_PRIORITY
  DISTINCTROW STREAM`.split(/\s+/),
);

/** Reads a SELECT; `from` is one whose FROM came first. */
export function readSelect(p: Parser, from: Select | null): Select {
  const select = from ?? newSelect(p.start);
  p.next();
  readModifiers(p, select);
  // SELECT INTO variable a FROM t (PL/pgSQL, Executing a command with a single-row result)
  if (p.is("INTO") && p.isNameAt(1)) readInto(p, select);
  if (p.is("TRANSFORM") && startsScript(p)) readTransform(p, select);
  else if (p.is("FROM") || p.is("INTO") || p.is("WHERE") || p.is(")") || p.is(";") || p.atEnd() || p.is("|>")) {
    // PostgreSQL allows an empty select list.
    if (!p.is("FROM") && !p.is("INTO") && !p.is("WHERE") && !p.dialect.features.emptySelectList)
      p.unread("expected a select list");
  } else readItems(p, select.items);
  readSelectClauses(p, select, true);
  select.end = p.lastEnd;
  return select;
}

function readModifiers(p: Parser, select: Select): void {
  for (;;) {
    const next = p.wordAt(1);
    switch (p.word) {
      case "WITH":
        if (next !== "DIFFERENTIAL_PRIVACY" && next !== "AGGREGATION_THRESHOLD" && next !== "ANONYMIZATION") return;
        p.skip(2);
        if (p.take("OPTIONS") && p.is("(")) p.skipBrackets();
        continue;
      case "DISTINCT":
      case "UNIQUE":
        if (next === "," || next === "FROM" || next === ".") return;
        p.next();
        if (p.is("ON") && p.wordAt(1) === "(") {
          p.next();
          const close = p.mate;
          p.next();
          if (!p.is(")")) readDecidingList(p, select, select.influence, GROUP_BY);
          closeBracket(p, close, select.influence);
        }
        continue;
      case "ALL":
        if (next === "," || next === "." || next === "FROM") return;
        p.next();
        continue;
      case "TOP":
        if (p.kindAt(1) !== TokenKind.number && next !== "(" && p.kindAt(1) !== TokenKind.parameter) return;
        if (next === "(" && !p.dialect.features.top) return;
        p.next();
        if (p.is("(")) p.skipBrackets();
        else p.next();
        p.take("PERCENT");
        if (p.is("WITH") && (p.wordAt(1) === "TIES" || p.wordAt(1) === "APPROXIMATE")) p.skip(2);
        continue;
      case "SKIP":
      case "FIRST":
      case "LIMIT":
        if (p.kindAt(1) !== TokenKind.number || (!p.isNameAt(2) && p.wordAt(2) !== "*")) return;
        p.skip(2);
        continue;
      case "NORMALIZE":
        // NORMALIZE ON MEETS OR OVERLAPS (Teradata)
        if (next !== "ON") {
          if (!p.isNameAt(1) || next === "FROM" || next === "AS") return;
          p.next();
          continue;
        }
        p.skip(3);
        if (p.take("OR")) p.next();
        continue;
      case "AS":
        if (next !== "STRUCT" && next !== "VALUE") return;
        p.skip(2);
        continue;
      default:
        if (!p.isAny(MODIFIERS) || next === "," || next === "FROM" || next === "." || p.kindAt(1) === TokenKind.end)
          return;
        p.next();
    }
  }
}

/** Whether `TRANSFORM (…)` here hands its columns to a script, and is not the function of that name. */
function startsScript(p: Parser): boolean {
  if (!p.dialect.features.scriptTransform || p.wordAt(1) !== "(") return false;
  const { words, mates } = p.tokens;
  const behind = (mates[p.position + 1] ?? -2) + 1;
  return words[behind] === "USING" || (words[behind] === "ROW" && words[behind + 1] === "FORMAT");
}

/** `TRANSFORM (a, b) USING 'script' AS (x, y)` (Hive, Spark); `MAP a, b USING 'script' AS x, y`, REDUCE alike (Hive). */
export function readTransform(p: Parser, select: Select): void {
  const start = p.start;
  const expr = newExpr(start);
  p.next();
  const saved = p.how;
  p.how = TRANSFORMATION;
  if (p.is("(")) readCall(p, expr, "transform", start);
  else
    do p.grammar.expression(p, expr);
    while (p.take(","));
  markTransformed(expr, 0, 0);
  p.how = saved;
  while (!p.is("USING") && !p.is("FROM") && !p.atEnd()) {
    if (p.is("(")) p.skipBrackets();
    else p.next();
  }
  if (p.take("USING")) p.next();
  const names: (string | null)[] = [];
  if (p.take("AS")) {
    if (p.is("(")) names.push(...readColumnList(p));
    else
      do {
        names.push(readIdentifier(p));
        if (p.isName() && !endsScript(p)) readType(p);
      } while (p.take(","));
  } else names.push("key", "value");
  while (!endsScript(p) && !p.is(";") && !p.is(")") && !p.atEnd()) {
    if (p.is("(")) p.skipBrackets();
    else p.next();
  }
  expr.end = p.lastEnd;
  for (const alias of names) select.items.push({ kind: "expression", expr, alias });
}

const BEHIND_SCRIPT: ReadonlySet<string> = new Set(
  "FROM WHERE GROUP ORDER LIMIT UNION CLUSTER DISTRIBUTE SORT INSERT".split(" "),
);

function endsScript(p: Parser): boolean {
  return BEHIND_SCRIPT.has(p.word);
}

/** Reads FROM, WHERE, GROUP BY and what else belongs to one SELECT. `withFrom`: FROM has not been read yet. */
export function readSelectClauses(p: Parser, select: Select, withFrom: boolean): void {
  let fromAllowed = withFrom;
  for (;;) {
    if (p.kind !== TokenKind.word) return;
    switch (p.word) {
      case "FROM":
        if (!fromAllowed) return;
        fromAllowed = false;
        p.next();
        p.grammar.fromList(p, select);
        continue;
      case "INTO":
        readInto(p, select);
        continue;
      case "BULK":
        if (p.wordAt(1) !== "COLLECT") return;
        p.skip(2);
        continue;
      case "WHERE":
      case "PREWHERE":
      case "HAVING":
      case "QUALIFY":
        p.next();
        if (p.is("CURRENT") && p.wordAt(1) === "OF") {
          p.skip(2);
          readName(p);
        } else readDeciding(p, select.influence, FILTER);
        continue;
      case "GROUP":
        if (p.wordAt(1) !== "BY") return;
        readGroupBy(p, select);
        continue;
      case "WINDOW":
        if (!p.isNameAt(1) || p.wordAt(2) !== "AS") return;
        readWindows(p, select);
        continue;
      case "LATERAL":
        if (p.wordAt(1) !== "VIEW") return;
        readLateralView(p, select.from);
        continue;
      case "CONNECT":
        if (p.wordAt(1) !== "BY") return;
        p.skip(2);
        p.take("NOCYCLE");
        readDeciding(p, select.influence, FILTER);
        continue;
      case "START":
        if (p.wordAt(1) !== "WITH") return;
        p.skip(2);
        readDeciding(p, select.influence, FILTER);
        continue;
      case "SAMPLE":
      case "TABLESAMPLE":
        p.next();
        if (p.isName() && p.wordAt(1) === "(") p.next();
        if (p.is("(")) p.skipBrackets();
        else p.next();
        if (p.is("/")) p.skip(2);
        if (p.is("%") || p.is("PERCENT") || p.is("ROWS")) p.next();
        if (p.wordAt(1) === "(") p.take("REPEATABLE");
        if (p.is("(")) p.skipBrackets();
        continue;
      case "USING":
        // USING SAMPLE 10% (DuckDB)
        if (p.wordAt(1) !== "SAMPLE") return;
        p.next();
        continue;
      case "WITH":
        switch (p.wordAt(1)) {
          case "ROLLUP":
          case "CUBE":
          case "TOTALS":
            p.skip(2);
            continue;
          case "NO":
            // WITH NO SCHEMA BINDING (Redshift, late-binding views)
            if (p.wordAt(2) !== "SCHEMA") return;
            p.skip(4);
            continue;
        }
        return;
      case "MODEL":
        readModel(p, select);
        continue;
      default:
        return;
    }
  }
}

function readGroupBy(p: Parser, select: Select): void {
  p.skip(2);
  if (p.is("ALL") || p.is("DISTINCT")) {
    const next = p.wordAt(1);
    p.next();
    // GROUP BY ALL groups by every item that is no aggregate; GROUP BY ALL a, b is the old way to say GROUP BY a, b.
    if (p.atEnd() || (p.kind === TokenKind.operator && next !== "(") || CLAUSE_STARTS.has(p.word)) return;
  }
  if (p.takeAll("AND", "ORDER")) p.take("BY");
  if (p.atEnd() || p.is(")") || p.is(";")) return;
  readDecidingList(p, select, select.influence, GROUP_BY);
}

function readWindows(p: Parser, select: Select): void {
  p.next();
  do {
    const name = readIdentifier(p);
    p.take("AS");
    const expr = newExpr(p.start);
    const saved = p.how;
    p.how = WINDOW;
    readOver(p, expr);
    p.how = saved;
    expr.end = p.lastEnd;
    if (name !== null) (select.windows ??= []).push({ name, expr });
  } while (p.take(","));
}
