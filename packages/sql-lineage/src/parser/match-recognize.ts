import { CONDITIONAL, GROUP_BY, SORT, TRANSFORMATION } from "../how.ts";
import type { Expr, MatchRelation, Relation } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { newExpr } from "./build.ts";
import { readIdentifier } from "./names.ts";
import { readOrderList } from "./order.ts";
import type { Parser } from "./parser.ts";
import { closeBracket, recover } from "./recover.ts";

/**
 * Reads `MATCH_RECOGNIZE (PARTITION BY … ORDER BY … MEASURES … PATTERN (…) DEFINE …)`
 * (https://docs.snowflake.com/en/sql-reference/constructs/match_recognize, Oracle's Pattern matching, Trino's).
 */
export function readMatchRecognize(p: Parser, input: Relation): MatchRelation {
  const start = p.start;
  p.next();
  const close = p.mate;
  p.enter();
  p.next();
  const saved = p.how;
  const partition = newExpr(p.start);
  const conditions = newExpr(p.start);
  const measures: { name: string | null; expr: Expr }[] = [];
  const variables: string[] = [];
  let allRows = false;
  while (p.position < close && !p.atEnd()) {
    if (p.takeAll("PARTITION", "BY")) {
      p.how = GROUP_BY;
      if (!readOrderList(p, partition)) recover(p, partition);
    } else if (p.takeAll("ORDER", "BY")) {
      p.how = SORT;
      if (!readOrderList(p, conditions)) recover(p, conditions);
    } else if (p.take("MEASURES")) readMeasures(p, measures);
    else if (p.take("PATTERN")) {
      if (p.is("(")) {
        // A variable that DEFINE leaves out stands for any row.
        for (let i = p.position + 1; i < p.mate; i++)
          if (p.tokens.kinds[i] === TokenKind.word || p.tokens.kinds[i] === TokenKind.quoted)
            variables.push(p.value(i));
        p.skipBrackets();
      }
    } else if (p.take("SUBSET")) {
      do {
        const name = readIdentifier(p);
        if (name !== null) variables.push(name);
        p.take("=");
        if (p.is("(")) p.skipBrackets();
      } while (p.take(","));
    } else if (p.take("DEFINE")) {
      p.how = CONDITIONAL;
      do {
        const name = readIdentifier(p);
        if (name !== null) variables.push(name);
        p.take("AS");
        if (p.grammar.expression(p, conditions) === undefined) recover(p, conditions);
      } while (p.take(","));
    } else if (p.takeAll("ALL", "ROWS")) allRows = true;
    // ONE ROW PER MATCH, AFTER MATCH SKIP TO NEXT ROW …
    else if (p.is("(")) p.skipBrackets();
    else p.next();
  }
  p.how = saved;
  closeBracket(p, close, null);
  p.leave();
  return {
    kind: "match",
    input,
    partition,
    measures,
    conditions,
    allRows,
    variables,
    alias: null,
    columnAliases: null,
    join: input.join,
    start,
    end: p.lastEnd,
  };
}

function readMeasures(p: Parser, measures: { name: string | null; expr: Expr }[]): void {
  p.how = TRANSFORMATION;
  do {
    if (!p.take("FINAL")) p.take("RUNNING");
    const expr = newExpr(p.start);
    const label = p.grammar.expression(p, expr);
    if (label === undefined) recover(p, expr);
    expr.end = p.lastEnd;
    let name = label ?? null;
    if (p.take("AS")) name = readIdentifier(p);
    else if (p.isName() && !p.is("PATTERN") && !p.is("ONE") && !p.is("ALL") && !p.is("AFTER")) name = readIdentifier(p);
    measures.push({ name, expr });
  } while (p.take(","));
}
