import { FILTER, JOIN } from "../how.ts";
import type { Cte, Expr, MergeAction, MergeStatement, Relation } from "../ir.ts";
import { newSelect } from "./build.ts";
import { readAssignments } from "./assignments.ts";
import { readColumnList } from "./names.ts";
import type { Parser } from "./parser.ts";
import { noRelation } from "./relation-build.ts";
import { readOutput, readReturning } from "./returning.ts";
import { readDeciding } from "./tail.ts";
import { readValues } from "./values.ts";

const THEN: ReadonlySet<string> = new Set(["THEN", "WHEN"]);
const ON_END: ReadonlySet<string> = new Set(["WHEN"]);

/** Reads MERGE with all its branches. */
export function readMerge(p: Parser, ctes: Cte[]): MergeStatement {
  const start = p.start;
  const select = newSelect(start);
  const actions: MergeAction[] = [];
  p.next();
  if (p.take("TOP")) {
    if (p.is("(")) p.skipBrackets();
    else p.next();
    p.take("PERCENT");
  }
  p.takeAll("WITH", "SCHEMA", "EVOLUTION");
  p.take("INTO");
  if (p.wordAt(1) !== "USING") p.take("ONLY");
  const targets: Relation[] = [];
  p.grammar.relation(p, targets, select);
  const target: Relation = targets[0] ?? noRelation(start);
  if (targets.length === 0) p.unread("expected the table to merge into");
  if (!p.take("USING")) {
    p.unread("expected USING");
    p.skipStatement();
    return { kind: "merge", target, select, actions, ctes, returning: null, start, end: p.lastEnd };
  }
  p.grammar.joined(p, select.from, select);
  if (p.take("ON")) readDeciding(p, select.influence, JOIN, ON_END);
  while (p.take("WHEN")) if (!readBranch(p, select.influence, actions)) break;
  p.takeAll("ELSE", "IGNORE"); // DB2
  // MERGE INTO t USING s ON … REMOVE DUPLICATES (Redshift)
  if (p.takeAll("REMOVE", "DUPLICATES"))
    actions.push({ kind: "row", start, end: p.lastEnd, except: [], columns: null });
  const output = readOutput(p);
  const returning = readReturning(p) ?? output;
  if (p.is("OPTION") && p.wordAt(1) === "(") {
    p.next();
    p.skipBrackets();
  }
  if (p.is("LOG")) p.skipStatement();
  return { kind: "merge", target, select, actions, ctes, returning, start, end: p.lastEnd };
}

function readBranch(p: Parser, conditions: Expr, actions: MergeAction[]): boolean {
  while (p.take("NOT") || p.take("MATCHED") || p.take("BY") || p.take("SOURCE") || p.take("TARGET"));
  if (p.take("AND") || p.take("WHERE")) readDeciding(p, conditions, FILTER, THEN);
  if (!p.take("THEN")) {
    p.unread("expected THEN");
    p.skipStatement();
    return false;
  }
  const start = p.start;
  if (p.take("UPDATE") || p.take("UPD")) readUpdateAction(p, actions, start);
  else if (p.take("INSERT") || p.take("INS")) readInsertAction(p, actions, start);
  else if (p.take("DELETE") || p.take("DEL")) actions.push({ kind: "delete" });
  else if (p.is("DO")) p.skip(2);
  else if (p.is("SIGNAL")) while (!p.atEnd() && !p.is(";") && !p.is("WHEN") && !p.is("ELSE")) p.next();
  else if (!p.take("ERROR")) {
    p.unread("expected what to do with the rows");
    p.next();
  }
  for (;;) {
    if (p.take("WHERE")) readDeciding(p, conditions, FILTER, new Set(["WHEN", "DELETE"]));
    else if (p.is("DELETE") && p.wordAt(1) === "WHERE") p.next();
    else return true;
  }
}

function readUpdateAction(p: Parser, actions: MergeAction[], start: number): void {
  const row = (): void => {
    actions.push({ kind: "row", start, end: p.lastEnd, except: readExcept(p), columns: null });
  };
  if (p.takeAll("BY", "NAME") || p.takeAll("ALL", "BY", "NAME") || p.take("*")) row();
  else if (p.take("SET")) {
    if (p.take("*")) row();
    else if (p.is("ROW") && p.wordAt(1) !== "=") {
      p.next();
      row();
    } else actions.push({ kind: "update", assignments: readAssignments(p) });
  } else if (p.is("WHEN") || p.atEnd() || p.is(";")) row();
  else p.unread("expected SET");
}

function readInsertAction(p: Parser, actions: MergeAction[], start: number): void {
  if (
    p.take("ROW") ||
    p.take("*") ||
    p.takeAll("ALL", "BY", "NAME") ||
    p.takeAll("BY", "NAME") ||
    p.takeAll("BY", "POSITION") ||
    p.is("WHEN") ||
    p.atEnd() ||
    p.is(";")
  ) {
    actions.push({ kind: "row", start, end: p.lastEnd, except: readExcept(p), columns: null });
    return;
  }
  let columns: string[] | null = null;
  if (p.is("(")) columns = readColumnList(p);
  if (p.take("OVERRIDING")) p.skip(2);
  if (p.take("DEFAULT")) {
    p.take("VALUES");
    actions.push({ kind: "insert", columns, values: [] });
  } else if (p.take("VALUES")) {
    if (p.take("ROW") || p.take("*")) actions.push({ kind: "row", start, end: p.lastEnd, except: [], columns });
    else actions.push({ kind: "insert", columns, values: readValues(p).columns });
  } else if (p.take("ROW")) actions.push({ kind: "row", start, end: p.lastEnd, except: [], columns });
  else p.unread("expected VALUES");
}

/** `UPDATE SET * EXCEPT (a)` (Databricks). */
function readExcept(p: Parser): string[] {
  if (p.is("EXCEPT") && p.wordAt(1) === "(") {
    p.next();
    return readColumnList(p);
  }
  return [];
}
