import type { Name, Relation, Select } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { argumentsOf, stackColumns, structFields } from "./arguments.ts";
import { newExpr } from "./build.ts";
import { parenthesisedQueryAt } from "./lookahead.ts";
import { readIdentifier, readName } from "./names.ts";
import { readOrderList } from "./order.ts";
import type { Parser } from "./parser.ts";
import { functionTarget, identifierName } from "./function-targets.ts";
import { closeBracket, recover } from "./recover.ts";
import { add, readSubquery } from "./relation-add.ts";
import { asValue, functionRelation, tableRelation } from "./relation-build.ts";
import { functionColumns } from "./table-functions.ts";
import { CONDITION_END } from "./words.ts";

export function readUnnest(p: Parser, out: Relation[], select: Select): void {
  const start = p.start;
  const name: Name = { parts: ["unnest"], quoted: 0, start, end: start + 6 };
  const expr = newExpr(start);
  const open = p.position + 1;
  p.grammar.operand(p, expr);
  expr.end = p.lastEnd;
  const parts = argumentsOf(p, asValue(expr), open);
  const relation = functionRelation(name, expr, start, { builtin: true, parts });
  const at = out.length;
  add(p, out, select, relation);
  if (
    p.dialect.features.unnestAliasIsColumn &&
    relation.alias !== null &&
    relation.columnAliases === null &&
    out[at] === relation
  )
    relation.columns = [relation.alias];
  else if (relation.alias === null && relation.columnAliases === null && out[at] === relation) {
    const fields = structFields(p, expr, open + 1);
    if (fields !== null) {
      relation.columns = fields.names;
      relation.parts = fields.parts;
    }
  }
}

/** `UNPIVOT t.object AS value AT key` (Redshift, Object unpivoting): the fields of a value as rows. */
export function readObjectUnpivot(p: Parser, out: Relation[]): void {
  const start = p.start;
  p.next();
  const expr = newExpr(p.start);
  p.grammar.operand(p, expr);
  expr.end = p.lastEnd;
  const columns: string[] = [];
  if (p.take("AS")) columns.push(readIdentifier(p) ?? "");
  if (p.take("AT")) columns.push(readIdentifier(p) ?? "");
  out.push({ ...functionRelation(null, asValue(expr), start, { columns }), end: p.lastEnd });
}

/** `IDENTIFIER('a.b')`, `IDENTIFIER($name)` (Snowflake, Databricks). */
export function readIdentifierCall(p: Parser, out: Relation[], select: Select): void {
  add(p, out, select, tableRelation(p, ...identifierName(p)));
}

/** `TABLE(f(x))`, `TABLE(name)`, `THE(SELECT …)`. */
export function readTableCall(p: Parser, out: Relation[], select: Select): boolean {
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
  if (
    name !== null &&
    !called &&
    // TABLE (collection) (Oracle) never names a table.
    !p.dialect.features.indexedVariables &&
    p.kind !== TokenKind.parameter &&
    !startsAtRelation(name, [...select.from, ...out]) &&
    p.startOf(close) >= name.end &&
    closesBehind(p, name, close)
  ) {
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
  const builtin = called && name !== null && (relation.columns !== null || isUnfolding(name));
  add(p, out, select, builtin ? { ...relation, builtin } : relation);
  return true;
}

/** Whether a path starts at a relation that stands before it: `FROM t, TABLE(t.items)` (Oracle). */
function startsAtRelation({ parts }: Name, before: readonly Relation[]): boolean {
  const first = parts[0]!.toLowerCase();
  return (
    parts.length > 1 &&
    before.some(
      (relation) =>
        (relation.alias ?? (relation.kind === "table" ? relation.name.parts.at(-1) : null))?.toLowerCase() === first,
    )
  );
}

function closesBehind(p: Parser, name: Name, close: number): boolean {
  let at = p.position;
  while (at < close && p.startOf(at) < name.end) at++;
  return at === close;
}

/** OPENROWSET, OPENQUERY …: another server's rows, or a file's. */
export function readRemote(p: Parser, out: Relation[], select: Select): void {
  const start = p.start;
  if (p.wordAt(2) === "BULK" && p.kindAt(3) === TokenKind.string) {
    // OPENROWSET(BULK 'path', …)
    const name: Name = { parts: [p.value(p.position + 3)], quoted: 1, start, end: start };
    p.next();
    p.skipBrackets();
    add(p, out, select, tableRelation(p, { ...name, end: p.lastEnd }, "file"));
    return;
  }
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

/** `CHANGETABLE(CHANGES t, version)`, `CHANGETABLE(VERSION t, …)` (T-SQL): what changed in a table. */
export function readChangeTable(p: Parser, out: Relation[], select: Select): void {
  const close = p.tokens.mates[p.position + 1] ?? p.tokens.count;
  p.skip(3);
  const name = readName(p);
  p.moveTo(close + 1);
  if (name === null) p.unread("expected the table whose changes are read");
  else add(p, out, select, tableRelation(p, name, "table"));
}

/** Reads a function as a relation. */
export function readFunction(p: Parser, out: Relation[], select: Select): void {
  const start = p.start;
  const meant = functionTarget(p);
  if (meant !== null) {
    const { name, source } = meant;
    add(p, out, select, { ...tableRelation(p, name, "file"), source });
    return;
  }
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
  const relation = functionRelation(name, asValue(expr), start, {
    columns,
    builtin: columns !== null || isUnfolding(name),
    parts: stackColumns(p, expr, at),
  });
  add(p, out, select, relation);
}

const UNFOLDING: ReadonlySet<string> = new Set(
  `unnest explode explode_outer posexplode posexplode_outer inline inline_outer stack flatten generate_series generate_date_array sequence range
  generator json_table openjson xmltable json_tuple parse_url_tuple json_each jsonb_each json_array_elements jsonb_array_elements
  json_array_elements_text jsonb_array_elements_text json_each_text jsonb_each_text json_object_keys jsonb_object_keys json_to_record
  jsonb_to_record json_to_recordset jsonb_to_recordset json_populate_record jsonb_populate_record json_populate_recordset
  jsonb_populate_recordset jsonb_path_query string_split split_to_table strtok_split_to_table regexp_split_to_table string_to_table
  regexp_matches cast numbers zeros values nodes arrayjoin xmlsequence`.split(/\s+/),
);

function isUnfolding(name: Name | null): boolean {
  return name !== null && UNFOLDING.has(name.parts.at(-1)!.toLowerCase());
}
