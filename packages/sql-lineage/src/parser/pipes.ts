import type { Body, ExpressionItem, Item, Query, Relation, Select, SetBranch, SetOperation, StarItem } from "../ir.ts";
import { newExpr, newSelect, newStar, readExpr } from "./build.ts";
import { readCall } from "./calls.ts";
import { readLateralView } from "./lateral-view.ts";
import { readMatchRecognize } from "./match-recognize.ts";
import { readIdentifier, readName } from "./names.ts";
import { readOrderModifiers } from "./order.ts";
import type { Parser } from "./parser.ts";
import { readPivot } from "./pivot.ts";
import { recover } from "./recover.ts";
import { readItems } from "./select-items.ts";
import { readSelectClauses } from "./select.ts";
import { type SetOperator, readSetOperator } from "./set-operator.ts";
import { readTailClauses } from "./tail.ts";
import { JOIN_WORDS } from "./words.ts";

/**
 * Reads one `|> operator` behind `input`; gives the query with it applied
 * (https://cloud.google.com/bigquery/docs/reference/standard-sql/pipe-syntax, and the SQL pipeline syntax of Spark).
 */
export function readPipe(p: Parser, input: Query): Body {
  const start = p.start;
  p.next();
  const { body } = input;
  if (body.kind === "select" && isBare(body) && GOES_ON.has(p.word)) {
    // Nothing was made of the rows yet: names of the relations are still seen.
    body.items.length = 0;
    const result = readOperator(p, input, body, null);
    body.end = p.lastEnd;
    return result;
  }
  const select = newSelect(start);
  const relation: Relation = {
    kind: "query",
    query: input,
    lateral: false,
    alias: aliasOf(input.body),
    columnAliases: null,
    join: null,
    start,
    end: start,
  };
  select.from.push(relation);
  const result = readOperator(p, input, select, relation);
  select.end = p.lastEnd;
  return result;
}

/** Operators that read what the one before gave as if they stood in its place. */
const GOES_ON: ReadonlySet<string> = new Set([
  ..."SELECT EXTEND WINDOW AGGREGATE WHERE QUALIFY ORDER LIMIT OFFSET TABLESAMPLE CALL ASSERT SET DROP RENAME DISTINCT".split(
    " ",
  ),
  "JOIN",
  ...JOIN_WORDS,
]);

/** Whether a SELECT only passes on all columns. */
function isBare({ items }: Select): boolean {
  const [only] = items;
  return (
    items.length === 1 &&
    only?.kind === "star" &&
    only.qualifier === null &&
    only.except.length + only.replace.length + only.rename.length === 0
  );
}

function readOperator(p: Parser, input: Query, select: Select, relation: Relation | null): Body {
  const operator = readSetOperator(p, false);
  if (operator !== null) return readPipedSet(p, input, operator);
  const { word } = p;
  switch (word) {
    case "SELECT":
      p.next();
      p.take("DISTINCT");
      readItems(p, select.items);
      readSelectClauses(p, select, false);
      return select;
    case "EXTEND":
    case "WINDOW":
      p.next();
      select.items.push(newStar(null, p.start));
      readItems(p, select.items);
      readSelectClauses(p, select, false);
      return select;
    case "SET":
      p.next();
      select.items.push(readSetColumns(p));
      return select;
    case "DROP": {
      p.next();
      const all = newStar(null, p.start);
      do {
        const name = readName(p);
        if (name !== null) all.except.push(name.parts.at(-1)!);
        else p.unread("expected a column to drop");
      } while (p.take(","));
      select.items.push(all);
      return select;
    }
    case "RENAME": {
      p.next();
      const all = newStar(null, p.start);
      do {
        const from = readName(p);
        p.take("AS");
        const to = readIdentifier(p);
        if (from !== null && to !== null) all.rename.push({ from: from.parts.at(-1)!, to });
        else p.unread("expected a column to rename");
      } while (p.take(","));
      select.items.push(all);
      return select;
    }
    case "AS":
      p.next();
      if (relation !== null) relation.alias = readIdentifier(p);
      select.items.push(newStar(null, p.start));
      return select;
    case "AGGREGATE":
      p.next();
      readAggregate(p, select);
      return select;
    case "PIVOT":
    case "UNPIVOT":
      if (relation !== null) select.from[0] = readPivot(p, relation);
      if (p.is("AS") && select.from[0] !== undefined) {
        p.next();
        select.from[0].alias = readIdentifier(p);
      }
      select.items.push(newStar(null, p.start));
      return select;
    case "CALL": {
      p.next();
      const name = readName(p);
      const expr = newExpr(p.start);
      if (p.is("(")) readCall(p, expr, name?.parts.at(-1)?.toLowerCase() ?? "", p.start);
      select.from.push({
        kind: "function",
        name,
        expr,
        parts: null,
        columns: null,
        counters: [],
        builtin: false,
        alias: null,
        columnAliases: null,
        join: null,
        start: expr.start,
        end: p.lastEnd,
      });
      if (p.take("AS")) readIdentifier(p);
      select.items.push(newStar(null, p.start));
      return select;
    }
    case "TABLESAMPLE":
      p.next();
      readIdentifier(p);
      if (p.is("(")) p.skipBrackets();
      select.items.push(newStar(null, p.start));
      return select;
    case "LATERAL":
      // |> LATERAL VIEW explode(a) t AS b (Spark)
      if (p.wordAt(1) !== "VIEW") break;
      readLateralView(p, select.from);
      select.items.push(newStar(null, p.start));
      return select;
    case "MATCH_RECOGNIZE":
      if (relation !== null) select.from[0] = readMatchRecognize(p, relation);
      select.items.push(newStar(null, p.start));
      return select;
    case "DISTINCT":
      p.next();
      select.items.push(newStar(null, p.start));
      return select;
    case "WHERE":
    case "QUALIFY":
      select.items.push(newStar(null, p.start));
      readSelectClauses(p, select, false);
      return select;
    case "ORDER":
    case "LIMIT":
    case "OFFSET":
      select.items.push(newStar(null, p.start));
      readTailClauses(p, select, select.influence);
      return select;
    case "WITH":
      // |> WITH name AS (…): tables for the operators behind it.
      break;
    case "INSERT":
    case "CREATE":
    case "EXPORT":
    case "TEE":
    case "FORK":
    case "ASSERT":
    case "STATIC_DESCRIBE":
    case "DESCRIBE":
    case "IF":
    case "LOG":
      if (word === "ASSERT") {
        p.next();
        p.grammar.expression(p, select.influence);
        while (p.take(",")) p.grammar.expression(p, select.influence);
        select.items.push(newStar(null, p.start));
        return select;
      }
      break;
  }
  if (JOIN_WORDS.has(word) || word === "JOIN") {
    select.items.push(newStar(null, p.start));
    readPipedJoin(p, select);
    return select;
  }
  p.unread("this pipe operator is not read");
  select.items.push(newStar(null, p.start));
  recover(p, select.influence, new Set(["|>"]));
  return select;
}

/** The name that columns of `body` can still be called by behind a pipe. */
function aliasOf(body: Body): string | null {
  if (body.kind !== "select" || body.from.length !== 1) return null;
  const [only] = body.from;
  if (only === undefined) return null;
  return only.alias ?? (only.kind === "table" ? (only.name.parts.at(-1) ?? null) : null);
}

function readSetColumns(p: Parser): StarItem {
  const all = newStar(null, p.start);
  do {
    const name = readName(p);
    p.take("=");
    const expr = readExpr(p);
    if (name !== null && expr !== null) all.replace.push({ name: name.parts.at(-1)!, expr });
    else {
      p.unread("expected a column to set");
      recover(p, null);
    }
  } while (p.take(","));
  return all;
}

/** `AGGREGATE sum(x) AS s GROUP BY a, b`: the groups come first in the result. */
function readAggregate(p: Parser, select: Select): void {
  const aggregates: Item[] = [];
  if (!p.is("GROUP")) readItems(p, aggregates);
  const groups: ExpressionItem[] = [];
  if (p.take("GROUP")) {
    if (p.take("AND")) p.take("ORDER");
    p.take("BY");
    do {
      const expr = readExpr(p);
      if (expr === null) {
        p.unread("expected something to group by");
        break;
      }
      readOrderModifiers(p, expr);
      let alias: string | null = null;
      if (p.take("AS") || (p.isName() && !p.is("ASC") && !p.is("DESC"))) alias = readIdentifier(p);
      readOrderModifiers(p, expr);
      groups.push({ kind: "expression", expr, alias });
    } while (p.take(","));
  }
  select.items.push(...groups, ...aggregates);
}

function readPipedSet(p: Parser, input: Query, operator: SetOperator): SetOperation {
  const branches: SetBranch[] = [{ query: input, except: false, byName: null }];
  do {
    if (!p.is("(")) {
      p.unread("expected a query in parentheses");
      break;
    }
    const close = p.mate;
    p.enter();
    p.next();
    branches.push({ query: p.grammar.query(p), ...operator });
    p.moveTo(close + 1);
    p.leave();
  } while (p.take(","));
  return { kind: "set", branches };
}

/** A join behind a pipe: read with the rest of the joins, as if it stood behind the relation. */
function readPipedJoin(p: Parser, select: Select): void {
  p.grammar.joins(p, select.from, select);
}
