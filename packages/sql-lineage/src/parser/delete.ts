import type { Cte, DeleteStatement, TargetTable } from "../ir.ts";
import { newSelect, plainName } from "./build.ts";
import { readName } from "./names.ts";
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
  let target: TargetTable | null = null;
  if (!p.is("FROM") && p.isName()) {
    // DELETE t FROM …, DELETE t1, t2.* FROM … (MySQL, T-SQL), DELETE t WHERE … (Oracle)
    target = readTarget(p);
    while (p.is(",") || p.is(".") || p.is("*")) {
      p.next();
      if (p.isName()) readName(p);
    }
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
    const first = select.from[0];
    if (target === null && first?.kind === "table") {
      target = { name: first.name, source: first.source };
      select.from.shift();
      if (first.alias !== null) select.from.unshift(first);
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
  const none: TargetTable = { name: { ...plainName("", start, start), parts: [] }, source: "placeholder" };
  return { kind: "delete", target: target ?? none, select, ctes, returning, start, end: p.lastEnd };
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
