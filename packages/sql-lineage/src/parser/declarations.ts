import type { ParsedStatement, Statement } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { plainName } from "./build.ts";
import { readTableVariable } from "./create.ts";
import { rememberText } from "./literal.ts";
import { queryStartsAt } from "./lookahead.ts";
import { readIdentifier, readName } from "./names.ts";
import type { Parser } from "./parser.ts";
import { blockOf, expressionBlock, readInto, readOne, readParsed } from "./sequence.ts";
import { DML_STARTS } from "./words.ts";

/** Remembers a variable: from here on its name is no column. */
export function declare(p: Parser, name: string): void {
  (p.variables ??= new Set()).add(name.toLowerCase());
}

/** Reads declarations up to BEGIN or a statement: variables, cursors, types, routines inside. */
export function readDeclarations(p: Parser, out: ParsedStatement[]): void {
  while (!p.atEnd() && !p.is("BEGIN") && !p.is("END")) {
    if (p.kind === TokenKind.separator || (p.is(";") && NO_DECLARATION.has(p.wordAt(1)))) return;
    if (p.take(";") || p.take("DECLARE")) continue;
    if (startsTimingPoint(p)) return;
    const at = p.position;
    if ((p.is("PROCEDURE") || p.is("FUNCTION")) && p.isNameAt(1)) readInnerRoutine(p, out);
    else if (p.is("TYPE") || p.is("SUBTYPE") || p.is("PRAGMA")) skipToSemicolon(p);
    else readInto(p, out, () => readDeclaration(p));
    if (p.position === at) p.next();
  }
}

/** Whether a section of a compound trigger starts here: `BEFORE EACH ROW IS`, `AFTER STATEMENT IS` (Oracle). */
export function startsTimingPoint(p: Parser): boolean {
  if (!p.is("BEFORE") && !p.is("AFTER") && !p.is("INSTEAD")) return false;
  const next = p.wordAt(1);
  return next === "STATEMENT" || next === "EACH" || next === "OF";
}

/** Words behind a declaration that start a statement: what was declared is a cursor of the session, and no block follows. */
const NO_DECLARATION: ReadonlySet<string> = new Set([
  ...DML_STARTS,
  ..."CREATE DROP ALTER EXPLAIN COPY TRUNCATE FETCH CLOSE COMMIT ROLLBACK".split(" "),
]);

function skipToSemicolon(p: Parser): void {
  while (!p.atEnd() && !p.is(";")) {
    if (p.is("(")) p.skipBrackets();
    else p.next();
  }
}

/** `PROCEDURE p (x NUMBER) IS … BEGIN … END p;` among declarations (PL/SQL); a forward declaration ends at once. */
function readInnerRoutine(p: Parser, out: ParsedStatement[]): void {
  p.next();
  readName(p);
  if (p.is("(")) readParameters(p);
  while (!p.atEnd() && !p.is("IS") && !p.is("AS") && !p.is(";") && !p.is("BEGIN")) {
    if (p.is("(")) p.skipBrackets();
    else p.next();
  }
  if (!p.take("IS") && !p.take("AS")) return;
  p.enter();
  readDeclarations(p, out);
  if (p.is("BEGIN") || p.is("END")) p.grammar.block(p, out);
  p.leave();
}

/** Reads `(a IN NUMBER, b text DEFAULT 1)`: the names are variables. Returns those that are given back (OUT, INOUT). */
export function readParameters(p: Parser): string[] {
  const close = p.mate;
  const { words, mates } = p.tokens;
  const given: string[] = [];
  p.next();
  let first = true;
  while (p.position < close && !p.atEnd()) {
    if (first) {
      first = false;
      let isGiven = false;
      while ((p.is("IN") || p.is("OUT") || p.is("INOUT") || p.is("VARIADIC")) && p.isNameAt(1)) {
        isGiven ||= p.is("OUT") || p.is("INOUT");
        p.next();
      }
      if (p.isName() || p.kind === TokenKind.parameter) {
        const name = p.value(p.position);
        declare(p, name);
        if (isGiven) given.push(name);
      }
    }
    if (p.is(",")) first = true;
    if (mates[p.position]! > p.position && words[p.position] !== ",") p.skipBrackets();
    else p.next();
  }
  p.moveTo(close + 1);
  return given;
}

/** Reads one declaration: `name type := expression`, `CURSOR c IS query`, `c CURSOR FOR query`, `HANDLER FOR … statement`. */
export function readDeclaration(p: Parser): Statement {
  const before = p.variables?.size ?? 0;
  const statement = readOneDeclaration(p);
  if (statement.kind !== "block" || p.variables === null || p.variables.size === before) return statement;
  return { ...statement, variables: [...p.variables].slice(before) };
}

function readOneDeclaration(p: Parser): Statement {
  const start = p.start;
  const body: ParsedStatement[] = [];
  if ((p.is("CONTINUE") || p.is("EXIT") || p.is("UNDO")) && p.wordAt(1) === "HANDLER") {
    p.skip(3);
    // Conditions, then the statement that handles them.
    do {
      if (p.take("SQLSTATE")) p.take("VALUE");
      p.take("NOT");
      p.next();
    } while (p.take(","));
    readOne(p, body);
    return blockOf(p, start, body);
  }
  let record: string | null = null;
  let cursor = p.is("CURSOR") && p.isNameAt(1);
  if (cursor) {
    p.next();
    record = readIdentifier(p);
    if (record !== null) declare(p, record);
    if (p.is("(")) readParameters(p);
  } else {
    do {
      if (p.isName() || p.kind === TokenKind.parameter) {
        const name = p.value(p.position);
        declare(p, name);
        record ??= name;
        p.next();
      }
    } while (p.take(","));
  }
  while (!p.atEnd() && !p.is(";") && p.kind !== TokenKind.separator) {
    switch (p.word) {
      case "CURSOR":
        cursor = true;
        p.next();
        continue;
      case "IS":
      case "FOR":
        if (cursor && (queryStartsAt(p, p.position + 1) || p.kindAt(1) === TokenKind.word)) {
          p.next();
          readRows(p, body, record);
          if (p.is("FOR") && (p.wordAt(1) === "READ" || p.wordAt(1) === "UPDATE")) {
            p.skip(2);
            if (p.take("ONLY") || p.take("OF")) while (readName(p) !== null && p.take(","));
          }
          return blockOf(p, start, body);
        }
        break;
      case ":=":
      case "=":
      case "DEFAULT": {
        p.next();
        if (record !== null) rememberText(p, record);
        const { body: queries } = expressionBlock(p, start, record);
        body.push(...queries);
        if (p.take(",")) {
          // Another variable of the same DECLARE.
          if (p.isName() || p.kind === TokenKind.parameter) {
            record = p.value(p.position);
            declare(p, record);
            p.next();
          }
          continue;
        }
        return blockOf(p, start, body);
      }
      case "TABLE": {
        if (p.wordAt(1) !== "(" || record?.startsWith("@") !== true) break;
        const variable = record;
        body.push(readParsed(p, () => readTableVariable(p, plainName(variable, start, p.start))));
        continue;
      }
      case "(":
        p.skipBrackets();
        continue;
      case ",":
        p.next();
        if (p.isName() || p.kind === TokenKind.parameter) {
          record = p.value(p.position);
          declare(p, record);
          p.next();
        }
        continue;
    }
    if (p.position > 0 && p.atStatementStart() && !p.is("CLOSE") && !p.is("OPEN")) break;
    p.next();
  }
  return blockOf(p, start, body);
}

/** Reads the query of a cursor or loop as a statement whose rows go into a record. */
export function readRows(p: Parser, out: ParsedStatement[], record: string | null): void {
  const start = p.start;
  if (p.is("EXECUTE") || p.kind === TokenKind.string) {
    readInto(p, out, () => {
      const statement = p.grammar.statement(p);
      // A literal that was read: its rows go into the record.
      if (statement.kind !== "block" || statement.body.length !== 1 || record === null) return statement;
      const [only] = statement.body;
      if (only?.statement.kind !== "query" || only.statement.into !== null) return statement;
      return { ...statement, body: [{ ...only, statement: { ...only.statement, variables: [], record } }] };
    });
    return;
  }
  if (!queryStartsAt(p, p.position)) {
    // A cursor or prepared statement by name.
    const cursor = readName(p);
    if (p.is("(")) p.skipBrackets();
    if (cursor !== null && record !== null) out.push(recordOf(p, start, [record], true, cursor.parts.at(-1)!));
    return;
  }
  readInto(p, out, () => {
    const query = p.grammar.query(p);
    const statement: Statement = { kind: "query", query, into: null, variables: [], start, end: p.lastEnd };
    return record === null ? statement : { ...statement, record };
  });
}

/** What gives variables the values of a cursor. */
export function recordOf(p: Parser, start: number, names: string[], whole: boolean, of: string): ParsedStatement {
  const statement: Statement = { kind: "record", names, whole, of, start, end: p.lastEnd };
  return { statement, gaps: [], calls: [], start, end: p.lastEnd, fingerprint: "" };
}
