import { AGGREGATION, AMBIGUOUS, CONDITIONAL, IDENTITY, SORT, TRANSFORMATION, WINDOW, compose } from "../how.ts";
import type { Expr, Name } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { markTransformed } from "./build.ts";
import { readCall } from "./calls.ts";
import type { Label } from "./grammar.ts";
import { readInnerAlias } from "./inner-alias.ts";
import { parenthesisedQueryAt } from "./lookahead.ts";
import { readIdentifier, readName } from "./names.ts";
import type { Parser } from "./parser.ts";
import { closeBracket, readNested, recover } from "./recover.ts";
import { readOrderList } from "./order.ts";
import { readType, readTypeArguments } from "./types.ts";
import { readOver } from "./window.ts";
import {
  BINARY_OPERATORS,
  CLAUSE_STARTS,
  LITERAL_TYPES,
  NEGATABLE,
  OPERAND_END,
  OPERAND_END_CALLS,
  PREFIX_OPERATORS,
  WEAK_OPERATORS,
  WORD_OPERATORS,
} from "./words.ts";

/** What came after an operand. */
const Suffix = {
  /** Nothing that belongs to the expression. */
  none: 0,
  /** Something that leaves a column a column: `(+)`, a struct's field. */
  plain: 1,
  /** Something that makes another value of it. */
  value: 2,
  /** An operator: another operand follows. */
  operator: 3,
} as const;

/**
 * Reads an expression: operands and operators in a row. Precedence does not matter to lineage, so there is none, and a
 * chain of ten thousand ORs is a loop.
 */
export function readExpression(p: Parser, expr: Expr): Label {
  const firstRef = expr.refs.length;
  const firstQuery = expr.queries.length;
  let label = readOperand(p, expr);
  if (label === undefined) return undefined;
  let plain = true;
  let ternary = 0;
  for (;;) {
    const kind = p.kind;
    if (kind === TokenKind.operator) {
      const word = p.word;
      if (word === "," || word === ")" || word === ";") break;
      if (p.dialect.features.ternary && (word === "?" || (word === ":" && ternary > 0))) {
        ternary += word === "?" ? 1 : -1;
        p.next();
        plain = false;
        if (readOperand(p, expr) === undefined) return missing(p, expr);
        continue;
      }
      const suffix = symbolSuffix(p, expr, label);
      if (suffix === Suffix.none) break;
      if (suffix === Suffix.plain) {
        label = p.field ?? label;
        p.field = null;
        continue;
      }
      plain = false;
      if (suffix === Suffix.operator) {
        label = null;
        if (readOperand(p, expr) === undefined) return missing(p, expr);
      } else {
        label = p.field;
        p.field = null;
      }
      continue;
    }
    if (kind === TokenKind.parameter && p.dialect.lexical.colonPaths && p.raw(p.position).startsWith(":") && p.adjacent) {
      // A second step of a path, `a:b:c`, which looks like a bind variable.
      p.next();
      plain = false;
      continue;
    }
    if (kind !== TokenKind.word || p.word === "") break;
    const suffix = wordSuffix(p, expr);
    if (suffix === Suffix.none) break;
    plain = false;
    label = null;
    if (suffix === Suffix.operator && readOperand(p, expr) === undefined) return missing(p, expr);
  }
  if (!plain) markTransformed(expr, firstRef, firstQuery);
  return label;
}

function missing(p: Parser, expr: Expr): undefined {
  p.unread("expected an operand");
  expr.recovered = true;
  return undefined;
}

function symbolSuffix(p: Parser, expr: Expr, label: Label): number {
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
      return Suffix.none;
    case "=>":
    case ":=":
      if (word === ":=" && p.tokens.kinds[p.position - 1] === TokenKind.parameter) {
        p.next();
        return Suffix.operator;
      }
      return Suffix.none;
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
  if (kind === TokenKind.operator) return word === "(" || word === "[" || word === "{" || word === "=" || word === "<" || word === ">" || PREFIX_OPERATORS.has(word);
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
    if (p.is(":") || p.is(",") || p.is("..") || p.kind === TokenKind.parameter) {
      p.next();
      continue;
    }
    const at = p.position;
    if (readExpression(p, expr) === undefined) {
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

function wordSuffix(p: Parser, expr: Expr): number {
  const word = p.word;
  if (WORD_OPERATORS.has(word)) {
    if (WEAK_OPERATORS.has(word)) {
      const next = p.wordAt(1);
      if (next === "," || next === ")" || next === ";" || p.kindAt(1) === TokenKind.end || CLAUSE_STARTS.has(next)) return Suffix.none;
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
        if (p.is("UNNEST") && p.wordAt(1) === "(") break;
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
        return readExpression(p, expr) !== undefined;
      });
      return Suffix.value;
    case "WITHIN":
      if (p.wordAt(1) !== "GROUP" || p.wordAt(2) !== "(") return Suffix.none;
      p.skip(2);
      // For percentiles the ordered column is the value itself; for lists only their order.
      readInBrackets(p, expr, ordersValue(p) ? AGGREGATION : WINDOW, () => {
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
      if ((p.wordAt(1) !== "FIRST" && p.wordAt(1) !== "LAST") || p.tokens.words[p.position - 1] !== ")") return Suffix.none;
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
      return readIntervalQualifier(p) ? Suffix.value : Suffix.none;
    default:
      return Suffix.none;
  }
}

/** Whether the function whose call ends just before WITHIN GROUP takes its value from the ordering. */
function ordersValue(p: Parser): boolean {
  const { words, mates } = p.tokens;
  // Two tokens back from what follows WITHIN GROUP: the closing parenthesis of the call.
  const close = p.position - 3;
  const open = words[close] === ")" ? (mates[close] ?? 0) : 0;
  return open > 0 && /^(?:percentile_|mode$|median$|rank$|dense_rank$|percent_rank$|cume_dist$|approx_percentile|approximate)/i.test(p.value(open - 1));
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
  p.next();
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
  else if (p.kind === TokenKind.parameter || p.kind === TokenKind.number || p.kind === TokenKind.template || p.is("?")) p.next();
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

// --- operands

/** Reads one operand with what stands before it: signs, NOT, DISTINCT. */
export function readOperand(p: Parser, expr: Expr): Label {
  let signed = false;
  for (;;) {
    const kind = p.kind;
    switch (kind) {
      case TokenKind.word: {
        const word = p.word;
        if (word === "") return signed ? asValue(p, expr, readColumn) : readColumn(p, expr);
        const special = readSpecial(p, expr);
        if (special === AGAIN) {
          signed = true;
          continue;
        }
        if (special !== NOT_SPECIAL) return special as Label;
        return signed ? asValue(p, expr, readColumn) : readColumn(p, expr);
      }
      case TokenKind.quoted:
        return signed ? asValue(p, expr, readColumn) : readColumn(p, expr);
      case TokenKind.number:
        p.next();
        return null;
      case TokenKind.string:
        do p.next();
        while (p.kind === TokenKind.string);
        return null;
      case TokenKind.parameter:
        return readParameter(p, expr);
      case TokenKind.stage:
        p.next();
        return null;
      case TokenKind.template: {
        // It may be a value or a column, nobody knows: whatever it goes into says so.
        const name = { parts: [p.raw(p.position)], quoted: 1, start: p.start, end: p.start + p.raw(p.position).length };
        p.next();
        if (p.is("(")) readCall(p, expr, "", p.start);
        else expr.refs.push({ name, how: p.how | AMBIGUOUS });
        return null;
      }
      case TokenKind.operator: {
        const word = p.word;
        if (word === "(") return readParentheses(p, expr);
        if (word === "[") return readBracketed(p, expr);
        if (word === "{") return readBraces(p, expr);
        if (word === "*") {
          expr.rows = p.how;
          p.next();
          skipStarModifiers(p);
          return null;
        }
        if (word === "?") {
          p.next();
          return null;
        }
        if (word === ":" && (p.kindAt(1) === TokenKind.number || p.isNameAt(1))) {
          p.skip(2);
          return null;
        }
        if (word === "::" && p.isNameAt(1)) {
          p.next();
          continue;
        }
        if (!PREFIX_OPERATORS.has(word)) return undefined;
        p.next();
        signed = true;
        continue;
      }
      default:
        return undefined;
    }
  }
}

function asValue(p: Parser, expr: Expr, read: (p: Parser, expr: Expr) => Label): Label {
  const refs = expr.refs.length;
  const queries = expr.queries.length;
  const label = read(p, expr);
  markTransformed(expr, refs, queries);
  return label === undefined ? undefined : null;
}

/** `* EXCEPT (a)` inside a call. */
function skipStarModifiers(p: Parser): void {
  while ((p.is("EXCEPT") || p.is("EXCLUDE") || p.is("REPLACE") || p.is("RENAME")) && p.wordAt(1) === "(" && !parenthesisedQueryAt(p, p.position + 1)) {
    p.next();
    p.skipBrackets();
  }
  if ((p.is("ILIKE") || p.is("LIKE")) && p.kindAt(1) === TokenKind.string) p.skip(2);
}

function readParameter(p: Parser, expr: Expr): Label {
  const { features } = p.dialect;
  const text = p.raw(p.position);
  if (features.positionalColumns && /^\$\d+$/.test(text)) {
    const start = p.start;
    p.next();
    const name: Name = { parts: [text], quoted: 0, start, end: p.lastEnd };
    expr.refs.push({ name, how: p.how });
    return text;
  }
  const start = p.start;
  p.next();
  const used = p.variables?.has(text.toLowerCase()) === true;
  if (used) expr.refs.push({ name: { parts: [text], quoted: 0, start, end: p.lastEnd }, how: p.how });
  while (p.is(".") && p.adjacent) {
    p.next();
    if (p.isName()) p.next();
    if (p.is("(")) readCall(p, expr, "", p.start);
  }
  return null;
}

function readParentheses(p: Parser, expr: Expr): Label {
  if (parenthesisedQueryAt(p, p.position)) {
    readNested(p, expr);
    return null;
  }
  const { mates, words } = p.tokens;
  const close = p.mate;
  if (p.dialect.features.lambdas && words[close + 1] === "->") return readLambda(p, expr, lambdaParameters(p, p.position + 1, close), close + 2);
  // Pairs of parentheses around each other are one: ten thousand of them nest no deeper than two.
  let inner = p.position;
  let innerClose = close;
  while (words[inner + 1] === "(" && mates[inner + 1] === innerClose - 1) {
    inner++;
    innerClose--;
  }
  p.enter();
  p.moveTo(inner + 1);
  const label = readList(p, expr, innerClose);
  closeBracket(p, innerClose, expr);
  p.moveTo(close + 1);
  p.leave();
  return label;
}

/** Reads expressions up to the bracket at `close`; the label of a single one. */
function readList(p: Parser, expr: Expr, close: number): Label {
  let label: Label = null;
  let count = 0;
  while (p.position < close && !p.atEnd()) {
    if (p.take(",")) continue;
    const at = p.position;
    const refs = expr.refs.length;
    const queries = expr.queries.length;
    count++;
    label = readExpression(p, expr);
    if (label === undefined) recover(p, expr);
    if (p.is("AS") && p.position < close) readInnerAlias(p, expr, refs, queries);
    else while (p.is("ASC") || p.is("DESC") || (p.is("NULLS") && (p.wordAt(1) === "FIRST" || p.wordAt(1) === "LAST"))) p.skip(p.is("NULLS") ? 2 : 1);
    if (p.is("FOR") && p.position < close) readComprehension(p, expr, close, refs);
    if (p.position < close && !p.is(",") && !p.atEnd()) {
      if (p.isName() && (p.wordAt(1) === "," || p.position + 1 === close)) p.next();
      else {
        p.unread("expected a comma in a list", p.position + 1);
        recover(p, expr);
        if (p.position === at) p.next();
      }
    }
  }
  return count === 1 ? (label ?? null) : null;
}

/** `[f(x) FOR x IN list IF condition]` (DuckDB): the list is what it draws on; its variable is no column. */
function readComprehension(p: Parser, expr: Expr, close: number, firstRef: number): void {
  p.next();
  const names: string[] = [];
  do {
    const name = readIdentifier(p);
    if (name !== null) names.push(name.toLowerCase());
  } while (p.take(","));
  const kept = expr.refs.slice(firstRef).filter(({ name }) => !names.includes(name.parts[0]!.toLowerCase()));
  expr.refs.length = firstRef;
  expr.refs.push(...kept);
  const { bound } = p;
  p.take("IN");
  readExpression(p, expr);
  p.bound = [...bound, ...names];
  if (p.take("IF")) readExpression(p, expr);
  p.bound = bound;
  if (p.position < close) recover(p, expr);
}

function readBracketed(p: Parser, expr: Expr): Label {
  const close = p.mate;
  p.enter();
  p.next();
  const saved = p.how;
  p.how = compose(TRANSFORMATION, saved);
  readList(p, expr, close);
  p.how = saved;
  closeBracket(p, close, expr);
  p.leave();
  return null;
}

/** `{fn f(x)}`, `{d '2020-01-01'}` of ODBC, `{name: Type}` parameters, `{'key': value}` objects. */
function readBraces(p: Parser, expr: Expr): Label {
  const close = p.mate;
  p.enter();
  p.next();
  const saved = p.how;
  p.how = compose(TRANSFORMATION, saved);
  if ((p.is("FN") || p.is("D") || p.is("T") || p.is("TS") || p.is("GUID")) && (p.isNameAt(1) || p.kindAt(1) === TokenKind.string)) p.next();
  while (p.position < close && !p.atEnd()) {
    if (p.take(",")) continue;
    const at = p.position;
    if (p.wordAt(1) === ":" || (p.kindAt(1) === TokenKind.parameter && p.raw(p.position + 1).startsWith(":"))) {
      if (p.wordAt(1) === ":") p.skip(2);
      else {
        // `{name:Type}` is a parameter (ClickHouse, Parameterized queries).
        p.moveTo(close);
        break;
      }
    }
    p.take("*");
    if (readExpression(p, expr) === undefined) {
      if (p.is("**") || p.is("*")) p.next();
      else recover(p, expr);
    }
    if (p.position < close && !p.is(",")) {
      if (!p.take(":") && p.position === at) p.next();
    }
  }
  p.how = saved;
  closeBracket(p, close, expr);
  p.leave();
  return null;
}

function lambdaParameters(p: Parser, from: number, to: number): string[] {
  const names: string[] = [];
  for (let i = from; i < to; i++) {
    const kind = p.tokens.kinds[i]!;
    if (kind === TokenKind.word || kind === TokenKind.quoted) names.push(p.value(i).toLowerCase());
  }
  return names;
}

function readLambda(p: Parser, expr: Expr, parameters: string[], body: number): Label {
  const { bound } = p;
  p.enter();
  p.moveTo(body);
  p.bound = [...bound, ...parameters];
  const label = readExpression(p, expr);
  p.bound = bound;
  p.leave();
  return label === undefined ? undefined : null;
}

const AGAIN = 1;
const NOT_SPECIAL = 2;

/** Operands that start with a word of their own: CASE, EXISTS, typed literals … */
function readSpecial(p: Parser, expr: Expr): Label | typeof AGAIN | typeof NOT_SPECIAL {
  const word = p.word;
  const next = p.wordAt(1);
  switch (word) {
    case "NOT":
    case "PRIOR":
    case "CONNECT_BY_ROOT":
    case "DISTINCT":
    case "COLLATE":
    case "ALL":
    case "BINARY":
      if (next === "," || next === ")" || next === "." || next === ";" || (next === "(" && word === "BINARY") || p.kindAt(1) === TokenKind.end) break;
      if (p.kindAt(1) === TokenKind.operator && BINARY_OPERATORS.has(next) && !PREFIX_OPERATORS.has(next)) break;
      p.next();
      return AGAIN;
    case "ANY":
    case "SOME":
      if (next !== "(" || !parenthesisedQueryAt(p, p.position + 1)) break;
      p.next();
      return AGAIN;
    case "CASE":
      if (next === "." || next === ",") break;
      return readCase(p, expr);
    case "EXISTS":
      if (next !== "(") break;
      p.next();
      if (parenthesisedQueryAt(p, p.position)) {
        readNested(p, expr, true);
        return null;
      }
      readCall(p, expr, "exists", p.start);
      return null;
    case "INTERVAL":
      if (next === "," || next === ")" || next === "." || next === "=" || CLAUSE_STARTS.has(next) || p.kindAt(1) === TokenKind.end) break;
      return readInterval(p, expr);
    case "ARRAY":
    case "MULTISET":
    case "CURSOR":
      if (next === "<" && word === "ARRAY") {
        p.next();
        if (!readTypeArguments(p)) return null;
        if (p.is("[") || p.is("(")) return AGAIN;
        return null;
      }
      if (next === "[") {
        p.next();
        return AGAIN;
      }
      if (next === "(" && parenthesisedQueryAt(p, p.position + 1)) {
        p.next();
        const saved = p.how;
        p.how = compose(TRANSFORMATION, saved);
        readNested(p, expr);
        p.how = saved;
        return null;
      }
      break;
    case "STRUCT":
    case "MAP":
    case "ROW":
    case "OBJECT":
      if (next === "<" && word !== "ROW") {
        p.next();
        if (!readTypeArguments(p)) return null;
        if (p.is("(")) readCall(p, expr, "struct", p.start);
        return null;
      }
      if (next === "{" || next === "[") {
        p.next();
        return AGAIN;
      }
      break;
    case "LAMBDA":
      if (p.isNameAt(1) && (p.wordAt(2) === ":" || p.wordAt(2) === "," || p.kindAt(2) === TokenKind.parameter)) return readPythonLambda(p, expr);
      break;
    case "NEXT":
      if (next !== "VALUE" || p.wordAt(2) !== "FOR") break;
      p.skip(3);
      readName(p);
      return null;
    case "APPROXIMATE":
      if (!p.isNameAt(1) || p.wordAt(2) !== "(") break;
      p.next();
      return AGAIN;
    case "NEW":
      if (!p.isNameAt(1) || (p.wordAt(2) !== "(" && p.wordAt(2) !== ".")) break;
      p.next();
      return AGAIN;
    case "TABLE":
      if (next === "(" && parenthesisedQueryAt(p, p.position + 1)) {
        p.next();
        readNested(p, expr);
        return null;
      }
      break;
    case "SELECT":
      if (p.tokens.words[p.position - 1] === "(" || p.tokens.words[p.position - 1] === ",") {
        // A query without parentheses of its own, as in `f(SELECT …)`.
        p.enter();
        const saved = p.how;
        p.how = IDENTITY;
        const query = p.grammar.query(p);
        p.how = saved;
        expr.queries.push({ query, how: p.how, exists: false });
        p.leave();
        return null;
      }
      return undefined;
  }
  if (OPERAND_END.has(word) && next !== "." && !(next === "(" && OPERAND_END_CALLS.has(word))) return undefined;
  if (LITERAL_TYPES.has(word)) {
    if (p.kindAt(1) === TokenKind.string) {
      p.skip(2);
      while (p.kind === TokenKind.string) p.next();
      return null;
    }
    if ((next === "WITH" || next === "WITHOUT") && p.wordAt(2) === "TIME" && p.wordAt(3) === "ZONE" && p.kindAt(4) === TokenKind.string) {
      p.skip(5);
      return null;
    }
    if (word === "DOUBLE" && next === "PRECISION" && p.kindAt(2) === TokenKind.string) {
      p.skip(3);
      return null;
    }
    if ((next === "VARYING" || next === "(") && word !== "DATE" && word !== "TIME" && word !== "TIMESTAMP") {
      // `character varying '…'`; with a length it looks like a call and does no harm as one.
      if (next === "VARYING" && p.kindAt(2) === TokenKind.string) {
        p.skip(3);
        return null;
      }
    }
  }
  if (p.dialect.features.lambdas) {
    if (next === "->" && startsLambdaBody(p, 2)) return readLambda(p, expr, [p.value(p.position).toLowerCase()], p.position + 2);
  }
  return NOT_SPECIAL;
}

/** Where `->` can also reach into JSON, `x -> 'key'` and `x -> 0` do: a lambda that returns a literal is of no use. */
function startsLambdaBody(p: Parser, ahead: number): boolean {
  const kind = p.kindAt(ahead);
  return !p.dialect.features.jsonArrows || (kind !== TokenKind.string && kind !== TokenKind.number);
}

/** `LAMBDA x, y: …` (DuckDB). */
function readPythonLambda(p: Parser, expr: Expr): Label {
  const { bound } = p;
  const parameters: string[] = [];
  p.next();
  while (p.isName()) {
    parameters.push(p.value(p.position).toLowerCase());
    p.next();
    if (!p.take(",")) break;
  }
  p.enter();
  p.bound = [...bound, ...parameters];
  let label: Label = null;
  if (p.take(":")) label = readExpression(p, expr);
  else if (p.kind === TokenKind.parameter) {
    // `: y` was cut as a bind variable; it can only be one of the parameters.
    p.next();
    if (BINARY_OPERATORS.has(p.word)) {
      p.next();
      label = readExpression(p, expr);
    }
  }
  p.bound = bound;
  p.leave();
  return label === undefined ? undefined : null;
}

function readInterval(p: Parser, expr: Expr): Label {
  const { dateParts } = p.dialect.words;
  const unitHere = (): boolean => p.kind === TokenKind.word && dateParts.has(p.raw(p.position).toLowerCase());
  p.next();
  const saved = p.how;
  p.how = compose(TRANSFORMATION, saved);
  const label = readOperand(p, expr);
  while (p.kind === TokenKind.operator && (p.is("+") || p.is("-") || p.is("*") || p.is("/")) && p.kindAt(1) === TokenKind.number && p.kindAt(2) === TokenKind.word && dateParts.has(p.raw(p.position + 2).toLowerCase()))
    p.skip(2);
  if (label !== undefined && !unitHere() && p.kind === TokenKind.operator && BINARY_OPERATORS.has(p.word) && intervalContinues(p)) {
    // INTERVAL a * b DAY: an expression of any kind before the unit.
    p.next();
    readOperand(p, expr);
  }
  p.how = saved;
  if (label === undefined) return undefined;
  if (unitHere()) p.next();
  while ((p.kind === TokenKind.number || p.kind === TokenKind.string) && p.kindAt(1) === TokenKind.word && dateParts.has(p.raw(p.position + 1).toLowerCase())) p.skip(2);
  if (p.is("(") && p.tokens.kinds[p.position - 1] === TokenKind.word) p.skipBrackets();
  if (p.is("TO") && p.kindAt(1) === TokenKind.word && dateParts.has(p.raw(p.position + 1).toLowerCase())) {
    p.skip(2);
    if (p.is("(")) p.skipBrackets();
  }
  return null;
}

/** Whether behind the operator and operand here a unit follows: then they belong to the interval. */
function intervalContinues(p: Parser): boolean {
  let at = p.position + 1;
  const { kinds, words, mates } = p.tokens;
  if (words[at] === "(") at = (mates[at] ?? at) + 1;
  else {
    at++;
    while (words[at] === "." && kinds[at + 1] === TokenKind.word) at += 2;
    if (words[at] === "(") at = (mates[at] ?? at) + 1;
  }
  return kinds[at] === TokenKind.word && p.dialect.words.dateParts.has(p.raw(at).toLowerCase());
}

const CASE_WORDS: ReadonlySet<string> = new Set(["WHEN", "THEN", "ELSE", "END"]);

function readCase(p: Parser, expr: Expr): Label {
  const saved = p.how;
  const condition = compose(CONDITIONAL, saved);
  const result = compose(TRANSFORMATION, saved);
  p.enter();
  p.next();
  p.how = condition;
  if (!p.is("WHEN") && readExpression(p, expr) === undefined) recover(p, expr, CASE_WORDS);
  while (p.take("WHEN")) {
    p.how = condition;
    do {
      if (readExpression(p, expr) === undefined) recover(p, expr, CASE_WORDS);
    } while (p.take(","));
    p.how = result;
    if (!p.take("THEN")) {
      p.unread("expected THEN");
      recover(p, expr, CASE_WORDS);
      p.take("THEN");
    }
    if (readExpression(p, expr) === undefined) recover(p, expr, CASE_WORDS);
  }
  p.how = result;
  if (p.take("ELSE") && readExpression(p, expr) === undefined) recover(p, expr, CASE_WORDS);
  p.how = saved;
  p.leave();
  if (!p.take("END")) {
    p.unread("expected END of CASE");
    expr.recovered = true;
  } else if (p.is("CASE")) p.next();
  return null;
}

/** Reads a name: a column, a struct's field, a constant, or the call of a function. */
function readColumn(p: Parser, expr: Expr): Label {
  const { features, words } = p.dialect;
  const first = p.position;
  const start = p.start;
  const firstText = p.value(first);
  const firstQuoted = p.kind === TokenKind.quoted;
  const lone = firstQuoted ? "" : p.word;
  p.next();
  let parts: string[] | null = null;
  let quoted = firstQuoted ? 1 : 0;
  if (firstQuoted && p.dialect.names.dotsInsideQuotes && firstText.includes(".")) {
    parts = firstText.split(".");
    quoted = (1 << parts.length) - 1;
  }
  while (p.word === "." || p.word === "..") {
    const kind = p.kindAt(1);
    if (kind === TokenKind.word || kind === TokenKind.quoted || kind === TokenKind.parameter || kind === TokenKind.number || kind === TokenKind.template || (kind === TokenKind.string && features.stringNames)) {
      parts ??= [firstText];
      p.next();
      if (kind === TokenKind.quoted) quoted |= 1 << parts.length;
      parts.push(p.value(p.position));
      p.next();
    } else if (p.wordAt(1) === "*") {
      p.skip(2);
      parts ??= [firstText];
      parts.push("*");
      expr.refs.push({ name: { parts, quoted, start, end: p.lastEnd }, how: p.how });
      skipStarModifiers(p);
      return null;
    } else if (p.wordAt(1) === "." || p.wordAt(1) === "(" || p.wordAt(1) === "[") {
      if (p.wordAt(1) === ".") p.next();
      else break;
    } else {
      p.next();
      p.unread("expected a name after the dot");
      expr.recovered = true;
      return null;
    }
  }
  const nextWord = p.word;
  if (nextWord === "(" && (p.wordAt(1) === "TITLE" || p.wordAt(1) === "FORMAT") && p.kindAt(2) === TokenKind.string) p.skipBrackets(); // attributes of a column (Teradata)
  else if (nextWord === "(" && !(p.wordAt(1) === "+" && p.wordAt(2) === ")")) {
    const name = p.value(p.position - 1).toLowerCase();
    if (parts !== null && (features.methodCalls)) {
      // A method of a column's value: `doc.value('…')`. Packages and schemas look the same; only known methods are taken.
      if (VALUE_METHODS.has(name)) expr.refs.push({ name: { parts: parts.slice(0, -1), quoted, start, end: p.lastEnd }, how: compose(TRANSFORMATION, p.how) });
    }
    if (!readCall(p, expr, name, start)) return null;
    while (p.is("(") && (features.parametricCalls || name === "identifier")) readCall(p, expr, name, start);
    return null;
  }
  if (parts === null) {
    if (lone !== "" || !firstQuoted) {
      if (lone !== "" && words.constants.has(lone)) return null;
      const lower = firstText.toLowerCase();
      if (p.bound.length > 0 && p.bound.includes(lower)) return null;
      if (p.kind === TokenKind.string && p.adjacent) {
        // A literal's prefix the tokenizer does not know.
        p.next();
        return null;
      }
      if (nextWord === "->" && features.lambdas && startsLambdaBody(p, 1)) return readLambda(p, expr, [lower], p.position + 1);
      // With a type: `x int -> …`
      if (features.lambdas && p.wordAt(1) === "->" && p.kind === TokenKind.word) return readLambda(p, expr, [lower], p.position + 2);
    } else if (nextWord === "->" && features.lambdas && startsLambdaBody(p, 1)) return readLambda(p, expr, [firstText.toLowerCase()], p.position + 1);
    expr.refs.push({ name: { parts: [firstText], quoted, start, end: p.lastEnd }, how: p.how });
    return firstText;
  }
  if (p.bound.length > 0 && p.bound.includes(parts[0]!.toLowerCase())) return null;
  const last = parts.at(-1)!;
  const lastWord = p.tokens.words[p.position - 1];
  if (lastWord === "NEXTVAL" || lastWord === "CURRVAL") return null;
  expr.refs.push({ name: { parts, quoted, start, end: p.lastEnd }, how: p.how });
  return last;
}

/** Methods of values (T-SQL: xml, hierarchyid and spatial data types). */
const VALUE_METHODS: ReadonlySet<string> = new Set(
  `value query nodes exist modify tostring getancestor getdescendant getlevel isdescendantof getreparentedvalue stasText starea stdistance
  stintersects stlength stx sty stbuffer stcontains stastext stgeomfromtext stpointn stnumpoints lat long write getroot parse read`.split(/\s+/),
);
