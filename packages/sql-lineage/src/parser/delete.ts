import type { Cte, DeleteStatement, TargetTable } from "../ir.ts";
import { newSelect } from "./build.ts";
import type { Parser } from "./parser.ts";
import { readOutput, readReturning } from "./returning.ts";
import { readSelectClauses } from "./select.ts";
import { readTailClauses } from "./tail.ts";
import { readTarget } from "./target.ts";

/** Reads DELETE in all its forms: with USING, with a second FROM, of several tables. */
export function readDelete(p: Parser, ctes: Cte[]): DeleteStatement {
  const start = p.start;
  const select = newSelect(start);
  p.next();
  readModifiers(p);
  const targets: TargetTable[] = [];
  if (!p.is("FROM") && p.isName()) {
    // DELETE t FROM …, DELETE t1, t2.* FROM … (MySQL, T-SQL), DELETE t WHERE … (Oracle)
    do {
      targets.push(readTarget(p));
      readStar(p);
    } while (p.take(","));
    if (p.is("WITH") && p.wordAt(1) === "(") {
      p.next();
      p.skipBrackets();
    }
    if (p.isName() && p.wordAt(1) === "WHERE") p.next();
  }
  let output = readOutput(p);
  if (p.take("FROM")) {
    if (p.wordAt(1) !== "WHERE") p.take("ONLY");
    if (p.is("TABLE") && p.isNameAt(1)) p.next();
    do p.grammar.joined(p, select.from, select);
    while (p.take(","));
    if (targets.length === 0) {
      // With USING behind it, all that is listed; else the first.
      const listed = p.is("USING") ? select.from.splice(0) : select.from.splice(0, 1);
      for (const relation of listed) if (relation.kind === "table") targets.push(relation);
      select.from.unshift(...listed.filter(({ kind, alias }) => kind !== "table" || alias !== null));
    }
  }
  output ??= readOutput(p);
  if (p.is("FROM") && select.from.length <= 1) {
    p.next();
    p.grammar.fromList(p, select);
  }
  if (p.is("ON") && p.wordAt(1) === "CLUSTER") p.skip(3);
  if (p.is("IN") && p.wordAt(1) === "PARTITION") p.skip(3);
  if (p.take("USING")) p.grammar.fromList(p, select);
  readSelectClauses(p, select, true);
  readTailClauses(p, select, select.influence);
  const returning = readReturning(p) ?? output;
  readTailClauses(p, select, select.influence);
  if (p.is("LOG")) p.skipStatement();
  p.take("ALL"); // DELETE FROM t ALL (Teradata)
  return { kind: "delete", targets, select, ctes, returning, start, end: p.lastEnd };
}

/** `t.*` (MySQL), `t *` (PostgreSQL): the table and, there, those that inherit from it. */
function readStar(p: Parser): void {
  p.take(".");
  p.take("*");
}

function readModifiers(p: Parser): void {
  for (;;) {
    switch (p.word) {
      case "LOW_PRIORITY":
      case "QUICK":
      case "IGNORE":
        p.next();
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
