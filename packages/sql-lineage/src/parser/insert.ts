import { FILTER } from "../how.ts";
import type {
  Assignment,
  Conflict,
  Expr,
  InsertStatement,
  ManyStatement,
  Query,
  Returning,
  Select,
  Statement,
  TargetTable,
} from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { readAssignments } from "./assignments.ts";
import { newExpr, newInsert, newSelect, newStar, queryOf } from "./build.ts";
import { parenthesisedQueryAt, queryStartsAt } from "./lookahead.ts";
import { readColumnList, readIdentifier, readName, skipToComma } from "./names.ts";
import type { Parser } from "./parser.ts";
import { closeBracket, harvest, recover } from "./recover.ts";
import { readOutput, readReturning } from "./returning.ts";
import { functionRelation, namedRelation, queryRelation } from "./relation-build.ts";
import { functionTarget } from "./function-targets.ts";
import { selectAll, selectFrom } from "./select-all.ts";
import { readSelect, readSelectClauses, readTransform } from "./select.ts";
import { readDeciding } from "./tail.ts";
import { readLocation, readTarget } from "./target.ts";
import { readValues } from "./values.ts";

const MODIFIERS: ReadonlySet<string> = new Set(
  "OR IGNORE LOW_PRIORITY DELAYED HIGH_PRIORITY REPLACE ABORT FAIL ROLLBACK INTO LOCAL".split(" "),
);

const SOURCES: ReadonlySet<string> = new Set(
  "VALUES VALUE DEFAULT SET EXEC EXECUTE FROM FORMAT ON RETURNING LOG CALL SELECT WITH TABLE MERGE UPDATE DELETE OUTPUT PARTITION BY OVERRIDING SETTINGS USING REPLACE AS IF RETURN".split(
    " ",
  ),
);

/** Reads INSERT or REPLACE. `from` is a FROM that stands before it and belongs to it (Hive's multi-insert). */
export function readInsert(p: Parser, from: Select | null): Statement {
  const start = p.start;
  const head: Head = {
    overwrite: p.is("REPLACE"),
    columns: null,
    except: [],
    byName: false,
    partitions: [],
    output: null,
    alias: null,
  };
  p.next();
  // INSERT WITH SCHEMA EVOLUTION INTO t (Databricks)
  p.takeAll("WITH", "SCHEMA", "EVOLUTION");
  if (
    from === null &&
    (p.is("ALL") || p.is("FIRST") || (p.is("OVERWRITE") && (p.wordAt(1) === "ALL" || p.wordAt(1) === "FIRST"))) &&
    startsMultiInsert(p)
  )
    return readMultiInsert(p, start);
  readModifiers(p, head);
  const target = readInsertTarget(p);
  readHead(p, head);
  const source = readSource(p, head, from);
  // UPSERT t VALUES (…) WHERE a = 1 (SAP HANA)
  if (p.is("WHERE")) readSelectClauses(p, newSelect(p.start), false);
  const conflict = readConflict(p, readRowAlias(p));
  // REPLACE ON t.a = s.a (SELECT …) AS s (Databricks)
  if (head.overwrite && source.query !== null && p.isName() && p.tokens.words[p.position - 1] === ")")
    readIdentifier(p);
  const returning = readReturning(p) ?? head.output;
  if (p.is("LOG") && p.wordAt(1) === "ERRORS") p.skipStatement();
  if (p.is("WITH") && (p.wordAt(1) === "NO" || p.wordAt(1) === "PRIMARY")) p.skipStatement();
  return {
    kind: "insert",
    target,
    alias: head.alias,
    mode: head.overwrite ? "overwrite" : "insert",
    columns: source.columns ?? head.columns,
    except: head.except,
    byName: head.byName,
    query: source.query,
    conflict,
    returning,
    partitions: head.partitions,
    start,
    end: p.lastEnd,
  };
}

interface Head {
  overwrite: boolean;
  columns: string[] | null;
  readonly except: string[];
  byName: boolean;
  partitions: { name: string; dynamic: boolean }[];
  output: Returning | null;
  alias: string | null;
}

function startsMultiInsert(p: Parser): boolean {
  const at = p.is("OVERWRITE") ? 2 : 1;
  return p.wordAt(at) === "INTO" || p.wordAt(at) === "WHEN";
}

function readModifiers(p: Parser, head: Head): void {
  for (;;) {
    const next = p.wordAt(1);
    switch (p.word) {
      case "OVERWRITE":
        head.overwrite = true;
        p.next();
        continue;
      case "TABLE":
        if (next === "FUNCTION" || (p.isNameAt(1) && next !== "SELECT" && next !== "VALUES")) {
          p.next();
          continue;
        }
        return;
      case "TOP":
        if (next !== "(" && p.kindAt(1) !== TokenKind.number) return;
        p.next();
        if (p.is("(")) p.skipBrackets();
        else p.next();
        p.take("PERCENT");
        continue;
      case "IF":
        if (next !== "NOT") return;
        p.skip(3);
        continue;
      case "ONCE":
        // INSERT INTO ONCE t (Databricks, CREATE FLOW)
        if (!p.isNameAt(1) || SOURCES.has(next) || next === "BY" || next === "PARTITION") return;
        p.next();
        continue;
      default:
        if (!p.isAny(MODIFIERS) || next === "(" || next === "." || (next === "VALUES" && !p.is("INTO"))) return;
        if (p.is("REPLACE") && p.tokens.words[p.position - 1] === "OR") head.overwrite = false;
        p.next();
    }
  }
}

function readInsertTarget(p: Parser): TargetTable {
  const start = p.start;
  if (p.is("DIRECTORY")) {
    p.next();
    let location = readLocation(p);
    while (!p.atEnd() && !queryStartsAt(p, p.position) && !p.is(";")) {
      if (p.is("OPTIONS") && p.wordAt(1) === "(") {
        const close = p.tokens.mates[p.position + 1]!;
        for (let i = p.position + 2; i < close; i++) {
          if (p.value(i).toLowerCase() !== "path") continue;
          const value = p.tokens.words[i + 1] === "=" ? i + 2 : i + 1;
          location ??= {
            name: { parts: [p.value(value)], quoted: 1, start: p.startOf(value), end: p.startOf(value + 1) },
            source: "file",
          };
        }
      }
      if (p.is("(")) p.skipBrackets();
      else p.next();
    }
    return location ?? { name: { parts: [], quoted: 0, start, end: p.lastEnd }, source: "placeholder" };
  }
  if (p.is("FUNCTION") && p.isNameAt(1)) {
    // INSERT INTO FUNCTION s3('…') (ClickHouse)
    p.next();
    const at = p.position;
    const meant = functionTarget(p);
    if (meant !== null) return meant;
    p.position = at;
    const name = readName(p)!;
    if (p.is("(")) p.skipBrackets();
    return { name: { ...name, end: p.lastEnd }, source: "function" };
  }
  if (p.is("(") && parenthesisedQueryAt(p, p.position)) {
    // INSERT INTO (SELECT a FROM t) VALUES (…): what is inserted goes into the table of the query (Oracle).
    const close = p.mate;
    p.next();
    const query = p.grammar.query(p);
    closeBracket(p, close, null);
    const relation = query.body.kind === "select" ? query.body.from[0] : undefined;
    if (relation?.kind === "table") return { name: relation.name, source: relation.source };
    return { name: { parts: [], quoted: 0, start, end: p.lastEnd }, source: "placeholder" };
  }
  return readTarget(p);
}

/** Reads what stands between the table and the rows. */
function readHead(p: Parser, head: Head): void {
  for (let rounds = 0; rounds < 30; rounds++) {
    const next = p.wordAt(1);
    switch (p.word) {
      case "PARTITION":
        p.next();
        if (p.is("(")) readPartition(p, head);
        // INSERT INTO FUNCTION s3(…) PARTITION BY a SELECT … (ClickHouse)
        else if (p.take("BY")) readDeciding(p, newExpr(p.start), FILTER, SOURCES);
        continue;
      case "(":
        if (parenthesisedQueryAt(p, p.position) || head.columns !== null) return;
        if (next === "*") {
          // (* EXCEPT (a)) (ClickHouse)
          const close = p.mate;
          p.skip(2);
          if (p.take("EXCEPT")) {
            if (p.is("(")) head.except.push(...readColumnList(p));
            else while (p.isName() && p.position < close) head.except.push(readIdentifier(p)!);
          }
          p.moveTo(close + 1);
          continue;
        }
        head.columns = readColumnList(p);
        continue;
      case "BY":
        if (next === "NAME") head.byName = true;
        else if (next !== "POSITION") return;
        p.skip(2);
        continue;
      case "OVERRIDING":
        p.skip(3);
        continue;
      case "INCLUDE":
        if (next !== "(") return;
        p.next();
        p.skipBrackets();
        continue;
      case "WITH":
        if (next !== "(") return;
        p.next();
        p.skipBrackets();
        continue;
      case "OUTPUT":
        head.output = readOutput(p);
        continue;
      case "IF":
        if (next !== "NOT") return;
        p.skip(3);
        continue;
      case "REPLACE":
        if (next !== "WHERE" && next !== "ON" && next !== "USING") return;
        head.overwrite = true;
        p.skip(2);
        if (next === "USING") {
          if (p.is("(")) p.skipBrackets();
        } else if (next === "ON") {
          // What is replaced: up to the query, which may stand in brackets and look like the arguments of a call.
          while (!p.atEnd() && !p.is(";") && !parenthesisedQueryAt(p, p.position) && !queryStartsAt(p, p.position)) {
            if (p.is("(")) p.skipBrackets();
            else p.next();
          }
        } else readDeciding(p, newExpr(p.start), FILTER, SOURCES);
        continue;
      case "USING":
        if (next !== "(" || queryStartsAt(p, p.position + 2)) return;
        p.next();
        p.skipBrackets();
        continue;
      case "SETTINGS":
      case "PARTITION_ID":
        while (!p.atEnd() && !p.is("VALUES") && !p.is("SELECT") && !p.is("FORMAT") && !p.is(";") && !p.is("WITH"))
          p.next();
        continue;
      case "AS":
        if (queryStartsAt(p, p.position + 1)) {
          p.next();
          continue;
        }
        if (!p.isNameAt(1)) return;
        p.next();
        head.alias = readIdentifier(p);
        continue;
    }
    if (p.kind === TokenKind.word || p.kind === TokenKind.quoted) {
      // An alias of the table (Oracle).
      if (
        !SOURCES.has(p.word) &&
        head.alias === null &&
        (next === "(" || next === "VALUES" || next === "BY" || next === "REPLACE" || queryStartsAt(p, p.position + 1))
      ) {
        head.alias = readIdentifier(p);
        continue;
      }
    }
    return;
  }
}

function readPartition(p: Parser, head: Head): void {
  const close = p.mate;
  p.next();
  while (p.position < close && !p.atEnd()) {
    const name = readIdentifier(p);
    const dynamic = !p.is("=");
    if (name !== null) head.partitions.push({ name, dynamic });
    skipToComma(p, close);
    p.take(",");
    if (name === null) p.next();
  }
  p.moveTo(close + 1);
}

interface Source {
  readonly query: Query | null;
  readonly columns: string[] | null;
}

function readSource(p: Parser, head: Head, from: Select | null): Source {
  const none: Source = { query: null, columns: null };
  if (from !== null) {
    if (p.is("SELECT")) {
      const select: Select = { ...newSelect(p.start), from: [...from.from] };
      select.influence.refs.push(...from.influence.refs);
      select.influence.queries.push(...from.influence.queries);
      const query = queryOf(readSelect(p, select));
      return { ...none, query };
    }
    if (p.is("MAP") || p.is("REDUCE")) {
      // FROM … INSERT INTO t REDUCE a, b USING 'script' AS c (Hive)
      const select: Select = { ...newSelect(p.start), from: [...from.from] };
      readTransform(p, select);
      return { ...none, query: queryOf(select) };
    }
    p.unread("expected SELECT of an INSERT behind FROM");
    p.skipStatement();
    return none;
  }
  switch (p.word) {
    case "VALUES":
    case "VALUE":
      p.next();
      if (p.is("(") || p.is("ROW")) return { ...none, query: queryOf(readValues(p)) };
      // VALUES record, VALUES records(i) (PL/SQL)
      {
        const record = readName(p);
        if (p.is("(")) p.skipBrackets();
        if (record === null) return none;
        const rows = { ...record, parts: [record.parts[0]!] };
        return { ...none, query: queryOf(selectAll(namedRelation(rows, "variable"))) };
      }
    case "DEFAULT":
      p.next();
      p.take("VALUES");
      return none;
    case "SET": {
      p.next();
      const assignments = readAssignments(p);
      const columns = assignments.map(({ column }) => column.parts.at(-1)!);
      const values: Expr[] = assignments.map(({ expr }) => expr);
      return { query: queryOf({ kind: "values", columns: values }), columns };
    }
    case "EXEC":
    case "EXECUTE":
    case "CALL": {
      const start = p.start;
      const statement = p.grammar.statement(p);
      if (statement.kind === "block") {
        // A literal that was read: the rows are those of its query.
        const query = statement.body.length === 1 ? statement.body[0]!.statement : null;
        return query?.kind === "query" ? { ...none, query: query.query } : none;
      }
      p.gap("dynamic sql", "the rows come from a procedure", start, p.lastEnd);
      if (statement.kind !== "call") return none;
      return { ...none, query: queryOf(selectAll(functionRelation(statement.routine, newExpr(start), start))) };
    }
    case "FORMAT":
      p.skipStatement();
      return none;
    case "MERGE":
    case "UPDATE":
    case "DELETE":
      p.unread("expected rows to insert");
      p.skipStatement();
      return none;
    case "FROM":
      if (p.wordAt(1) === "INFILE") {
        p.skip(2);
        const file = readLocation(p);
        p.skipStatement();
        if (file === null) return none;
        return { ...none, query: queryOf(selectFrom(file.name, file.source)) };
      }
      break;
  }
  if (queryStartsAt(p, p.position) || p.is("TABLE")) return { ...none, query: p.grammar.query(p) };
  if (p.kind === TokenKind.template) {
    p.gap("placeholder", "the rows are filled in before this runs", p.start, p.start + p.raw(p.position).length);
    p.next();
    return none;
  }
  if (head.output !== null && p.is("(")) return { ...none, query: p.grammar.query(p) };
  p.unread("expected rows to insert");
  const lost = newExpr(p.start);
  recover(p, lost);
  return none;
}

/** `VALUES (…) AS new (a, b)` (MySQL): names for the row, to be used in ON DUPLICATE KEY. */
function readRowAlias(p: Parser): Conflict["row"] {
  if (!p.is("AS") || !p.isNameAt(1)) return null;
  p.next();
  const alias = readIdentifier(p)!;
  return { alias, columns: p.is("(") ? readColumnList(p) : null };
}

/** Reads ON CONFLICT … DO UPDATE SET, ON DUPLICATE KEY UPDATE. */
function readConflict(p: Parser, row: Conflict["row"]): Conflict | null {
  if (!p.is("ON") || (p.wordAt(1) !== "CONFLICT" && p.wordAt(1) !== "DUPLICATE")) return null;
  const sourceVisible = p.wordAt(1) === "DUPLICATE";
  const condition = newExpr(p.start);
  p.skip(2);
  if (sourceVisible) {
    p.take("KEY");
    return { assignments: p.take("UPDATE") ? readAssignments(p) : [], condition, sourceVisible, row };
  }
  if (p.is("(")) harvest(p, null);
  if (p.take("ON") && p.take("CONSTRAINT")) readName(p);
  if (p.take("WHERE")) readDeciding(p, newExpr(p.start), FILTER, new Set(["DO"]));
  if (!p.take("DO") || p.take("NOTHING")) return null;
  let assignments: readonly Assignment[] = [];
  if (p.take("SELECT")) {
    if (p.is("FOR")) p.skip(2);
  } else if (p.take("UPDATE") && p.take("SET")) assignments = readAssignments(p);
  if (p.take("WHERE")) readDeciding(p, condition, FILTER);
  return { assignments, condition, sourceVisible, row };
}

/** `INSERT ALL|FIRST [WHEN … THEN] INTO t (a) VALUES (x) … SELECT …` (Oracle, Snowflake). */
function readMultiInsert(p: Parser, start: number): ManyStatement {
  const overwrite = p.take("OVERWRITE");
  p.next();
  const branches: {
    target: TargetTable;
    columns: string[] | null;
    values: Expr[] | null;
    start: number;
    end: number;
  }[] = [];
  const conditions = newExpr(p.start);
  let source: Query | null = null;
  while (!p.atEnd() && !p.is(";")) {
    if (p.take("WHEN")) {
      readDeciding(p, conditions, FILTER, new Set(["THEN"]));
      p.take("THEN");
    } else if (p.take("ELSE")) continue;
    else if (p.is("INTO")) {
      const branchStart = p.start;
      p.next();
      const target = readTarget(p);
      let columns: string[] | null = null;
      let values: Expr[] | null = null;
      if (p.is("(") && !parenthesisedQueryAt(p, p.position)) columns = readColumnList(p);
      if (p.is("VALUES") && p.wordAt(1) === "(") {
        p.next();
        values = readValues(p).columns;
      }
      if (p.is("LOG")) while (!p.atEnd() && !p.is("INTO") && !p.is("WHEN") && !p.is("SELECT") && !p.is(";")) p.next();
      branches.push({ target, columns, values, start: branchStart, end: p.lastEnd });
    } else if (queryStartsAt(p, p.position)) {
      source = p.grammar.query(p);
      break;
    } else {
      p.unread("expected INTO, WHEN or the query of a multi-table insert");
      p.skipStatement();
      break;
    }
  }
  if (source === null) p.unread("expected the query of a multi-table insert");
  const rows = source;
  const statements = branches.map((branch): InsertStatement => {
    let query = rows;
    if (rows !== null) {
      const select = newSelect(branch.start);
      select.from.push({ ...queryRelation(rows, false, branch.start), end: branch.end });
      select.influence.refs.push(...conditions.refs);
      select.influence.queries.push(...conditions.queries);
      if (branch.values === null) select.items.push(newStar(null, branch.start, branch.end));
      else for (const expr of branch.values) select.items.push({ kind: "expression", expr, alias: null });
      query = queryOf(select);
    }
    return newInsert(overwrite ? "overwrite" : "insert", branch.target, branch, { columns: branch.columns, query });
  });
  return { kind: "many", statements, start, end: p.lastEnd };
}
