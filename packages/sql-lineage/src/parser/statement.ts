import type { Cte, Query, Select, Statement } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { readAlter } from "./alter.ts";
import { newExpr, newSelect, queryOf } from "./build.ts";
import { readApplyChanges, readBulkInsert, readCopy, readExport, readImport, readLoad, readUnload } from "./copy.ts";
import {
  readCacheTable,
  readCreate,
  readCreateDictionary,
  readCreateStream,
  readCreateSynonym,
  tableOrViewAt,
} from "./create.ts";
import { readDelete } from "./delete.ts";
import { readDrop, readExchange, readRenameTable, readTruncate } from "./drop.ts";
import { readExecute } from "./execute.ts";
import { readInsert } from "./insert.ts";
import { parenthesisedQueryAt, skipLocking } from "./lookahead.ts";
import { readMerge } from "./merge.ts";
import type { Parser } from "./parser.ts";
import { readBlock, readDeclaredBlock, startsBlock } from "./blocks.ts";
import { readControl } from "./control.ts";
import { readQueryBody, readWith } from "./query.ts";
import { readCreateWithBody } from "./routines.ts";
import { functionRelation } from "./relation-build.ts";
import { selectAll } from "./select-all.ts";
import { readSelectClauses } from "./select.ts";
import { flowName } from "./target.ts";
import { readBracketed, readCallStatement } from "./sequence.ts";
import { readUpdate } from "./update.ts";
import { readSetPath, readUse } from "./use.ts";
import { isCommand, utility } from "./utility.ts";
import { DML_STARTS } from "./words.ts";

/** Reads the statement that starts here, whatever it is. */
export function readStatement(p: Parser): Statement {
  const statement = readAlone(p);
  return p.is("->>") && p.dialect.features.flowOperator ? readFlow(p, statement) : statement;
}

/** The most statements that are read of one chain. */
const MAX_FLOW = 100;

/** `statement ->> statement` (Snowflake, Flow operators): each later one may read what those before it gave. */
function readFlow(p: Parser, first: Statement): Statement {
  const { start } = first;
  const { flow } = p;
  const before: Cte[] = [];
  const changes: Statement[] = [];
  let bare = first;
  while (before.length < MAX_FLOW && p.take("->>")) {
    if (bare.kind !== "query" && bare.kind !== "utility") changes.push(withCtes(bare, before));
    // Nobody knows the columns of what is no query.
    const query =
      bare.kind === "query" ? bare.query : queryOf(selectAll(functionRelation(null, newExpr(start), start)));
    const name = flowName(before.length);
    before.push({ name, columns: null, query, recursive: false, added: [], scalar: null });
    p.flow = before.length;
    bare = readAlone(p);
  }
  p.flow = flow;
  const end = p.lastEnd;
  const last = withCtes(bare, before);
  return changes.length === 0 ? { ...last, start, end } : { kind: "many", statements: [...changes, last], start, end };
}

function readAlone(p: Parser): Statement {
  const start = p.start;
  switch (p.word) {
    case "SELECT":
    case "SEL":
    case "VALUES":
      return queryStatement(p, start, []);
    case "WITH":
      return readWithStatement(p);
    case "(":
      if (parenthesisedQueryAt(p, p.position)) return queryStatement(p, start, []);
      break;
    case "FROM":
      return readFromFirst(p);
    case "TABLE":
    case "PIVOT":
    case "UNPIVOT":
      if (p.isNameAt(1) || (!p.is("TABLE") && p.wordAt(1) === "(")) return queryStatement(p, start, []);
      break;
    case "USING":
      // USING EXTERNAL FUNCTION f(…) RETURNS … LAMBDA '…' SELECT … (Athena)
      if (p.wordAt(1) !== "EXTERNAL" && p.wordAt(1) !== "FUNCTION") break;
      while (!p.atEnd() && !p.is("SELECT") && !p.is(";")) {
        if (p.is("(")) p.skipBrackets();
        else p.next();
      }
      return queryStatement(p, start, []);
    case "ASYNC":
      if (p.wordAt(1) === "(") return readBracketed(p);
      break;
    case "PROCEDURE":
    case "FUNCTION":
      if (p.isNameAt(1)) return readCreateWithBody(p, p.is("FUNCTION") ? "function" : "procedure");
      break;
    case "UPSERT":
    case "INS":
      if (!p.isNameAt(1)) break;
      return readInsert(p, null);
    case "UPD":
      if (!p.isNameAt(1)) break;
      return readUpdate(p, []);
    case "INSERT":
      return readInsert(p, null);
    case "REPLACE":
      if ((p.wordAt(1) === "TABLE" || p.wordAt(1) === "VIEW") && p.isNameAt(2)) return readCreate(p, p.position + 1);
      if (ROUTINES.has(p.wordAt(1)) && p.isNameAt(2) && p.wordAt(1) !== "PACKAGE") return readAnyCreate(p);
      if (p.isNameAt(1)) return readInsert(p, null);
      break;
    case "UPDATE":
      return readUpdateElse(p);
    case "DELETE":
    case "DEL":
      if (p.is("DELETE") || p.wordAt(1) === "FROM") return readDelete(p, []);
      break;
    case "MERGE":
      if (p.wordAt(1) === "DELTA" && p.wordAt(2) === "OF") return utility(p);
      return readMerge(p, []);
    case "CREATE":
      return readAnyCreate(p);
    case "ALTER":
      return readAnyAlter(p);
    case "DROP":
      return readDrop(p);
    case "TRUNCATE":
      return readTruncate(p);
    case "RENAME":
      return readRenameTable(p);
    case "EXCHANGE":
      return readExchange(p);
    case "CALL":
      return readCallStatement(p);
    case "LOCKING":
    case "LOCK":
      if (skipLocking(p)) return readStatement(p);
      break;
    case "AT":
      // AT EPOCH LATEST SELECT … (Vertica)
      if (p.wordAt(1) !== "EPOCH" && p.wordAt(1) !== "TIME") break;
      while (!p.atEnd() && !p.is(";") && !p.is("SELECT") && !p.is("WITH")) p.next();
      return queryStatement(p, start, p.is("WITH") ? readWith(p) : []);
    case "CACHE":
      return readCacheTable(p);
    case "APPLY":
      if (p.wordAt(1) === "CHANGES") return readApplyChanges(p);
      break;
    case "AUTO":
      if (p.wordAt(1) === "CDC") return readApplyChanges(p);
      break;
    case "COPY":
      return readCopy(p);
    case "UNLOAD":
      return readUnload(p);
    case "LOAD":
      return readLoad(p);
    case "EXPORT":
      return readExport(p);
    case "IMPORT":
      if (p.wordAt(1) !== "INTO" && p.wordAt(1) !== "FROM" && p.wordAt(1) !== "TABLE" && p.wordAt(1) !== "EXTERNAL")
        break;
      return readImport(p);
    case "BULK":
      if (p.wordAt(1) === "INSERT") return readBulkInsert(p);
      break;
    case "USE":
      return readUse(p);
    case "DATABASE":
      // DATABASE d; (Teradata)
      if (!p.isNameAt(1) || (p.wordAt(2) !== ";" && p.kindAt(2) !== TokenKind.end)) break;
      return readUse(p);
    case "SET": {
      const path = readSetPath(p);
      if (path !== null) return path;
      break;
    }
    case "EXECUTE":
    case "EXEC":
    case "PREPARE":
      return readExecute(p);
    case "BEGIN":
      if (startsBlock(p)) return readBlock(p);
      return utility(p);
    case "DECLARE":
      if (!p.dialect.features.statementsWithoutSemicolon && p.dialect.features.declareStartsBlock)
        return readDeclaredBlock(p);
      return readControl(p);
    case "DO":
      if (p.kindAt(1) === TokenKind.string || p.wordAt(1) === "LANGUAGE") return readCreateWithBody(p, "block");
      if (p.wordAt(1) === "BEGIN" || p.wordAt(1) === "(") {
        // DO [(IN a INT => 1)] BEGIN … END (SAP HANA)
        const at = p.position;
        p.next();
        if (p.is("(")) p.skipBrackets();
        if (p.is("BEGIN")) return readBlock(p);
        p.position = at;
      }
      return utility(p);
    case "IF":
    case "WHILE":
    case "FOR":
    case "LOOP":
    case "REPEAT":
    case "CASE":
    case "ASSERT":
    case "PERFORM":
    case "PRINT":
    case "LET":
    case "RETURN":
    case "OPEN":
    case "FETCH":
    case "FOREACH":
    case "FORALL":
    case "ELSEIF":
    case "ELSIF":
    case "WHEN":
    case "UNTIL":
      return readControl(p);
  }
  if (p.is("SET")) return readControl(p);
  if (p.is("%") && p.dialect.lexical.notebookSeparator && p.isNameAt(1)) return readMagic(p);
  if ((p.is("@") || p.is("@@")) && p.isNameAt(1)) {
    // @script.sql: runs another file (SQL*Plus).
    const end = endOfLine(p);
    p.gap("unread", "another script is run here", start, end);
    while (!p.atEnd() && p.start < end) p.next();
    return p.atEnd() || p.is(";") || p.kind === TokenKind.separator
      ? { kind: "utility", command: "@", start, end }
      : readStatement(p);
  }
  if (p.kind === TokenKind.template) return readTemplates(p);
  if (p.is(".") && p.isNameAt(1) && p.startsLine()) {
    // .LOGON, .IF ERRORCODE … (Teradata's BTEQ), .mode (SQLite): a line for the client.
    const end = endOfLine(p);
    while (!p.atEnd() && p.start < end) p.next();
    return p.atEnd() || p.is(";") ? { kind: "utility", command: ".", start, end: p.lastEnd } : readStatement(p);
  }
  if (isCommand(p)) return utility(p);
  return unknown(p);
}

/** Renders to nothing (https://docs.getdbt.com/reference/dbt-jinja-functions/config). */
const SETTINGS = /^\{\{-?\s*config\s*\(/;

/** Templates before a statement (`{{ config(…) }}` and macros of dbt), and the statement behind them. */
function readTemplates(p: Parser): Statement {
  const start = p.start;
  for (; p.kind === TokenKind.template; p.next()) {
    const text = p.raw(p.position);
    if (!SETTINGS.test(text))
      p.gap("placeholder", `${text} is filled in before this runs`, p.start, p.start + text.length);
  }
  return p.atEnd() || p.is(";") || p.kind === TokenKind.separator
    ? { kind: "utility", command: "template", start, end: p.lastEnd }
    : readStatement(p);
}

/** `%python …` and other magic commands: a notebook's cell in another language; `%sql` is one in ours. */
function readMagic(p: Parser): Statement {
  const start = p.start;
  const language = p.value(p.position + 1).toLowerCase();
  p.skip(2);
  if (language === "sql")
    return p.atEnd() || p.kind === TokenKind.separator
      ? { kind: "utility", command: "%sql", start, end: p.lastEnd }
      : readStatement(p);
  while (!p.atEnd() && p.kind !== TokenKind.separator) p.next();
  if (language !== "md") p.gap("other language", `a cell in ${language}`, start, p.lastEnd);
  return { kind: "utility", command: `%${language}`, start, end: p.lastEnd };
}

/** A statement nothing is known of: passed over, with a gap. */
function unknown(p: Parser): Statement {
  const start = p.start;
  const first = p.raw(p.position);
  p.next();
  p.skipStatement();
  p.gap(
    "unknown statement",
    `no statement is known that starts with ${JSON.stringify(first.slice(0, 30))}`,
    start,
    p.lastEnd,
  );
  return { kind: "utility", command: "", start, end: p.lastEnd };
}

/** UPDATE, perhaps with `ELSE INSERT …` for the row that is not there (Teradata). */
function readUpdateElse(p: Parser): Statement {
  const update = readUpdate(p, []);
  if (p.procedural || p.dialect.features.statementsWithoutSemicolon || !p.is("ELSE") || p.wordAt(1) !== "INSERT")
    return update;
  p.next();
  const insert = readInsert(p, null);
  return { kind: "many", statements: [update, insert], start: update.start, end: p.lastEnd };
}

function endOfLine(p: Parser): number {
  const start = p.start;
  const line = p.slice(start, start + 2000);
  const newline = line.indexOf("\n");
  return start + (newline < 0 ? line.length : newline);
}

function queryStatement(p: Parser, start: number, ctes: Cte[]): Statement {
  const query: Query = readQueryBody(p, ctes);
  const select = firstSelect(query);
  if (select !== null && select.file !== null)
    return {
      kind: "copy",
      from: [],
      query,
      to: select.file,
      columns: null,
      rule: "unload",
      start,
      end: p.lastEnd,
    };
  return {
    kind: "query",
    query,
    into: select?.into ?? null,
    variables: select?.variables ?? null,
    start,
    end: p.lastEnd,
  };
}

function firstSelect(query: Query): Select | null {
  let { body } = query;
  for (;;) {
    if (body.kind === "select") return body;
    if (body.kind === "values") return null;
    const inner = body.kind === "set" ? body.branches[0]?.query : body.query;
    if (inner === undefined) return null;
    body = inner.body;
  }
}

function readWithStatement(p: Parser): Statement {
  const start = p.start;
  const ctes = readWith(p);
  switch (p.word) {
    case "INSERT":
      return withCtes(readInsert(p, null), ctes);
    case "UPDATE":
      return readUpdate(p, ctes);
    case "DELETE":
      return readDelete(p, ctes);
    case "MERGE":
      return readMerge(p, ctes);
    case "FROM":
      return withCtes(readFromFirst(p), ctes);
    case "CREATE":
      return withCtes(readAnyCreate(p), ctes);
    default:
      return queryStatement(p, start, ctes);
  }
}

/** Puts tables of a WITH that stood before a statement into its query. */
function withCtes(statement: Statement, ctes: Cte[]): Statement {
  if (statement.kind === "many")
    return { ...statement, statements: statement.statements.map((one) => withCtes(one, ctes)) };
  if (
    (statement.kind === "insert" || statement.kind === "create" || statement.kind === "query") &&
    statement.query !== null
  )
    return { ...statement, query: { ...statement.query, ctes: [...ctes, ...statement.query.ctes] } };
  if (statement.kind === "update" || statement.kind === "delete" || statement.kind === "merge")
    return { ...statement, ctes: [...ctes, ...statement.ctes] };
  return statement;
}

/** `FROM t SELECT a`, `FROM t INSERT INTO a SELECT … INSERT INTO b SELECT …` (Hive, Spark). */
function readFromFirst(p: Parser): Statement {
  const start = p.start;
  if (!insertFollows(p)) return queryStatement(p, start, []);
  p.next();
  const from = newSelect(start);
  p.grammar.fromList(p, from);
  readSelectClauses(p, from, false);
  const statements: Statement[] = [];
  while (p.is("INSERT")) statements.push(readInsert(p, from));
  return { kind: "many", statements, start, end: p.lastEnd };
}

function insertFollows(p: Parser): boolean {
  const { words, mates, kinds } = p.tokens;
  for (let at = p.position; kinds[at] !== TokenKind.end && words[at] !== ";"; at++) {
    if (words[at] === "INSERT") return true;
    if (words[at] === "SELECT" || words[at] === "|>") return false;
    if (mates[at]! > at) at = mates[at]!;
  }
  return false;
}

const ROUTINES: ReadonlySet<string> = new Set(
  "PROCEDURE PROC FUNCTION TRIGGER PACKAGE TASK ALERT PIPE RULE MACRO FLOW".split(" "),
);
const NO_ROUTINE: ReadonlySet<string> = new Set(
  "TABLE VIEW INDEX SCHEMA DATABASE ROLE USER SEQUENCE POLICY SYNONYM GROUP".split(" "),
);

/** The word that says which routine is created; null for none. */
function routineKind(p: Parser): string | null {
  for (let ahead = 1; ahead < 14; ahead++) {
    const word = p.wordAt(ahead);
    if (p.kindAt(ahead) === TokenKind.end || word === "(" || word === ";") return null;
    if (ROUTINES.has(word)) return word;
    if (word === "TABLE" && p.wordAt(ahead + 1) === "FUNCTION") return "FUNCTION";
    // CREATE SCHEDULED QUERY q CRON '…' AS statement (Hive)
    if (word === "SCHEDULED" && p.wordAt(ahead + 1) === "QUERY") return "TASK";
    if (word === "EVENT" && p.wordAt(ahead + 1) !== "TABLE") return word;
    if (NO_ROUTINE.has(word)) return null;
  }
  return null;
}

function readAnyCreate(p: Parser): Statement {
  const routine = routineKind(p);
  if (routine !== null) {
    const what =
      routine === "FUNCTION" || routine === "MACRO"
        ? "function"
        : routine === "TRIGGER" || routine === "RULE"
          ? "trigger"
          : routine === "PROCEDURE" || routine === "PROC" || routine === "PACKAGE"
            ? "procedure"
            : "task";
    return readCreateWithBody(p, what);
  }
  const dictionary = readCreateDictionary(p);
  if (dictionary !== null) return dictionary;
  const at = tableOrViewAt(p);
  // CREATE MATERIALIZED VIEW LOG ON t (Oracle) keeps what changes for the views to come.
  if (at >= 0 && p.tokens.words[at + 1] === "LOG" && p.tokens.words[at + 2] === "ON") return utility(p);
  if (at >= 0) return readCreate(p, at);
  const stream = readCreateStream(p);
  if (stream !== null) return stream;
  const synonym = readCreateSynonym(p);
  if (synonym !== null) return synonym;
  if (hasBody(p)) p.gap("unread", "what it creates is not known, and what it does was not read", p.start);
  return utility(p);
}

/** Whether a query or a change of rows stands behind an AS of the statement here. */
function hasBody(p: Parser): boolean {
  const { words, mates, kinds } = p.tokens;
  for (
    let at = p.position;
    kinds[at] !== TokenKind.end && words[at] !== ";" && kinds[at] !== TokenKind.separator;
    at++
  ) {
    if (words[at] === "AS" && DML_STARTS.has(words[at + 1]!) && words[at + 1] !== "WITH") return true;
    if (mates[at]! > at) at = mates[at]!;
  }
  return false;
}

function readAnyAlter(p: Parser): Statement {
  const routine = routineKind(p);
  if (routine === "PROCEDURE" || routine === "PROC" || routine === "FUNCTION" || routine === "TRIGGER") {
    if (alterHasBody(p))
      return readCreateWithBody(
        p,
        routine === "FUNCTION" ? "function" : routine === "TRIGGER" ? "trigger" : "procedure",
      );
    return utility(p);
  }
  if (routine === "TASK" || routine === "ALERT" || routine === "PIPE" || routine === "EVENT") {
    if (alterHasBody(p)) return readCreateWithBody(p, "task");
    return utility(p);
  }
  return readAlter(p);
}

/** Whether this ALTER gives a routine a new body (T-SQL's ALTER PROCEDURE … AS, MODIFY AS, DO). */
function alterHasBody(p: Parser): boolean {
  const { words, mates, kinds } = p.tokens;
  for (
    let at = p.position;
    kinds[at] !== TokenKind.end && words[at] !== ";" && kinds[at] !== TokenKind.separator;
    at++
  ) {
    if (words[at] === "AS" || words[at] === "BEGIN" || words[at] === "DO")
      return words[at + 1] !== "CALLER" && words[at + 1] !== "OWNER";
    if (mates[at]! > at) at = mates[at]!;
  }
  return false;
}
