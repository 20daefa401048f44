import { AGGREGATION, compose, CONDITIONAL, SORT, TRANSFORMATION } from "../how.ts";
import type { Expr, Relation } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { queryOf } from "./build.ts";
import { readCall } from "./calls.ts";
import { attributesAt } from "./column.ts";
import type { Label } from "./grammar.ts";
import { readIdentifier, readName } from "./names.ts";
import { readOrderList } from "./order.ts";
import type { Parser } from "./parser.ts";
import { closeBracket, recover } from "./recover.ts";
import { tableRelation } from "./relation-build.ts";
import { selectAll } from "./select-all.ts";
import { skipStarModifiers } from "./star-arguments.ts";
import { readType } from "./types.ts";
import { readOver } from "./window.ts";
import {
  BINARY_OPERATORS,
  CLAUSE_STARTS,
  NEGATABLE,
  OPERAND_END,
  PREFIX_OPERATORS,
  WEAK_OPERATORS,
  WORD_OPERATORS,
} from "./words.ts";

/** What came after an operand. */
export const Suffix = {
  /** Nothing that belongs to the expression. */
  none: 0,
  /** Something that leaves a column a column: `(+)`, a struct's field. */
  plain: 1,
  /** Something that makes another value of it. */
  value: 2,
  /** An operator: another operand follows. */
  operator: 3,
} as const;

export function symbolSuffix(p: Parser, expr: Expr, label: Label): number {
  const word = p.word;
  switch (word) {
    case "::":
      p.next();
      readType(p);
      p.field = label ?? null;
      return Suffix.value;
    case "[":
      readSubscript(p, expr);
      return Suffix.value;
    case ".":
    case "..":
      return readField(p, expr);
    case ":":
      if (!p.dialect.lexical.colonPaths || p.colonPairs) return Suffix.none;
      return readPath(p, expr);
    case "(":
      if (p.wordAt(1) === "+" && p.wordAt(2) === ")") {
        p.skip(3);
        return Suffix.plain;
      }
      if (attributesAt(p)) {
        p.skipBrackets();
        return Suffix.value;
      }
      return Suffix.none;
    case "=>":
    case ":=":
      if (word === ":=" && p.tokens.kinds[p.position - 1] === TokenKind.parameter) {
        p.next();
        return Suffix.operator;
      }
      return Suffix.none;
    case "->>":
      if (p.dialect.features.flowOperator) return Suffix.none;
      break;
    case "?":
      // A JSON operator where operators are PostgreSQL's.
      if (!p.dialect.lexical.customOperators) return Suffix.none;
      break;
    default:
      if (!BINARY_OPERATORS.has(word)) return Suffix.none;
  }
  if (word === "!" && !startsOperand(p, 1)) {
    // A factorial.
    p.next();
    return Suffix.value;
  }
  p.next();
  // `< =`, `! =`, `< >` with a space between are one operator (Oracle, T-SQL).
  if ((word === "<" || word === ">" || word === "!" || word === "^") && (p.is("=") || p.is(">") || p.is("<"))) p.next();
  skipQuantifier(p);
  return Suffix.operator;
}

/** Whether something that can be an operand stands `ahead` tokens from here. */
function startsOperand(p: Parser, ahead: number): boolean {
  const kind = p.kindAt(ahead);
  if (kind === TokenKind.end || kind === TokenKind.separator) return false;
  const word = p.wordAt(ahead);
  if (kind === TokenKind.operator)
    return (
      word === "(" ||
      word === "[" ||
      word === "{" ||
      word === "=" ||
      word === "<" ||
      word === ">" ||
      PREFIX_OPERATORS.has(word)
    );
  return kind !== TokenKind.word || !OPERAND_END.has(word);
}

/** ANY, ALL, SOME between an operator and its list or query. */
function skipQuantifier(p: Parser): void {
  if ((p.is("ANY") || p.is("ALL") || p.is("SOME")) && p.wordAt(1) === "(") p.next();
}

function readSubscript(p: Parser, expr: Expr): void {
  const close = p.mate;
  p.enter();
  p.next();
  const saved = p.how;
  p.how = compose(TRANSFORMATION, saved);
  while (p.position < close && !p.atEnd()) {
    // `[*]`: all elements (Databricks, JSON path expression)
    const all = p.is("*") && p.position + 1 === close;
    if (all || p.is(":") || p.is(",") || p.is("..") || p.kind === TokenKind.parameter) {
      p.next();
      continue;
    }
    const at = p.position;
    if (p.grammar.expression(p, expr) === undefined) {
      recover(p, expr);
      if (p.position === at) p.next();
    }
  }
  p.how = saved;
  closeBracket(p, close, expr);
  p.leave();
}

/** `.field`, `.*`, `.method(…)` behind a value. */
function readField(p: Parser, expr: Expr): number {
  p.next();
  if (p.take("*")) {
    skipStarModifiers(p);
    return Suffix.value;
  }
  if (p.is("(")) {
    // `(value).(expression)` (ClickHouse, Spark) reads like a call.
    readCall(p, expr, "", p.start);
    return Suffix.value;
  }
  const name = readIdentifier(p);
  if (name === null) {
    p.unread("expected a field");
    expr.recovered = true;
    return Suffix.value;
  }
  if (p.is("(")) {
    readCall(p, expr, name.toLowerCase(), p.start);
    return Suffix.value;
  }
  p.field = name;
  return Suffix.value;
}

/** `value:path.to[0]` (Snowflake, Querying semi-structured data; Databricks, Query JSON strings). */
function readPath(p: Parser, expr: Expr): number {
  if (!p.isNameAt(1) && p.kindAt(1) !== TokenKind.number && p.wordAt(1) !== "[" && p.kindAt(1) !== TokenKind.string)
    return Suffix.none;
  p.next();
  if (p.is("[")) {
    readSubscript(p, expr);
    return Suffix.value;
  }
  // Databricks calls `a:b` after its last step; Snowflake after the whole text.
  if (p.dialect.features.structFields) p.field = p.value(p.position);
  p.next();
  return Suffix.value;
}

/** `x IN name`: the table's rows (ClickHouse, IN operators). */
function readTableAsSet(p: Parser, expr: Expr): boolean {
  if (!p.isName() || p.wordAt(1) === "(") return false;
  const at = p.position;
  const name = readName(p);
  if (name === null || p.is("(")) {
    p.position = at;
    return false;
  }
  const relation: Relation = { ...tableRelation(p, name, "table"), orValue: true };
  expr.queries.push({ query: queryOf(selectAll(relation)), how: p.how, exists: false });
  return true;
}

export function wordSuffix(p: Parser, expr: Expr): number {
  const word = p.word;
  if (WORD_OPERATORS.has(word)) {
    // ClickHouse's ORDER BY … INTERPOLATE is no operator.
    if (word === "INTERPOLATE" && p.wordAt(1) !== "PREVIOUS" && p.wordAt(1) !== "NEXT") return Suffix.none;
    if (WEAK_OPERATORS.has(word)) {
      const next = p.wordAt(1);
      if (next === "," || next === ")" || next === ";" || p.kindAt(1) === TokenKind.end || CLAUSE_STARTS.has(next))
        return Suffix.none;
    }
    p.next();
    switch (word) {
      case "SIMILAR":
        p.take("TO");
        break;
      case "MEMBER":
      case "SUBMULTISET":
        p.take("OF");
        break;
      case "SOUNDS":
        p.take("LIKE");
        break;
      case "INTERPOLATE":
        // a INTERPOLATE PREVIOUS VALUE b (Vertica)
        if (!p.take("PREVIOUS")) p.take("NEXT");
        p.take("VALUE");
        break;
      case "STARTS":
        p.take("WITH");
        break;
      case "BETWEEN":
        if (!p.take("SYMMETRIC")) p.take("ASYMMETRIC");
        break;
      case "OPERATOR":
        if (p.is("(")) p.skipBrackets();
        break;
      case "LIKE":
      case "ILIKE":
      case "REGEXP":
      case "RLIKE":
        skipQuantifier(p);
        break;
      case "IN":
        // AGAINST ('x' IN BOOLEAN MODE) (MySQL)
        if (p.is("BOOLEAN") && p.wordAt(1) === "MODE") {
          p.skip(2);
          return Suffix.value;
        }
        if (p.is("NATURAL") && p.wordAt(1) === "LANGUAGE") {
          p.skip(3);
          if (p.is("WITH")) p.skip(3);
          return Suffix.value;
        }
        if (p.dialect.features.tablesAsSets && readTableAsSet(p, expr)) return Suffix.value;
        break;
    }
    return Suffix.operator;
  }
  switch (word) {
    case "NOT":
      if (NEGATABLE.has(p.wordAt(1))) {
        p.next();
        return Suffix.value;
      }
      if (p.wordAt(1) === "NULL") {
        p.skip(2);
        return Suffix.value;
      }
      return Suffix.none;
    case "GLOBAL":
      if (p.wordAt(1) !== "IN" && p.wordAt(1) !== "NOT") return Suffix.none;
      p.next();
      return Suffix.value;
    case "IS":
      return readIs(p);
    case "ISNULL":
    case "NOTNULL":
      p.next();
      return Suffix.value;
    case "COLLATE":
      p.next();
      if (p.is("(")) p.skipBrackets();
      else readName(p);
      return Suffix.value;
    case "AT":
      if (p.wordAt(1) === "TIME" && p.wordAt(2) === "ZONE") {
        p.skip(3);
        return Suffix.operator;
      }
      if (p.wordAt(1) !== "LOCAL") return Suffix.none;
      p.skip(2);
      return Suffix.value;
    case "OVER":
      if (!p.tokens.words[p.position - 1]?.match(/^(?:\)|NULLS|FIRST|LAST)$/)) return Suffix.none;
      p.next();
      readOver(p, expr);
      return Suffix.value;
    case "FILTER":
      if (p.wordAt(1) !== "(") return Suffix.none;
      p.next();
      readInBrackets(p, expr, CONDITIONAL, () => {
        p.take("WHERE");
        return p.grammar.expression(p, expr) !== undefined;
      });
      return Suffix.value;
    case "WITHIN":
      if (p.wordAt(1) !== "GROUP" || p.wordAt(2) !== "(") return Suffix.none;
      p.skip(2);
      // For percentiles the ordered column is the value itself; for lists only their order.
      readInBrackets(p, expr, ordersValue(p) ? AGGREGATION : SORT, () => {
        if (p.take("ORDER")) p.take("BY");
        readOrderList(p, expr);
        return true;
      });
      return Suffix.value;
    case "KEEP":
      if (p.wordAt(1) !== "(") return Suffix.none;
      p.next();
      readInBrackets(p, expr, SORT, () => {
        while (p.take("DENSE_RANK") || p.take("FIRST") || p.take("LAST"));
        if (p.take("ORDER")) p.take("BY");
        readOrderList(p, expr);
        return true;
      });
      return Suffix.value;
    case "IGNORE":
    case "RESPECT":
      if (p.wordAt(1) !== "NULLS") return Suffix.none;
      p.skip(2);
      return Suffix.value;
    case "FROM":
      // NTH_VALUE(x, 2) FROM LAST OVER (…)
      if ((p.wordAt(1) !== "FIRST" && p.wordAt(1) !== "LAST") || p.tokens.words[p.position - 1] !== ")")
        return Suffix.none;
      if (p.wordAt(2) !== "OVER" && p.wordAt(2) !== "IGNORE" && p.wordAt(2) !== "RESPECT") return Suffix.none;
      p.skip(2);
      return Suffix.value;
    case "MULTISET":
      if (p.wordAt(1) !== "UNION" && p.wordAt(1) !== "EXCEPT" && p.wordAt(1) !== "INTERSECT") return Suffix.none;
      p.skip(2);
      if (!p.take("ALL")) p.take("DISTINCT");
      return Suffix.operator;
    case "DAY":
    case "YEAR":
      // `(a - b) DAY TO SECOND(3)`
      if (readIntervalQualifier(p)) return Suffix.value;
      return readDurationUnit(p);
    default:
      return readDurationUnit(p);
  }
}

/** Whether the function whose call ends just before WITHIN GROUP takes its value from the ordering. */
function ordersValue(p: Parser): boolean {
  const { words, mates } = p.tokens;
  // Two tokens back from what follows WITHIN GROUP: the closing parenthesis of the call.
  const close = p.position - 3;
  const open = words[close] === ")" ? (mates[close] ?? 0) : 0;
  return (
    open > 0 &&
    /^(?:percentile_|mode$|median$|rank$|dense_rank$|percent_rank$|cume_dist$|approx_percentile|approximate)/i.test(
      p.value(open - 1),
    )
  );
}

const UNITS: ReadonlySet<string> = new Set(
  "YEAR YEARS MONTH MONTHS DAY DAYS HOUR HOURS MINUTE MINUTES SECOND SECONDS MICROSECONDS".split(" "),
);

/** The unit in `a + 1 MONTH` (DB2, Labeled durations). */
function readDurationUnit(p: Parser): number {
  if (!p.dialect.features.labeledDurations) return Suffix.none;
  const { words, kinds } = p.tokens;
  const before = p.position - 1;
  if (kinds[before] !== TokenKind.number || !UNITS.has(words[p.position]!)) return Suffix.none;
  if (words[before - 1] !== "+" && words[before - 1] !== "-") return Suffix.none;
  p.next();
  return Suffix.value;
}

function readIntervalQualifier(p: Parser): boolean {
  const next = p.wordAt(1) === "(" ? p.tokens.words[(p.tokens.mates[p.position + 1] ?? -1) + 1] : p.wordAt(1);
  if (next !== "TO") return false;
  p.next();
  if (p.is("(")) p.skipBrackets();
  p.skip(2);
  if (p.is("(")) p.skipBrackets();
  return true;
}

function readIs(p: Parser): number {
  // JSON_OBJECT('key' IS value) (Oracle)
  const isPair = p.colonPairs && p.tokens.kinds[p.position - 1] === TokenKind.string;
  p.next();
  if (isPair && !p.is("NULL") && !p.is("NOT")) return Suffix.operator;
  p.take("NOT");
  if (p.take("DISTINCT")) {
    p.take("FROM");
    return Suffix.operator;
  }
  if (p.take("JSON")) {
    if (!p.take("VALUE") && !p.take("OBJECT") && !p.take("ARRAY")) p.take("SCALAR");
    if (p.is("(")) p.skipBrackets();
    if (p.is("STRICT") || p.is("LAX")) p.next();
    if (p.is("WITH") || p.is("WITHOUT")) p.next();
    p.take("UNIQUE");
    p.take("KEYS");
    return Suffix.value;
  }
  if (p.take("OF")) {
    p.take("TYPE");
    if (p.is("(")) p.skipBrackets();
    return Suffix.value;
  }
  if (p.take("A")) {
    p.take("SET");
    return Suffix.value;
  }
  if (p.take("LABELED") || p.take("SOURCE") || p.take("DESTINATION")) {
    p.take("OF");
    readName(p);
    return Suffix.value;
  }
  if (p.take("NFC") || p.take("NFD") || p.take("NFKC") || p.take("NFKD")) {
    p.take("NORMALIZED");
    return Suffix.value;
  }
  if (p.kind === TokenKind.word && !OPERAND_END.has(p.word)) p.next();
  else if (p.kind === TokenKind.parameter || p.kind === TokenKind.number || p.kind === TokenKind.template || p.is("?"))
    p.next();
  else p.unread("expected what IS asks for");
  return Suffix.value;
}

/** Reads what stands in the brackets here, where everything takes part by `how`. */
function readInBrackets(p: Parser, expr: Expr, how: number, read: () => boolean): void {
  const close = p.mate;
  p.enter();
  p.next();
  const saved = p.how;
  p.how = compose(how, saved);
  if (!read()) recover(p, expr);
  p.how = saved;
  closeBracket(p, close, expr);
  p.leave();
}
