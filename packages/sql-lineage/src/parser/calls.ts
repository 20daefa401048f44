import { alternates, argumentHow, type FunctionTraits, traitsOf } from "../functions.ts";
import { AGGREGATION, IDENTITY, TRANSFORMATION, compose } from "../how.ts";
import type { Expr, Name } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { newSelect, newStar, queryOf } from "./build.ts";
import { readInnerAlias } from "./inner-alias.ts";
import { isNameKind, queryStartsAt } from "./lookahead.ts";
import { readIdentifier, readName, skipToComma } from "./names.ts";
import { readOrderModifiers, readSorting } from "./order.ts";
import type { Parser } from "./parser.ts";
import { closeBracket, recover } from "./recover.ts";
import { tableRelation } from "./relation-build.ts";
import { selectAll, selectColumns } from "./select-all.ts";
import { readType } from "./types.ts";
import { ARGUMENT_GLUE, CLAUSE_STARTS, OPERAND_END } from "./words.ts";

/** Functions whose arguments are pairs with a colon between. */
const PAIR_FUNCTIONS = /^(?:json_object|json_objectagg|object|json_array|json_arrayagg|object_construct)/;

/**
 * Reads the parentheses of a call and what the arguments draw on. `name` is the function's last part in lower case.
 * Gives false when something in it was not understood.
 */
export function readCall(p: Parser, expr: Expr, name: string, start: number): boolean {
  const close = p.mate;
  const traits = traitsOf(name);
  const savedHow = p.how;
  const savedPairs = p.colonPairs;
  const firstRef = expr.refs.length;
  p.enter();
  const count = alternates(name) ? countArguments(p, close) : 0;
  p.next();
  p.colonPairs = PAIR_FUNCTIONS.test(name);
  const call: Call = { name, traits, close, count, position: 0, outer: savedHow, start };
  if (traits.form === "convert") readConvertType(p);
  if (p.dialect.words.lookups.has(name)) readLookup(p, expr);
  let understood = true;
  if (name === "count" && p.position === close) expr.rows = compose(argumentHow(name, traits, 0, 1), savedHow);
  while (p.position < close && !p.atEnd()) {
    if (p.is(",")) {
      p.next();
      call.position++;
      continue;
    }
    p.how = compose(argumentHow(name, traits, call.position, count), savedHow);
    if (readArgumentIntroduction(p, expr, call)) continue;
    if (!readArgument(p, expr, call)) understood = false;
  }
  p.how = savedHow;
  p.colonPairs = savedPairs;
  closeBracket(p, close, expr);
  p.leave();
  if (name === "values") ofInsertedRow(expr, firstRef);
  return understood;
}

/** `dictGet('table', 'column', key)`: what is looked up comes from a table that only its string names. */
function readLookup(p: Parser, expr: Expr): void {
  if (p.kind !== TokenKind.string || p.wordAt(1) !== ",") return;
  const start = p.start;
  const name: Name = { parts: p.value(p.position).split("."), quoted: 0, start, end: start + p.raw(p.position).length };
  const relation = tableRelation(p, name, "table");
  const column = p.kindAt(2) === TokenKind.string ? p.value(p.position + 2) : null;
  const select = column === null ? selectAll(relation) : selectColumns(relation, [column]);
  expr.queries.push({ query: queryOf(select), how: compose(TRANSFORMATION, p.how), exists: false });
}

/** `VALUES(a)` in ON DUPLICATE KEY UPDATE is the row's a (MySQL); it is read as PostgreSQL's `excluded.a`. */
function ofInsertedRow(expr: Expr, firstRef: number): void {
  for (let i = firstRef; i < expr.refs.length; i++) {
    const { name } = expr.refs[i]!;
    expr.refs[i] = { name: { ...name, parts: ["excluded", name.parts.at(-1)!] }, how: IDENTITY };
  }
}

interface Call {
  readonly name: string;
  readonly traits: FunctionTraits;
  readonly close: number;
  readonly count: number;
  position: number;
  readonly outer: number;
  readonly start: number;
}

function countArguments(p: Parser, close: number): number {
  const { words, mates } = p.tokens;
  let count = 1;
  for (let at = p.position + 1; at < close; at++) {
    if (words[at] === ",") count++;
    else if (mates[at]! > at) at = mates[at]!;
  }
  return count;
}

/** `CONVERT(type, value)` of T-SQL: the type comes first; elsewhere `CONVERT(value, type)`. */
function readConvertType(p: Parser): void {
  if (!p.dialect.features.convertTypeFirst || p.kind !== TokenKind.word) return;
  readType(p);
  if (p.is("(")) p.skipBrackets();
}

/** Reads a word or clause that stands before or instead of an argument. True when it did. */
function readArgumentIntroduction(p: Parser, expr: Expr, call: Call): boolean {
  const { word, kind } = p;
  const next = p.wordAt(1);
  const last = p.position + 1 === call.close;
  if (kind === TokenKind.word && word !== "") {
    switch (word) {
      case "SELECT":
      case "WITH":
      case "FROM":
        if (
          !queryStartsAt(p, p.position) ||
          (word === "FROM" && call.position + p.position > 0 && p.tokens.words[p.position - 1] !== "(")
        )
          break;
        {
          const saved = p.how;
          p.how = IDENTITY;
          const query = p.grammar.query(p);
          p.how = saved;
          expr.queries.push({ query, how: saved, exists: call.name === "exists" });
        }
        return true;
      case "ORDER":
      case "PARTITION":
      case "CLUSTER":
        if (next !== "BY") break;
        p.skip(2);
        p.how = call.outer;
        if (!readSorting(p, expr)) recover(p, expr);
        return true;
      case "HASH":
        if (next !== "BY") break;
        p.skip(2);
        return true;
      case "COLUMNS":
        if (!/table|openjson/.test(call.name)) break;
        readColumnsClause(p, call.close);
        return true;
      case "LEADING":
      case "TRAILING":
      case "BOTH":
        if (next === "," || next === ")" || next === ".") break;
        p.next();
        p.take("FROM");
        return true;
      case "DISTINCT":
      case "ALL":
        if (next === "," || last || next === "." || next === "=>") break;
        p.next();
        return true;
      case "KEY":
        if (next === "," || next === "." || next === ":" || next === "(" || last || next === "=>") break;
        p.next();
        return true;
      case "CONTENT":
      case "DOCUMENT":
        if (!/^xml(?:serialize|parse)$/.test(call.name) || next === "," || next === "." || last) break;
        p.next();
        return true;
      case "NAME":
        if (!/^xml(?:element|pi|forest)$/.test(call.name)) break;
        p.skip(2);
        return true;
      case "ENTITYESCAPING":
      case "NOENTITYESCAPING":
      case "EVALNAME":
        if (call.name !== "xmlelement") break;
        p.next();
        return true;
      case "TABLE":
        if (next === "(" && holdsOnlyName(p, p.position + 1)) {
          p.skip(2);
          readTableArgument(p, expr);
          p.take(")");
          return true;
        }
        if (!p.isNameAt(1) || next === "AS") break;
        p.next();
        readTableArgument(p, expr);
        return true;
      case "MODEL":
        if (!p.isNameAt(1) || call.position > 0) break;
        p.next();
        readName(p);
        return true;
      case "INPUT":
        if (next !== "(" || call.name !== "") break;
        p.next();
        return true;
      case "VARIADIC":
        if (next === "," || last) break;
        p.next();
        return true;
      case "UNIQUE":
        if (!/^collect$/.test(call.name)) break;
        p.next();
        return true;
    }
  } else if (kind === TokenKind.quoted && call.name === "xmlelement" && call.position === 0) {
    p.next();
    return true;
  }
  if (call.traits.form === "extract" && call.position === 0) {
    if (next === "FROM") {
      p.skip(2);
      return true;
    }
    if (next === "(" && p.tokens.words[(p.tokens.mates[p.position + 1] ?? -2) + 1] === "FROM") {
      // EXTRACT(WEEK(MONDAY) FROM day)
      p.next();
      p.skipBrackets();
      p.next();
      return true;
    }
  }
  if ((next === "=>" || next === ":=") && (p.isName() || kind === TokenKind.parameter)) {
    p.skip(2);
    if (p.is("TABLE") && p.isNameAt(1)) {
      p.next();
      readTableArgument(p, expr);
    }
    return true;
  }
  if (kind === TokenKind.parameter && next === "=" && p.dialect.features.statementsWithoutSemicolon) {
    // EXEC-style named arguments.
    p.skip(2);
    return true;
  }
  if (kind === TokenKind.word && isDatePart(p, call)) {
    p.next();
    if (p.is("(")) p.skipBrackets();
    return true;
  }
  return false;
}

/** Whether the parenthesis at `index` holds a dotted name and nothing else. */
function holdsOnlyName(p: Parser, index: number): boolean {
  const close = p.tokens.mates[index] ?? -1;
  if (close <= index + 1) return false;
  for (let at = index + 1; at < close; at++) {
    if (!isNameKind(p.tokens.kinds[at]!) && p.tokens.words[at] !== ".") return false;
  }
  return true;
}

function isDatePart(p: Parser, call: Call): boolean {
  const positions = p.dialect.words.datePartArguments.get(call.name);
  if (positions === undefined || !positions.includes(call.position)) return false;
  const next = p.wordAt(1);
  if (next !== "," && next !== "(" && p.position + 1 !== call.close) return false;
  return p.dialect.words.dateParts.has(p.raw(p.position).toLowerCase());
}

/** COLUMNS of JSON_TABLE and XMLTABLE, with or without parentheses: what they name is read where the relation is made. */
function readColumnsClause(p: Parser, close: number): void {
  p.next();
  if (p.is("(")) p.skipBrackets();
  else p.moveTo(close);
}

/** `TABLE t`, `TABLE(t)` as an argument: all rows of a table. */
function readTableArgument(p: Parser, expr: Expr): void {
  const name = readName(p);
  if (name === null) return;
  const select = newSelect(name.start);
  select.from.push(tableRelation(p, name, "table"));
  select.items.push(newStar(null, name.start, name.end));
  expr.queries.push({ query: queryOf(select), how: compose(TRANSFORMATION, p.how), exists: false });
}

function readArgument(p: Parser, expr: Expr, call: Call): boolean {
  const at = p.position;
  if (
    p.kind === TokenKind.word &&
    ARGUMENT_GLUE.has(p.word) &&
    OPERAND_END.has(p.word) &&
    p.wordAt(1) !== "(" &&
    p.wordAt(1) !== "."
  ) {
    p.next();
    return true;
  }
  const refs = expr.refs.length;
  const queries = expr.queries.length;
  if (p.grammar.expression(p, expr) === undefined) {
    if (p.position === at) p.unread("expected an argument");
    recover(p, expr);
    if (p.position === at) p.next();
    return false;
  }
  return readArgumentEnd(p, expr, call, refs, queries);
}

/** Reads what may stand behind an argument before the next comma. */
function readArgumentEnd(p: Parser, expr: Expr, call: Call, refs: number, queries: number): boolean {
  const { close, traits } = call;
  for (;;) {
    if (p.position >= close || p.is(",") || p.atEnd()) return true;
    const { word, kind } = p;
    if (word === "AS") {
      if (p.wordAt(1) === "EVALNAME") {
        // The attribute's name is computed (SQL/XML).
        p.skip(2);
        p.grammar.expression(p, expr);
      } else if (traits.form === "cast" || traits.form === "convert") {
        // Nothing in a type, a format or a default on error holds a column.
        skipToComma(p, close);
      } else readInnerAlias(p, expr, refs, queries);
      continue;
    }
    if (word === ":" || (word === "=" && p.colonPairs)) {
      p.next();
      if (p.position < close && p.grammar.expression(p, expr) === undefined) recover(p, expr);
      continue;
    }
    if (word === "ORDER" && p.wordAt(1) === "BY") {
      p.skip(2);
      p.how = call.outer;
      if (!readSorting(p, expr)) recover(p, expr);
      continue;
    }
    if (word === "COLUMNS") {
      readColumnsClause(p, close);
      continue;
    }
    if (kind === TokenKind.word && word !== "") {
      if (word === "ASC" || word === "DESC" || word === "NULLS") {
        readOrderModifiers(p, expr);
        if (p.word === word) p.next();
        continue;
      }
      if (word === "PARTITION" && p.wordAt(1) === "BY") {
        p.skip(2);
        readSorting(p, expr);
        continue;
      }
      if (ARGUMENT_GLUE.has(word)) {
        readGlue(p, expr, call);
        continue;
      }
    }
    if (kind === TokenKind.parameter && p.raw(p.position).startsWith(":")) {
      p.next();
      continue;
    }
    if (p.isName() && !CLAUSE_STARTS.has(word) && (p.wordAt(1) === "," || p.position + 1 === close)) {
      if (p.dialect.features.aliasesInsideExpressions || p.is("")) {
        p.next();
        return true;
      }
      p.next();
      continue;
    }
    p.unread(`expected a comma or the end of the arguments of ${call.name === "" ? "a call" : call.name}`);
    expr.recovered = true;
    recover(p, expr);
    return false;
  }
}

/** A word between arguments, and the argument behind it. */
function readGlue(p: Parser, expr: Expr, call: Call): void {
  const { close } = call;
  const word = p.word;
  p.next();
  if (word === "RETURNING") {
    readType(p);
    while (
      p.position < close &&
      (p.is("(") || (p.kind === TokenKind.word && !ARGUMENT_GLUE.has(p.word) && p.word !== "AS" && !p.is(",")))
    ) {
      if (p.is("(")) p.skipBrackets();
      else p.next();
    }
    return;
  }
  if (word === "USING" && p.isName() && p.position + 1 === close) {
    // A character set.
    p.next();
    return;
  }
  if (word === "HAVING" && (p.is("MAX") || p.is("MIN"))) p.next();
  if (
    p.position >= close ||
    p.is(",") ||
    (p.kind === TokenKind.word && ARGUMENT_GLUE.has(p.word) && p.wordAt(1) !== "(" && p.wordAt(1) !== ".")
  )
    return;
  if (word === "FROM" && queryStartsAt(p, p.position)) return;
  if (p.is("COLUMNS") && p.wordAt(1) === "(") return;
  if (word === "PASSING" && p.is("BY")) p.skip(2);
  const saved = p.how;
  if (word === "SEPARATOR" || word === "LIMIT") p.how = compose(AGGREGATION, call.outer);
  const at = p.position;
  if (p.grammar.expression(p, expr) === undefined) {
    recover(p, expr);
    if (p.position === at && p.position < close && !p.is(",")) p.next();
  }
  p.how = saved;
  if (word === "PASSING" || word === "VALUE" || word === "USING") {
    if (p.is("AS")) {
      p.next();
      readIdentifier(p);
    }
  }
}
