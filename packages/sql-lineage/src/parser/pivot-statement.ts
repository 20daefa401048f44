import { AGGREGATION, GROUP_BY } from "../how.ts";
import type { Expr, Name, Relation, Select } from "../ir.ts";
import { newExpr, newSelect, newStar, readExpr } from "./build.ts";
import { readIdentifier, readName } from "./names.ts";
import { readOrderList } from "./order.ts";
import type { Parser } from "./parser.ts";
import { recover } from "./recover.ts";

const CLAUSES: ReadonlySet<string> = new Set(["ON", "USING", "GROUP", "INTO", "ORDER", "LIMIT", "IN"]);

/**
 * Reads `PIVOT t ON a USING sum(b) GROUP BY c` and `UNPIVOT t ON a, b INTO NAME k VALUE v` as queries
 * (https://duckdb.org/docs/stable/sql/statements/pivot, …/unpivot).
 */
export function readPivotStatement(p: Parser): Select {
  const start = p.start;
  const unpivot = p.is("UNPIVOT") || p.is("PIVOT_LONGER");
  const select = newSelect(start);
  p.next();
  const inputs: Relation[] = [];
  p.grammar.relation(p, inputs, select);
  const [input] = inputs;
  if (input === undefined) return select;
  select.from.push(unpivot ? readUnpivot(p, input, start) : readPivot(p, input, start));
  select.items.push(newStar(null, start, p.lastEnd));
  return select;
}

function readPivot(p: Parser, input: Relation, start: number): Relation {
  const keys = newExpr(p.start);
  const aggregates: Expr[] = [];
  let groupBy: Expr | null = null;
  const saved = p.how;
  if (p.take("ON")) {
    p.how = GROUP_BY;
    do {
      if (p.isAny(CLAUSES)) break; // a trailing comma
      if (p.grammar.expression(p, keys) === undefined) recover(p, keys, CLAUSES);
      if (p.take("IN") && p.is("(")) p.skipBrackets();
    } while (p.take(","));
  }
  if (p.take("USING")) {
    p.how = AGGREGATION;
    do {
      if (p.isAny(CLAUSES)) break;
      const expr = readExpr(p);
      if (expr === null) break;
      aggregates.push(expr);
      if (p.take("AS")) readIdentifier(p);
    } while (p.take(","));
  }
  if (p.takeAll("GROUP", "BY")) {
    p.how = GROUP_BY;
    groupBy = newExpr(p.start);
    readOrderList(p, groupBy);
  }
  p.how = saved;
  keys.end = p.lastEnd;
  // Which columns come out depends on the values there are; without USING they are counts.
  return {
    kind: "pivot",
    input,
    aggregates,
    keys,
    outputs: [],
    open: true,
    groupBy,
    alias: null,
    columnAliases: null,
    join: null,
    start,
    end: p.lastEnd,
  };
}

function readUnpivot(p: Parser, input: Relation, start: number): Relation {
  const columns: Name[] = [];
  const open = newExpr(p.start);
  if (p.take("ON")) {
    do {
      if (p.isAny(CLAUSES)) break;
      if (p.is("(")) {
        const close = p.mate;
        p.next();
        do {
          const name = readName(p);
          if (name !== null) columns.push(name);
        } while (p.take(","));
        if (p.position === close) p.next();
        else p.moveTo(close + 1);
        // `(a * 2)::VARCHAR`
        while (p.take("::")) readName(p);
      } else if (p.is("COLUMNS") && p.wordAt(1) === "(") {
        p.next();
        p.skipBrackets();
      } else {
        const refs = open.refs.length;
        if (p.grammar.expression(p, open) === undefined) recover(p, open, CLAUSES);
        columns.push(...open.refs.slice(refs).map(({ name }) => name));
      }
      if (p.take("AS")) readIdentifier(p);
    } while (p.take(","));
  }
  let key = "name";
  const values: string[] = [];
  if (p.take("INTO")) {
    if (p.take("NAME")) key = readIdentifier(p) ?? key;
    if (p.take("VALUE")) {
      do {
        const name = p.isName() ? readIdentifier(p) : null;
        if (name !== null) values.push(name);
      } while (p.take(","));
    }
  }
  if (values.length === 0) values.push("value");
  return {
    kind: "unpivot",
    input,
    values: values.map((name) => ({ name, from: columns })),
    keys: [key],
    alias: null,
    columnAliases: null,
    join: null,
    start,
    end: p.lastEnd,
  };
}
