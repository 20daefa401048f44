import type { ExpressionItem, Item } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { stackColumns } from "./arguments.ts";
import { newExpr, newStar, readExpr } from "./build.ts";
import { readColumnList, readIdentifier } from "./names.ts";
import type { Parser } from "./parser.ts";
import { recover } from "./recover.ts";
import { readColumnsPattern, readQualifiedStar, readStarModifiers } from "./star.ts";
import { functionColumns, readFunctionSchema } from "./table-functions.ts";
import { CLAUSE_STARTS, SET_OPERATORS } from "./words.ts";

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
    if (item.kind === "expression" && (p.is("AS") || p.is("EMITS")) && p.wordAt(1) === "(")
      readGenerated(p, item, items, at);
    else if (item.kind === "expression" && item.alias === null && p.dialect.features.scriptTransform)
      nameGenerated(p, item, items, at);
    if (p.take(",")) continue;
    if (endsItems(p)) return;
    if (p.gaps.length === gaps) p.unread("expected a comma or FROM");
    recover(p, item.kind === "expression" ? item.expr : null, CLAUSE_STARTS);
    if (p.position === at) p.next();
    if (!p.take(",")) return;
  }
}

/** Generators give several columns: `stack(…) AS (a, b)` (Hive, Spark). */
function readGenerated(p: Parser, { expr }: ExpressionItem, items: Item[], at: number): void {
  // EMITS (a INT, b INT) (Exasol) has types.
  const typed = p.is("EMITS");
  p.next();
  let names: readonly string[];
  if (typed) {
    names = readFunctionSchema(p);
    p.skipBrackets();
  } else names = readColumnList(p);
  const parts = stackColumns(p, expr, at);
  if (names.length > 0)
    items.splice(-1, 1, ...names.map((alias, i): Item => ({ kind: "expression", expr: parts?.[i] ?? expr, alias })));
}

/** `SELECT explode(a)` calls its column `col` (Spark, Hive). */
function nameGenerated(p: Parser, { expr }: ExpressionItem, items: Item[], at: number): void {
  const { words, mates } = p.tokens;
  if (words[at + 1] !== "(" || mates[at + 1] !== p.position - 1) return;
  const names = functionColumns(p, at);
  if (names !== null) items.splice(-1, 1, ...names.map((alias): Item => ({ kind: "expression", expr, alias })));
}

function endsItems(p: Parser): boolean {
  const { word, kind } = p;
  if (p.atEnd() || word === ")" || word === ";" || word === "|>" || word === "->>" || kind === TokenKind.separator)
    return true;
  if (kind !== TokenKind.word) return false;
  if (
    CLAUSE_STARTS.has(word) ||
    SET_OPERATORS.has(word) ||
    word === "INSERT" ||
    word === "PIVOT" ||
    word === "UNPIVOT" ||
    word === "LOCK"
  )
    return true;
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
    if (p.is("COLUMNS") && p.wordAt(1) === "(" && (features.queryTailSettings || features.aliasByColon))
      return readColumnsPattern(p, start);
  }
  const { features } = p.dialect;
  if (features.aliasByAssignment) {
    if (p.kind === TokenKind.string && p.wordAt(1) === "=") {
      const alias = p.value(p.position);
      p.skip(2);
      return itemAfterAlias(p, alias);
    }
    if (
      p.kind === TokenKind.parameter &&
      (p.wordAt(1) === "=" ||
        (p.wordAt(1).length === 2 &&
          p.wordAt(1).endsWith("=") &&
          p.wordAt(1) !== "!=" &&
          p.wordAt(1) !== "<=" &&
          p.wordAt(1) !== ">="))
    ) {
      // SELECT @variable = expression
      const variable = p.value(p.position);
      (p.variables ??= new Set()).add(variable.toLowerCase());
      // What it holds now is no text that stands in the SQL.
      p.texts.set(variable.toLowerCase(), null);
      p.skip(2);
      return itemAfterAlias(p, variable);
    }
  }
  if (
    features.aliasByColon &&
    p.isName() &&
    p.kindAt(1) === TokenKind.parameter &&
    p.raw(p.position + 1).startsWith(":")
  ) {
    // `alias:column` was cut as a bind variable.
    const alias = readIdentifier(p);
    const name = {
      parts: [p.raw(p.position).slice(1)],
      quoted: 0,
      start: p.start + 1,
      end: p.start + p.raw(p.position).length,
    };
    const expr = newExpr(p.start);
    p.next();
    expr.refs.push({ name, how: p.how });
    expr.end = p.lastEnd;
    expr.label = alias;
    return { kind: "expression", expr, alias };
  }
  const at = p.position;
  const expr = readExpr(p) ?? brokenExpr(p, start);
  const { words } = p.tokens;
  if (words[p.position - 1] === "*" && words[p.position - 2] === "." && p.position > at + 2 && !p.is("AS"))
    return { kind: "expression", expr, alias: null, fields: true };
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
  if (p.is("AS") && p.wordAt(1) !== "(") {
    p.next();
    const alias = readIdentifier(p);
    if (alias === null) p.unread("expected an alias");
    else if (p.is("(") && p.tokens.words[p.position - 1] === "TITLE") p.skipBrackets();
    return alias;
  }
  if (p.kind === TokenKind.quoted || p.kind === TokenKind.template) return readIdentifier(p);
  if (p.kind === TokenKind.string) return p.dialect.features.stringAliases ? readIdentifier(p) : null;
  if (p.kind !== TokenKind.word || p.is("AS") || p.dialect.words.notColumnAlias.has(p.word)) {
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
