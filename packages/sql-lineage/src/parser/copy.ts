import type { CopyStatement, Relation, Statement, TargetTable } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { newInsert, newSelect, queryOf } from "./build.ts";
import { parenthesisedQueryAt } from "./lookahead.ts";
import { readAssignments } from "./assignments.ts";
import { readColumnList } from "./names.ts";
import type { Parser } from "./parser.ts";
import { closeBracket } from "./recover.ts";
import { namedRelation } from "./relation-build.ts";
import { selectAll, selectColumns, selectFrom } from "./select-all.ts";
import { fileAt, readLocation, readTarget } from "./target.ts";

type Parts = Partial<Pick<CopyStatement, "from" | "query" | "to" | "columns">>;

function copyStatement(p: Parser, start: number, rule: CopyStatement["rule"], parts: Parts): CopyStatement {
  return { kind: "copy", from: [], query: null, to: null, columns: null, ...parts, rule, start, end: p.lastEnd };
}

/** Reads COPY of any dialect. */
export function readCopy(p: Parser): Statement {
  const start = p.start;
  p.next();
  if (p.is("FILES") && p.wordAt(1) === "INTO") p.next();
  p.take("INTO");
  p.take("BINARY");
  if (p.is("(")) {
    // COPY (SELECT …) TO 'file'
    const close = p.mate;
    p.next();
    const query = p.grammar.query(p);
    closeBracket(p, close, null);
    let to: TargetTable | null = null;
    if (p.take("TO")) to = standardStream(p) ? null : readFile(p);
    else p.unread("expected TO");
    p.skipStatement();
    return copyStatement(p, start, "copy", { query, to });
  }
  const location = isLocation(p) ? readLocation(p) : null;
  const table = location ?? readTarget(p);
  let columns: string[] | null = null;
  if (p.is("(") && !parenthesisedQueryAt(p, p.position)) {
    const fillers = fillersAt(p);
    columns = readColumnList(p).filter((name) => !fillers.has(name));
  }
  while (p.kind === TokenKind.word && !p.is("FROM") && !p.is("TO") && !p.atEnd()) p.next();
  if (p.take("FROM")) {
    if (p.is("(")) {
      const close = p.mate;
      p.next();
      const query = p.grammar.query(p);
      closeBracket(p, close, null);
      p.skipStatement();
      if (location !== null) return copyStatement(p, start, "unload", { query, to: location });
      return newInsert("copy", table, { start, end: p.lastEnd }, { columns, query });
    }
    if (standardStream(p)) {
      p.skipStatement();
      return copyStatement(p, start, "copy", { to: table, columns });
    }
    const from = isLocation(p) ? readLocation(p) : readTarget(p);
    const sources = [from];
    while (p.is(",") && (p.kindAt(1) === TokenKind.string || p.kindAt(1) === TokenKind.stage)) {
      p.next();
      sources.push(readLocation(p));
    }
    p.skipStatement();
    if (location !== null && from?.source === "table")
      return copyStatement(p, start, "unload", { query: queryOf(selectFrom(from.name, from.source)), to: location });
    return copyStatement(p, start, "copy", { from: sources.filter((one) => one !== null), to: table, columns });
  }
  if (p.take("TO")) {
    const to = standardStream(p) ? null : readFile(p);
    p.skipStatement();
    return copyStatement(p, start, "copy", { query: queryOf(selectFrom(table.name, table.source)), to });
  }
  // COPY INTO t VALIDATION_MODE = …: the files are those that were copied before.
  if (p.is("=")) p.skipStatement();
  if (p.atEnd() || p.is(";")) return copyStatement(p, start, "copy", { to: table, columns });
  p.unread("expected FROM or TO");
  p.skipStatement();
  return copyStatement(p, start, "copy", { to: table, columns });
}

/** Names in the list here that are read and go nowhere: `raw FILLER VARCHAR` (Vertica). */
function fillersAt(p: Parser): ReadonlySet<string> {
  const found = new Set<string>();
  for (let at = p.position + 1; at < p.mate; at++) if (p.tokens.words[at] === "FILLER") found.add(p.value(at - 1));
  return found;
}

function isLocation(p: Parser): boolean {
  return p.kind === TokenKind.string || p.kind === TokenKind.stage || p.kind === TokenKind.parameter;
}

/** STDIN, STDOUT, LOCAL: the client's own streams are no data of ours. */
function standardStream(p: Parser): boolean {
  if (p.is("STDIN") || p.is("STDOUT") || (p.is("LOCAL") && !p.isNameAt(1) && p.kindAt(1) !== TokenKind.string)) {
    p.next();
    return true;
  }
  if (p.is("LOCAL") || p.is("PROGRAM")) p.next();
  return false;
}

function readFile(p: Parser): TargetTable | null {
  return readLocation(p) ?? (p.isName() ? readTarget(p) : null);
}

/** `UNLOAD ('select …') TO 's3://…'` (Redshift), `UNLOAD (SELECT …) TO '…'` (Athena). */
export function readUnload(p: Parser): Statement {
  const start = p.start;
  p.next();
  let query: CopyStatement["query"] = null;
  if (p.is("(")) {
    const close = p.mate;
    p.next();
    if (p.kind === TokenKind.string) {
      const raw = p.raw(p.position);
      const text = p.value(p.position).replaceAll("\\'", "'");
      const at = p.start + Math.max(0, raw.indexOf(text));
      query = p.inside(text, at, () => p.grammar.query(p));
    } else query = p.grammar.query(p);
    p.moveTo(close + 1);
  } else if (p.take("FROM")) {
    const table = readTarget(p);
    query = queryOf(selectFrom(table.name, table.source));
  } else p.unread("expected the query to unload");
  let to: TargetTable | null = null;
  if (p.take("TO") || p.take("INTO")) to = readLocation(p);
  p.skipStatement();
  return copyStatement(p, start, "unload", { query, to });
}

/** `LOAD DATA INFILE 'f' INTO TABLE t` (MySQL), `LOAD DATA INPATH` (Hive), `LOAD DATA INTO t FROM FILES (…)` (BigQuery). */
export function readLoad(p: Parser): Statement {
  const start = p.start;
  const from: TargetTable[] = [];
  let to: TargetTable | null = null;
  p.next();
  if (p.is("FROM")) return readImportFrom(p, start);
  if (!p.is("DATA") && !p.is("XML")) {
    p.skipStatement();
    return { kind: "utility", command: "load", start, end: p.lastEnd };
  }
  let columns: string[] | null = null;
  let behindTable = -1;
  while (!p.atEnd() && !p.is(";")) {
    if (p.is("INFILE") || p.is("INPATH")) {
      p.next();
      const location = readLocation(p);
      if (location !== null) from.push(location);
    } else if ((p.is("INTO") || p.is("OVERWRITE")) && to === null) {
      p.next();
      p.take("INTO");
      p.take("TEMP");
      p.take("TABLE");
      to = readTarget(p);
      behindTable = p.position;
    } else if (p.is("FILES") && p.wordAt(1) === "(") {
      from.push(...uris(p, p.position + 1));
      p.next();
      p.skipBrackets();
    } else if (p.is("(") && (p.position === behindTable || endsFormat(p))) {
      // (a, @b) [SET c = f(@b)] (MySQL)
      columns = readColumnList(p).filter((name) => !name.startsWith("@"));
      if (p.take("SET"))
        for (const { column, expr } of readAssignments(p))
          if (expr.refs.length > 0 || p.slice(expr.start, expr.end).includes("@")) columns.push(column.parts.at(-1)!);
    } else if (p.is("(")) p.skipBrackets();
    else p.next();
  }
  return copyStatement(p, start, "copy", { from, to, columns: columns?.length === 0 ? null : columns });
}

/** Whether the last words of LOAD DATA's format stand before the bracket here: `TERMINATED BY ','`, `IGNORE 1 LINES`. */
function endsFormat(p: Parser): boolean {
  const before = p.position - 1;
  const word = p.tokens.words[before];
  return word === "LINES" || word === "ROWS" || p.tokens.kinds[before] === TokenKind.string;
}

/** The addresses among the options in the brackets at `open`. */
function uris(p: Parser, open: number): TargetTable[] {
  const found: TargetTable[] = [];
  const close = p.tokens.mates[open] ?? open;
  for (let i = open; i < close; i++) {
    if (p.tokens.kinds[i] === TokenKind.string && /:\/\//.test(p.raw(i))) found.push(fileAt(p, i));
  }
  return found;
}

/** `EXPORT DATA OPTIONS (uri = '…') AS SELECT …` (BigQuery). */
export function readExport(p: Parser): Statement {
  const start = p.start;
  p.next();
  if (p.is("TO")) return readExportTo(p, start);
  if (p.is("TABLE") && p.isNameAt(1)) return readExportTable(p, start);
  if (!p.take("DATA")) {
    if (
      p.is("(") ||
      (p.isName() && (p.wordAt(1) === "INTO" || p.wordAt(1) === "AS" || p.wordAt(1) === "." || p.wordAt(1) === "("))
    )
      return readExportInto(p, start);
    p.skipStatement();
    return { kind: "utility", command: "export", start, end: p.lastEnd };
  }
  let to: TargetTable | null = null;
  while (!p.atEnd() && !p.is(";") && !p.is("AS")) {
    if (p.is("OPTIONS") && p.wordAt(1) === "(") {
      p.next();
      to = uris(p, p.position)[0] ?? null;
      p.skipBrackets();
    } else p.next();
  }
  if (!p.take("AS")) {
    p.unread("expected AS and the query to export");
    return copyStatement(p, start, "unload", { to });
  }
  const query = p.grammar.query(p);
  return copyStatement(p, start, "unload", { query, to });
}

/** `EXPORT TABLE t [PARTITION (…)] TO 'path'` (Hive). */
function readExportTable(p: Parser, start: number): Statement {
  p.next();
  const table = readTarget(p);
  const to = locationBehind(p, "TO");
  p.skipStatement();
  return copyStatement(p, start, "unload", { query: queryOf(selectFrom(table.name, table.source)), to });
}

/** `IMPORT [EXTERNAL] TABLE t [PARTITION (…)] FROM 'path'` (Hive). */
function readImportTable(p: Parser, start: number): Statement {
  p.take("EXTERNAL");
  p.next();
  const to = readTarget(p);
  const from = locationBehind(p, "FROM");
  p.skipStatement();
  return copyStatement(p, start, "copy", { from: from === null ? [] : [from], to });
}

/** The location behind the next such word of the statement; null where there is none. */
function locationBehind(p: Parser, word: "FROM" | "TO"): ReturnType<typeof readLocation> | null {
  while (!p.atEnd() && !p.is(";") && !p.is(word)) {
    if (p.is("(")) p.skipBrackets();
    else p.next();
  }
  return p.take(word) ? readLocation(p) : null;
}

/** `EXPORT t (a, b) INTO CSV AT c FILE 'f'`, `EXPORT (SELECT …) INTO …` (Exasol). */
function readExportInto(p: Parser, start: number): Statement {
  let query: CopyStatement["query"];
  if (p.is("(")) {
    const close = p.mate;
    p.next();
    query = p.grammar.query(p);
    closeBracket(p, close, null);
  } else {
    const table = readTarget(p);
    const relation = namedRelation(table.name, table.source);
    query = queryOf(p.is("(") ? selectColumns(relation, readColumnList(p)) : selectAll(relation));
  }
  return copyStatement(p, start, "unload", { query, to: filesAhead(p)[0] ?? null });
}

/** `EXPORT TO f OF DEL MODIFIED BY … SELECT …` (DB2). */
function readExportTo(p: Parser, start: number): Statement {
  p.next();
  let to: TargetTable | null;
  if (p.wordAt(1) === "(") {
    // EXPORT TO PARQUET (directory = '/x') AS SELECT … (Vertica)
    p.next();
    const { kinds } = p.tokens;
    let at = p.position + 1;
    while (at < p.mate && kinds[at] !== TokenKind.string) at++;
    const close = p.mate;
    p.moveTo(at);
    to = readLocation(p);
    p.moveTo(close + 1);
    if (p.is("OVER")) p.skip(1);
  } else to = fileNamed(p);
  while (!p.atEnd() && !p.is(";") && !p.is("SELECT") && !p.is("WITH")) p.next();
  if (p.atEnd() || p.is(";")) return copyStatement(p, start, "unload", { to });
  const query = p.grammar.query(p);
  return copyStatement(p, start, "unload", { query, to });
}

/** `IMPORT INTO t (a) FROM CSV AT c FILE 'f'` (Exasol), `IMPORT INTO t CSV DATA ('f')` (CockroachDB), `IMPORT FROM f OF DEL INSERT INTO t` (DB2). */
export function readImport(p: Parser): Statement {
  const start = p.start;
  p.next();
  if (p.is("FROM")) return readImportFrom(p, start);
  if (p.is("TABLE") || (p.is("EXTERNAL") && p.wordAt(1) === "TABLE")) return readImportTable(p, start);
  p.next();
  const to = readTarget(p);
  const columns = p.is("(") ? readColumnList(p) : null;
  const files = filesAhead(p);
  if (files.length === 0) p.gap("unresolved", "the rows come from another system", start, p.lastEnd);
  return copyStatement(p, start, "copy", { from: files, to, columns });
}

/** `LOAD FROM f OF DEL INSERT INTO t (a)`, `IMPORT FROM f OF IXF REPLACE INTO t` (DB2); a cursor in place of a file is not followed. */
function readImportFrom(p: Parser, start: number): Statement {
  p.next();
  const from = fileNamed(p);
  const cursor = p.is("OF") && p.wordAt(1) === "CURSOR";
  while (!p.atEnd() && !p.is(";") && !p.is("INTO")) p.next();
  if (!p.take("INTO")) return { kind: "utility", command: "load", start, end: p.lastEnd };
  const to = readTarget(p);
  const columns = p.is("(") ? readColumnList(p) : null;
  p.skipStatement();
  if (cursor) p.gap("unresolved", "the rows come from a cursor", start, p.lastEnd);
  return copyStatement(p, start, "copy", { from: cursor || from === null ? [] : [from], to, columns });
}

/** A file by its name, in quotes or not: `a.del`, `/data/a.del`. */
function fileNamed(p: Parser): TargetTable | null {
  const quoted = readLocation(p);
  if (quoted !== null) return quoted;
  const start = p.start;
  p.next();
  while (!p.atEnd() && p.adjacent && !p.is(";")) p.next();
  const end = p.lastEnd;
  return { name: { parts: [p.slice(start, end)], quoted: 1, start, end }, source: "file" };
}

/** The strings behind FILE, or in `DATA (…)`, up to the end of the statement. */
function filesAhead(p: Parser): TargetTable[] {
  const files: TargetTable[] = [];
  while (!p.atEnd() && !p.is(";")) {
    const isFile =
      p.is("FILE") ||
      (p.is("INTO") && p.kindAt(1) === TokenKind.string) ||
      (p.is("(") && p.tokens.words[p.position - 1] === "DATA");
    p.next();
    if (!isFile) continue;
    const file = readLocation(p);
    if (file !== null) files.push(file);
  }
  return files;
}

/** `BULK INSERT t FROM 'file'` (T-SQL). */
export function readBulkInsert(p: Parser): Statement {
  const start = p.start;
  p.skip(2);
  const to = readTarget(p);
  let from: TargetTable | null = null;
  if (p.take("FROM")) from = readLocation(p);
  if (p.is("WITH") && p.wordAt(1) === "(") {
    p.next();
    p.skipBrackets();
  }
  return copyStatement(p, start, "copy", { from: from === null ? [] : [from], to });
}

/** Reads `APPLY CHANGES INTO t FROM stream(s) KEYS (…) …`, `AUTO CDC INTO …` (Databricks, Lakeflow pipelines). */
export function readApplyChanges(p: Parser): Statement {
  const start = p.start;
  p.skip(2);
  p.take("INTO");
  const to = readTarget(p);
  const found: Relation[] = [];
  if (p.take("FROM")) p.grammar.relation(p, found, newSelect(start));
  else p.unread("expected FROM");
  const [source] = found;
  const from = source?.kind === "table" ? source : null;
  if (source !== undefined && from === null)
    p.gap("unresolved", "where the changes come from", source.start, source.end);
  p.skipStatement();
  return copyStatement(p, start, "copy", { from: from === null ? [] : [from], to });
}
