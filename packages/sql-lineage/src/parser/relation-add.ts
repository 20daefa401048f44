import type { Relation, Select } from "../ir.ts";
import { readColumnList } from "./names.ts";
import type { Parser } from "./parser.ts";
import { readBracketedQuery } from "./recover.ts";
import { queryRelation } from "./relation-build.ts";
import { readRelationSuffixes } from "./relation-suffixes.ts";

/** Adds a relation that was just read, with everything glued to it: alias, sample, pivot … */
export function add(p: Parser, out: Relation[], select: Select, relation: Relation): void {
  const at = out.length;
  const extra: Relation[] = [];
  out.push(relation);
  const finished = readRelationSuffixes(p, relation, select, extra);
  finished.end = p.lastEnd;
  out[at] = finished;
  out.push(...extra);
}

/** Reads the query in the parentheses here as a relation. */
export function readSubquery(p: Parser, out: Relation[], select: Select, lateral: boolean): void {
  const start = p.start;
  const relation = queryRelation(readBracketedQuery(p, null), lateral, start);
  // `(SELECT …) (a, b)`: columns without a name for the table.
  if (p.is("(") && p.isNameAt(1) && (p.wordAt(2) === "," || p.wordAt(2) === ")"))
    relation.columnAliases = readColumnList(p);
  add(p, out, select, relation);
}
