import { FILTER, GROUP_BY, IDENTITY, TRANSFORMATION, WINDOW } from "../how.ts";
import type { ExpressionItem, Item, Select, StarItem } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { newExpr, newSelect, readExpr } from "./build.ts";
import { readCall } from "./calls.ts";
import { readInto } from "./into.ts";
import { parenthesisedQueryAt } from "./lookahead.ts";
import { readColumnList, readIdentifier, readName, skipToComma } from "./names.ts";
import type { Parser } from "./parser.ts";
import { closeBracket, recover } from "./recover.ts";
import { readLateralView } from "./relations.ts";
import { readDeciding, readDecidingList } from "./tail.ts";
import { readType } from "./types.ts";
import { readOver } from "./window.ts";
import { BINARY_OPERATORS, CLAUSE_STARTS, SET_OPERATORS } from "./words.ts";

const MODIFIERS: ReadonlySet<string> = new Set(
  `STRAIGHT_JOIN SQL_CALC_FOUND_ROWS SQL_NO_CACHE SQL_CACHE SQL_SMALL_RESULT SQL_BIG_RESULT SQL_BUFFER_RESULT HIGH_PRIORITY
  DISTINCTROW STREAM`.split(/\s+/),
);

/** Reads a SELECT; `from` is one whose FROM came first. */
export function readSelect(p: Parser, from: Select | null): Select {
  const select = from ?? newSelect(p.start);
  p.next();
  readModifiers(p, select);
  if (p.is("TRANSFORM") && p.wordAt(1) === "(" && p.dialect.features.scriptTransform) readTransform(p, select);
  else if (p.is("FROM") || p.is("INTO") || p.is("WHERE") || p.is(")") || p.is(";") || p.atEnd() || p.is("|>")) {
    // PostgreSQL allows an empty select list.
    if (!p.is("FROM") && !p.is("INTO") && !p.is("WHERE") && !p.dialect.features.emptySelectList) p.unread("expected a select list");
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
      case "AS":
        if (next !== "STRUCT" && next !== "VALUE") return;
        p.skip(2);
        continue;
      default:
        if (!p.isAny(MODIFIERS) || next === "," || next === "FROM" || next === "." || p.kindAt(1) === TokenKind.end) return;
        p.next();
    }
  }
}

/** `TRANSFORM (a, b) USING 'script' AS (x, y)` (Hive, Spark). */
function readTransform(p: Parser, select: Select): void {
  const start = p.start;
  const expr = newExpr(start);
  p.next();
  const saved = p.how;
  p.how = TRANSFORMATION;
  readCall(p, expr, "transform", start);
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
        if (p.isName() && !CLAUSE_STARTS.has(p.word)) readType(p);
      } while (p.take(","));
  } else names.push("key", "value");
  while (!p.is("FROM") && !p.is(";") && !p.is(")") && !p.atEnd()) {
    if (p.is("(")) p.skipBrackets();
    else p.next();
  }
  expr.end = p.lastEnd;
  for (const alias of names) select.items.push({ kind: "expression", expr, alias });
}

/** Reads a select list. */
export function readItems(p: Parser, items: Item[]): void {
  for (;;) {
    const { word } = p;
    if (p.atEnd() || word === "FROM" || word === ")" || word === ";" || word === "|>") {
      // A comma may trail before FROM where the dialect is kind; nothing at all may not.
      if (items.length === 0 || (word !== "FROM" && word !== ")" && word !== "|>")) p.unread("expected a column");
      return;
    }
    const at = p.position;
    const gaps = p.gaps.length;
    const item = readItem(p);
    items.push(item);
    if (p.take(",")) continue;
    if (endsItems(p)) return;
    if (p.gaps.length === gaps) p.unread("expected a comma or FROM");
    recover(p, item.kind === "expression" ? item.expr : null, CLAUSE_STARTS);
    if (p.position === at) p.next();
    if (!p.take(",")) return;
  }
}

function endsItems(p: Parser): boolean {
  const { word, kind } = p;
  if (p.atEnd() || word === ")" || word === ";" || word === "|>" || kind === TokenKind.separator) return true;
  if (kind !== TokenKind.word) return false;
  if (CLAUSE_STARTS.has(word) || SET_OPERATORS.has(word) || word === "INSERT" || word === "PIVOT" || word === "UNPIVOT" || word === "LOCK") return true;
  return p.atStatementStart();
}

/** Reads one item of a select list. */
export function readItem(p: Parser): Item {
  const start = p.start;
  if (p.is("*")) {
    p.next();
    return readStarModifiers(p, newStar(null, start));
  }
  if (p.isName()) {
    const star = readQualifiedStar(p, start);
    if (star !== null) return star;
    const { features } = p.dialect;
    if ((p.wordAt(1) === "=" && features.aliasByAssignment) || (p.wordAt(1) === ":" && features.aliasByColon)) {
      const alias = readIdentifier(p);
      p.next();
      return itemAfterAlias(p, alias);
    }
    if (p.is("COLUMNS") && p.wordAt(1) === "(" && (features.queryTailSettings || features.aliasByColon)) return readColumnsPattern(p, start);
  }
  const { features } = p.dialect;
  if (features.aliasByAssignment) {
    if (p.kind === TokenKind.string && p.wordAt(1) === "=") {
      const alias = p.value(p.position);
      p.skip(2);
      return itemAfterAlias(p, alias);
    }
    if (p.kind === TokenKind.parameter && (p.wordAt(1) === "=" || (p.wordAt(1).length === 2 && p.wordAt(1).endsWith("=") && p.wordAt(1) !== "!=" && p.wordAt(1) !== "<=" && p.wordAt(1) !== ">="))) {
      // SELECT @variable = expression
      const variable = p.value(p.position);
      p.skip(2);
      return itemAfterAlias(p, variable);
    }
  }
  if (features.aliasByColon && p.isName() && p.kindAt(1) === TokenKind.parameter && p.raw(p.position + 1).startsWith(":")) {
    // `alias:column` was cut as a bind variable.
    const alias = readIdentifier(p);
    const name = { parts: [p.raw(p.position).slice(1)], quoted: 0, start: p.start + 1, end: p.start + p.raw(p.position).length };
    const expr = newExpr(p.start);
    p.next();
    expr.refs.push({ name, how: p.how });
    expr.end = p.lastEnd;
    expr.label = alias;
    return { kind: "expression", expr, alias };
  }
  const expr = readExpr(p) ?? brokenExpr(p, start);
  return { kind: "expression", expr, alias: readAlias(p) };
}

function itemAfterAlias(p: Parser, alias: string | null): ExpressionItem {
  const start = p.start;
  return { kind: "expression", expr: readExpr(p) ?? brokenExpr(p, start), alias };
}

function brokenExpr(p: Parser, start: number): ExpressionItem["expr"] {
  const expr = newExpr(start);
  p.unread("expected an expression");
  recover(p, expr, CLAUSE_STARTS);
  expr.end = p.lastEnd;
  return expr;
}

function readAlias(p: Parser): string | null {
  if (p.take("AS")) {
    if (p.is("(")) {
      // Generators give several columns: `stack(…) AS (a, b)`.
      const names = readColumnList(p);
      return names[0] ?? null;
    }
    const alias = readIdentifier(p);
    if (alias === null) p.unread("expected an alias");
    else if (p.is("(") && p.tokens.words[p.position - 1] === "TITLE") p.skipBrackets();
    return alias;
  }
  if (p.kind === TokenKind.quoted || p.kind === TokenKind.template) return readIdentifier(p);
  if (p.kind === TokenKind.string) return p.dialect.features.stringAliases ? readIdentifier(p) : null;
  if (p.kind !== TokenKind.word || p.dialect.words.notColumnAlias.has(p.word)) {
    if (p.is("(") && p.wordAt(1) === "TITLE") p.skipBrackets();
    return null;
  }
  if (p.atStatementStart() || p.atLabel()) return null;
  const next = p.wordAt(1);
  switch (p.word) {
    case "CLUSTER":
    case "DISTRIBUTE":
    case "SORT":
    case "START":
      if (next === "BY" || next === "WITH") return null;
      break;
    case "BULK":
      if (next === "COLLECT") return null;
      break;
    case "SETTINGS":
    case "FORMAT":
      if (p.isNameAt(1) && p.dialect.features.queryTailSettings) return null;
      break;
    case "MINUS":
      if (next === "SELECT" || next === "(") return null;
      break;
    case "LIMIT":
    case "OFFSET":
      if (p.kindAt(1) === TokenKind.number || p.kindAt(1) === TokenKind.parameter) return null;
      break;
    case "TITLE":
      if (p.kindAt(1) === TokenKind.string) {
        p.skip(2);
        return null;
      }
      break;
  }
  return readIdentifier(p);
}

function newStar(qualifier: StarItem["qualifier"], start: number): StarItem {
  return { kind: "star", qualifier, except: [], replace: [], rename: [], pattern: false, how: IDENTITY, start, end: start };
}

/** `a.b.*` */
function readQualifiedStar(p: Parser, start: number): StarItem | null {
  const { words, kinds } = p.tokens;
  let at = p.position;
  while (words[at + 1] === ".") {
    const kind = kinds[at + 2]!;
    if (words[at + 2] === "*") {
      const qualifier = readStarQualifier(p, at);
      p.moveTo(at + 3);
      // `t.* * 2` is no star.
      return readStarModifiers(p, newStar(qualifier, start));
    }
    if (kind !== TokenKind.word && kind !== TokenKind.quoted && kind !== TokenKind.number && kind !== TokenKind.template) return null;
    at += 2;
  }
  return null;
}

function readStarQualifier(p: Parser, last: number): StarItem["qualifier"] {
  const parts: string[] = [];
  let quoted = 0;
  for (let at = p.position; at <= last; at += 2) {
    const text = p.value(at);
    const isQuoted = p.tokens.kinds[at] === TokenKind.quoted;
    for (const part of isQuoted && p.dialect.names.dotsInsideQuotes ? text.split(".") : [text]) {
      if (isQuoted) quoted |= 1 << parts.length;
      parts.push(part);
    }
  }
  return { parts, quoted, start: p.start, end: p.startOf(last) + p.raw(last).length };
}

/** `COLUMNS('regex')`, `COLUMNS(*)`: some of the columns (ClickHouse, DuckDB). */
function readColumnsPattern(p: Parser, start: number): Item {
  p.next();
  const star = newStar(null, start);
  star.pattern = true;
  p.skipBrackets();
  if (p.kind === TokenKind.operator && BINARY_OPERATORS.has(p.word)) {
    const rest = newExpr(p.start);
    p.next();
    p.grammar.expression(p, rest);
    star.how = TRANSFORMATION;
  }
  return readStarModifiers(p, star);
}

function readStarModifiers(p: Parser, star: StarItem): StarItem {
  for (;;) {
    const next = p.wordAt(1);
    switch (p.word) {
      case "EXCEPT":
      case "EXCLUDE":
        if (next === "(" && !parenthesisedQueryAt(p, p.position + 1)) {
          p.next();
          star.except.push(...readColumnList(p));
          continue;
        }
        if (p.isNameAt(1) && (p.is("EXCLUDE") || p.dialect.features.queryTailSettings) && next !== "SELECT" && next !== "ALL" && next !== "DISTINCT") {
          p.next();
          p.take("STRICT");
          const name = readName(p);
          if (name !== null) star.except.push(name.parts.at(-1)!);
          continue;
        }
        break;
      case "REPLACE":
        if (next !== "(" && !p.dialect.features.queryTailSettings) break;
        p.next();
        readReplacements(p, star);
        continue;
      case "RENAME":
        if (next !== "(" && !p.isNameAt(1)) break;
        p.next();
        readRenames(p, star);
        continue;
      case "ILIKE":
      case "LIKE":
        if (p.kindAt(1) !== TokenKind.string) break;
        star.pattern = true;
        p.skip(2);
        continue;
      case "APPLY":
        if (next !== "(") break;
        star.how = TRANSFORMATION;
        p.next();
        p.skipBrackets();
        continue;
      case "::":
        star.how = TRANSFORMATION;
        p.next();
        readType(p);
        continue;
    }
    star.end = p.lastEnd;
    return star;
  }
}

/** `(expression AS name, …)`; one without parentheses in ClickHouse. */
function readReplacements(p: Parser, star: StarItem): void {
  p.take("STRICT");
  const one = (): void => {
    const expr = readExpr(p);
    if (expr === null) {
      p.unread("expected an expression in REPLACE");
      recover(p, null);
      return;
    }
    p.take("AS");
    const name = readIdentifier(p);
    if (name !== null) star.replace.push({ name, expr });
  };
  readOneOrList(p, one);
}

function readRenames(p: Parser, star: StarItem): void {
  readOneOrList(p, () => {
    const from = readName(p);
    p.take("AS");
    const to = readIdentifier(p);
    if (from !== null && to !== null) star.rename.push({ from: from.parts.at(-1)!, to });
    else p.unread("expected names in RENAME");
  });
}

function readOneOrList(p: Parser, one: () => void): void {
  if (!p.is("(")) {
    one();
    return;
  }
  const close = p.mate;
  p.next();
  while (p.position < close && !p.atEnd()) {
    const at = p.position;
    one();
    skipToComma(p, close);
    p.take(",");
    if (p.position === at) p.next();
  }
  closeBracket(p, close, null);
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
        // The MODEL clause of Oracle is a spreadsheet; its rules are not followed.
        p.unread("the MODEL clause is not read");
        recover(p, select.influence, SET_OPERATORS);
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
    if (p.atEnd() || p.kind === TokenKind.operator && next !== "(" || CLAUSE_STARTS.has(p.word)) return;
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
