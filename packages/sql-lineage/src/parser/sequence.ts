import { fingerprint } from "../fingerprint.ts";
import { IDENTITY } from "../how.ts";
import { type BlockStatement, type Expr, type ParsedStatement, type Statement, VARIABLE_NAME } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { newExpr } from "./build.ts";
import { readLiteral, rememberText } from "./literal.ts";
import { readName } from "./names.ts";
import { NO_CALLS, ParseLimit, type Parser } from "./parser.ts";
import { closeBracket, harvest, recover } from "./recover.ts";
import { isCommand } from "./utility.ts";
import { DML_STARTS } from "./words.ts";

/** Reads one statement with its own gaps; whatever limit it hits ends it and nothing else. */
export function readParsed(p: Parser, read: () => Statement): ParsedStatement {
  const { gaps: outer, calls: outerCalls } = p;
  const from = p.position;
  const start = p.start;
  const state = p.save();
  p.gaps = [];
  p.calls = NO_CALLS;
  p.how = IDENTITY;
  p.refuel(tokensAhead(p));
  let statement: Statement;
  try {
    statement = read();
  } catch (error) {
    const limit =
      error instanceof ParseLimit
        ? error
        : error instanceof RangeError
          ? new ParseLimit("nesting", "it nests too deeply")
          : new ParseLimit("defect", `reading it failed: ${String(error)}`);
    p.restore(state);
    p.refuel(0);
    p.position = Math.max(p.position, from + 1);
    while (!p.atEnd() && !p.is(";") && p.kind !== TokenKind.separator) p.position++;
    p.gap(limit.reason, limit.message, start, p.lastEnd);
    statement = { kind: "utility", command: "", start, end: p.lastEnd };
  }
  const { gaps, calls } = p;
  p.gaps = outer;
  p.calls = outerCalls;
  const print = fingerprint(p.tokens, from, p.position);
  return {
    statement: withFingerprints(statement, print),
    gaps,
    calls,
    start,
    end: Math.max(start, p.lastEnd),
    fingerprint: print,
  };
}

/** Queries found in conditions have no tokens of their own: they carry the print of what they stand in. */
function withFingerprints(statement: Statement, print: string): Statement {
  if (statement.kind !== "block" || !statement.body.some((inner) => inner.fingerprint === "")) return statement;
  return {
    ...statement,
    body: statement.body.map((inner) => (inner.fingerprint === "" ? { ...inner, fingerprint: print } : inner)),
  };
}

function tokensAhead(p: Parser): number {
  const { words, count } = p.tokens;
  if (p.semicolon >= p.position && p.semicolonOf === p.tokens) return p.semicolon - p.position;
  let at = p.position;
  while (at < count && words[at] !== ";") at++;
  p.semicolon = at;
  p.semicolonOf = p.tokens;
  return at - p.position;
}

/** Puts the rows of the query that is `out`'s only statement from `from` on into a record; nothing when it is something else. */
export function intoRecord(out: ParsedStatement[], from: number, record: string | null): void {
  const parsed = out[from];
  if (record === null || out.length !== from + 1 || parsed?.statement.kind !== "query") return;
  out[from] = { ...parsed, statement: { ...parsed.statement, variables: [], record } };
}

/** Reads one statement into `out`, and whatever stands between it and the end it should have. */
export function readInto(p: Parser, out: ParsedStatement[], read: () => Statement): void {
  const parsed = readParsed(p, () => {
    const statement = read();
    readRemainder(p);
    return statement;
  });
  // Blocks inside blocks mean nothing to lineage: what stands in them stands in the outer one.
  if (p.procedural && parsed.statement.kind === "block" && parsed.statement.what === "block") {
    for (const inner of parsed.statement.body) out.push(inner);
    p.gaps.push(...parsed.gaps);
    for (const name of parsed.calls) p.called(name);
  } else out.push(parsed);
}

function readRemainder(p: Parser): void {
  if (p.atEnd() || p.is(";") || p.kind === TokenKind.separator || p.atStatementStart() || p.atLabel()) return;
  if (p.procedural && (p.is("WHEN") || p.is("UNTIL") || p.is(")"))) return;
  const from = p.position;
  const start = p.start;
  p.unread("expected the end of the statement");
  const gap = p.gaps.pop();
  const lost = newExpr(start);
  while (!p.atEnd() && !p.is(";") && p.kind !== TokenKind.separator) {
    if (p.position > from && p.atStatementStart() && p.startsLine()) break;
    const at = p.position;
    recover(p, lost);
    if (p.position === at) p.next();
  }
  if (gap !== undefined) p.gap("unread", gap.detail, start, p.lastEnd);
}

/** Reads statements up to one of the `stop` words, the token `until` or the end. */
export function readSequence(
  p: Parser,
  out: ParsedStatement[],
  stop: ReadonlySet<string>,
  until: number = Number.MAX_SAFE_INTEGER,
): void {
  while (!p.atEnd() && p.position < until) {
    if (p.is(";")) {
      p.next();
      continue;
    }
    if (p.kind === TokenKind.separator) return;
    if (p.kind === TokenKind.word && stop.has(p.word)) return;
    const at = p.position;
    readOne(p, out);
    if (p.position === at) p.next();
  }
}

/** Reads a statement of a procedure: a label, an assignment, a call, or anything that is a statement elsewhere too. */
export function readOne(p: Parser, out: ParsedStatement[]): void {
  if (p.is("<<") && p.wordAt(2) === ">>") {
    p.skip(3);
    return;
  }
  if (p.isName() && p.wordAt(1) === ":" && p.wordAt(2) !== "=" && !DML_STARTS.has(p.word)) {
    p.skip(2);
    return;
  }
  if (p.procedural || p.wordAt(1) === ":=") {
    const assigned = assignmentAt(p);
    if (assigned >= 0) {
      const variable = assignedName(p, assigned);
      readInto(p, out, () => {
        const start = p.start;
        p.moveTo(assigned + 1);
        if (p.is("SELECT") || p.is("WITH")) {
          // rows = SELECT … (SAP HANA, Table variables)
          const query = p.grammar.query(p);
          return { kind: "query", query, into: null, variables: [], record: variable, start, end: p.lastEnd };
        }
        rememberText(p, variable);
        return expressionBlock(p, start, variable);
      });
      return;
    }
    if (p.procedural && isCall(p)) {
      readInto(p, out, () => readCallStatement(p));
      return;
    }
  }
  readInto(p, out, () => p.grammar.statement(p));
}

/** Where `:=` (or `=`) stands behind the variable here; -1 when this is no assignment. */
function assignmentAt(p: Parser): number {
  const { words, kinds, mates } = p.tokens;
  let at = p.position;
  if (words[at] === ":") at++;
  if (kinds[at] !== TokenKind.word && kinds[at] !== TokenKind.quoted && kinds[at] !== TokenKind.parameter) return -1;
  at++;
  for (;;) {
    if (words[at] === ".") at += 2;
    else if ((words[at] === "(" || words[at] === "[") && mates[at]! > at) at = mates[at]! + 1;
    else if (words[at] === "%") at += 2;
    else break;
  }
  if (words[at] === ":=") return at;
  if (
    words[at] === "=" &&
    !p.dialect.features.statementsWithoutSemicolon &&
    at - p.position <= 6 &&
    !DML_STARTS.has(p.word) &&
    p.word !== "SET" &&
    p.word !== "LET" &&
    p.word !== "IF" &&
    p.word !== "WHILE"
  )
    return at;
  return -1;
}

/** The variable that is assigned to, with the field: `NEW.total`. */
function assignedName(p: Parser, assigned: number): string {
  const { words } = p.tokens;
  let name = p.value(p.position);
  for (let at = p.position + 1; at + 1 < assigned && words[at] === "."; at += 2) name += `.${p.value(at + 1)}`;
  return name;
}

function isCall(p: Parser): boolean {
  if (!p.isName() || isCommand(p) || p.dialect.features.statementsWithoutSemicolon) return false;
  const next = p.wordAt(1);
  if (next !== "(" && next !== ";" && next !== "." && p.kindAt(1) !== TokenKind.end) return false;
  if (
    DML_STARTS.has(p.word) ||
    p.is("RETURN") ||
    p.is("IF") ||
    p.is("WHILE") ||
    p.is("TRUNCATE") ||
    p.is("BEGIN") ||
    p.is("FROM") ||
    p.is("TABLE") ||
    p.is("ASYNC") ||
    p.is("EXECUTE")
  )
    return false;
  return !(
    p.is("PERFORM") ||
    p.is("CASE") ||
    p.is("LOOP") ||
    p.is("FOR") ||
    p.is("COPY") ||
    p.is("UNLOAD") ||
    p.is("REPEAT")
  );
}

/** Routines that run the text they are given: Teradata's DBC.SysExecSQL, Oracle's DBMS_UTILITY.EXEC_DDL_STATEMENT. */
const RUNS_TEXT = /^(?:sysexecsql|exec_ddl_statement|admin_cmd)$/i;

/** Reads `routine (arguments)`, or CALL with it. */
export function readCallStatement(p: Parser): Statement {
  const start = p.start;
  const lost = newExpr(start);
  if (p.is("CALL")) p.next();
  const routine = readName(p);
  if (routine !== null && RUNS_TEXT.test(routine.parts.at(-1)!) && p.is("(") && p.kindAt(1) === TokenKind.string) {
    const close = p.mate;
    p.next();
    const body: ParsedStatement[] = [];
    const literal = readLiteral(p);
    if (literal !== null && p.position === close) p.inside(literal.text, literal.start, () => readScriptInto(p, body));
    p.moveTo(close + 1);
    return blockOf(p, start, body);
  }
  while (!p.atEnd() && !p.is(";") && p.kind !== TokenKind.separator) {
    if (p.is("(")) harvest(p, lost);
    else if (p.is(".") || p.is("@") || (p.isName() && !p.atStatementStart())) p.next();
    else break;
  }
  if (p.take("INTO")) {
    // CALL p() INTO :variable
    p.take(":");
    readName(p);
  }
  if (routine === null) return blockOf(p, start, queriesOf(lost, null));
  const call: Statement = { kind: "call", routine, start, end: p.lastEnd };
  if (lost.queries.length === 0) return call;
  const own: ParsedStatement = { statement: call, gaps: [], calls: [], start, end: p.lastEnd, fingerprint: "" };
  return blockOf(p, start, [...queriesOf(lost, null), own]);
}

/** Reads an expression; the queries in it become the body of a block. */
export function expressionBlock(p: Parser, start: number, variable: string | null): BlockStatement {
  if (p.procedural && bracketedAt(p)) {
    const body: ParsedStatement[] = [];
    readInto(p, body, () => readBracketed(p));
    intoRecord(body, 0, variable);
    return blockOf(p, start, body);
  }
  const expr = newExpr(p.start);
  const at = p.position;
  if (p.grammar.expression(p, expr) === undefined) {
    if (p.position === at && !p.is(";")) p.unread("expected an expression");
    recover(p, expr);
  }
  expr.end = p.lastEnd;
  return blockOf(p, start, assignedTo(p, expr, variable));
}

/** The queries in an expression that a variable may be given, and what of other variables it is given. */
export function assignedTo(p: Parser, expr: Expr, variable: string | null): ParsedStatement[] {
  const { refs, start, end } = expr;
  const queries = queriesOf(expr, variable);
  if (variable === null) return queries;
  const ofVariables = refs.filter(({ name: { parts } }) => {
    const name = parts[0] === VARIABLE_NAME ? parts[1]! : parts[0]!;
    return p.variables?.has(name.toLowerCase()) === true;
  });
  if (ofVariables.length === 0) return queries;
  const statement: Statement = { kind: "assign", name: variable, refs: ofVariables, start, end };
  return [...queries, { statement, gaps: [], calls: [], start, end, fingerprint: "" }];
}

/** Reads `(statement)`, `ASYNC (statement)`: a statement whose rows or end are waited for (Snowflake, Working with RESULTSETs). */
export function readBracketed(p: Parser): Statement {
  p.take("ASYNC");
  const close = p.mate;
  p.next();
  const statement = p.grammar.statement(p);
  closeBracket(p, close, null);
  return statement;
}

const IN_BRACKETS: ReadonlySet<string> = new Set(
  "EXECUTE CALL SHOW DESCRIBE DESC INSERT UPDATE DELETE MERGE CREATE COPY".split(" "),
);

/** Whether a statement in brackets stands here, where a value is asked for. */
function bracketedAt(p: Parser): boolean {
  const open = p.is("ASYNC") ? 1 : 0;
  return p.wordAt(open) === "(" && (IN_BRACKETS.has(p.wordAt(open + 1)) || open === 1) && p.wordAt(open + 2) !== "(";
}

/** The queries in an expression as statements of their own; a single one may be put into a variable, or its columns into several. */
export function queriesOf(expr: Expr, variable: string | readonly string[] | null): ParsedStatement[] {
  return expr.queries.map(({ query }) => ({
    statement: {
      kind: "query",
      query,
      into: null,
      variables: typeof variable === "string" ? [variable] : (variable ?? []),
      start: expr.start,
      end: Math.max(expr.start, expr.end),
    },
    gaps: [],
    calls: [],
    start: expr.start,
    end: Math.max(expr.start, expr.end),
    fingerprint: "",
  }));
}

export function blockOf(p: Parser, start: number, body: ParsedStatement[]): BlockStatement {
  return {
    kind: "block",
    what: "block",
    body,
    variables: [],
    scope: false,
    rows: null,
    runByTriggers: null,
    returns: null,
    start,
    end: p.lastEnd,
  };
}

const NOTHING: ReadonlySet<string> = new Set();

/** Reads all statements of the text here. */
export function readScriptInto(p: Parser, out: ParsedStatement[]): void {
  while (!p.atEnd()) {
    if (p.kind === TokenKind.separator) p.next();
    else readSequence(p, out, NOTHING);
  }
}
