import type { Cte, Relation, UpdateStatement, UtilityStatement } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { readAssignments } from "./assignments.ts";
import { newSelect } from "./build.ts";
import type { Parser } from "./parser.ts";
import { noRelation } from "./relation-build.ts";
import { readOutput, readReturning } from "./returning.ts";
import { readSelectClauses } from "./select.ts";
import { readTailClauses } from "./tail.ts";

/** Reads UPDATE. */
export function readUpdate(p: Parser, ctes: Cte[]): UpdateStatement | UtilityStatement {
  const start = p.start;
  p.next();
  if (p.is("STATISTICS") && p.isNameAt(1)) {
    p.skipStatement(true);
    return { kind: "utility", command: "update statistics", start, end: p.lastEnd };
  }
  readModifiers(p);
  const select = newSelect(start);
  do p.grammar.joined(p, select.from, select);
  while (p.take(","));
  const target: Relation = select.from[0] ?? noRelation(start);
  if (p.is("ON") && p.wordAt(1) === "CLUSTER") p.skip(3);
  if (p.is("INCLUDE") && p.wordAt(1) === "(") {
    // Columns that only the rows that come back have (DB2).
    p.next();
    p.skipBrackets();
  }
  if (p.take("FROM")) p.grammar.fromList(p, select); // UPDATE t FROM s SET … (Teradata)
  let assignments: UpdateStatement["assignments"] = [];
  if (p.take("SET")) assignments = readAssignments(p);
  else p.unread("expected SET");
  const output = readOutput(p);
  if (p.is("IN") && p.wordAt(1) === "PARTITION") {
    p.skip(2);
    if (p.kind !== TokenKind.end) p.next();
  }
  readSelectClauses(p, select, true);
  readTailClauses(p, select, select.influence);
  const returning = readReturning(p) ?? output;
  if (p.is("LOG")) p.skipStatement();
  return { kind: "update", target, select, assignments, ctes, returning, start, end: p.lastEnd };
}

function readModifiers(p: Parser): void {
  for (;;) {
    switch (p.word) {
      case "LOW_PRIORITY":
      case "IGNORE":
      case "ONLY":
        if (p.wordAt(1) === "SET") return;
        p.next();
        continue;
      case "OR":
        p.skip(2);
        continue;
      case "TOP":
        p.next();
        if (p.is("(")) p.skipBrackets();
        else p.next();
        p.take("PERCENT");
        continue;
      default:
        return;
    }
  }
}
