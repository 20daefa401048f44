import type { Join, Name, Relation, Select } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { newExpr, newStar, queryOf } from "./build.ts";
import { parenthesisedQueryAt } from "./lookahead.ts";
import { readName } from "./names.ts";
import type { Parser } from "./parser.ts";
import { closeBracket, recover } from "./recover.ts";
import { add, readSubquery } from "./relation-add.ts";
import { functionRelation, namedRelation, queryRelation, tableRelation } from "./relation-build.ts";
import {
  readChangeTable,
  readFunction,
  readIdentifierCall,
  readObjectUnpivot,
  readRemote,
  readTableCall,
  readUnnest,
} from "./relation-functions.ts";
import { isTableHint, readRelationSuffixes } from "./relation-suffixes.ts";
import { returnedRows } from "./returned-rows.ts";
import { flowName, pathOfFormat } from "./target.ts";
import { readValues } from "./values.ts";
import { CONDITION_END } from "./words.ts";

export function readPrimary(p: Parser, out: Relation[], select: Select, join: Join | null): void {
  const at = out.length;
  readPrimaryInto(p, out, select);
  const relation = out[at];
  if (relation !== undefined && join !== null) relation.join = join;
  if (join?.hidden === true) for (let i = at + 1; i < out.length; i++) out[i]!.join ??= join;
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
    case "UNPIVOT":
      if (!p.dialect.features.implicitUnnest || !p.isNameAt(1)) break;
      readObjectUnpivot(p, out);
      return;
    case "IDENTIFIER":
      if (p.wordAt(1) !== "(") break;
      readIdentifierCall(p, out, select);
      return;
    case "FINAL":
    case "OLD":
    case "NEW":
      // FINAL TABLE (INSERT …) (DB2, Data change statements as tables)
      if (p.wordAt(1) !== "TABLE" || p.wordAt(2) !== "(" || !MODIFYING.has(p.wordAt(3))) break;
      p.skip(2);
      readChange(p, out, select);
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
    case "VIEW":
      // view(SELECT …) (ClickHouse)
      if (p.wordAt(1) !== "(" || !parenthesisedQueryAt(p, p.position + 1)) break;
      p.next();
      readSubquery(p, out, select, false);
      return;
    case "CHANGETABLE":
      if (p.wordAt(1) !== "(" || (p.wordAt(2) !== "CHANGES" && p.wordAt(2) !== "VERSION")) break;
      readChangeTable(p, out, select);
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
      if (p.dialect.features.braceParameters && p.kindAt(1) === TokenKind.word && p.wordAt(2) === ":") {
        const text = p.value(p.position + 1);
        p.skipBrackets();
        p.gap("placeholder", "the table is a parameter", start, p.lastEnd);
        add(p, out, select, tableRelation(p, { parts: [text], quoted: 0, start, end: p.lastEnd }, "placeholder"));
        return;
      }
      if (p.wordAt(1) === "OJ") {
        // ODBC's {oj a LEFT OUTER JOIN b ON …}
        const close = p.mate;
        p.skip(2);
        p.grammar.joined(p, out, select);
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
  if (
    p.isName() ||
    kind === TokenKind.parameter ||
    kind === TokenKind.string ||
    (kind === TokenKind.number && p.isNameAt(1) && p.wordAt(0) === "")
  ) {
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

const DESCRIBING: ReadonlySet<string> = new Set(["DESCRIBE", "SHOW", "SUMMARIZE"]);

const MODIFYING: ReadonlySet<string> = new Set(["INSERT", "UPDATE", "DELETE", "MERGE"]);

function readParenthesised(p: Parser, out: Relation[], select: Select): void {
  const start = p.start;
  if (parenthesisedQueryAt(p, p.position)) {
    // T-SQL's APPLY and LATERAL both stand just before; only they let the query see its left neighbours.
    const before = p.tokens.words[p.position - 1];
    readSubquery(p, out, select, before === "APPLY" || p.dialect.features.correlatedFrom);
    return;
  }
  const close = p.mate;
  if (p.dialect.features.fileTables && DESCRIBING.has(p.wordAt(1)) && close > p.position + 2) {
    // (DESCRIBE t), (SHOW TABLES) (DuckDB)
    p.unread("the rows of a command are not read", close);
    p.skipBrackets();
    add(p, out, select, functionRelation(null, newExpr(start), start, { builtin: true }));
    return;
  }
  if (MODIFYING.has(p.wordAt(1))) {
    readChange(p, out, select);
    return;
  }
  const at = out.length;
  p.enter();
  p.next();
  do p.grammar.joined(p, out, select);
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
  const group: Relation = {
    kind: "group",
    relations: [],
    alias: null,
    columnAliases: null,
    join: null,
    start,
    end: p.lastEnd,
  };
  const extra: Relation[] = [];
  const finished = readRelationSuffixes(p, group, select, extra);
  if (finished === group && group.alias === null) return;
  group.relations.push(...out.splice(at));
  out.push(finished, ...extra);
}

/** Reads the change of rows in the parentheses here, as a relation of the rows it gives back. */
function readChange(p: Parser, out: Relation[], select: Select): void {
  const start = p.start;
  const close = p.mate;
  const whole = p.tokens.words[p.position - 1] === "TABLE";
  p.enter();
  p.next();
  let statement = p.grammar.statement(p);
  closeBracket(p, close, null);
  p.leave();
  if (whole && "returning" in statement && statement.returning === null)
    statement = { ...statement, returning: { items: [newStar(null, start, p.lastEnd)], into: null, columns: null } };
  const query = returnedRows(statement, start);
  query.statements.push(statement);
  add(p, out, select, queryRelation(query, false, start));
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
  if (p.is("*")) p.next(); // with the tables that inherit from it (PostgreSQL)
  if (p.is("(") && /^placeholder$/i.test(p.value(p.position + 1)) && (p.wordAt(2) === "." || p.wordAt(2) === "=")) {
    // "pkg/view"('PLACEHOLDER' = ('$$a$$', '1')) (SAP HANA): values for a view's parameters.
    p.skipBrackets();
  }
  if (p.is("(") && !isTableHint(p)) {
    if (!(p.wordAt(1) === "+" && p.wordAt(2) === ")")) {
      p.position = at;
      readFunction(p, out, select);
      return;
    }
  }
  if (parameter && p.flow > 0) {
    const position = Number(name.parts[0]!.slice(1));
    if (position >= 1 && position <= p.flow) {
      add(p, out, select, namedRelation({ ...name, parts: [flowName(p.flow - position)] }, "table"));
      return;
    }
  }
  const path = pathOfFormat(p, name);
  if (path !== null) {
    add(p, out, select, tableRelation(p, { ...name, parts: [path], quoted: 1 }, "file"));
    return;
  }
  add(
    p,
    out,
    select,
    tableRelation(p, name, parameter ? "variable" : template && name.parts.length === 1 ? "placeholder" : "table"),
  );
}

/** `t@link`, `t*`, `t:snapshot` and other things glued to a table's name. */
function readNameTail(p: Parser, name: Name): Name {
  if (p.is("@") && p.dialect.features.databaseLinks && p.isNameAt(1)) {
    p.next();
    const link = readName(p);
    if (link === null) return name;
    return {
      ...name,
      parts: [...name.parts.slice(0, -1), `${name.parts.at(-1)}@${link.parts.join(".")}`],
      end: p.lastEnd,
    };
  }
  if (p.is("*") && p.adjacent) {
    p.next();
    // A wildcard over tables (BigQuery) is part of the name; after a name in PostgreSQL it says nothing.
    if (p.dialect.names.dashes)
      return { ...name, parts: [...name.parts.slice(0, -1), `${name.parts.at(-1)}*`], end: p.lastEnd };
  }
  if (p.is(":") && p.adjacent && p.kindAt(1) === TokenKind.word) p.skip(2);
  if (p.kind === TokenKind.parameter && p.adjacent) p.next();
  return name;
}
