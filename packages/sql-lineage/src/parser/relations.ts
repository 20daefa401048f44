import { FILTER, IDENTITY, JOIN, TRANSFORMATION } from "../how.ts";
import type { Expr, FunctionRelation, Join, Name, QueryRelation, Relation, Select, TableRelation, TableSource } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { newExpr, newSelect, queryOf } from "./build.ts";
import { parenthesisedQueryAt } from "./lookahead.ts";
import { readMatchRecognize } from "./match-recognize.ts";
import { readColumnList, readIdentifier, readName, skipToComma } from "./names.ts";
import { readOrderList } from "./order.ts";
import type { Parser } from "./parser.ts";
import { readPivot } from "./pivot.ts";
import { closeBracket, recover } from "./recover.ts";
import { returnedRows } from "./returned-rows.ts";
import { functionColumns, readFunctionSchema } from "./table-functions.ts";
import { readDeciding } from "./tail.ts";
import { readValues } from "./values.ts";
import { CONDITION_END, JOIN_WORDS } from "./words.ts";

/** Reads the list behind FROM. */
export function readFromList(p: Parser, select: Select): void {
  do {
    if (p.atEnd() || p.is("WHERE") || p.is(")") || p.is(";")) return; // a trailing comma
    if (p.is("ONLY") && (p.isNameAt(1) || p.wordAt(1) === "(")) p.next();
    readJoined(p, select.from, select);
  } while (p.take(","));
}

/** Reads one relation. */
export function readRelation(p: Parser, out: Relation[], select: Select): void {
  readPrimary(p, out, select, null);
}

/** Reads a relation and everything joined to it. */
export function readJoined(p: Parser, out: Relation[], select: Select): void {
  readPrimary(p, out, select, null);
  readJoins(p, out, select);
}

/** Reads the joins behind the relations in `out`, with their conditions. */
export function readJoins(p: Parser, out: Relation[], select: Select): void {
  for (;;) {
    switch (p.word) {
      case "LATERAL":
        if (p.wordAt(1) !== "VIEW") break;
        readLateralView(p, out);
        continue;
      case "ARRAY":
      case "LEFT":
      case "INNER":
        if (readArrayJoin(p, out)) continue;
        break;
      case "ON":
        if (p.wordAt(1) === "CONFLICT" || p.wordAt(1) === "DUPLICATE") return;
        p.next();
        readDeciding(p, select.influence, JOIN, CONDITION_END);
        continue;
      case "USING":
        if (readUsing(p, out)) continue;
        return;
      case "MATCH_CONDITION":
        if (p.wordAt(1) !== "(") return;
        p.next();
        readDeciding(p, select.influence, JOIN);
        continue;
    }
    const join = readJoinWords(p);
    if (join === null) return;
    readPrimary(p, out, select, join);
  }
}

function readUsing(p: Parser, out: Relation[]): boolean {
  const last = out.at(-1);
  // Without a join before it, USING names other relations (DELETE, MERGE).
  if (last?.join == null || p.wordAt(1) === "SAMPLE") return false;
  if (p.wordAt(1) === "(") {
    p.next();
    const columns = readColumnList(p);
    last.join = { ...last.join, using: columns };
    if (p.take("AS")) readIdentifier(p);
    return true;
  }
  // USING a, b without parentheses (ClickHouse, JOIN)
  if (!p.dialect.features.queryTailSettings || !p.isNameAt(1)) return false;
  p.next();
  const columns: string[] = [];
  do {
    const name = readName(p);
    if (name !== null) columns.push(name.parts.at(-1)!);
  } while (p.take(","));
  last.join = { ...last.join, using: columns };
  return true;
}

/** Reads `LEFT OUTER JOIN`, `CROSS APPLY` and kin; null when no join follows. */
function readJoinWords(p: Parser): Join | null {
  const { words, mates } = p.tokens;
  let at = p.position;
  if (words[at] === "STRAIGHT_JOIN") {
    p.next();
    return { using: null, natural: false, hidden: false };
  }
  let natural = false;
  let hidden = false;
  for (let count = 0; count < 6 && JOIN_WORDS.has(words[at]!); count++) {
    const word = words[at];
    natural ||= word === "NATURAL";
    hidden ||= word === "SEMI" || word === "ANTI";
    at++;
    if (word === "PARTITION") {
      if (words[at] !== "BY" || words[at + 1] !== "(") return null;
      at = (mates[at + 1] ?? at) + 1;
    }
  }
  if (words[at] !== "JOIN" && words[at] !== "APPLY") return null;
  // T-SQL's APPLY sees what stands before it, and says so for the reader of the right side.
  p.moveTo(at + 1);
  if (p.is("[")) p.skipBrackets();
  if (p.is("{")) p.skipBrackets();
  return { using: null, natural, hidden };
}

/** `[LEFT] ARRAY JOIN a, b AS c` (ClickHouse). */
function readArrayJoin(p: Parser, out: Relation[]): boolean {
  const skip = p.is("ARRAY") ? 1 : 2;
  if (!p.is("ARRAY") && p.wordAt(1) !== "ARRAY") return false;
  if (p.wordAt(skip) !== "JOIN") return false;
  p.skip(skip + 1);
  do {
    const start = p.start;
    const expr = newExpr(start);
    const label = p.grammar.expression(p, expr);
    if (label === undefined) {
      p.unread("expected an array");
      recover(p, expr, CONDITION_END);
      return true;
    }
    expr.end = p.lastEnd;
    let alias = label;
    if (p.take("AS")) alias = readIdentifier(p);
    else if (p.isName() && !p.isAny(p.dialect.words.notTableAlias)) alias = readIdentifier(p);
    out.push(functionRelation(null, expr, start, { alias, columns: alias === null ? null : [alias], builtin: true }));
  } while (p.take(","));
  return true;
}

function functionRelation(
  name: Name | null,
  expr: Expr,
  start: number,
  with_: { alias?: string | null; columns?: readonly string[] | null; builtin?: boolean; counters?: readonly string[] } = {},
): FunctionRelation {
  return {
    kind: "function",
    name,
    expr,
    alias: with_.alias ?? null,
    columnAliases: null,
    columns: with_.columns ?? null,
    counters: with_.counters ?? [],
    builtin: with_.builtin ?? false,
    join: null,
    start,
    end: start,
  };
}

/** `LATERAL VIEW [OUTER] explode(x) t AS a, b` (Hive, Spark). */
export function readLateralView(p: Parser, out: Relation[]): void {
  const start = p.start;
  p.skip(2);
  p.take("OUTER");
  const nameStart = p.position;
  const expr = newExpr(p.start);
  if (p.grammar.operand(p, expr) === undefined) {
    p.unread("expected a function behind LATERAL VIEW");
    recover(p, expr, CONDITION_END);
  }
  expr.end = p.lastEnd;
  const relation = functionRelation(null, asValue(expr), start, { builtin: true });
  relation.columns = functionColumns(p, nameStart);
  if (p.isName() && !p.is("AS") && !p.isAny(p.dialect.words.notTableAlias)) relation.alias = readIdentifier(p);
  if (p.take("AS")) {
    const columns: string[] = [];
    do {
      if (p.is("(")) {
        columns.push(...readColumnList(p));
        break;
      }
      const name = readIdentifier(p);
      if (name === null) {
        p.unread("expected a column behind LATERAL VIEW");
        break;
      }
      columns.push(name);
    } while (p.take(","));
    relation.columnAliases = columns;
  }
  relation.end = p.lastEnd;
  out.push(relation);
}

/** What a function makes of its arguments is another value. */
function asValue(expr: Expr): Expr {
  for (const ref of expr.refs) if ((ref.how & 15) === IDENTITY) ref.how += TRANSFORMATION - IDENTITY;
  return expr;
}

const MODIFYING: ReadonlySet<string> = new Set(["INSERT", "UPDATE", "DELETE", "MERGE"]);

function readPrimary(p: Parser, out: Relation[], select: Select, join: Join | null): void {
  const at = out.length;
  readPrimaryInto(p, out, select);
  const relation = out[at];
  if (relation !== undefined && join !== null) relation.join = join;
  if (join?.hidden === true) for (let i = at + 1; i < out.length; i++) out[i]!.join ??= join;
}

function add(p: Parser, out: Relation[], select: Select, relation: Relation): void {
  const at = out.length;
  const extra: Relation[] = [];
  out.push(relation);
  const finished = readRelationSuffixes(p, relation, select, extra);
  finished.end = p.lastEnd;
  out[at] = finished;
  out.push(...extra);
}

function readPrimaryInto(p: Parser, out: Relation[], select: Select): void {
  const start = p.start;
  const { word } = p;
  if (word === "(") {
    readParenthesised(p, out, select);
    return;
  }
  switch (word) {
    case "LATERAL":
      if (p.wordAt(1) === "VIEW") break;
      p.next();
      if (p.is("(") && parenthesisedQueryAt(p, p.position)) {
        readSubquery(p, out, select, true);
        return;
      }
      if (p.is("ROWS") && p.wordAt(1) === "FROM") p.skip(2);
      readFunction(p, out, select);
      return;
    case "UNNEST":
      if (p.wordAt(1) !== "(") break;
      readUnnest(p, out, select);
      return;
    case "VALUES":
      if (p.isNameAt(1)) break;
      p.next();
      add(p, out, select, queryRelation(queryOf(readValues(p)), false, start));
      return;
    case "IDENTIFIER":
      if (p.wordAt(1) !== "(") break;
      readIdentifierCall(p, out, select);
      return;
    case "TABLE":
    case "THE":
      if (readTableCall(p, out, select)) return;
      if (p.is("TABLE") && p.isNameAt(1) && !p.dialect.words.notTableAlias.has(p.wordAt(1))) p.next();
      break;
    case "ROWS":
      if (p.wordAt(1) !== "FROM" || p.wordAt(2) !== "(") break;
      p.skip(2);
      readFunction(p, out, select);
      return;
    case "OPENROWSET":
    case "OPENQUERY":
    case "OPENDATASOURCE":
    case "OPENXML":
      if (p.wordAt(1) !== "(") break;
      readRemote(p, out, select);
      return;
    case "CONTAINERS":
    case "SHARDS":
    case "ONLY":
    case "STREAM":
    case "SNAPSHOT":
      if (p.wordAt(1) === "(" && p.isNameAt(2)) {
        p.skip(2);
        const name = readName(p);
        if (name !== null) {
          if (p.is("(")) p.skipBrackets();
          p.take(")");
          add(p, out, select, tableRelation(p, name, "table"));
          return;
        }
      }
      if (word === "STREAM" && p.isNameAt(1) && !p.dialect.words.notTableAlias.has(p.wordAt(1))) p.next();
      break;
    case "{":
      if (p.wordAt(1) === "OJ") {
        // ODBC's {oj a LEFT OUTER JOIN b ON …}
        const close = p.mate;
        p.skip(2);
        readJoined(p, out, select);
        closeBracket(p, close, null);
        return;
      }
      break;
    case ".":
    case "..":
      // A database or schema left out before a table: `.t`, `..t`
      while (p.is(".") || p.is("..")) p.next();
      break;
    case "?":
      p.gap("placeholder", "the table is a bind variable", start, start + 1);
      p.next();
      add(p, out, select, tableRelation(p, { parts: ["?"], quoted: 0, start, end: start + 1 }, "placeholder"));
      return;
  }
  const { kind } = p;
  const { features } = p.dialect;
  if (kind === TokenKind.string && (features.fileTables || !features.stringNames || /[/.]/.test(p.value(p.position)))) {
    const text = p.value(p.position);
    p.next();
    const source = text.startsWith("@") && p.dialect.lexical.stages ? "stage" : "file";
    const name = { parts: [text], quoted: 1, start, end: p.lastEnd };
    const relation = tableRelation(p, name, source);
    if (p.is("(")) p.skipBrackets();
    add(p, out, select, relation);
    return;
  }
  if (kind === TokenKind.stage) {
    const name = { parts: [p.value(p.position)], quoted: 1, start, end: p.lastEnd };
    p.next();
    if (p.is("(")) p.skipBrackets();
    add(p, out, select, tableRelation(p, { ...name, end: p.lastEnd }, "stage"));
    return;
  }
  if (p.isName() || kind === TokenKind.parameter || kind === TokenKind.string || (kind === TokenKind.number && p.isNameAt(1) && p.wordAt(0) === "")) {
    if (kind === TokenKind.word && NO_TABLE.has(p.word) && p.wordAt(1) !== "." && p.wordAt(1) !== "(") {
      p.unread("expected a table");
      return;
    }
    readTable(p, out, select);
    return;
  }
  p.unread("expected a table");
  recover(p, select.influence, CONDITION_END);
}

/** Words that are no table's name, even where only one can stand. */
const NO_TABLE: ReadonlySet<string> = new Set(
  `SELECT FROM WHERE GROUP HAVING ORDER LIMIT UNION INTERSECT EXCEPT INTO QUALIFY ON USING JOIN INNER CROSS NATURAL LEFT RIGHT FULL OUTER AS WHEN THEN
  ELSE SET VALUES RETURNING AND OR WITH`.split(/\s+/),
);

function readSubquery(p: Parser, out: Relation[], select: Select, lateral: boolean): void {
  const start = p.start;
  const close = p.mate;
  p.enter();
  p.next();
  const saved = p.how;
  p.how = IDENTITY;
  const query = p.grammar.query(p);
  p.how = saved;
  closeBracket(p, close, null);
  p.leave();
  const relation = queryRelation(query, lateral, start);
  // `(SELECT …) (a, b)`: columns without a name for the table.
  if (p.is("(") && p.isNameAt(1) && (p.wordAt(2) === "," || p.wordAt(2) === ")")) relation.columnAliases = readColumnList(p);
  add(p, out, select, relation);
}

function queryRelation(query: QueryRelation["query"], lateral: boolean, start: number): QueryRelation {
  return { kind: "query", query, lateral, alias: null, columnAliases: null, join: null, start, end: start };
}

function tableRelation(p: Parser, name: Name, source: TableSource): TableRelation {
  if (source === "table") p.tableNames.push(name);
  return { kind: "table", name, source, alias: null, columnAliases: null, join: null, start: name.start, end: name.end };
}

function readParenthesised(p: Parser, out: Relation[], select: Select): void {
  const start = p.start;
  if (parenthesisedQueryAt(p, p.position)) {
    // T-SQL's APPLY and LATERAL both stand just before; only they let the query see its left neighbours.
    const before = p.tokens.words[p.position - 1];
    readSubquery(p, out, select, before === "APPLY" || p.dialect.features.correlatedFrom);
    return;
  }
  const close = p.mate;
  if (MODIFYING.has(p.wordAt(1))) {
    p.enter();
    p.next();
    const statement = p.grammar.statement(p);
    closeBracket(p, close, null);
    p.leave();
    const query = returnedRows(statement, start);
    query.statements.push(statement);
    add(p, out, select, queryRelation(query, false, start));
    return;
  }
  const at = out.length;
  p.enter();
  p.next();
  do readJoined(p, out, select);
  while (p.take(","));
  closeBracket(p, close, null);
  p.leave();
  const inside = out.length - at;
  if (inside === 1) {
    // `(t) AS a`: parentheses around one relation mean nothing.
    const only = out[at]!;
    const extra: Relation[] = [];
    out[at] = readRelationSuffixes(p, only, select, extra);
    out.push(...extra);
    return;
  }
  const group: Relation = { kind: "group", relations: [], alias: null, columnAliases: null, join: null, start, end: p.lastEnd };
  const extra: Relation[] = [];
  const finished = readRelationSuffixes(p, group, select, extra);
  if (finished === group && group.alias === null) return;
  (group.relations as Relation[]).push(...out.splice(at));
  out.push(finished, ...extra);
}

function readUnnest(p: Parser, out: Relation[], select: Select): void {
  const start = p.start;
  const name: Name = { parts: ["unnest"], quoted: 0, start, end: start + 6 };
  const expr = newExpr(start);
  p.grammar.operand(p, expr);
  expr.end = p.lastEnd;
  const relation = functionRelation(name, asValue(expr), start, { builtin: true });
  const at = out.length;
  add(p, out, select, relation);
  if (p.dialect.features.unnestAliasIsColumn && relation.alias !== null && relation.columnAliases === null && out[at] === relation) relation.columns = [relation.alias];
}

/** `IDENTIFIER('a.b')`, `IDENTIFIER($name)` (Snowflake, Databricks). */
function readIdentifierCall(p: Parser, out: Relation[], select: Select): void {
  add(p, out, select, tableRelation(p, ...identifierName(p)));
}

/** Reads `IDENTIFIER(…)`: the name its string holds; anything but a string is known only when it runs. */
export function identifierName(p: Parser): [Name, TableSource] {
  const start = p.start;
  const close = p.tokens.mates[p.position + 1] ?? p.tokens.count;
  const literal = p.kindAt(2) === TokenKind.string && close === p.position + 3;
  const text = literal ? p.value(p.position + 2) : p.slice(start, p.startOf(close) + 1);
  p.moveTo(close + 1);
  const end = p.lastEnd;
  if (literal) return [{ parts: text.split("."), quoted: 0, start, end }, "table"];
  p.gap("dynamic sql", `the name of the table is computed: ${text}`, start, end);
  return [{ parts: [text], quoted: 1, start, end }, "placeholder"];
}

/** `TABLE(f(x))`, `TABLE(name)`, `THE(SELECT …)`. */
function readTableCall(p: Parser, out: Relation[], select: Select): boolean {
  const start = p.start;
  if (p.wordAt(1) !== "(") return false;
  if (parenthesisedQueryAt(p, p.position + 1)) {
    p.next();
    readSubquery(p, out, select, true);
    return true;
  }
  const close = p.tokens.mates[p.position + 1] ?? p.tokens.count;
  p.skip(2);
  if (p.kind === TokenKind.string) {
    const name = { parts: p.value(p.position).split("."), quoted: 0, start, end: p.lastEnd };
    p.moveTo(close + 1);
    add(p, out, select, tableRelation(p, name, "table"));
    return true;
  }
  const at = p.position;
  const expr = newExpr(p.start);
  const name = p.isName() ? readName(p) : null;
  const called = p.is("(");
  p.position = at;
  if (name !== null && !called && p.kind !== TokenKind.parameter && p.startOf(close) >= name.end && closesBehind(p, name, close)) {
    // A table or collection by name.
    const bare = readName(p)!;
    p.moveTo(close + 1);
    add(p, out, select, tableRelation(p, bare, "table"));
    return true;
  }
  if (p.grammar.expression(p, expr) === undefined) recover(p, expr);
  while (p.position < close && (p.is("PARTITION") || p.is("ORDER") || p.is("OVER") || p.is("AS"))) {
    // TABLE(f(x) OVER (PARTITION BY …)) (Snowflake, Table functions)
    if (p.is("PARTITION") || p.is("ORDER")) {
      p.skip(2);
      readOrderList(p, expr);
    } else p.next();
    if (p.is("(")) p.skipBrackets();
  }
  closeBracket(p, close, expr);
  expr.end = p.lastEnd;
  const relation = functionRelation(called ? name : null, asValue(expr), start);
  relation.columns = called && name !== null ? functionColumns(p, at) : null;
  add(p, out, select, called && name !== null && relation.columns !== null ? { ...relation, builtin: true } : relation);
  return true;
}

function closesBehind(p: Parser, name: Name, close: number): boolean {
  let at = p.position;
  while (at < close && p.startOf(at) < name.end) at++;
  return at === close;
}

/** OPENROWSET, OPENQUERY …: another server's rows. */
function readRemote(p: Parser, out: Relation[], select: Select): void {
  const start = p.start;
  const expr = newExpr(start);
  const called = p.value(p.position);
  p.next();
  p.skipBrackets();
  const parts = [called.toLowerCase()];
  while (p.take(".")) {
    const part = readIdentifier(p);
    if (part !== null) parts.push(part);
  }
  const name: Name = { parts, quoted: 0, start, end: p.lastEnd };
  expr.end = p.lastEnd;
  add(p, out, select, functionRelation(name, expr, start));
}

function readTable(p: Parser, out: Relation[], select: Select): void {
  const start = p.start;
  const at = p.position;
  const parameter = p.kind === TokenKind.parameter;
  const template = p.kind === TokenKind.template;
  let name = readName(p);
  if (name === null) {
    name = { parts: [p.value(p.position)], quoted: 0, start, end: p.lastEnd };
    p.next();
  }
  if (p.is(".")) p.next();
  name = readNameTail(p, name);
  if (p.is("(") && !isTableHint(p)) {
    if (!(p.wordAt(1) === "+" && p.wordAt(2) === ")")) {
      p.position = at;
      readFunction(p, out, select);
      return;
    }
  }
  const path = pathOfFormat(p, name);
  if (path !== null) {
    add(p, out, select, tableRelation(p, { ...name, parts: [path], quoted: 1 }, "file"));
    return;
  }
  add(p, out, select, tableRelation(p, name, parameter ? "variable" : template && name.parts.length === 1 ? "placeholder" : "table"));
}

/** `t@link`, `t*`, `t:snapshot` and other things glued to a table's name. */
function readNameTail(p: Parser, name: Name): Name {
  if (p.is("@") && p.dialect.features.databaseLinks && p.isNameAt(1)) {
    p.next();
    const link = readName(p);
    if (link === null) return name;
    return { ...name, parts: [...name.parts.slice(0, -1), `${name.parts.at(-1)}@${link.parts.join(".")}`], end: p.lastEnd };
  }
  if (p.is("*") && p.adjacent) {
    p.next();
    // A wildcard over tables (BigQuery) is part of the name; after a name in PostgreSQL it says nothing.
    if (p.dialect.names.dashes) return { ...name, parts: [...name.parts.slice(0, -1), `${name.parts.at(-1)}*`], end: p.lastEnd };
  }
  if (p.is(":") && p.adjacent && p.kindAt(1) === TokenKind.word) p.skip(2);
  if (p.kind === TokenKind.parameter && p.adjacent) p.next();
  return name;
}

/** `` parquet.`path` `` (Spark SQL, Run SQL on files directly). */
function pathOfFormat(p: Parser, name: Name): string | null {
  const { pathFormats } = p.dialect.features;
  if (name.parts.length !== 2 || (name.quoted & 2) === 0) return null;
  return pathFormats.includes(name.parts[0]!.toLowerCase()) ? name.parts[1]! : null;
}

const HINTS: ReadonlySet<string> = new Set(
  `NOLOCK INDEX HOLDLOCK ROWLOCK UPDLOCK READPAST TABLOCK TABLOCKX READUNCOMMITTED SERIALIZABLE NOEXPAND FORCESEEK FORCESCAN PAGLOCK XLOCK
  REPEATABLEREAD READCOMMITTED READCOMMITTEDLOCK NOWAIT SNAPSHOT KEEPIDENTITY KEEPDEFAULTS`.split(/\s+/),
);

function isTableHint(p: Parser): boolean {
  return p.dialect.features.parenthesisedHints && HINTS.has(p.wordAt(1));
}

/** Reads a function as a relation. */
function readFunction(p: Parser, out: Relation[], select: Select): void {
  const start = p.start;
  const at = p.position;
  const expr = newExpr(start);
  let name: Name | null = null;
  if (p.isName()) {
    name = readName(p);
    p.position = at;
  }
  if (p.grammar.operand(p, expr) === undefined) {
    p.unread("expected a function");
    recover(p, expr, CONDITION_END);
  }
  expr.end = p.lastEnd;
  // `f(x).column` and `f(x):path` behind a call.
  while (p.is(".") && p.isNameAt(1)) p.skip(2);
  const columns = functionColumns(p, at);
  const relation = functionRelation(name, asValue(expr), start, { columns, builtin: columns !== null || isUnfolding(name) });
  add(p, out, select, relation);
}

const UNFOLDING: ReadonlySet<string> = new Set(
  `unnest explode explode_outer posexplode posexplode_outer inline inline_outer stack flatten generate_series generate_date_array sequence range
  generator json_table openjson xmltable json_tuple parse_url_tuple json_each jsonb_each json_array_elements jsonb_array_elements
  json_array_elements_text jsonb_array_elements_text json_each_text jsonb_each_text json_object_keys jsonb_object_keys json_to_record
  jsonb_to_record json_to_recordset jsonb_to_recordset json_populate_record jsonb_populate_record json_populate_recordset
  jsonb_populate_recordset jsonb_path_query string_split split_to_table strtok_split_to_table regexp_split_to_table string_to_table
  regexp_matches numbers zeros values nodes arrayjoin xmlsequence`.split(/\s+/),
);

function isUnfolding(name: Name | null): boolean {
  return name !== null && UNFOLDING.has(name.parts.at(-1)!.toLowerCase());
}

// --- what stands behind a relation

const HISTORY: ReadonlySet<string> = new Set(
  "SYSTEM_TIME SYSTEM VERSION TIMESTAMP APPLICATION_TIME PORTION BUSINESS_TIME SYSTEM_VERSION VERSION_AS_OF".split(" "),
);

/** Reads aliases, samples, time travel, pivots and hints; gives the relation they make. */
function readRelationSuffixes(p: Parser, relation: Relation, select: Select, extra: Relation[]): Relation {
  let result = relation;
  for (let rounds = 0; rounds < 30; rounds++) {
    const next = p.wordAt(1);
    switch (p.word) {
      case "PIVOT":
      case "UNPIVOT":
        if (next !== "(" && next !== "INCLUDE" && next !== "EXCLUDE") break;
        result = readPivot(p, result);
        readAlias(p, result);
        continue;
      case "MATCH_RECOGNIZE":
        if (next !== "(") break;
        result = readMatchRecognize(p, result);
        readAlias(p, result);
        continue;
      case "FOR":
        if (!HISTORY.has(next)) break;
        p.skip(2);
        readHistory(p, select);
        continue;
      case "VERSION":
      case "TIMESTAMP":
      case "SYSTEM_VERSION":
      case "SYSTEM_TIME":
        if (next !== "AS" || p.wordAt(2) !== "OF") break;
        p.next();
        readHistory(p, select);
        continue;
      case "VERSIONS":
        if (next !== "BETWEEN" && next !== "PERIOD") break;
        p.next();
        readHistory(p, select);
        continue;
      case "AS":
        if (next !== "OF") break;
        readHistory(p, select);
        continue;
      case "AT":
      case "BEFORE":
      case "CHANGES":
      case "END":
        if (next !== "(") break;
        p.next();
        p.skipBrackets();
        continue;
      case "TABLESAMPLE":
      case "SAMPLE":
        if (!readSample(p)) break;
        continue;
      case "WITH":
        if (next === "(") {
          p.next();
          if (result.kind === "function") {
            result.columns = readFunctionSchema(p);
            p.skipBrackets();
          } else p.skipBrackets();
          continue;
        }
        if (next === "ORDINALITY") {
          p.skip(2);
          if (result.kind === "function") (result as { counters: readonly string[] }).counters = [...result.counters, "ordinality"];
          continue;
        }
        if (next === "OFFSET") {
          p.skip(2);
          let name = "offset";
          if (p.take("AS")) name = readIdentifier(p) ?? name;
          else if (p.isName() && !p.isAny(p.dialect.words.notTableAlias)) name = readIdentifier(p) ?? name;
          extra.push(functionRelation(null, newExpr(p.start), p.start, { alias: name, columns: [name], builtin: true }));
          continue;
        }
        if (HINTS.has(next) || (result.kind === "function" && p.isNameAt(1) && p.wordAt(2) !== "AS" && p.wordAt(2) !== "(")) {
          // A hint, or a table that has the columns an OPENXML is to have.
          p.skip(2);
          continue;
        }
        break;
      case "FINAL":
        p.next();
        continue;
      case "USE":
      case "FORCE":
      case "IGNORE":
        if (next !== "INDEX" && next !== "KEY") break;
        p.skip(2);
        while (!p.is("(") && !p.atEnd()) p.next();
        p.skipBrackets();
        while (p.is(",") && (p.wordAt(1) === "USE" || p.wordAt(1) === "FORCE" || p.wordAt(1) === "IGNORE")) p.next();
        continue;
      case "INDEXED":
        if (next !== "BY") break;
        p.skip(3);
        continue;
      case "NOT":
        if (next !== "INDEXED") break;
        p.skip(2);
        continue;
      case "PARTITION":
      case "SUBPARTITION":
        if (next !== "(" && next !== "FOR") break;
        p.skip(next === "FOR" ? 2 : 1);
        p.skipBrackets();
        continue;
      case "@":
        // Time travel by suffix: t@v123 (Delta), t@{…}
        if (!p.isNameAt(1) && p.kindAt(1) !== TokenKind.number && p.wordAt(1) !== "{") break;
        p.skip(2);
        while (p.take(".")) p.next();
        continue;
      case "(":
        if (relation.kind === "table" && p.dialect.features.parenthesisedHints && (isTableHint(p) || p.kindAt(1) === TokenKind.number)) {
          p.skipBrackets();
          continue;
        }
        break;
    }
    if (result.alias === null && readAlias(p, result)) continue;
    if ((result.kind === "pivot" || result.kind === "unpivot") && result.alias !== null && result.alias === relation.alias && readAlias(p, result)) continue;
    return result;
  }
  return result;
}

/** AS OF, FROM … TO, BETWEEN … AND, CONTAINED IN, ALL: which version of a table is read. */
function readHistory(p: Parser, select: Select): void {
  p.take("TIME");
  p.take("OF");
  if (p.take("PERIOD")) {
    p.take("FOR");
    readName(p);
  }
  if (p.take("ALL")) return;
  if (p.take("AS")) {
    p.take("OF");
    p.take("PERIOD");
    if (p.is("FOR")) p.skip(2);
    if (!p.take("SCN")) if (p.is("TIMESTAMP") && p.kindAt(1) !== TokenKind.string) p.next();
    readDeciding(p, select.influence, FILTER, CONDITION_END);
    return;
  }
  if (p.take("FROM")) {
    readDeciding(p, select.influence, FILTER, CONDITION_END);
    if (p.take("TO")) readDeciding(p, select.influence, FILTER, CONDITION_END);
    return;
  }
  if (p.take("CONTAINED")) {
    p.take("IN");
    readDeciding(p, select.influence, FILTER, CONDITION_END);
    return;
  }
  if (p.take("BETWEEN")) {
    if (!p.take("SCN")) if (p.is("TIMESTAMP") && p.kindAt(1) !== TokenKind.string) p.next();
    readDeciding(p, select.influence, FILTER, CONDITION_END);
  }
}

function readSample(p: Parser): boolean {
  const next = p.wordAt(1);
  if (p.is("SAMPLE") && next !== "(" && p.kindAt(1) !== TokenKind.number && next !== "SYSTEM" && next !== "BERNOULLI" && next !== "ROW" && next !== "BLOCK") return false;
  p.next();
  if (p.isName() && p.wordAt(1) === "(") p.next();
  if (p.is("(")) p.skipBrackets();
  else {
    p.next();
    if (p.take("/")) p.next();
    if (p.take("OFFSET")) {
      p.next();
      if (p.take("/")) p.next();
    }
    if (p.is("PERCENT") || p.is("ROWS") || p.is("%")) p.next();
    if (p.is("(")) p.skipBrackets();
  }
  if ((p.is("REPEATABLE") || p.is("SEED")) && p.wordAt(1) === "(") {
    p.next();
    p.skipBrackets();
  }
  return true;
}

/** Reads `[AS] alias [(columns)]`. */
function readAlias(p: Parser, relation: Relation): boolean {
  const as = p.is("AS") && p.wordAt(1) !== "OF";
  if (as) p.next();
  const { kind } = p;
  if (as && p.is("(")) {
    relation.columnAliases = readDefinitions(p);
    return true;
  }
  const named =
    kind === TokenKind.quoted ||
    kind === TokenKind.template ||
    (kind === TokenKind.word && (as || (!p.isAny(p.dialect.words.notTableAlias) && !p.atStatementStart() && !p.atLabel() && !isClause(p)))) ||
    (kind === TokenKind.string && (as || p.dialect.features.stringAliases)) ||
    (as && kind === TokenKind.parameter);
  if (!named) {
    if (as) p.unread("expected an alias");
    return false;
  }
  relation.alias = p.value(p.position);
  p.next();
  if (p.is("(") && !isTableHint(p)) relation.columnAliases = readDefinitions(p);
  return true;
}

/** Words that may name a table but start a clause when something follows them. */
function isClause(p: Parser): boolean {
  const next = p.wordAt(1);
  switch (p.word) {
    case "WINDOW":
      return p.wordAt(2) === "AS";
    case "CLUSTER":
    case "SORT":
    case "DISTRIBUTE":
    case "CONNECT":
    case "INDEXED":
      return next === "BY";
    case "START":
      return next === "WITH";
    case "ARRAY":
      return next === "JOIN";
    case "FORMAT":
      return p.dialect.features.queryTailSettings;
    case "SETTINGS":
      return p.isNameAt(1);
    case "SAMPLE":
      return p.kindAt(1) === TokenKind.number || next === "(";
    case "ROWS":
      return next === "FROM";
    case "MATCH_CONDITION":
    case "AT":
    case "BEFORE":
    case "CHANGES":
    case "OPTION":
      return next === "(";
    case "USE":
    case "IGNORE":
    case "FORCE":
      return next === "INDEX" || next === "KEY";
    case "LOOP":
    case "HASH":
    case "MERGE":
    case "REMOTE":
      return next === "JOIN";
    case "VERSION":
    case "TIMESTAMP":
      return next === "AS";
    case "VERSIONS":
      return next === "BETWEEN" || next === "PERIOD";
    case "NOT":
      return next === "INDEXED";
    case "LIMIT":
    case "DIRECTED":
      return true;
    case "BULK":
      return next === "COLLECT";
    default:
      return false;
  }
}

/** `(a int, b text)`: the names in a list of columns with or without types. */
function readDefinitions(p: Parser): string[] {
  const close = p.mate;
  const columns: string[] = [];
  p.next();
  while (p.position < close && !p.atEnd()) {
    const at = p.position;
    const name = readIdentifier(p);
    if (name === null) p.unread("expected a column's alias");
    else columns.push(name);
    skipToComma(p, close);
    p.take(",");
    if (p.position === at) p.next();
  }
  p.moveTo(close + 1);
  return columns;
}

/** A select over one table, for statements that read a whole one. */
export function selectAll(name: Name, source: TableSource): Select {
  const select = newSelect(name.start);
  select.from.push({ kind: "table", name, source, alias: null, columnAliases: null, join: null, start: name.start, end: name.end });
  select.items.push({ kind: "star", qualifier: null, except: [], replace: [], rename: [], pattern: false, how: IDENTITY, start: name.start, end: name.end });
  select.end = name.end;
  return select;
}

