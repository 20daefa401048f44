import type { CopyStatement, Statement, TargetTable } from "../ir.ts";
import { readAssignments } from "./assignments.ts";
import { newCreate, newSelect } from "./build.ts";
import { queryStartsAt } from "./lookahead.ts";
import { readColumnList, readName } from "./names.ts";
import type { Parser } from "./parser.ts";
import { readSelectClauses } from "./select.ts";
import { readTailClauses } from "./tail.ts";
import { inSchemaOf, readTarget } from "./target.ts";
import { utility } from "./utility.ts";

/** Reads ALTER: renames, swaps, moves of partitions and new queries of views; all else moves no rows. */
export function readAlter(p: Parser): Statement {
  const start = p.start;
  const at = p.position;
  p.next();
  if (p.is("SESSION") && p.wordAt(1) === "SET" && p.wordAt(2) === "CURRENT_SCHEMA") {
    // ALTER SESSION SET CURRENT_SCHEMA = s (Oracle)
    p.skip(3);
    p.take("=");
    const name = readName(p);
    p.skipStatement();
    return { kind: "use", catalog: null, schemas: name === null ? null : [name.parts.at(-1)!], start, end: p.lastEnd };
  }
  let view = false;
  while (
    p.is("MATERIALIZED") ||
    p.is("DYNAMIC") ||
    p.is("EXTERNAL") ||
    p.is("FOREIGN") ||
    p.is("ICEBERG") ||
    p.is("SECURE") ||
    p.is("STREAMING")
  )
    p.next();
  if (p.take("VIEW")) view = true;
  else if (!p.take("TABLE")) {
    p.position = at;
    return utility(p);
  }
  if (p.is("IF")) p.skip(2);
  if (p.isNameAt(1)) p.take("ONLY");
  const table = readTarget(p);
  if (p.is(",")) {
    const several = readRenames(p, table, start);
    if (several !== null) return several;
  }
  if (p.is("*")) p.next();
  if (p.is("ON") && p.wordAt(1) === "CLUSTER") p.skip(3);
  const rename = readRename(p, table, start);
  if (rename !== null) return rename;
  if (view) return readAlterView(p, table, start);
  if (p.is("MODIFY") && p.wordAt(1) === "QUERY") {
    // ALTER TABLE view MODIFY QUERY SELECT … (ClickHouse)
    p.skip(2);
    const query = p.grammar.query(p);
    return newCreate("materialized view", table, { start, end: p.lastEnd }, { query });
  }
  if (p.takeAll("SWAP", "WITH")) return moved(p, start, "swap", readTarget(p), table);
  if (p.is("UPDATE") && p.dialect.features.alterUpdates) {
    // ALTER TABLE t UPDATE a = b WHERE … (ClickHouse)
    p.next();
    const select = newSelect(start);
    const target = {
      kind: "table",
      ...table,
      alias: null,
      columnAliases: null,
      join: null,
      start,
      end: p.lastEnd,
    } as const;
    select.from.push({ ...target });
    const assignments = readAssignments(p);
    if (p.is("IN") && p.wordAt(1) === "PARTITION") p.skip(3);
    readSelectClauses(p, select, false);
    readTailClauses(p, select, select.influence);
    return {
      kind: "update",
      target: select.from[0]!,
      select,
      assignments,
      ctes: [],
      returning: null,
      start,
      end: p.lastEnd,
    };
  }
  if (p.is("DELETE") && p.dialect.features.alterUpdates) {
    p.next();
    const select = newSelect(start);
    if (p.is("IN") && p.wordAt(1) === "PARTITION") p.skip(3);
    readSelectClauses(p, select, false);
    readTailClauses(p, select, select.influence);
    return { kind: "delete", targets: [table], select, ctes: [], returning: null, start, end: p.lastEnd };
  }
  return readPartitionMove(p, table, start) ?? rest(p, start, "alter table");
}

/** `ALTER TABLE a, b RENAME TO c, d` (Vertica): all at once. */
function readRenames(p: Parser, first: TargetTable, start: number): Statement | null {
  const from = [first];
  while (p.take(",")) from.push(readTarget(p));
  if (!p.takeAll("RENAME", "TO")) return null;
  const to: TargetTable[] = [];
  do to.push(readTarget(p));
  while (p.take(","));
  const pairs = from.flatMap((one, i) => (to[i] === undefined ? [] : [{ from: one, to: inSchemaOf(one, to[i]) }]));
  return { kind: "rename", pairs, start, end: p.lastEnd };
}

function rest(p: Parser, start: number, command: string): Statement {
  if (!p.atStatementStart() || !p.startsLine()) p.skipStatement();
  return { kind: "utility", command, start, end: p.lastEnd };
}

function moved(p: Parser, start: number, rule: CopyStatement["rule"], from: TargetTable, to: TargetTable): Statement {
  p.skipRest();
  return { kind: "copy", from: [from], query: null, to, columns: null, rule, start, end: p.lastEnd };
}

function readRename(p: Parser, table: TargetTable, start: number): Statement | null {
  if (p.is("SET") && p.wordAt(1) === "SCHEMA" && p.isNameAt(2)) {
    // ALTER TABLE t SET SCHEMA s (PostgreSQL)
    p.skip(2);
    const schema = readName(p)!;
    const parts = [...schema.parts, table.name.parts.at(-1) ?? ""];
    return {
      kind: "rename",
      pairs: [{ from: table, to: { ...table, name: { ...schema, parts } } }],
      start,
      end: p.lastEnd,
    };
  }
  if (!p.is("RENAME")) return null;
  const next = p.wordAt(1);
  if (next === "TO" || (next === "AS" && p.isNameAt(2))) p.skip(2);
  else if (
    p.isNameAt(1) &&
    next !== "COLUMN" &&
    next !== "CONSTRAINT" &&
    next !== "INDEX" &&
    next !== "KEY" &&
    next !== "PARTITION" &&
    next !== "FIELD" &&
    next !== "ATTRIBUTE" &&
    p.wordAt(2) !== "TO"
  )
    p.next();
  else return null;
  const named = readTarget(p);
  const to = p.dialect.features.renameKeepsSchema ? inSchemaOf(table, named) : named;
  p.skipStatement();
  return { kind: "rename", pairs: [{ from: table, to }], start, end: p.lastEnd };
}

function readAlterView(p: Parser, table: TargetTable, start: number): Statement {
  const columns = p.is("(") && !queryStartsAt(p, p.position) ? readColumnList(p) : null;
  while (
    !p.atEnd() &&
    !p.is(";") &&
    !(p.is("AS") && queryStartsAt(p, p.position + 1)) &&
    !(p.is("QUERY") && queryStartsAt(p, p.position + 1))
  ) {
    if (p.is("(")) p.skipBrackets();
    else p.next();
    if (p.atStatementStart() && !p.is("WITH") && !p.is("SET")) break;
  }
  if (!p.is("AS") && !p.is("QUERY")) return rest(p, start, "alter view");
  p.next();
  const query = p.grammar.query(p);
  if (p.is("WITH")) p.skipStatement();
  return newCreate("view", table, { start, end: p.lastEnd }, { columns, query });
}

/** EXCHANGE, SWITCH, APPEND, REPLACE, MOVE, ATTACH of partitions between tables. */
function readPartitionMove(p: Parser, table: TargetTable, start: number): Statement | null {
  while (!p.atEnd() && !p.is(";")) {
    const next = p.wordAt(1);
    switch (p.word) {
      case "WITH":
        // EXCHANGE PARTITION p WITH TABLE t (Oracle, MySQL, Hive)
        if (next !== "TABLE") break;
        p.skip(2);
        return moved(p, start, "exchange", readTarget(p), table);
      case "SWITCH":
        p.next();
        while (!p.atEnd() && !p.is("TO") && !p.is(";")) p.next();
        if (p.take("TO")) return moved(p, start, "exchange", table, readTarget(p));
        return null;
      case "APPEND":
        if (next !== "FROM") break;
        p.skip(2);
        return moved(p, start, "append", readTarget(p), table);
      case "REPLACE":
      case "ATTACH":
        if (next !== "PARTITION") break;
        if (p.is("ATTACH") && p.isNameAt(2)) {
          // ATTACH PARTITION t FOR VALUES …, ATTACH PARTITION t DEFAULT (PostgreSQL): its rows are the table's from here on.
          const at = p.position;
          p.skip(2);
          const part = readName(p);
          if (part !== null && (p.is("FOR") || p.is("DEFAULT"))) {
            p.tableNames.push(part);
            return moved(p, start, "append", { name: part, source: "table" }, table);
          }
          p.position = at;
        }
        while (!p.atEnd() && !p.is("FROM") && !p.is(";")) p.next();
        if (p.take("FROM")) return moved(p, start, "append", readTarget(p), table);
        return null;
      case "MOVE":
        if (next !== "PARTITION") break;
        while (!p.atEnd() && !p.is("TO") && !p.is(";")) p.next();
        if (p.takeAll("TO", "TABLE")) return moved(p, start, "append", table, readTarget(p));
        return null;
      case "MODIFY":
        if (next === "QUERY" && queryStartsAt(p, p.position + 2)) {
          // ALTER TABLE mv MODIFY QUERY SELECT … (ClickHouse)
          p.skip(2);
          const query = p.grammar.query(p);
          return {
            kind: "create",
            what: "materialized view",
            target: table,
            to: null,
            temporary: false,
            columns: null,
            query,
            model: null,
            reads: [],
            start,
            end: p.lastEnd,
          };
        }
        break;
    }
    if (p.is("(") || p.is("[")) p.skipBrackets();
    else p.next();
    if (p.atStatementStart() && p.startsLine()) return null;
  }
  return null;
}
