import type { BlockStatement, ParsedStatement, Statement } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { readDeclarations } from "./declarations.ts";
import type { Parser } from "./parser.ts";
import { blockOf, readSequence } from "./sequence.ts";

export function stops(list: string): ReadonlySet<string> {
  return new Set(list.split(" "));
}

const BLOCK_END = stops("END EXCEPTION");

const HANDLER_END = stops("END WHEN");

/** Whether the BEGIN here opens a block rather than a transaction. */
export function startsBlock(p: Parser): boolean {
  switch (p.wordAt(1)) {
    case "TRAN":
    case "TRANSACTION":
    case "WORK":
    case ";":
    case "ISOLATION":
    case "DISTRIBUTED":
    case "DEFERRED":
    case "IMMEDIATE":
    case "EXCLUSIVE":
    case "READ":
    case "CONCURRENT":
    case "DIALOG":
    case "CONVERSATION":
    case "NAME":
      return false;
    case "":
      return p.kindAt(1) !== TokenKind.end && p.kindAt(1) !== TokenKind.separator;
    default:
      return true;
  }
}

/** Runs `read` as part of a procedure. */
export function procedurally<T>(p: Parser, read: () => T): T {
  const { procedural } = p;
  p.procedural = true;
  const result = read();
  p.procedural = procedural;
  return result;
}

/** Reads a block and forgets what it declared; names with an `@` belong to the whole batch. */
function readScope(p: Parser, read: (body: ParsedStatement[]) => void): BlockStatement {
  const start = p.start;
  const body: ParsedStatement[] = [];
  const outer = p.variables;
  p.variables = new Set(outer ?? []);
  procedurally(p, () => read(body));
  const variables = [...p.variables];
  const kept = variables.filter((name) => name.startsWith("@"));
  p.variables = outer === null && kept.length === 0 ? null : new Set([...(outer ?? []), ...kept]);
  return { ...blockOf(p, start, body), variables, scope: true };
}

/** Reads `BEGIN … END`. */
export function readBlock(p: Parser): BlockStatement {
  return readScope(p, (body) => {
    readBlockInto(p, body);
  });
}

/** Reads `BEGIN … [EXCEPTION WHEN … THEN …] END [label]` into `body`. */
export function readBlockInto(p: Parser, body: ParsedStatement[]): void {
  p.enter();
  p.take("BEGIN");
  if (p.is("NOT") && p.wordAt(1) === "ATOMIC") p.skip(2);
  if (p.is("ATOMIC")) {
    p.next();
    // BEGIN ATOMIC WITH (TRANSACTION ISOLATION LEVEL = …) (T-SQL)
    if (p.is("WITH") && p.wordAt(1) === "(") {
      p.next();
      p.skipBrackets();
    }
  }
  if (!p.take("TRY")) p.take("CATCH");
  readSequence(p, body, BLOCK_END);
  if (p.take("EXCEPTION")) {
    while (p.take("WHEN")) {
      while (!p.atEnd() && !p.is("THEN") && !p.is(";")) p.next();
      p.take("THEN");
      readSequence(p, body, HANDLER_END);
    }
  }
  readEnd(p);
  p.leave();
}

const END_WORDS: ReadonlySet<string> = stops("IF LOOP WHILE FOR REPEAT CASE TRY CATCH PROCEDURE FUNCTION BLOCK");

/** Reads END with the word and label behind it. */
export function readEnd(p: Parser): void {
  if (!p.take("END")) {
    if (!p.atEnd()) p.unread("expected END");
    else p.gap("unclosed", "a block without END", p.lastEnd);
    return;
  }
  while (p.isAny(END_WORDS) && !(p.dialect.features.statementsWithoutSemicolon && !p.is("TRY") && !p.is("CATCH")))
    p.next();
  // The label or name may be repeated.
  if (
    p.isName() &&
    (p.wordAt(1) === ";" || p.kindAt(1) === TokenKind.end || p.kindAt(1) === TokenKind.separator) &&
    !p.is("END") &&
    !p.is("ELSE")
  )
    p.next();
}

/** Reads `DECLARE … BEGIN … END`. */
export function readDeclaredBlock(p: Parser): Statement {
  return readScope(p, (body) => {
    p.next();
    readDeclarations(p, body);
    if (p.is("BEGIN")) readBlockInto(p, body);
  });
}
