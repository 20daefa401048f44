import type { Name, ParsedStatement, Statement } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { newExpr } from "./build.ts";
import { readIdentifier, readName } from "./names.ts";
import type { Parser } from "./parser.ts";
import { readLiteral } from "./literal.ts";
import { blockOf, readScriptInto } from "./sequence.ts";

/**
 * Reads EXECUTE, EXEC and PREPARE. What runs a literal is read as if it stood here; what runs a text that is made first is a
 * gap; what calls a procedure is passed over.
 */
export function readExecute(p: Parser): Statement {
  const start = p.start;
  if (p.is("PREPARE")) return readPrepare(p, start);
  const calls = p.is("EXEC") || p.dialect.features.executeCalls;
  p.next();
  if (p.take("IMMEDIATE")) {
    if (p.is("FROM")) {
      // EXECUTE IMMEDIATE FROM @stage/script.sql (Snowflake)
      p.skipStatement();
      p.gap("unread", "another script is run here", start, p.lastEnd);
      return { kind: "utility", command: "execute immediate", start, end: p.lastEnd };
    }
    return readDynamic(p, start);
  }
  if (p.is("(")) {
    // EXEC ('…')
    const close = p.mate;
    if (p.tokens.words[close + 1] === "AT" && p.tokens.kinds[close + 2] !== TokenKind.end) {
      // EXEC ('…') AT server: it runs over there.
      p.moveTo(close + 2);
      readName(p);
      p.gap("unresolved", "it runs on another server", start, p.lastEnd);
      return { kind: "utility", command: "execute at", start, end: p.lastEnd };
    }
    p.next();
    const block = readDynamic(p, start, close);
    p.moveTo(close + 1);
    // … AT server, AS USER = 'name', WITH RESULT SETS (…)
    if (p.is("AT") && p.isNameAt(1)) p.skip(2);
    if (p.is("AS") && p.isNameAt(1)) {
      p.skip(2);
      if (p.take("=")) p.next();
    }
    readResultSets(p);
    return { ...block, end: p.lastEnd };
  }
  if (p.kind === TokenKind.parameter && p.wordAt(1) === "=") p.skip(2); // EXEC @result = proc
  if (
    p.kind === TokenKind.string ||
    (p.procedural && !p.dialect.features.statementsWithoutSemicolon && p.dialect.features.executeRunsText)
  )
    return readDynamic(p, start);
  if (p.is("AS") || p.is("USER") || p.is("LOGIN")) return called(p, start, null);
  const nameAt = p.position;
  const name = p.kind === TokenKind.parameter ? null : readName(p);
  const last = name?.parts.at(-1)?.toLowerCase();
  if (last === "sp_executesql") {
    if (p.kind === TokenKind.parameter && p.wordAt(1) === "=") p.skip(2);
    return readDynamic(p, start);
  }
  if (last === "sp_rename") {
    const rename = readSpRename(p, start);
    if (rename !== null) return rename;
  }
  p.position = Math.max(nameAt, p.position);
  return called(p, start, calls ? name : null);
}

function readResultSets(p: Parser): void {
  if (!p.is("WITH") || (p.wordAt(1) !== "RESULT" && p.wordAt(1) !== "RECOMPILE")) return;
  p.skip(2);
  if (!p.take("SETS")) return;
  if (p.is("(")) p.skipBrackets();
  else p.next();
}

/** A call of a procedure: its arguments hold no rows. */
function called(p: Parser, start: number, routine: Name | null): Statement {
  const lost = newExpr(p.start);
  for (;;) {
    if (p.atEnd() || p.is(";") || p.kind === TokenKind.separator) break;
    if (p.atStatementStart()) break;
    readResultSets(p);
    const at = p.position;
    if (p.kind === TokenKind.parameter && p.wordAt(1) === "=") p.skip(2);
    if (p.kind === TokenKind.word && (p.is("DEFAULT") || p.is("OUTPUT") || p.is("OUT"))) p.next();
    else if (p.is("(")) p.skipBrackets();
    else if (p.grammar.operand(p, lost) === undefined) p.next();
    if (p.is("OUTPUT") || p.is("OUT")) p.next();
    p.take(",");
    if (p.position === at) p.next();
  }
  return routine === null
    ? { kind: "utility", command: "execute", start, end: p.lastEnd }
    : { kind: "call", routine, start, end: p.lastEnd };
}

/** Reads the text that is run: one or more string literals joined, and nothing else. */
function readDynamic(p: Parser, start: number, close = -1): Statement {
  const body: ParsedStatement[] = [];
  const at = p.position;
  const textStart = p.start;
  let literal = readLiteral(p);
  if (literal === null && (p.isName() || p.kind === TokenKind.parameter)) {
    // A variable that was given one text, and nothing but a text.
    literal = p.texts.get(p.value(p.position).replace(/^[:$]/, "").toLowerCase()) ?? null;
    if (literal !== null) p.next();
  }
  const ends =
    p.atEnd() ||
    p.is(";") ||
    p.is(")") ||
    p.is(",") ||
    p.is("INTO") ||
    p.is("USING") ||
    p.is("BULK") ||
    p.is("RETURNING") ||
    p.is("AS") ||
    p.kind === TokenKind.separator ||
    p.position === close ||
    p.is("LOOP") ||
    p.is("DO") ||
    p.atStatementStart();
  if (!ends || literal === null) {
    p.position = at;
    const expr = newExpr(p.start);
    if (p.position !== close && p.grammar.expression(p, expr) === undefined && !p.atEnd()) p.next();
    p.gap(
      "dynamic sql",
      `the statement is only made when it runs: ${p.slice(textStart, Math.min(p.lastEnd, textStart + 60))}`,
      textStart,
      p.lastEnd,
    );
  } else if (/\s/.test(literal.text.trim())) {
    const { text } = literal;
    p.inside(text, literal.start, () => readScriptInto(p, body));
  }
  const variables: string[] = [];
  if (close < 0) readDynamicTail(p, variables);
  const [only] = body;
  if (variables.length > 0 && body.length === 1 && only?.statement.kind === "query")
    body[0] = { ...only, statement: { ...only.statement, variables } };
  return blockOf(p, start, body);
}

/** INTO variables, USING values: the variables are added to `variables`. */
function readDynamicTail(p: Parser, variables: string[]): void {
  const lost = newExpr(p.start);
  let into = false;
  for (;;) {
    if (p.take("BULK")) p.take("COLLECT");
    if (p.is("INTO") || p.is("USING") || p.is("RETURNING") || (p.is(",") && !p.atEnd())) {
      if (!p.is(",")) into = p.is("INTO");
      p.next();
      const at = p.is(":") ? 1 : 0;
      if (into && (p.isNameAt(at) || p.kindAt(at) === TokenKind.parameter)) variables.push(p.value(p.position + at));
      if (p.take("BULK")) p.take("COLLECT");
      p.take("INTO");
      while (p.take("IN") || p.take("OUT"));
      if (p.is("(")) p.skipBrackets();
      else if (p.grammar.expression(p, lost) === undefined) return;
      if (p.take("AS")) readIdentifier(p);
      if (p.is("=")) {
        p.next();
        p.grammar.expression(p, lost);
      }
    } else return;
  }
}

/** `EXEC sp_rename 'old', 'new'` */
function readSpRename(p: Parser, start: number): Statement | null {
  if (p.kind !== TokenKind.string || p.wordAt(1) !== "," || p.kindAt(2) !== TokenKind.string) return null;
  const nameStart = p.start;
  const from = p.value(p.position).replaceAll(/[[\]]/g, "").split(".");
  const to = p.value(p.position + 2);
  p.skip(3);
  if (p.is(",")) {
    // A third argument says that it is a column or index.
    p.skipStatement();
    return { kind: "utility", command: "execute sp_rename", start, end: p.lastEnd };
  }
  const name = (parts: string[]): { parts: string[]; quoted: number; start: number; end: number } => ({
    parts,
    quoted: 0,
    start: nameStart,
    end: p.lastEnd,
  });
  return {
    kind: "rename",
    pairs: [
      { from: { name: name(from), source: "table" }, to: { name: name([...from.slice(0, -1), to]), source: "table" } },
    ],
    start,
    end: p.lastEnd,
  };
}

/** `PREPARE name AS statement`, `PREPARE name FROM 'text'`. */
function readPrepare(p: Parser, start: number): Statement {
  p.next();
  readName(p);
  if (p.is("(")) p.skipBrackets();
  if (p.take("AS")) {
    const statement = p.grammar.statement(p);
    return { ...statement, start };
  }
  if (p.take("FROM")) {
    if (
      p.kind === TokenKind.string ||
      p.kind === TokenKind.parameter ||
      p.kindAt(1) === TokenKind.end ||
      p.wordAt(1) === ";"
    )
      return readDynamic(p, start);
    // PREPARE name FROM SELECT … (Trino)
    const statement = p.grammar.statement(p);
    return { ...statement, start };
  }
  p.skipStatement();
  return { kind: "utility", command: "prepare", start, end: p.lastEnd };
}
