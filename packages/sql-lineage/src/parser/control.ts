import type { ParsedStatement, Statement } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { readEnd, stops } from "./blocks.ts";
import { newExpr } from "./build.ts";
import { declare, readDeclaration, readRows, recordOf } from "./declarations.ts";
import { rememberText } from "./literal.ts";
import { parenthesisedQueryAt, queryStartsAt } from "./lookahead.ts";
import { readColumnList, readName } from "./names.ts";
import type { Parser } from "./parser.ts";
import { closeBracket, recover } from "./recover.ts";
import { assignedTo, blockOf, expressionBlock, queriesOf, readInto, readOne, readSequence } from "./sequence.ts";
import { utility } from "./utility.ts";

const IF_END = stops("END ELSE ELSIF ELSEIF");

const END = stops("END");

const CASE_END = stops("END WHEN ELSE");

const UNTIL = stops("UNTIL END");

/** Reads a statement of control flow, or one that only procedures have. */
export function readControl(p: Parser): Statement {
  const start = p.start;
  const body: ParsedStatement[] = [];
  const { word } = p;
  p.enter();
  const procedural = p.procedural;
  if (word !== "SET" && word !== "DECLARE" && word !== "PRINT" && word !== "RETURN") p.procedural = true;
  const done = readControlInto(p, body, word, start);
  p.procedural = procedural;
  p.leave();
  return done ?? blockOf(p, start, body);
}

function readControlInto(p: Parser, body: ParsedStatement[], word: string, start: number): Statement | null {
  switch (word) {
    case "IF":
      readIf(p, body);
      return null;
    case "CASE":
      readCaseStatement(p, body);
      return null;
    case "WHILE":
      p.next();
      readCondition(p, body);
      readLoopBody(p, body);
      return null;
    case "LOOP":
      p.next();
      readSequence(p, body, END);
      readEnd(p);
      return null;
    case "REPEAT":
      p.next();
      readSequence(p, body, UNTIL);
      if (p.take("UNTIL")) readCondition(p, body);
      readEnd(p);
      return null;
    case "FOR":
    case "FOREACH":
    case "FORALL":
      readFor(p, body, word);
      return null;
    case "DECLARE":
      p.next();
      return readDeclaration(p);
    case "LET":
      p.next();
      return readDeclaration(p);
    case "SET":
      return readSet(p, start);
    case "PERFORM": {
      // A SELECT whose rows nobody wants (PL/pgSQL, Executing a command with no result).
      const query = p.grammar.performQuery(p);
      return { kind: "query", query, into: null, variables: [], start, end: p.lastEnd };
    }
    case "RETURN":
      return readReturn(p, body, start);
    case "OPEN":
      readOpen(p, body);
      return null;
    case "FETCH":
      readFetch(p, body);
      return null;
    case "PRINT":
      p.next();
      return expressionBlock(p, start, null);
    case "ASSERT": {
      p.next();
      const block = expressionBlock(p, start, null);
      p.skipRest();
      return { ...block, end: p.lastEnd };
    }
    case "ELSEIF":
    case "ELSIF":
    case "WHEN":
    case "UNTIL":
      // A branch without its IF or CASE: a script that was cut at its semicolons.
      p.next();
      readCondition(p, body);
      if (p.take("THEN")) readSingle(p, body);
      else if (p.take("END")) p.take("REPEAT");
      return null;
    default:
      return utility(p);
  }
}

function readCondition(p: Parser, body: ParsedStatement[]): void {
  const expr = newExpr(p.start);
  const at = p.position;
  if (p.grammar.expression(p, expr) === undefined) {
    if (p.position === at) p.unread("expected a condition");
    recover(p, expr, new Set(["THEN", "DO", "LOOP", "BEGIN"]));
  }
  expr.end = p.lastEnd;
  body.push(...queriesOf(expr, null));
}

function readIf(p: Parser, body: ParsedStatement[]): void {
  p.next();
  readCondition(p, body);
  if (!p.take("THEN")) {
    // T-SQL: IF condition statement [ELSE statement]
    readSingle(p, body);
    let ahead = 0;
    while (p.wordAt(ahead) === ";") ahead++;
    if (p.wordAt(ahead) === "ELSE") {
      p.skip(ahead + 1);
      readSingle(p, body);
    }
    return;
  }
  readSequence(p, body, IF_END);
  for (;;) {
    if (p.take("ELSIF") || p.take("ELSEIF")) {
      readCondition(p, body);
      p.take("THEN");
      readSequence(p, body, IF_END);
    } else if (p.take("ELSE")) readSequence(p, body, END);
    else break;
  }
  readEnd(p);
}

function readSingle(p: Parser, body: ParsedStatement[]): void {
  if (p.atEnd() || p.is(";") || p.kind === TokenKind.separator || p.is("END")) return;
  const at = p.position;
  readOne(p, body);
  if (p.position === at) p.next();
}

function readCaseStatement(p: Parser, body: ParsedStatement[]): void {
  p.next();
  if (!p.is("WHEN")) readCondition(p, body);
  while (p.take("WHEN")) {
    do readCondition(p, body);
    while (p.take(","));
    p.take("THEN");
    readSequence(p, body, CASE_END);
  }
  if (p.take("ELSE")) readSequence(p, body, END);
  readEnd(p);
}

function readLoopBody(p: Parser, body: ParsedStatement[]): void {
  if (p.take("LOOP") || p.take("DO")) {
    readSequence(p, body, END);
    readEnd(p);
  } else readSingle(p, body);
}

/** FOR x IN 1 .. 10 LOOP, FOR r IN (SELECT …) LOOP, FOR r IN cursor DO, FORALL i IN … statement, FOREACH x IN ARRAY y LOOP */
function readFor(p: Parser, body: ParsedStatement[], word: string): void {
  p.next();
  let record: string | null = null;
  do {
    const name = readName(p);
    if (name !== null) {
      declare(p, name.parts[0]!);
      record ??= name.parts[0]!;
    }
  } while (p.take(","));
  if (p.take("SLICE")) p.next();
  p.take("IN");
  if (p.take("AS") && p.isName() && p.wordAt(1) === "CURSOR") p.skip(3);
  p.take("REVERSE");
  p.take("ARRAY");
  if (p.is("(") && parenthesisedQueryAt(p, p.position)) {
    const close = p.mate;
    p.next();
    readRows(p, body, record);
    closeBracket(p, close, null);
  } else if (p.is("EXECUTE") || queryStartsAt(p, p.position) || isCursor(p)) readRows(p, body, record);
  else {
    const expr = newExpr(p.start);
    while (!p.atEnd() && !p.is("LOOP") && !p.is("DO") && !p.is(";") && !p.is("SAVE")) {
      const at = p.position;
      if (p.grammar.expression(p, expr) === undefined)
        recover(p, expr, new Set(["LOOP", "DO", "INSERT", "UPDATE", "DELETE", "MERGE", "EXECUTE"]));
      if (!p.take("..") && !p.take("TO") && !p.take("BY") && !p.take(",") && p.position === at) p.next();
      if (word === "FORALL" && (p.is("INSERT") || p.is("UPDATE") || p.is("DELETE") || p.is("MERGE") || p.is("EXECUTE")))
        break;
    }
    expr.end = p.lastEnd;
    body.push(...queriesOf(expr, null));
  }
  if (word === "FORALL") {
    if (p.is("SAVE")) p.skip(2);
    readSingle(p, body);
  } else readLoopBody(p, body);
}

/** Whether a cursor's name stands here, and nothing more than that: `FOR r IN cursor LOOP`. */
function isCursor(p: Parser): boolean {
  if (!p.isName() || p.variables?.has(p.value(p.position).toLowerCase()) !== true) return false;
  const behind = p.wordAt(1) === "(" ? p.tokens.words[(p.tokens.mates[p.position + 1] ?? -2) + 1] : p.wordAt(1);
  return behind === "LOOP" || behind === "DO";
}

/** `FETCH NEXT FROM cursor INTO a, b` */
function readFetch(p: Parser, body: ParsedStatement[]): void {
  const start = p.start;
  p.next();
  while (
    !p.atEnd() &&
    !p.is(";") &&
    !p.is("INTO") &&
    p.wordAt(1) !== "INTO" &&
    p.wordAt(1) !== "BULK" &&
    !p.atStatementStart()
  )
    p.next();
  const cursor = p.is("INTO") ? null : readName(p);
  p.takeAll("BULK", "COLLECT");
  if (cursor === null || !p.take("INTO")) {
    p.skipStatement(true);
    return;
  }
  const names: string[] = [];
  do {
    p.take(":");
    const name = readName(p);
    if (name !== null) names.push(name.parts.join("."));
  } while (p.take(","));
  if (p.take("LIMIT")) p.grammar.expression(p, newExpr(p.start));
  body.push(recordOf(p, start, names, names.length === 1 && !names[0]!.startsWith("@"), cursor.parts.at(-1)!));
}

/** SET a = expression, b = expression; options of a session have none. */
function readSet(p: Parser, start: number): Statement {
  const body: ParsedStatement[] = [];
  const command = p.word.toLowerCase();
  p.next();
  while (p.is("GLOBAL") || p.is("SESSION") || p.is("LOCAL") || p.is("PERSIST") || p.is("VARIABLE") || p.is("VAR")) {
    if (p.wordAt(1) === "=") break;
    p.next();
  }
  for (;;) {
    let variable: string | null = null;
    let several: string[] | null = null;
    if (p.is("(") && !parenthesisedQueryAt(p, p.position)) several = readColumnList(p);
    else {
      const name = readName(p);
      if (name === null) break;
      variable = name.parts.join(".");
    }
    if (p.is("(")) p.skipBrackets();
    while (p.is(".") || p.is("[")) {
      if (p.is("[")) p.skipBrackets();
      else p.skip(2);
    }
    const compound =
      p.kind === TokenKind.operator &&
      p.word.length === 2 &&
      p.word.endsWith("=") &&
      p.word !== "!=" &&
      p.word !== "<=" &&
      p.word !== ">=" &&
      p.word !== "==";
    if (!p.is("=") && !p.is(":=") && !compound) break;
    p.next();
    if (p.is("ON") || p.is("OFF") || p.is("DEFAULT")) {
      p.next();
      if (!p.take(",")) break;
      continue;
    }
    if (p.is("CURSOR") && !p.dialect.features.declareStartsBlock) {
      // SET @c = CURSOR FOR SELECT … (T-SQL)
      while (!p.atEnd() && !p.is("FOR") && !p.is(";")) p.next();
      if (p.take("FOR")) readRows(p, body, variable);
      return blockOf(p, start, body);
    }
    if (variable !== null) rememberText(p, variable);
    if (variable?.startsWith("@") === true) declare(p, variable);
    const expr = newExpr(p.start);
    const label = p.grammar.expression(p, expr);
    expr.end = p.lastEnd;
    if (several === null) body.push(...assignedTo(p, expr, variable));
    else body.push(...queriesOf(expr, several));
    if (label === undefined) break;
    if (!p.take(",")) break;
  }
  if (body.length === 0) {
    if (p.dialect.features.statementsWithoutSemicolon) {
      // SET NOCOUNT ON: the next statement may stand on the same line.
      while (!p.atEnd() && !p.is(";") && !p.is("ON") && !p.is("OFF") && !p.atStatementStart()) {
        if (p.kind === TokenKind.separator) break;
        p.next();
      }
      if (p.is("ON") || p.is("OFF")) p.next();
    } else if (!p.atStatementStart()) p.skipStatement();
    return { kind: "utility", command, start, end: p.lastEnd };
  }
  // What a SET may have behind its value (a character set's collation, a role's options) holds no query.
  if (!p.atStatementStart() && !p.is(";")) p.skipStatement();
  return blockOf(p, start, body);
}

function readReturn(p: Parser, body: ParsedStatement[], start: number): Statement | null {
  p.next();
  if (p.atEnd() || p.is(";") || p.is("END")) return { kind: "utility", command: "return", start, end: p.lastEnd };
  if (p.take("QUERY")) {
    if (p.is("EXECUTE")) readInto(p, body, () => p.grammar.statement(p));
    else readGivenRows(p, body);
    return null;
  }
  p.take("NEXT");
  if (p.is("TABLE") && p.wordAt(1) === "(") {
    p.next();
    if (!parenthesisedQueryAt(p, p.position)) {
      p.skipBrackets();
      return null;
    }
  }
  if (queryStartsAt(p, p.position) && (!p.is("(") || parenthesisedQueryAt(p, p.position))) {
    // Without a semicolon between, it is the statement behind a RETURN as well as what is returned (T-SQL).
    if (p.dialect.features.statementsWithoutSemicolon && !p.is("(")) readInto(p, body, () => p.grammar.statement(p));
    else readGivenRows(p, body);
    return null;
  }
  if (p.atStatementStart()) return { kind: "utility", command: "return", start, end: p.lastEnd };
  return expressionBlock(p, start, null);
}

/** A query whose rows are the procedure's result. */
function readGivenRows(p: Parser, body: ParsedStatement[]): void {
  const start = p.start;
  readInto(p, body, () => ({
    kind: "query",
    query: p.grammar.query(p),
    into: null,
    variables: null,
    start,
    end: p.lastEnd,
  }));
}

function readOpen(p: Parser, body: ParsedStatement[]): void {
  p.next();
  p.take("GLOBAL");
  const name = readName(p);
  if (p.is("(")) p.skipBrackets();
  p.take("SCROLL");
  p.take("NO");
  p.take("SCROLL");
  if (p.take("FOR")) readRows(p, body, name?.parts.at(-1) ?? null);
  while (!p.atEnd() && !p.is(";") && !p.atStatementStart() && p.kind !== TokenKind.separator) p.next();
}
