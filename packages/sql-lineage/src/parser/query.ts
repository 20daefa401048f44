import { IDENTITY } from "../how.ts";
import type { Body, Cte, Query, Select, SetOperation } from "../ir.ts";
import { newExpr, newSelect, newStar, queryOf, readExpr } from "./build.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { readInlineRoutines } from "./inline-routines.ts";
import { queryStartsAt } from "./lookahead.ts";
import { readColumnList, readIdentifier } from "./names.ts";
import type { Parser } from "./parser.ts";
import { readPivotStatement } from "./pivot-statement.ts";
import { readPipe } from "./pipes.ts";
import { closeBracket, recover } from "./recover.ts";
import { returnedRows } from "./returned-rows.ts";
import { readSelect, readSelectClauses, readTransform } from "./select.ts";
import { readTailClauses } from "./tail.ts";
import { readValues } from "./values.ts";
import { readSetOperator } from "./set-operator.ts";

/** Reads a query with everything that belongs to it. */
export function readQuery(p: Parser): Query {
  p.enter();
  const query = readQueryBody(p, p.is("WITH") ? readWith(p) : []);
  p.leave();
  return query;
}

/** Reads a query behind its WITH. */
export function readQueryBody(p: Parser, ctes: Cte[]): Query {
  const query: Query = { ctes, body: readTerm(p), tail: null, statements: [] };
  const branches: SetOperation["branches"][number][] = [];
  for (;;) {
    readTail(p, query, branches.length > 0);
    const operator = readSetOperator(p, branches.at(-1)?.except ?? false);
    if (operator !== null) {
      if (branches.length === 0) {
        branches.push({ query: alone(query), except: false, byName: null });
        query.tail = null;
        query.body = { kind: "set", branches };
      }
      branches.push({ query: queryOf(readTerm(p)), ...operator });
    } else if (p.is("|>") && p.wordAt(1) === "WITH") {
      // |> WITH a AS (…) (BigQuery): for the operators behind it
      p.next();
      query.ctes.push(...readWith(p));
    } else if (p.is("|>")) {
      const before = { ...query, ctes: [], statements: [] };
      query.body = readPipe(p, before);
      query.tail = null;
      branches.length = 0;
    } else return query;
  }
}

/** Reads a query whose SELECT is spelled PERFORM. */
export function readPerformQuery(p: Parser): Query {
  const query = queryOf(readSelect(p, null));
  readTail(p, query, false);
  return query;
}

/** The query so far, as the first branch of a set operation: WITH stays outside. */
function alone(query: Query): Query {
  return { ctes: [], body: query.body, tail: query.tail, statements: [] };
}

function readTail(p: Parser, query: Query, set: boolean): void {
  if (set || query.body.kind !== "select") {
    const tail = newExpr(p.start);
    readTailClauses(p, null, tail);
    tail.end = p.lastEnd;
    if (tail.refs.length > 0 || tail.queries.length > 0) query.tail = tail;
    return;
  }
  readTailClauses(p, query.body, query.body.influence);
  query.body.end = p.lastEnd;
}

/** One branch of a query: SELECT, VALUES, TABLE t, a query in parentheses. */
function readTerm(p: Parser): Body {
  switch (p.word) {
    case "(": {
      const close = p.mate;
      p.enter();
      p.next();
      const query = readQuery(p);
      closeBracket(p, close, null);
      p.leave();
      return { kind: "wrapped", query };
    }
    case "SELECT":
    case "SEL":
      return readSelect(p, null);
    case "VALUES":
      return readValuesTerm(p);
    case "TABLE":
      if (p.isNameAt(1)) {
        p.next();
        return readTableTerm(p);
      }
      break;
    case "FROM":
      return readFromFirst(p);
    case "WITH":
      return { kind: "wrapped", query: readQuery(p) };
    case "PIVOT":
    case "UNPIVOT":
    case "PIVOT_WIDER":
    case "PIVOT_LONGER":
      if (p.isNameAt(1) || p.wordAt(1) === "(") return readPivotStatement(p);
      break;
    case "DESCRIBE":
    case "SHOW":
    case "SUMMARIZE":
      // Statements that DuckDB lets stand for a table; their columns are not ours to know.
      if (p.isNameAt(1)) {
        p.unread(`${p.word} as a query is not read`, p.position + 1);
        recover(p, null);
        return newSelect(p.start);
      }
      break;
  }
  p.unread("expected a query");
  const select = newSelect(p.start);
  recover(p, select.influence);
  return select;
}

/** VALUES, perhaps with names: `VALUES (1, 2) AS t (a, b)` (Spark, Inline table). */
function readValuesTerm(p: Parser): Body {
  const start = p.start;
  p.next();
  const values = readValues(p);
  const named =
    (p.is("AS") && (p.isNameAt(1) || p.wordAt(1) === "(")) ||
    (p.isName() && p.wordAt(1) === "(" && !p.isAny(p.dialect.words.notTableAlias)) ||
    (p.is("(") && p.isNameAt(1));
  if (!named) return values;
  p.take("AS");
  const alias = p.is("(") ? null : readIdentifier(p);
  const columnAliases = p.is("(") ? readColumnList(p) : null;
  const select = newSelect(start);
  select.from.push({
    kind: "query",
    query: queryOf(values),
    lateral: false,
    alias,
    columnAliases,
    join: null,
    start,
    end: p.lastEnd,
  });
  select.items.push(newStar(null, start, p.lastEnd));
  return select;
}

function readTableTerm(p: Parser): Select {
  const select = newSelect(p.start);
  p.grammar.fromList(p, select);
  select.items.push(newStar(null, select.start, p.lastEnd));
  return select;
}

/** `FROM t SELECT a`, `FROM t |> …`, `FROM t` alone. */
function readFromFirst(p: Parser): Select {
  const select = newSelect(p.start);
  p.next();
  p.grammar.fromList(p, select);
  if (!p.is("|>")) {
    readSelectClauses(p, select, false);
    if (p.is("SELECT")) return readSelect(p, select);
    if (p.is("MAP") || p.is("REDUCE")) {
      // Hive's script forms: MAP a, b USING 'script' AS …
      readTransform(p, select);
      return select;
    }
  }
  select.items.push(newStar(null, select.start, p.lastEnd));
  return select;
}

// --- WITH

/** Reads WITH and its tables. */
export function readWith(p: Parser): Cte[] {
  const result: Cte[] = [];
  p.next();
  let recursive = p.take("RECURSIVE");
  if (p.is("XMLNAMESPACES") && p.wordAt(1) === "(") {
    p.next();
    p.skipBrackets();
    if (!p.take(",")) return result;
  }
  readInlineRoutines(p);
  // WITH FUNCTION … WITH a AS (…) SELECT … (Trino)
  if (p.take("WITH")) recursive = p.take("RECURSIVE");
  if (p.is("SELECT")) return result;
  do {
    if (!readCte(p, result, recursive)) break;
  } while (p.take(","));
  return result;
}

/** Whether a table of WITH starts here, and not a value with a name behind it. */
function tableStarts(p: Parser): boolean {
  if (!p.isName()) return false;
  const { words, mates } = p.tokens;
  if (p.wordAt(1) === "AS") {
    let at = p.position + 2;
    if (words[at] === "NOT") at++;
    if (words[at] === "MATERIALIZED") at++;
    return words[at] === "(";
  }
  if (p.wordAt(1) !== "(") return false;
  const behind = (mates[p.position + 1] ?? -2) + 1;
  return words[behind] === "AS" && words[behind + 1] === "(" && queryStartsAt(p, behind + 2);
}

function readCte(p: Parser, into: Cte[], recursive: boolean): boolean {
  if (p.dialect.features.scalarWith && !tableStarts(p)) return readScalarCte(p, into);
  const start = p.start;
  const name = readIdentifier(p);
  if (name === null) {
    p.unread("expected a name behind WITH");
    return false;
  }
  let columns: string[] | null = null;
  if (p.is("(") && !queryStartsAt(p, p.position + 1)) columns = readColumnList(p);
  if (p.takeAll("USING", "KEY") && p.is("(")) p.skipBrackets();
  // MAX RECURSION LEVEL 50 (Databricks, Common table expression)
  if (p.is("MAX") && p.kindAt(3) === TokenKind.number) p.skip(4);
  p.take("AS");
  p.take("NOT");
  p.take("MATERIALIZED");
  if (!p.is("(")) {
    p.unread("expected the query of a WITH");
    return false;
  }
  const close = p.mate;
  p.enter();
  p.next();
  const savedHow = p.how;
  const mentions = p.tableNames.length;
  p.how = IDENTITY;
  let query: Query;
  if (p.is("INSERT") || p.is("UPDATE") || p.is("DELETE") || p.is("MERGE")) {
    const statement = p.grammar.statement(p);
    query = returnedRows(statement, start);
    query.statements.push(statement);
  } else query = readQuery(p);
  p.how = savedHow;
  closeBracket(p, close, null);
  p.leave();
  const added = readSearchAndCycle(p);
  const lower = name.toLowerCase();
  const readsItself = p.tableNames
    .slice(mentions)
    .some(({ parts }) => parts.length === 1 && parts[0]!.toLowerCase() === lower);
  into.push({
    name,
    columns,
    query,
    recursive: readsItself && (recursive || !p.dialect.features.recursiveKeyword),
    added,
    scalar: null,
  });
  return true;
}

/** `WITH expression AS name` (ClickHouse, WITH clause). */
function readScalarCte(p: Parser, into: Cte[]): boolean {
  const expr = readExpr(p);
  if (expr === null) {
    p.unread("expected a value or table behind WITH");
    return false;
  }
  if (!p.take("AS")) {
    p.unread("expected AS behind the value of a WITH");
    return false;
  }
  const name = readIdentifier(p);
  if (name === null) return false;
  into.push({ name, columns: null, query: queryOf(newSelect(expr.start)), recursive: false, added: [], scalar: expr });
  return true;
}

/** `SEARCH DEPTH FIRST BY a SET b`, `CYCLE a SET b TO c DEFAULT d USING e` (PostgreSQL, Oracle). */
function readSearchAndCycle(p: Parser): Cte["added"] {
  let added: { name: string; from: string[] }[] | null = null;
  while (p.is("SEARCH") || p.is("CYCLE")) {
    const search = p.is("SEARCH");
    p.next();
    if (search) while (!p.atEnd() && !p.is("BY") && !p.is("SET") && !p.is(")") && !p.is(";")) p.next();
    p.take("BY");
    const from: string[] = [];
    while (!p.atEnd() && !p.is("SET") && !p.is(")") && !p.is(";")) {
      if (p.isName() && !p.is("ASC") && !p.is("DESC") && !p.is("NULLS")) from.push(readIdentifier(p)!);
      else p.next();
    }
    p.take("SET");
    do {
      const name = readIdentifier(p);
      if (name !== null) (added ??= []).push({ name, from });
    } while (p.take(","));
    if (p.take("TO")) p.next();
    if (p.take("DEFAULT")) p.next();
    if (p.take("USING")) {
      const name = readIdentifier(p);
      if (name !== null) (added ??= []).push({ name, from });
    }
  }
  return added ?? NOTHING_ADDED;
}

const NOTHING_ADDED: Cte["added"] = [];
