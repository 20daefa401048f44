import type { Relation } from "../ir.ts";
import { stackColumns } from "./arguments.ts";
import { newExpr } from "./build.ts";
import { readColumnList, readIdentifier } from "./names.ts";
import type { Parser } from "./parser.ts";
import { recover } from "./recover.ts";
import { asValue, functionRelation } from "./relation-build.ts";
import { functionColumns } from "./table-functions.ts";
import { CONDITION_END } from "./words.ts";

/** `LATERAL VIEW [OUTER] explode(x) t AS a, b` (Hive, Spark). */
export function readLateralView(p: Parser, out: Relation[]): void {
  const start = p.start;
  p.skip(2);
  p.take("OUTER");
  const nameStart = p.position;
  const expr = newExpr(p.start);
  if (p.grammar.operand(p, expr) === undefined) {
    p.unread("expected a function behind LATERAL VIEW");
    recover(p, expr, CONDITION_END);
  }
  expr.end = p.lastEnd;
  const parts = stackColumns(p, asValue(expr), nameStart);
  const relation = functionRelation(null, expr, start, { builtin: true, parts });
  relation.columns = functionColumns(p, nameStart);
  if (p.isName() && !p.is("AS") && !p.isAny(p.dialect.words.notTableAlias)) relation.alias = readIdentifier(p);
  if (p.take("AS")) {
    const columns: string[] = [];
    do {
      if (p.is("(")) {
        columns.push(...readColumnList(p));
        break;
      }
      const name = readIdentifier(p);
      if (name === null) {
        p.unread("expected a column behind LATERAL VIEW");
        break;
      }
      columns.push(name);
    } while (p.take(","));
    relation.columnAliases = columns;
  }
  relation.end = p.lastEnd;
  out.push(relation);
}
