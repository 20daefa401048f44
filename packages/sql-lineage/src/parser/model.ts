import { IDENTITY, TRANSFORMATION } from "../how.ts";
import type { ColumnRef, Expr, Select } from "../ir.ts";
import { newExpr, newSelect, plainName, queryOf, readExpr } from "./build.ts";
import { readIdentifier, readName } from "./names.ts";
import type { Parser } from "./parser.ts";
import { closeBracket, recover } from "./recover.ts";
import { queryRelation } from "./relation-build.ts";

/** A column of the model: what it starts as. */
interface ModelColumn {
  readonly name: string;
  readonly expr: Expr;
}

/**
 * Reads `MODEL PARTITION BY (…) DIMENSION BY (…) MEASURES (…) RULES (…)` (Oracle, SELECT: model_clause): the select reads from a
 * table of these columns, where a measure draws on what its rules do. Which cells a rule is about says nothing of its value.
 */
export function readModel(p: Parser, select: Select): void {
  const start = p.start;
  const columns: ModelColumn[] = [];
  const measures = new Map<string, ColumnRef[]>();
  p.next();
  while (!p.atEnd() && !p.is(";") && !p.is(")")) {
    if (p.takeAll("PARTITION", "BY") || p.takeAll("DIMENSION", "BY")) readColumns(p, columns);
    else if (p.take("MEASURES")) for (const name of readColumns(p, columns)) measures.set(name.toLowerCase(), []);
    else if (p.is("REFERENCE")) {
      p.unread("a reference model is not read");
      recover(p, select.influence, RULES);
      break;
    } else if (p.is("(") && measures.size > 0) {
      readRules(p, measures);
      break;
    } else if (p.is("(")) p.skipBrackets();
    else p.next();
  }
  const inner: Select = { ...newSelect(start), from: [...select.from], influence: { ...select.influence } };
  inner.items.push(...columns.map(({ name, expr }) => ({ kind: "expression", expr, alias: name }) as const));
  inner.end = p.lastEnd;
  const middle = newSelect(start);
  middle.from.push(queryRelation(queryOf(inner), false, start));
  for (const { name } of columns) {
    const expr = newExpr(start);
    expr.end = p.lastEnd;
    expr.refs.push({ name: plainName(name, start, p.lastEnd), how: IDENTITY });
    expr.refs.push(...(measures.get(name.toLowerCase()) ?? []));
    middle.items.push({ kind: "expression", expr, alias: name });
  }
  middle.end = p.lastEnd;
  select.from.splice(0, select.from.length, queryRelation(queryOf(middle), false, start));
  Object.assign(select.influence, newExpr(start));
}

const RULES: ReadonlySet<string> = new Set(["ORDER"]);

/** Reads `(a, b + c AS d)`; gives the names. */
function readColumns(p: Parser, columns: ModelColumn[]): string[] {
  const names: string[] = [];
  if (!p.is("(")) return names;
  const close = p.mate;
  p.next();
  while (p.position < close && !p.atEnd()) {
    const expr = readExpr(p);
    if (expr === null) {
      p.unread("expected a column of the model");
      recover(p, null);
    } else {
      p.take("AS");
      const name = (p.isName() ? readIdentifier(p) : null) ?? expr.label ?? p.slice(expr.start, expr.end);
      columns.push({ name, expr });
      names.push(name);
    }
    if (!p.take(",")) break;
  }
  closeBracket(p, close, null);
  return names;
}

/** Reads `(measure[cell] = expression, …)`: what each measure draws on besides itself. */
function readRules(p: Parser, measures: ReadonlyMap<string, ColumnRef[]>): void {
  const close = p.mate;
  p.enter();
  p.next();
  while (p.position < close && !p.atEnd()) {
    while (p.is("UPDATE") || p.is("UPSERT") || p.is("ALL")) p.next();
    const target = readName(p);
    if (p.is("[")) p.skipBrackets();
    while (p.position < close && !p.is("=") && !p.is(",")) p.next();
    p.take("=");
    const value = newExpr(p.start);
    if (p.grammar.expression(p, value) === undefined) {
      p.unread("expected the value of a cell");
      recover(p, value);
    }
    const draws = target === null ? undefined : measures.get(target.parts.at(-1)!.toLowerCase());
    // Dimensions only say which cells.
    for (const { name } of value.refs)
      if (name.parts.length === 1 && measures.has(name.parts[0]!.toLowerCase()))
        draws?.push({ name, how: TRANSFORMATION });
    if (!p.take(",")) break;
  }
  closeBracket(p, close, null);
  p.leave();
}
