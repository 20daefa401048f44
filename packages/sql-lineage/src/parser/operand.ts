import { AMBIGUOUS, compose, IDENTITY, TRANSFORMATION } from "../how.ts";
import { type Expr, type Name, VARIABLE_NAME } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { readBraces, readBracketed, readParentheses } from "./brackets.ts";
import { markTransformed } from "./build.ts";
import { readCall } from "./calls.ts";
import { readCase } from "./case.ts";
import { readColumn } from "./column.ts";
import type { Label } from "./grammar.ts";
import { readInterval } from "./interval.ts";
import { readLambda, readPythonLambda, startsLambdaBody } from "./lambda.ts";
import { isNamedMinus, parenthesisedQueryAt } from "./lookahead.ts";
import { readName } from "./names.ts";
import type { Parser } from "./parser.ts";
import { readNested } from "./recover.ts";
import { skipStarModifiers } from "./star-arguments.ts";
import { readTypeArguments } from "./types.ts";
import {
  BINARY_OPERATORS,
  CLAUSE_STARTS,
  LITERAL_TYPES,
  OPERAND_END,
  OPERAND_END_CALLS,
  PREFIX_OPERATORS,
} from "./words.ts";

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
        if (special !== NOT_SPECIAL) return special;
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
  // `:x` is the variable x where variables are written so in SQL.
  const variable = text.replace(/^:/, "");
  if (p.variables?.has(variable.toLowerCase()) === true) {
    const parts = [VARIABLE_NAME, variable];
    if (p.is(".") && p.adjacent && p.isNameAt(1)) parts.push(p.value(p.position + 1));
    expr.refs.push({ name: { parts, quoted: 0, start, end: p.lastEnd }, how: p.how });
  }
  while (p.is(".") && p.adjacent) {
    p.next();
    if (p.isName()) p.next();
    if (p.is("(")) readCall(p, expr, "", p.start);
  }
  return null;
}

const SPECIAL_REGISTERS: ReadonlySet<string> = new Set(
  "DATE TIME TIMESTAMP USER SCHEMA TIMEZONE SERVER PATH".split(" "),
);

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
      if (
        next === "," ||
        next === ")" ||
        next === "." ||
        next === ";" ||
        (next === "(" && word === "BINARY") ||
        p.kindAt(1) === TokenKind.end
      )
        break;
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
      if (
        next === "," ||
        next === ")" ||
        next === "." ||
        next === "=" ||
        CLAUSE_STARTS.has(next) ||
        p.kindAt(1) === TokenKind.end
      )
        break;
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
      if (p.isNameAt(1) && (p.wordAt(2) === ":" || p.wordAt(2) === "," || p.kindAt(2) === TokenKind.parameter))
        return readPythonLambda(p, expr);
      break;
    case "CURRENT":
      // CURRENT DATE, CURRENT TIMESTAMP (DB2)
      if (!SPECIAL_REGISTERS.has(next) || p.wordAt(2) === "(") break;
      p.skip(2);
      return null;
    case "NEXTVAL":
    case "PREVVAL":
      // NEXTVAL FOR s (DB2)
      if (next !== "FOR" || !p.isNameAt(2)) break;
      p.skip(2);
      readName(p);
      return null;
    case "NEXT":
      if (next !== "VALUE" || p.wordAt(2) !== "FOR") break;
      p.skip(3);
      readName(p);
      return null;
    case "MATCH":
      // MATCH(a-(edge)->b): how relations hang together, which their names in FROM say too.
      if (next !== "(" || !p.dialect.features.graphPatterns) break;
      p.next();
      p.skipBrackets();
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
  if (OPERAND_END.has(word) && next !== "." && !(next === "(" && OPERAND_END_CALLS.has(word)) && !isNamedMinus(p))
    return undefined;
  if (LITERAL_TYPES.has(word)) {
    if (p.kindAt(1) === TokenKind.string) {
      p.skip(2);
      while (p.kind === TokenKind.string) p.next();
      return null;
    }
    if (
      (next === "WITH" || next === "WITHOUT") &&
      p.wordAt(2) === "TIME" &&
      p.wordAt(3) === "ZONE" &&
      p.kindAt(4) === TokenKind.string
    ) {
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
    if (next === "->" && startsLambdaBody(p, 2))
      return readLambda(p, expr, [p.value(p.position).toLowerCase()], p.position + 2);
  }
  return NOT_SPECIAL;
}
