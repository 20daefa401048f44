import { IDENTITY } from "../how.ts";
import type { Assignment, Expr } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { markTransformed, newExpr, readExpr } from "./build.ts";
import { readCall } from "./calls.ts";
import { parenthesisedQueryAt } from "./lookahead.ts";
import { readIdentifier, readName } from "./names.ts";
import type { Parser } from "./parser.ts";
import { closeBracket, recover } from "./recover.ts";
import { CLAUSE_STARTS } from "./words.ts";

/** Reads the list behind SET: `a = 1, t.b += 2, (c, d) = (SELECT …)`. */
export function readAssignments(p: Parser): Assignment[] {
  const out: Assignment[] = [];
  do {
    if (p.atEnd() || p.is(";")) {
      p.unread("expected an assignment");
      break;
    }
    if (p.is("(")) readTupleAssignment(p, out);
    else readAssignment(p, out);
  } while (p.take(","));
  return out;
}

function readTupleAssignment(p: Parser, out: Assignment[]): void {
  const close = p.mate;
  const columns: Assignment["column"][] = [];
  p.next();
  while (p.position < close && !p.atEnd()) {
    const name = readName(p);
    if (name === null) {
      p.unread("expected a column to set");
      break;
    }
    columns.push(name);
    if (!p.take(",")) break;
  }
  closeBracket(p, close, null);
  if (!p.take("=")) p.unread("expected = behind the columns");
  p.take("ROW");
  if (p.is("(") && !parenthesisedQueryAt(p, p.position)) {
    const end = p.mate;
    p.next();
    for (let i = 0; p.position < end && !p.atEnd(); i++) {
      const expr = value(p);
      const column = columns[i];
      if (column !== undefined) out.push({ column, expr, position: null });
      if (!p.take(",")) break;
    }
    closeBracket(p, end, null);
    return;
  }
  const expr = value(p);
  // One row for all columns: each takes its own part of it.
  columns.forEach((column, position) => out.push({ column, expr, position }));
}

function value(p: Parser): Expr {
  const saved = p.how;
  p.how = IDENTITY;
  const start = p.start;
  let expr = readExpr(p);
  if (expr === null) {
    p.unread("expected a value");
    expr = newExpr(start);
    recover(p, expr, CLAUSE_STARTS);
  }
  p.how = saved;
  return expr;
}

/** The word behind the dotted name here. */
function wordBehindName(p: Parser): string {
  let ahead = 1;
  while (p.wordAt(ahead) === "." && p.isNameAt(ahead + 1)) ahead += 2;
  return p.wordAt(ahead);
}

function readAssignment(p: Parser, out: Assignment[]): void {
  const name = readName(p);
  if (name === null) {
    p.unread("expected a column to set");
    recover(p, null, CLAUSE_STARTS);
    return;
  }
  const variable = p.tokens.kinds[p.position - 1] === TokenKind.parameter && name.parts.length === 1;
  // Elements and fields of a column: `a[1] = 2`, `a[1].b = 2`.
  while (p.is("[") || (p.is(".") && p.tokens.words[p.position - 1] === "]")) {
    if (p.is("[")) p.skipBrackets();
    else {
      p.next();
      readIdentifier(p);
    }
  }
  if (p.is("(") && name.parts.length > 1) {
    // column.WRITE(…) (T-SQL)
    const expr = newExpr(p.start);
    readCall(p, expr, "", p.start);
    expr.end = p.lastEnd;
    out.push({ column: { ...name, parts: name.parts.slice(0, -1) }, expr, position: null });
    return;
  }
  let keeps = false;
  if (p.is(":=") || p.is("=")) p.next();
  else if (p.kind === TokenKind.operator && p.word.length > 1 && p.word.endsWith("=")) {
    // `a += b`: the old value is part of the new one.
    keeps = true;
    p.next();
  } else p.unread("expected = behind the column");
  if (p.is("DEFAULT") && p.wordAt(1) !== "(" && p.wordAt(1) !== ".") {
    p.next();
    return;
  }
  if (variable && p.isName() && /^(?:=|[-+*/%&|^]=)$/.test(wordBehindName(p))) {
    // @variable = column = expression
    readAssignment(p, out);
    return;
  }
  const expr = value(p);
  if (keeps) markTransformed(expr, 0, 0);
  if (!variable) out.push({ column: name, expr, position: null, ...(keeps && { keeps }) });
}
