import { AGGREGATION, GROUP_BY, IDENTITY } from "../how.ts";
import type { Expr, Name, PivotRelation, Relation, UnpivotRelation } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { newExpr, readExpr } from "./build.ts";
import { queryStartsAt } from "./lookahead.ts";
import { readColumnList, readIdentifier, readName } from "./names.ts";
import { readOrderList } from "./order.ts";
import type { Parser } from "./parser.ts";
import { closeBracket, readNested, recover } from "./recover.ts";

const FOR: ReadonlySet<string> = new Set(["FOR"]);

/** Reads `PIVOT (…)` or `UNPIVOT (…)` behind `input`. */
export function readPivot(p: Parser, input: Relation): Relation {
  const start = p.start;
  const unpivot = p.is("UNPIVOT");
  p.next();
  const xml = p.take("XML");
  if (p.take("INCLUDE") || p.take("EXCLUDE")) p.take("NULLS");
  if (!p.is("(")) {
    p.unread("expected the columns to pivot");
    return input;
  }
  const close = p.mate;
  p.enter();
  p.next();
  const relation = unpivot ? readUnpivotBody(p, input, start, close) : readPivotBody(p, input, start, close, xml);
  closeBracket(p, close, null);
  p.leave();
  // The input's alias goes on naming the result until it gets one of its own.
  relation.alias = input.alias;
  relation.join = input.join;
  relation.end = p.lastEnd;
  return relation;
}

function readPivotBody(p: Parser, input: Relation, start: number, close: number, xml: boolean): PivotRelation {
  const aggregates: Expr[] = [];
  const names: (string | null)[] = [];
  const saved = p.how;
  p.how = AGGREGATION;
  do {
    const expr = readExpr(p) ?? newExpr(p.start);
    if (expr.end === expr.start) recover(p, expr, FOR);
    aggregates.push(expr);
    if (p.take("AS")) names.push(readIdentifier(p));
    else names.push(p.isName() && !p.is("FOR") ? readIdentifier(p) : null);
  } while (p.take(","));
  p.how = GROUP_BY;
  const keys = newExpr(p.start);
  const outputs: { name: string; aggregate: number }[] = [];
  let open = false;
  let groupBy: Expr | null = null;
  if (!p.take("FOR")) p.unread("expected FOR in PIVOT");
  while (p.position < close && !p.atEnd() && !p.is("GROUP") && !p.is("DEFAULT")) {
    if (p.grammar.operand(p, keys) === undefined) {
      p.unread("expected a column in PIVOT");
      recover(p, keys);
      break;
    }
    if (!p.take("IN")) {
      p.unread("expected IN in PIVOT");
      break;
    }
    if (p.is("(")) open = readPivotValues(p, keys, aggregates.length, names, outputs) || open;
    else {
      // A type or a list by name.
      readName(p);
      open = true;
    }
  }
  keys.end = p.lastEnd;
  if (xml) {
    // All values in one column of XML (Oracle).
    const name = `${keys.refs.map((ref) => ref.name.parts.at(-1)!).join("_")}_XML`;
    outputs.splice(0, outputs.length, ...aggregates.map((_, aggregate) => ({ name, aggregate })));
    open = false;
  }
  if (p.takeAll("GROUP", "BY")) {
    groupBy = newExpr(p.start);
    readOrderList(p, groupBy);
    groupBy.end = p.lastEnd;
  }
  if (p.takeAll("DEFAULT", "ON", "NULL")) p.grammar.operand(p, newExpr(p.start));
  p.how = saved;
  return {
    kind: "pivot",
    input,
    aggregates,
    keys,
    outputs,
    open,
    groupBy,
    alias: null,
    columnAliases: null,
    join: null,
    start,
    end: start,
  };
}

/** Reads `('a' AS x, 'b', ANY)`; true when which columns come out is only known when it runs. */
function readPivotValues(
  p: Parser,
  keys: Expr,
  aggregates: number,
  names: readonly (string | null)[],
  outputs: { name: string; aggregate: number }[],
): boolean {
  const close = p.mate;
  if (queryStartsAt(p, p.position + 1)) {
    readNested(p, keys);
    return true;
  }
  p.next();
  let open = false;
  while (p.position < close && !p.atEnd()) {
    if (p.take("ANY")) {
      open = true;
      if (p.takeAll("ORDER", "BY")) readOrderList(p, newExpr(p.start));
    } else {
      const first = p.position;
      const value = newExpr(p.start);
      const saved = p.how;
      p.how = IDENTITY;
      const label = p.grammar.expression(p, value);
      p.how = saved;
      if (label === undefined) recover(p, value);
      const keepQuotes = p.dialect.features.pivotKeepsQuotes && p.tokens.kinds[first] === TokenKind.string;
      let name =
        p.position === first + 1
          ? keepQuotes
            ? p.raw(first)
            : p.value(first)
          : (label ?? p.slice(p.startOf(first), p.lastEnd));
      if (p.take("AS")) {
        name = readIdentifier(p) ?? name;
      } else if (p.isName() || p.kind === TokenKind.string) {
        name = readIdentifier(p) ?? name;
      }
      for (let aggregate = 0; aggregate < aggregates; aggregate++) {
        const suffix = names[aggregate] ?? null;
        outputs.push({ name: pivotName(p, name, suffix, aggregates), aggregate });
      }
    }
    if (!p.take(",")) break;
  }
  closeBracket(p, close, keys);
  return open;
}

/** What the column of a value and an aggregate is called. */
function pivotName(p: Parser, value: string, aggregate: string | null, aggregates: number): string {
  const { pivotNames } = p.dialect.features;
  if (aggregate === null) return value;
  if (pivotNames === "aggregate first") return `${aggregate}_${value}`;
  if (pivotNames === "always both" || aggregates > 1) return `${value}_${aggregate}`;
  return value;
}

function readUnpivotBody(p: Parser, input: Relation, start: number, close: number): UnpivotRelation {
  const valueNames: string[] = [];
  do {
    if (p.is("(")) valueNames.push(...readColumnList(p));
    else {
      const name = readIdentifier(p);
      if (name !== null) valueNames.push(name);
    }
  } while (p.take(","));
  const keys: string[] = [];
  if (p.take("FOR")) {
    if (p.is("(")) keys.push(...readColumnList(p));
    else {
      const name = readIdentifier(p);
      if (name !== null) keys.push(name);
    }
  } else p.unread("expected FOR in UNPIVOT");
  const from: Name[][] = valueNames.map(() => []);
  if (p.take("IN") && p.is("(")) {
    const end = p.mate;
    p.next();
    while (p.position < end && !p.atEnd()) {
      const at = p.position;
      if (p.is("(")) {
        const groupEnd = p.mate;
        p.next();
        for (let i = 0; p.position < groupEnd && !p.atEnd(); i++) {
          const name = readName(p);
          if (name !== null) (from[Math.min(i, from.length - 1)] ??= []).push(name);
          if (!p.take(",")) break;
        }
        closeBracket(p, groupEnd, null);
      } else {
        const name = readName(p);
        if (name !== null) from[0]?.push(name);
        else p.unread("expected a column in UNPIVOT");
      }
      if (p.take("AS")) {
        if (p.is("(")) p.skipBrackets();
        else p.next();
      } else if (p.kind === TokenKind.string || p.isName()) p.next();
      if (!p.take(",") && p.position === at) p.next();
    }
    closeBracket(p, end, null);
  } else p.unread("expected the columns of UNPIVOT", close);
  const values = valueNames.map((name, i) => ({ name, from: from[i] ?? [] }));
  return { kind: "unpivot", input, values, keys, alias: null, columnAliases: null, join: null, start, end: start };
}
