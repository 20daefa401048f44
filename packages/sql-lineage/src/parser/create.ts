import type { CreateStatement, Name, Query, Statement, TargetTable } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { newCreate, queryOf, readExpr } from "./build.ts";
import { isNameKind, parenthesisedQueryAt, queryStartsAt, skipLocking } from "./lookahead.ts";
import { readName, skipToComma } from "./names.ts";
import type { Parser } from "./parser.ts";
import { tableRelation } from "./relation-build.ts";
import { selectAll, selectColumns, selectFrom } from "./select-all.ts";
import { fileAt, readLocation, readTarget } from "./target.ts";
import { utility } from "./utility.ts";

/** Words that can stand between CREATE and what is created. */
const KINDS: ReadonlySet<string> = new Set(["TABLE", "VIEW", "MODEL", "PROJECTION"]);
/** What CREATE makes that is no table, view or routine. */
const OTHERS: ReadonlySet<string> = new Set(
  "INDEX SCHEMA DATABASE ROLE USER STREAM DICTIONARY SEQUENCE TYPE STAGE WAREHOUSE SYNONYM CATALOG CONNECTION POLICY TAG".split(
    " ",
  ),
);

/** Where TABLE, VIEW or MODEL (which is trained on a query, BigQuery) stands behind CREATE; -1 when something else is created. */
export function tableOrViewAt(p: Parser): number {
  const { words, kinds, mates } = p.tokens;
  let at = p.position + 1;
  for (let count = 0; count < 24 && kinds[at] !== TokenKind.end; count++) {
    const word = words[at]!;
    if (KINDS.has(word)) return word === "TABLE" && words[at + 1] === "FUNCTION" ? -1 : at;
    if (OTHERS.has(word) || word === ";") return -1;
    if (word === "(") at = (mates[at] ?? at) + 1;
    else at++;
  }
  return -1;
}

/** Reads `CACHE [LAZY] TABLE t [AS] query` (Spark): a table of the session. */
export function readCacheTable(p: Parser): Statement {
  const { words } = p.tokens;
  const at = p.position;
  const kindAt = words[at + 1] === "TABLE" ? at + 1 : at + 2;
  if (words[kindAt] !== "TABLE") return utility(p);
  const statement = readCreate(p, kindAt);
  if (statement.query !== null) return { ...statement, what: "cache", temporary: true };
  return { kind: "utility", command: "cache table", start: statement.start, end: statement.end };
}

/** Reads CREATE TABLE or CREATE VIEW; `kindAt` is where that word stands. */
export function readCreate(p: Parser, kindAt: number): CreateStatement {
  const start = p.start;
  const { words } = p.tokens;
  const view = words[kindAt] === "VIEW";
  let temporary = false;
  let materialized = false;
  let external = false;
  let recursive = false;
  let semantic = false;
  for (let i = p.position; i <= kindAt; i++) {
    const word = words[i];
    temporary ||= word === "TEMP" || word === "TEMPORARY" || word === "VOLATILE";
    recursive ||= word === "RECURSIVE";
    semantic ||= word === "SEMANTIC";
    materialized ||=
      word === "PROJECTION" || word === "MATERIALIZED" || word === "DYNAMIC" || word === "STREAMING" || word === "LIVE";
    external ||= word === "EXTERNAL";
  }
  p.moveTo(kindAt + 1);
  if (p.is("IF")) p.skip(3);
  let target = readTarget(p);
  if (p.is("IF") && p.wordAt(1) === "NOT") p.skip(3);
  const rest: Rest = { ...NO_REST, reads: [], temporary };
  if (p.is("ON") && p.wordAt(1) === "CLUSTER") p.skip(3);
  if (p.is("OF") && p.isNameAt(1)) {
    // CREATE TABLE t OF type (Oracle, PostgreSQL)
    p.next();
    readName(p);
  }
  // CREATE TABLE t, FALLBACK, CHECKSUM = DEFAULT (…) (Teradata)
  if (p.is(",")) while (!p.atEnd() && !p.is("(") && !p.is("AS") && !p.is(";")) p.next();
  if (p.is("(") && !parenthesisedQueryAt(p, p.position)) readDefinitions(p, rest);
  if (semantic && p.is("TABLES") && p.wordAt(1) === "(") readLogicalTables(p, rest);
  readRest(p, rest, view, external);
  if (external && rest.query === null) readComputed(p, rest);
  // Where the rows of a query go is not read.
  if (rest.query !== null) rest.reads.length = 0;
  if (target.name.parts.length === 0) target = { ...target, source: "placeholder" };
  if (recursive && rest.query !== null && target.name.parts.length > 0)
    rest.query = selfReading(target.name, rest.columns, rest.query);
  const what = materialized && (view || rest.query !== null) ? "materialized view" : view ? "view" : "table";
  const statement = newCreate(what, target, { start, end: p.lastEnd }, rest);
  if (view && rest.query === null && rest.model === null && rest.reads.length === 0 && !external) {
    if (!p.gaps.length) p.gap("unread", "the query of the view was not found", statement.start, statement.end);
  }
  return statement;
}

/** The query of a recursive view, which reads the view: `WITH RECURSIVE view (…) AS (…) SELECT * FROM view`. */
function selfReading(name: Name, columns: readonly string[] | null, query: Query): Query {
  const self = { ...name, parts: [name.parts.at(-1)!] };
  const outer = queryOf(selectFrom(self, "table"));
  outer.ctes.push({ name: self.parts[0]!, columns, query, recursive: true, added: [], scalar: null });
  return outer;
}

interface Rest {
  columns: string[] | null;
  query: Query | null;
  model: CreateStatement["model"];
  reads: TargetTable[];
  temporary: boolean;
  to: TargetTable | null;
  /** Columns with an expression behind AS, and the token it starts at. */
  computed: readonly { readonly name: string; readonly at: number }[];
}

const NO_REST: Omit<Rest, "reads"> = {
  columns: null,
  query: null,
  model: null,
  temporary: false,
  to: null,
  computed: [],
};

/** `TABLES (o AS db.orders PRIMARY KEY (id), db.customers)` (Snowflake, CREATE SEMANTIC VIEW). */
function readLogicalTables(p: Parser, rest: Rest): void {
  p.next();
  const close = p.mate;
  p.next();
  while (p.position < close && !p.atEnd()) {
    if (p.wordAt(1) === "AS") p.skip(2);
    rest.reads.push(readTarget(p));
    skipToComma(p, close);
    p.take(",");
  }
  p.moveTo(close + 1);
}

/** The columns an external table makes of its files: `id int AS (value:c1::int)` (Snowflake, CREATE EXTERNAL TABLE). */
function readComputed(p: Parser, rest: Rest): void {
  const [files] = rest.reads;
  if (files === undefined || rest.computed.length === 0) return;
  const select = selectFrom(files.name, files.source);
  select.items.length = 0;
  const behind = p.position;
  for (const { name, at } of rest.computed) {
    p.position = at;
    const expr = readExpr(p);
    if (expr !== null) select.items.push({ kind: "expression", expr, alias: name });
  }
  p.position = behind;
  rest.query = queryOf(select);
  rest.columns = null;
  rest.reads = [];
}

const CONSTRAINTS: ReadonlySet<string> = new Set(
  "CONSTRAINT PRIMARY FOREIGN UNIQUE INDEX KEY CHECK PERIOD FULLTEXT EXCLUDE LIKE PROJECTION SPATIAL SUPPLEMENTAL WATERMARK EXPECT".split(
    " ",
  ),
);

/** Reads the parentheses behind the name: columns, constraints, LIKE. */
function readDefinitions(p: Parser, rest: Rest): void {
  const { words, kinds, mates } = p.tokens;
  const close = p.mate;
  const columns: string[] = [];
  const computed: { name: string; at: number }[] = [];
  let first = true;
  for (let i = p.position + 1; i < close; i++) {
    if (words[i] === "AS" && columns.length > 0) computed.push({ name: columns.at(-1)!, at: i + 1 });
    if (first) {
      first = false;
      if (words[i] === "LIKE" && rest.model === null && isNameKind(kinds[i + 1]!)) {
        const at = p.position;
        p.position = i + 1;
        rest.model = { table: readTarget(p), kind: "like" };
        p.position = at;
      } else if (isColumn(p, i)) columns.push(p.value(i));
    }
    if (words[i] === ",") first = true;
    else if (mates[i]! > i) i = mates[i]!;
  }
  rest.columns = columns.length > 0 ? columns : null;
  rest.computed = computed;
  p.moveTo(close + 1);
}

function isColumn(p: Parser, index: number): boolean {
  const kind = p.tokens.kinds[index]!;
  if (kind === TokenKind.quoted || kind === TokenKind.template) return true;
  if (kind === TokenKind.string) return p.dialect.features.stringNames;
  if (kind !== TokenKind.word) return false;
  const word = p.tokens.words[index]!;
  if (!CONSTRAINTS.has(word)) return true;
  // A column may be called `key` or `check` when a type follows.
  const next = p.tokens.words[index + 1]!;
  return (
    (word === "INDEX" || word === "KEY" || word === "PERIOD" || word === "LIKE") &&
    next !== "(" &&
    next !== "KEY" &&
    next !== "FOR" &&
    isNameKind(p.tokens.kinds[index + 1]!) &&
    p.tokens.words[index + 2] !== "("
  );
}

/** Reads options up to the query, the query, and what may stand behind it. */
function readRest(p: Parser, rest: Rest, view: boolean, external: boolean): void {
  while (!p.atEnd() && !p.is(";") && p.kind !== TokenKind.separator) {
    const next = p.wordAt(1);
    switch (p.word) {
      case "AS":
        if (readAs(p, rest, view)) {
          if (rest.query !== null) {
            readBehindQuery(p);
            return;
          }
          continue;
        }
        break;
      case "SELECT":
      case "SEL":
        // The next statement, where no semicolon has to stand between.
        if (p.dialect.features.statementsWithoutSemicolon) return;
        rest.query = p.grammar.query(p);
        readBehindQuery(p);
        return;
      case "(":
        if (parenthesisedQueryAt(p, p.position)) {
          rest.query = p.grammar.query(p);
          readBehindQuery(p);
          return;
        }
        // Columns behind COPY GRANTS or COMMENT = '…' (Snowflake)
        if (view && rest.columns === null && p.isNameAt(1) && behindViewOption(p)) {
          readDefinitions(p, rest);
          continue;
        }
        break;
      case "OPTIONS":
        if (next !== "(") break;
        p.next();
        rest.reads.push(...optionFiles(p));
        break;
      case "WITH":
        if (external && next === "(" && !view) {
          // WITH (LOCATION = '/a/', DATA_SOURCE = s) (T-SQL)
          p.next();
          readLocationOption(p, rest);
          continue;
        }
        if (p.isNameAt(1) && queryStartsAt(p, p.position) && startsCte(p)) {
          if (p.dialect.features.statementsWithoutSemicolon) return;
          rest.query = p.grammar.query(p);
          readBehindQuery(p);
          return;
        }
        break;
      case "TO":
        // … REFRESH EVERY 1 HOUR TO t (ClickHouse)
        if (!view || rest.to !== null || !p.dialect.features.materializedViewTo || !p.isNameAt(1)) break;
        p.next();
        rest.to = readTarget(p);
        if (p.is("(") && !parenthesisedQueryAt(p, p.position)) readDefinitions(p, rest);
        continue;
      case "LIKE":
      case "CLONE":
      case "COPY":
        if ((next === "AS" || next === "OF") && p.is("CLONE") && p.isNameAt(2)) p.next();
        if (!p.isNameAt(1) || rest.model !== null || next === "GRANTS" || next === "TAGS") break;
        {
          const kind = p.is("LIKE") ? "like" : "clone";
          p.next();
          rest.model = { table: readTarget(p), kind };
        }
        continue;
      case "OF":
        // AS REPLICA OF t, AS SNAPSHOT OF t
        if (p.tokens.words[p.position - 1] !== "REPLICA" && p.tokens.words[p.position - 1] !== "SNAPSHOT") break;
        p.next();
        rest.model = { table: readTarget(p), kind: "clone" };
        continue;
      case "PARTITION":
        if (next === "OF" && p.isNameAt(2)) {
          // A partition of another table (PostgreSQL): no rows move.
          p.skip(2);
          readName(p);
          continue;
        }
        break;
      case "ORGANIZATION":
        // ORGANIZATION EXTERNAL (… LOCATION ('a.csv', 'b.csv')) (Oracle)
        if (next !== "EXTERNAL" || p.wordAt(2) !== "(") break;
        p.skip(2);
        readLocations(p, rest);
        continue;
      case "LOCATION":
        if (external && next === "(") {
          p.next();
          readLocations(p, rest);
          continue;
        }
        if (
          external &&
          (p.kindAt(1) === TokenKind.string ||
            (next === "=" && (p.kindAt(2) === TokenKind.string || p.kindAt(2) === TokenKind.stage)))
        ) {
          p.next();
          p.take("=");
          const location = readLocation(p);
          if (location !== null) rest.reads.push(location);
          continue;
        }
        break;
      case "USING":
        // USING TEMPLATE (SELECT …) (Snowflake): the query says which columns there are, and gives no rows.
        if (next === "TEMPLATE") {
          p.next();
          p.next();
          if (p.is("(")) p.skipBrackets();
          continue;
        }
        break;
      case "TEMPORARY":
        rest.temporary = true;
        break;
    }
    if (p.atStatementStart() && !p.is("WITH") && !p.is("ON") && p.tokens.words[p.position - 1] !== "ON") return;
    if (p.is("(") || p.is("[") || p.is("{")) p.skipBrackets();
    else p.next();
  }
}

function behindViewOption(p: Parser): boolean {
  const { words, kinds } = p.tokens;
  const before = p.position - 1;
  return words[before] === "GRANTS" || (kinds[before] === TokenKind.string && words[before - 1] === "=");
}

/**
 * The files that the options here name: `OPTIONS (uris = ['gs://…'])` (BigQuery, CREATE EXTERNAL TABLE), `OPTIONS (path '…')` (Spark,
 * CREATE TEMPORARY VIEW … USING).
 */
function optionFiles(p: Parser): TargetTable[] {
  const { words, kinds, mates } = p.tokens;
  const close = p.mate;
  const files: TargetTable[] = [];
  for (let i = p.position + 1; i < close; i++) {
    const key = kinds[i] === TokenKind.operator ? "" : p.value(i).toLowerCase();
    if (key !== "uris" && key !== "path") continue;
    let at = words[i + 1] === "=" ? i + 2 : i + 1;
    const end = words[at] === "[" ? mates[at]! : at + 1;
    for (; at < end; at++)
      if (kinds[at] === TokenKind.string || kinds[at] === TokenKind.quoted) files.push(fileAt(p, at));
    i = end;
  }
  return files;
}

/** Reads the files of `LOCATION ('a', 'b')` from the brackets here, which are its own or hold it (Greenplum, Oracle). */
function readLocations(p: Parser, rest: Rest): void {
  const { words, kinds, mates } = p.tokens;
  const close = p.mate;
  let from = p.position;
  let to = close;
  if (words[from - 1] !== "LOCATION") {
    while (from < close && !(words[from] === "LOCATION" && words[from + 1] === "(")) from++;
    to = mates[from + 1] ?? from;
  }
  for (let i = from; i < to; i++) if (kinds[i] === TokenKind.string) rest.reads.push(fileAt(p, i));
  p.moveTo(close + 1);
}

function readLocationOption(p: Parser, rest: Rest): void {
  const { words, kinds } = p.tokens;
  const close = p.mate;
  for (let i = p.position + 1; i < close; i++)
    if (words[i] === "LOCATION" && words[i + 1] === "=" && kinds[i + 2] === TokenKind.string)
      rest.reads.push(fileAt(p, i + 2));
  p.moveTo(close + 1);
}

/** Whether the WITH here starts a query rather than options. */
function startsCte(p: Parser): boolean {
  const { words, mates } = p.tokens;
  let at = p.position + 1;
  if (words[at] === "RECURSIVE") at++;
  at++;
  if (words[at] === "(") at = (mates[at] ?? at) + 1;
  return words[at] === "AS" && (words[at + 1] === "(" || words[at + 1] === "MATERIALIZED" || words[at + 1] === "NOT");
}

/** Reads what stands behind AS; false when it is none of the forms that matter. */
function readAs(p: Parser, rest: Rest, view: boolean): boolean {
  if (p.wordAt(1) === "LOCKING" || p.wordAt(1) === "LOCK") {
    p.next();
    if (!skipLocking(p)) return false;
    rest.query = p.grammar.query(p);
    return true;
  }
  const next = p.wordAt(1);
  if (queryStartsAt(p, p.position + 1) || (next === "TABLE" && p.isNameAt(2))) {
    p.next();
    rest.query = p.grammar.query(p);
    return true;
  }
  if (p.kindAt(1) === TokenKind.string) {
    // The query as a string.
    p.next();
    const start = p.start;
    const raw = p.raw(p.position);
    const text = p.value(p.position);
    p.next();
    if (!/^\s*\(*\s*(?:select|with|values|from)\b/i.test(text)) return true;
    rest.query = p.inside(text, start + Math.max(0, raw.indexOf(text)), () => p.grammar.query(p));
    return true;
  }
  if (next === "SNAPSHOT" || next === "REPLICA" || next === "EXECUTE") {
    p.skip(next === "EXECUTE" ? 1 : 2);
    if (next === "EXECUTE") {
      p.gap("dynamic sql", "the rows come from a prepared statement", p.start, p.start + 7);
      p.next();
      readName(p);
      if (p.is("(")) p.skipBrackets();
      rest.query ??= null;
    }
    return true;
  }
  if (!view && p.isNameAt(1) && rest.model === null && withData(p) !== null) {
    // CREATE TABLE a AS b WITH DATA (Teradata)
    const kind = withData(p)!;
    p.next();
    rest.model = { table: readTarget(p), kind };
    return true;
  }
  if (!view && p.isNameAt(1) && p.dialect.features.createAsTable) {
    // CREATE TABLE a AS b: its columns, no rows (ClickHouse). A function instead of a table gives rows.
    p.next();
    const target = readTarget(p);
    if (p.is("(")) p.skipBrackets();
    else rest.model = { table: target, kind: "like" };
    return true;
  }
  return false;
}

/** What `AS table WITH [NO] DATA` makes, if that stands here. */
function withData(p: Parser): "like" | "clone" | null {
  let ahead = 2;
  while (p.wordAt(ahead) === "." && p.isNameAt(ahead + 1)) ahead += 2;
  if (p.wordAt(ahead) !== "WITH") return null;
  if (p.wordAt(ahead + 1) === "DATA") return "clone";
  return p.wordAt(ahead + 1) === "NO" && p.wordAt(ahead + 2) === "DATA" ? "like" : null;
}

/** WITH DATA, COMMENT, PARTITION BY …: options behind the query. */
function readBehindQuery(p: Parser): void {
  if (p.atEnd() || p.is(";") || p.is(")") || p.kind === TokenKind.separator) return;
  switch (p.word) {
    case "WITH":
    case "COMMENT":
    case "PARTITION":
    case "PARTITIONED":
    case "PRIMARY":
    case "DATA":
    case "NO":
    case "ON":
    case "DISTRIBUTED":
    case "DISTRIBUTE":
    case "DISTKEY":
    case "DISTSTYLE":
    case "SORTKEY":
    case "COMPOUND":
    case "INTERLEAVED":
    case "ENCODE":
    case "BACKUP":
    case "IN":
    case "OPTIONS":
    case "TBLPROPERTIES":
    case "STORED":
    case "LOCATION":
    case "CLUSTERED":
    case "LOCK":
    case "ENABLE":
    case "DISABLE":
    case "EMPTY":
    case "INDEX":
    case "UNIQUE":
    case "SETTINGS":
    case "ORGANIZE":
    case "CONTAINER_MAP":
    case "TARGET":
    case "BEQUEATH":
    case "SEGMENTED":
    case "UNSEGMENTED":
    case "KSAFE":
      p.skipStatement();
  }
}

/** `@t TABLE (a int, …)`: the declaration of a table variable; `name` is the variable, the word TABLE stands here. */
export function readTableVariable(p: Parser, name: Name): CreateStatement {
  const rest: Rest = { ...NO_REST, reads: [], temporary: true };
  p.next();
  if (p.is("(")) readDefinitions(p, rest);
  const at = { start: name.start, end: p.lastEnd };
  return newCreate("table", { name, source: "variable" }, at, { temporary: true, columns: rest.columns });
}

/** `CREATE [PUBLIC] SYNONYM a FOR b`: another name. */
export function readCreateSynonym(p: Parser): Statement | null {
  const start = p.start;
  const { words } = p.tokens;
  let at = p.position + 1;
  while (at < p.position + 6 && words[at] !== "SYNONYM") at++;
  if (words[at] !== "SYNONYM") return null;
  p.moveTo(at + 1);
  if (p.is("IF")) p.skip(3);
  const target = readTarget(p);
  while (!p.atEnd() && !p.is("FOR") && !p.is(";")) p.next();
  if (!p.take("FOR")) return { kind: "utility", command: "create synonym", start, end: p.lastEnd };
  const model = { table: readTarget(p), kind: "synonym" } as const;
  return newCreate("view", target, { start, end: p.lastEnd }, { model });
}

/** `CREATE STREAM s ON TABLE t`: a view on what changes in t (Snowflake). */
export function readCreateStream(p: Parser): Statement | null {
  const start = p.start;
  const { words } = p.tokens;
  const at = p.position;
  let on = at + 1;
  while (on < at + 8 && words[on] !== "STREAM") on++;
  if (words[on] !== "STREAM") return null;
  p.moveTo(on + 1);
  if (p.is("IF")) p.skip(3);
  const target = readTarget(p);
  while (!p.atEnd() && !p.is("ON") && !p.is(";")) {
    if (p.is("(")) p.skipBrackets();
    else p.next();
  }
  if (!p.take("ON")) {
    p.skipStatement();
    return { kind: "utility", command: "create stream", start, end: p.lastEnd };
  }
  while (
    p.is("EXTERNAL") ||
    p.is("TABLE") ||
    p.is("VIEW") ||
    p.is("STAGE") ||
    p.is("DYNAMIC") ||
    p.is("EVENT") ||
    p.is("DIRECTORY")
  ) {
    if (!p.isNameAt(1) && p.kindAt(1) !== TokenKind.stage) break;
    p.next();
  }
  const table = readTarget(p);
  p.skipStatement();
  const query = queryOf(selectFrom(table.name, table.source));
  return newCreate("view", target, { start, end: p.lastEnd }, { query });
}

/** `CREATE DICTIONARY d (…) SOURCE(CLICKHOUSE(TABLE 't' DB 'db'))`: a copy of a table, a query or a file (ClickHouse). */
export function readCreateDictionary(p: Parser): Statement | null {
  const start = p.start;
  const at = p.wordAt(1) === "OR" ? 3 : 1;
  if (p.wordAt(at) !== "DICTIONARY") return null;
  p.skip(at + 1);
  if (p.is("IF")) p.skip(3);
  const target = readTarget(p);
  if (p.is("ON") && p.wordAt(1) === "CLUSTER") p.skip(3);
  const rest: Rest = { ...NO_REST, reads: [] };
  if (p.is("(")) readDefinitions(p, rest);
  while (!p.atEnd() && !p.is(";")) {
    if (p.is("SOURCE") && p.wordAt(1) === "(") {
      p.next();
      readDictionarySource(p, rest);
    } else if (p.is("(")) p.skipBrackets();
    else p.next();
  }
  return newCreate("table", target, { start, end: p.lastEnd }, rest);
}

const HERE = /^(?:localhost|127\.0\.0\.1|::1)$/i;

function readDictionarySource(p: Parser, rest: Rest): void {
  const { kinds } = p.tokens;
  const start = p.start;
  const close = p.mate;
  const given = new Map<string, number>();
  for (let i = p.position + 1; i < close; i++)
    if (kinds[i] === TokenKind.word && kinds[i + 1] !== TokenKind.operator) given.set(p.value(i).toLowerCase(), i + 1);
  const valueOf = (key: string): string | null => {
    const at = given.get(key);
    return at === undefined ? null : p.value(at);
  };
  // Any other kind, and another host, is another system: its tables are none of this one's.
  const isHere = p.value(p.position + 1).toUpperCase() === "CLICKHOUSE" && HERE.test(valueOf("host") ?? "localhost");
  const table = isHere ? valueOf("table") : null;
  const path = valueOf("path") ?? valueOf("url");
  const query = isHere ? given.get("query") : undefined;
  p.moveTo(close + 1);
  const end = p.lastEnd;
  if (query !== undefined) {
    const text = p.value(query);
    const at = p.startOf(query) + Math.max(0, p.raw(query).indexOf(text));
    rest.query = p.inside(text, at, () => p.grammar.query(p));
  } else if (table !== null) {
    const schema = valueOf("db");
    const name: Name = { parts: schema === null ? [table] : [schema, table], quoted: 0, start, end };
    const relation = tableRelation(p, name, "table");
    rest.query = queryOf(rest.columns === null ? selectAll(relation) : selectColumns(relation, rest.columns));
  } else if (path !== null) rest.reads.push({ name: { parts: [path], quoted: 1, start, end }, source: "file" });
}
