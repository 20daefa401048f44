import { IDENTITY, TRANSFORMATION } from "../how.ts";
import type { CreateStatement, TargetTable, Expr, InsertStatement, Name, Query, Select, StarItem } from "../ir.ts";
import type { Parser } from "./parser.ts";

/** An expression nothing was read into yet. */
export function newExpr(start: number): Expr {
  return { refs: [], queries: [], rows: 0, label: null, inner: null, start, end: start, recovered: false };
}

/** A SELECT nothing was read into yet. */
export function newSelect(start: number): Select {
  return {
    kind: "select",
    items: [],
    from: [],
    influence: newExpr(start),
    ordinals: null,
    into: null,
    file: null,
    variables: null,
    windows: null,
    start,
    end: start,
  };
}

/** The query `SELECT` … that is only this select. */
export function queryOf(body: Query["body"]): Query {
  return { ctes: [], body, tail: null, statements: [] };
}

/** `*` or `qualifier.*`, with nothing left out or changed yet. */
export function newStar(qualifier: Name | null, start: number, end: number = start): StarItem {
  return {
    kind: "star",
    qualifier,
    except: [],
    replace: [],
    rename: [],
    pattern: false,
    how: IDENTITY,
    start,
    end,
  };
}

/** Reads an expression of its own. */
export function readExpr(p: Parser): Expr | null {
  const expr = newExpr(p.start);
  const label = p.grammar.expression(p, expr);
  if (label === undefined) return null;
  expr.label = label;
  expr.end = p.lastEnd;
  return expr;
}

/** What was only passed on from `first` on is part of something bigger. */
export function markTransformed(expr: Expr, firstRef: number, firstQuery: number): void {
  const { refs, queries } = expr;
  for (let i = firstRef; i < refs.length; i++) {
    const ref = refs[i]!;
    if ((ref.how & 15) === IDENTITY) ref.how += TRANSFORMATION - IDENTITY;
  }
  for (let i = firstQuery; i < queries.length; i++) {
    const nested = queries[i]!;
    if ((nested.how & 15) === IDENTITY) nested.how += TRANSFORMATION - IDENTITY;
  }
}

/** A name of one part that nobody spelled. */
export function plainName(text: string, start: number, end: number): Name {
  return { parts: [text], quoted: 0, start, end };
}

/** A CREATE of which only what is given is known. */
export function newCreate(
  what: CreateStatement["what"],
  target: TargetTable,
  at: { readonly start: number; readonly end: number },
  known: Partial<CreateStatement>,
): CreateStatement {
  return {
    kind: "create",
    what,
    target,
    to: null,
    temporary: false,
    columns: null,
    query: null,
    model: null,
    reads: [],
    start: at.start,
    end: at.end,
    ...known,
  };
}

/** An INSERT of which only what is given is known. */
export function newInsert(
  mode: InsertStatement["mode"],
  target: TargetTable,
  at: { readonly start: number; readonly end: number },
  known: Partial<InsertStatement>,
): InsertStatement {
  return {
    kind: "insert",
    target,
    alias: null,
    mode,
    columns: null,
    except: [],
    byName: false,
    query: null,
    conflict: null,
    returning: null,
    partitions: [],
    start: at.start,
    end: at.end,
    ...known,
  };
}
