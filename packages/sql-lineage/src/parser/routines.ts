import type { BlockStatement, Name, ParsedStatement, Statement, TargetTable } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { readTableVariable } from "./create.ts";
import { queryStartsAt } from "./lookahead.ts";
import { readColumnList, readName } from "./names.ts";
import type { Parser } from "./parser.ts";
import { procedurally, readBlockInto } from "./blocks.ts";
import { declare, readDeclarations, readParameters, startsTimingPoint } from "./declarations.ts";
import {
  blockOf,
  expressionBlock,
  readCallStatement,
  readInto,
  readOne,
  readParsed,
  readScriptInto,
  readSequence,
} from "./sequence.ts";
import { readTarget } from "./target.ts";
import { isCommand } from "./utility.ts";
import { DML_STARTS } from "./words.ts";

/** Languages whose bodies are SQL or a procedural form of it. */
const SQL_LANGUAGES = /^(?:sql|plpgsql|pl\/pgsql|psql|tsql|plsql|internal_sql)$/i;

const STATEMENT_STARTS: ReadonlySet<string> = new Set(
  "SELECT INSERT UPDATE DELETE MERGE WITH CALL COPY TRUNCATE APPLY AUTO".split(" "),
);
const EVENTS_BEFORE: ReadonlySet<string> = new Set("BEFORE AFTER OF OR FOR ON , INSTEAD CHANGES".split(" "));
/** What a trigger can stand on besides a table. */
const NO_TABLE: ReadonlySet<string> = new Set(
  "DATABASE SCHEMA ALL NESTED ACCOUNT SELECT INSERT UPDATE DELETE".split(" "),
);
const NONE: ReadonlySet<string> = new Set();

/** Reads CREATE (or ALTER) of a procedure, function, trigger, task or package, or DO with a body. */
export function readCreateWithBody(p: Parser, what: BlockStatement["what"]): Statement {
  const start = p.start;
  const outer = p.variables;
  p.variables = new Set(outer ?? []);
  const { texts } = p;
  p.texts = new Map();
  const body: ParsedStatement[] = [];
  const anonymous = p.is("DO");
  const isPackage = skipToName(p);
  const name = anonymous ? null : readName(p);
  const given = p.is("(") ? readParameters(p) : [];
  const rows: Rows = {
    table: null,
    records: [],
    tables: [],
    before: false,
    ofCaller: false,
    // What several are called a row has, where the function gives rows at all.
    returned: what === "function" && given.length > 0 ? given : null,
  };
  if (what === "trigger") {
    rows.records.push("new", "old", ":new", ":old");
    for (const record of rows.records) declare(p, record);
    rows.tables.push(...p.dialect.names.triggerTables);
  }
  p.enter();
  if (!procedurally(p, () => readHeader(p, body, what, isPackage, rows)))
    p.gap("other language", "it has no body in SQL", start, p.lastEnd);
  p.leave();
  const variables = [...p.variables];
  p.variables = outer;
  p.texts = texts;
  const { table } = rows;
  return {
    ...blockOf(p, start, body),
    what,
    variables: [...variables, ...rows.records],
    scope: true,
    rows: table === null ? null : { ...rows, table },
    runByTriggers: rows.ofCaller ? name : null,
    returns: rows.returned,
  };
}

/** What a header says of rows: those of a trigger, those that a function gives. */
interface Rows {
  table: TargetTable | null;
  readonly records: string[];
  readonly tables: string[];
  before: boolean;
  /** It is a function: its rows are those of the triggers that run it. */
  ofCaller: boolean;
  /** The columns of the rows it gives: those of `RETURNS TABLE (…)`, its OUT parameters, or what `RETURNS SETOF` names. */
  returned: string[] | Name | null;
}

/** What a trigger's function knows without declaring it (PostgreSQL, PL/pgSQL: Trigger Functions). */
const OF_TRIGGER_FUNCTIONS =
  "new old tg_name tg_when tg_level tg_op tg_relid tg_relname tg_table_name tg_table_schema tg_nargs tg_argv".split(
    " ",
  );

/** Moves from CREATE to the name; true for a package. */
function skipToName(p: Parser): boolean {
  let isPackage = false;
  if (p.is("DO")) return false;
  for (let i = 0; i < 16 && !p.atEnd() && !p.is(";"); i++) {
    const { word } = p;
    p.next();
    switch (word) {
      case "PACKAGE":
        p.take("BODY");
        isPackage = true;
        return skipExistence(p, isPackage);
      case "PROCEDURE":
      case "PROC":
      case "TRIGGER":
      case "EVENT":
      case "TASK":
      case "ALERT":
      case "PIPE":
      case "RULE":
      case "MACRO":
      case "FLOW":
      case "FUNCTION":
        return skipExistence(p, isPackage);
      case "SCHEDULED":
        if (p.take("QUERY")) return isPackage;
    }
    if (p.is("(")) p.skipBrackets();
  }
  return isPackage;
}

function skipExistence(p: Parser, isPackage: boolean): boolean {
  if (p.is("IF")) {
    p.next();
    p.take("NOT");
    p.take("EXISTS");
  }
  return isPackage;
}

/** Reads what stands between the name and the body, then the body; false when there is none. */
function readHeader(
  p: Parser,
  body: ParsedStatement[],
  what: BlockStatement["what"],
  isPackage: boolean,
  rows: Rows,
): boolean {
  const { features } = p.dialect;
  let other = language(p);
  while (!p.atEnd() && !p.is(";") && p.kind !== TokenKind.separator) {
    const next = p.wordAt(1);
    const before = p.tokens.words[p.position - 1]!;
    switch (p.word) {
      case "LANGUAGE":
        p.skip(2);
        continue;
      case "EXECUTE":
        if (next === "AS") {
          // WITH EXECUTE AS OWNER, EXECUTE AS CALLER
          p.skip(3);
          continue;
        }
        if (next === "FUNCTION" || next === "PROCEDURE") {
          p.skip(2);
          readInto(p, body, () => readCallStatement(p));
          return true;
        }
        if (what === "trigger" || what === "task") break;
        break;
      case "BEFORE":
        rows.before = true;
        break;
      case "DECLARE":
        if (what !== "trigger" || features.statementsWithoutSemicolon) break;
        p.next();
        readDeclarations(p, body);
        if (p.is("BEGIN")) readBlockInto(p, body);
        p.skipStatement();
        return true;
      case "REFERENCING":
        if (what !== "trigger") break;
        p.next();
        readReferencing(p, rows);
        continue;
      case "COMPOUND":
        if (next !== "TRIGGER") break;
        p.skip(2);
        readCompoundTrigger(p, body);
        return true;
      case "ON":
      case "TO":
        // CREATE TRIGGER … ON t, CREATE RULE … AS ON UPDATE TO t
        if (
          what === "trigger" &&
          rows.table === null &&
          p.isNameAt(1) &&
          (p.is("ON") ? !NO_TABLE.has(next) : NO_TABLE.has(before))
        ) {
          p.next();
          rows.table = readTarget(p);
          continue;
        }
        break;
      case "WHERE": {
        // CREATE RULE … ON UPDATE TO t WHERE condition DO …
        if (what !== "trigger" || rows.table === null) break;
        p.next();
        const { body: queries } = expressionBlock(p, p.start, null);
        body.push(...queries);
        continue;
      }
      case "AS":
      case "IS":
        if (before === "EXECUTE" || before === "REFERENCING" || next === "OWNER" || next === "CALLER" || next === "ON")
          break;
        if (what === "trigger" && (before === "OLD" || before === "NEW" || before === "TABLE" || before === "ROW")) {
          // REFERENCING NEW AS n, NEW TABLE AS t
          if (p.isNameAt(1)) {
            const name = p.value(p.position + 1).toLowerCase();
            (before === "TABLE" ? rows.tables : rows.records).push(name);
            if (before !== "TABLE") declare(p, name);
          }
          p.skip(2);
          continue;
        }
        p.next();
        // EXECUTED AS 'user' (Hive, Scheduled queries)
        if (p.kind === TokenKind.string && p.wordAt(1) === "AS") continue;
        readBody(p, body, other, what, isPackage);
        return true;
      case "BEGIN":
        readBlockInto(p, body);
        p.skipStatement();
        return true;
      case "DO":
        // MySQL's events, PostgreSQL's rules (DO INSTEAD …) and anonymous blocks (DO $$ … $$)
        p.next();
        if (!p.take("INSTEAD")) p.take("ALSO");
        if (what === "trigger" && p.take("NOTHING")) return true;
        other = language(p);
        if (p.kind === TokenKind.string || p.is("LANGUAGE")) {
          if (p.is("LANGUAGE")) p.skip(2);
          readStringBody(p, body, other);
          return true;
        }
        if (p.is("(")) {
          const close = p.mate;
          p.next();
          readSequence(p, body, NONE, close);
          p.moveTo(close + 1);
          return true;
        }
        readOne(p, body);
        return true;
      case "RETURNS":
        if (p.kindAt(1) === TokenKind.parameter && p.wordAt(2) === "TABLE" && p.wordAt(3) === "(") {
          // RETURNS @rows TABLE (…) (T-SQL)
          p.next();
          const name = readName(p);
          if (name !== null) body.push(readParsed(p, () => readTableVariable(p, name)));
          continue;
        }
        if (what === "function" && next === "TABLE" && p.wordAt(2) === "(") {
          p.skip(2);
          rows.returned = readColumnList(p);
          continue;
        }
        if (what === "function" && next === "SETOF" && rows.returned === null) {
          p.skip(2);
          const table = readName(p);
          if (table !== null) p.tableNames.push(table);
          rows.returned = table;
          continue;
        }
        if (what === "function" && next === "TRIGGER") {
          rows.ofCaller = true;
          rows.records.push("new", "old");
          for (const name of OF_TRIGGER_FUNCTIONS) declare(p, name);
        }
        break;
      case "RETURN":
        if (returnIsBody(p)) {
          readOne(p, body);
          return true;
        }
        break;
      case "THEN":
        // ALERT … IF (EXISTS (…)) THEN statement
        if (what !== "task") break;
        p.next();
        readOne(p, body);
        return true;
      case "EXISTS":
        if (what === "task" && next === "(") {
          const expr = expressionBlock(p, p.start, null);
          body.push(...expr.body);
          continue;
        }
        break;
      case "(":
        p.skipBrackets();
        continue;
    }
    if (p.kind === TokenKind.parameter) declare(p, p.value(p.position));
    if (STATEMENT_STARTS.has(p.word) && startsBody(p, before, what)) {
      if (features.statementsWithoutSemicolon) readSequence(p, body, NONE);
      else readOne(p, body);
      return true;
    }
    if (
      !features.statementsWithoutSemicolon &&
      what !== "trigger" &&
      before === ")" &&
      (p.is("IF") || p.is("SET") || p.is("LOOP") || p.is("WHILE")) &&
      !bodyFollows(p)
    ) {
      readOne(p, body);
      return true;
    }
    p.next();
  }
  return false;
}

/** Reads `NEW [ROW] [AS] n OLD TABLE AS o`: what the rows of a trigger are called. */
function readReferencing(p: Parser, rows: Rows): void {
  while (p.is("NEW") || p.is("OLD") || p.is("PARENT") || p.is("NEW_TABLE") || p.is("OLD_TABLE")) {
    let table = p.is("NEW_TABLE") || p.is("OLD_TABLE");
    p.next();
    if (p.take("TABLE")) table = true;
    else p.take("ROW");
    p.take("AS");
    if (!p.isName()) return;
    const name = p.value(p.position).toLowerCase();
    p.next();
    (table ? rows.tables : rows.records).push(name);
    if (!table) declare(p, name);
    p.take(",");
  }
}

/** Reads what stands behind COMPOUND TRIGGER: declarations, then a block for each timing point (Oracle). */
function readCompoundTrigger(p: Parser, body: ParsedStatement[]): void {
  while (!p.atEnd() && p.kind !== TokenKind.separator) {
    const at = p.position;
    readDeclarations(p, body);
    if (!startsTimingPoint(p)) break;
    while (!p.atEnd() && !p.is("IS") && !p.is("AS") && !p.is("BEGIN") && !p.is(";")) p.next();
    if (!p.take("IS")) p.take("AS");
    readDeclarations(p, body);
    if (p.is("BEGIN")) readBlockInto(p, body);
    while (!p.atEnd() && !p.is(";")) p.next();
    p.take(";");
    if (p.position === at) break;
  }
  if (p.take("END")) if (p.isName()) p.next();
}

function startsBody(p: Parser, before: string, what: BlockStatement["what"]): boolean {
  if (EVENTS_BEFORE.has(before)) return false;
  if (p.is("WITH"))
    return (
      p.isNameAt(1) &&
      queryStartsAt(p, p.position) &&
      (p.wordAt(2) === "AS" || p.wordAt(2) === "(") &&
      p.wordAt(3) === "("
    );
  if (p.is("APPLY") || p.is("AUTO")) return before === "AS";
  if (p.is("CALL") || p.is("COPY") || p.is("TRUNCATE"))
    return what !== "function" && p.isNameAt(1) && p.wordAt(1) !== "GRANTS" && p.wordAt(1) !== "TAGS";
  return !(p.is("UPDATE") || p.is("DELETE") || p.is("INSERT")) || p.isNameAt(1);
}

/** Whether AS or BEGIN with the body still comes: then a SET before it is an option of the routine. */
function bodyFollows(p: Parser): boolean {
  const { words, kinds, mates } = p.tokens;
  for (let at = p.position; kinds[at] !== TokenKind.end && words[at] !== ";"; at++) {
    if (words[at] === "BEGIN" || (words[at] === "AS" && kinds[at + 1] === TokenKind.string)) return true;
    if (mates[at]! > at) at = mates[at]!;
  }
  return false;
}

/** Whether the RETURN here gives the result, and not the type of it (Oracle: `FUNCTION f RETURN NUMBER IS`). */
function returnIsBody(p: Parser): boolean {
  const { words, kinds, mates } = p.tokens;
  if (queryStartsAt(p, p.position + 1)) return true;
  for (let at = p.position + 1; at < p.position + 12 && kinds[at] !== TokenKind.end && words[at] !== ";"; at++) {
    if (words[at] === "IS" || words[at] === "AS") return false;
    if (words[at] === "SELECT" || words[at] === "FROM") return true;
    if (mates[at]! > at) at = mates[at]!;
  }
  return true;
}

/** The word behind LANGUAGE, wherever it stands in the statement; null when it says nothing. */
function language(p: Parser): string | null {
  const { words, kinds } = p.tokens;
  for (let at = p.position; kinds[at] !== TokenKind.end && words[at] !== ";"; at++) {
    if (words[at] === "LANGUAGE" && (kinds[at + 1] === TokenKind.word || kinds[at + 1] === TokenKind.string))
      return p.value(at + 1);
  }
  return null;
}

/** Reads a body behind AS or IS. */
function readBody(
  p: Parser,
  body: ParsedStatement[],
  other: string | null,
  what: BlockStatement["what"],
  isPackage: boolean,
): void {
  if (p.kind === TokenKind.string) {
    readStringBody(p, body, other);
    return;
  }
  if (isPackage) {
    readDeclarations(p, body);
    if (p.is("BEGIN")) readBlockInto(p, body);
    else {
      p.take("END");
      if (p.isName()) p.next();
    }
    return;
  }
  if (p.is("EXTERNAL") || (p.is("LANGUAGE") && p.isNameAt(1))) {
    const start = p.start;
    p.skipStatement();
    p.gap("other language", "its body is not SQL", start, p.lastEnd);
    return;
  }
  if (p.dialect.features.statementsWithoutSemicolon) {
    if (p.is("RETURN")) readOne(p, body);
    readSequence(p, body, NONE);
    return;
  }
  if (p.is("TABLE") && p.isNameAt(1) && what === "function") {
    // CREATE MACRO m(x) AS TABLE SELECT … (DuckDB)
    p.next();
  }
  if (p.is("BEGIN")) {
    readBlockInto(p, body);
    return;
  }
  if (queryStartsAt(p, p.position)) {
    readOne(p, body);
    return;
  }
  if (p.is("(") && DML_STARTS.has(p.wordAt(1)) && holdsStatements(p)) {
    // CREATE MACRO m AS (statement; statement;) (Teradata)
    const close = p.mate;
    p.next();
    readSequence(p, body, NONE, close);
    p.moveTo(close + 1);
    return;
  }
  if (p.is("(") || what === "function") {
    if (p.is("(") || !declaresBefore(p)) {
      readInto(p, body, () => {
        const block = expressionBlock(p, p.start, null);
        p.skipStatement();
        return block;
      });
      return;
    }
  }
  if (declaresBefore(p)) {
    p.take("DECLARE");
    readDeclarations(p, body);
    if (p.is("BEGIN")) readBlockInto(p, body);
    return;
  }
  readOne(p, body);
}

/** Whether a semicolon stands in the brackets here. */
function holdsStatements(p: Parser): boolean {
  const { words, mates } = p.tokens;
  const close = p.mate;
  for (let at = p.position + 1; at < close; at++) {
    if (words[at] === ";") return true;
    if (mates[at]! > at) at = mates[at]!;
  }
  return false;
}

/** Whether declarations with a block behind them stand here. */
function declaresBefore(p: Parser): boolean {
  if (p.is("DECLARE")) return true;
  const { words, kinds } = p.tokens;
  for (let at = p.position; kinds[at] !== TokenKind.end && kinds[at] !== TokenKind.separator; at++)
    if (words[at] === "BEGIN") return true;
  return false;
}

/** Whether what stands here starts no statement. */
function isExpression(p: Parser): boolean {
  const operand = p.isName() || p.kind === TokenKind.number || p.kind === TokenKind.string || p.is("(");
  return (
    operand &&
    p.kind !== TokenKind.template &&
    !DML_STARTS.has(p.word) &&
    !isCommand(p) &&
    !queryStartsAt(p, p.position) &&
    (p.kindAt(1) === TokenKind.end ||
      (p.kindAt(1) === TokenKind.operator && p.wordAt(1) !== ":=" && p.wordAt(1) !== ":"))
  );
}

/** Reads a body that stands in a string. */
function readStringBody(p: Parser, body: ParsedStatement[], other: string | null): void {
  const start = p.start;
  const raw = p.raw(p.position);
  const text = p.value(p.position);
  p.next();
  if (other !== null && !SQL_LANGUAGES.test(other)) {
    p.skipStatement();
    p.gap("other language", `its body is ${other}`, start, p.lastEnd);
    return;
  }
  if (p.is(",") || !/\s/.test(text.trim())) {
    // The file and symbol of a compiled function, or the name of a class.
    p.skipStatement();
    p.gap("other language", "its body is compiled code", start, p.lastEnd);
    return;
  }
  p.inside(text, start + Math.max(0, raw.indexOf(text)), () => {
    if (p.is("DECLARE")) {
      p.next();
      readDeclarations(p, body);
    }
    // A function's body may be an expression alone (Snowflake, CREATE FUNCTION).
    if (isExpression(p)) body.push(...expressionBlock(p, p.start, null).body);
    else readScriptInto(p, body);
  });
  if (!p.is(";")) p.skipStatement();
}
