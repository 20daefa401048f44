import { JOIN } from "../how.ts";
import type { Join, Relation, Select } from "../ir.ts";
import { newExpr } from "./build.ts";
import { readLateralView } from "./lateral-view.ts";
import { readColumnList, readIdentifier, readName } from "./names.ts";
import type { Parser } from "./parser.ts";
import { recover } from "./recover.ts";
import { asValue, functionRelation } from "./relation-build.ts";
import { readPrimary } from "./relation-primary.ts";
import { readDeciding } from "./tail.ts";
import { CONDITION_END, JOIN_WORDS } from "./words.ts";

/** Reads the list behind FROM. */
export function readFromList(p: Parser, select: Select): void {
  do {
    if (p.atEnd() || p.is("WHERE") || p.is(")") || p.is(";")) return; // a trailing comma
    if (p.is("ONLY") && (p.isNameAt(1) || p.wordAt(1) === "(")) p.next();
    readJoined(p, select.from, select);
  } while (p.take(","));
}

/** Reads one relation. */
export function readRelation(p: Parser, out: Relation[], select: Select): void {
  readPrimary(p, out, select, null);
}

/** Reads a relation and everything joined to it. */
export function readJoined(p: Parser, out: Relation[], select: Select): void {
  readPrimary(p, out, select, null);
  readJoins(p, out, select);
}

/** Reads the joins behind the relations in `out`, with their conditions. */
export function readJoins(p: Parser, out: Relation[], select: Select): void {
  for (;;) {
    switch (p.word) {
      case "LATERAL":
        if (p.wordAt(1) !== "VIEW") break;
        readLateralView(p, out);
        continue;
      case "ARRAY":
      case "LEFT":
      case "INNER":
        if (readArrayJoin(p, out)) continue;
        break;
      case "ON":
        if (p.wordAt(1) === "CONFLICT" || p.wordAt(1) === "DUPLICATE") return;
        p.next();
        readDeciding(p, select.influence, JOIN, CONDITION_END);
        continue;
      case "USING":
        if (readUsing(p, out)) continue;
        return;
      case "MATCH_CONDITION":
        if (p.wordAt(1) !== "(") return;
        p.next();
        readDeciding(p, select.influence, JOIN);
        continue;
    }
    const join = readJoinWords(p);
    if (join === null) return;
    readPrimary(p, out, select, join);
  }
}

function readUsing(p: Parser, out: Relation[]): boolean {
  const last = out.at(-1);
  // Without a join before it, USING names other relations (DELETE, MERGE).
  if (last?.join == null || p.wordAt(1) === "SAMPLE") return false;
  if (p.wordAt(1) === "(") {
    p.next();
    const columns = readColumnList(p);
    last.join = { ...last.join, using: columns };
    if (p.take("AS")) readIdentifier(p);
    return true;
  }
  // USING a, b without parentheses (ClickHouse, JOIN)
  if (!p.dialect.features.queryTailSettings || !p.isNameAt(1)) return false;
  p.next();
  const columns: string[] = [];
  do {
    const name = readName(p);
    if (name !== null) columns.push(name.parts.at(-1)!);
  } while (p.take(","));
  last.join = { ...last.join, using: columns };
  return true;
}

/** Reads `LEFT OUTER JOIN`, `CROSS APPLY` and kin; null when no join follows. */
function readJoinWords(p: Parser): Join | null {
  const { words, mates } = p.tokens;
  let at = p.position;
  if (words[at] === "STRAIGHT_JOIN") {
    p.next();
    return { using: null, natural: false, hidden: false };
  }
  let natural = false;
  let hidden = false;
  for (let count = 0; count < 6 && JOIN_WORDS.has(words[at]!); count++) {
    const word = words[at];
    natural ||= word === "NATURAL";
    hidden ||= word === "SEMI" || word === "ANTI";
    at++;
    if (word === "PARTITION") {
      if (words[at] !== "BY" || words[at + 1] !== "(") return null;
      at = (mates[at + 1] ?? at) + 1;
    }
  }
  if (words[at] !== "JOIN" && words[at] !== "APPLY") return null;
  // T-SQL's APPLY sees what stands before it, and says so for the reader of the right side.
  p.moveTo(at + 1);
  if (p.is("[")) p.skipBrackets();
  if (p.is("{")) p.skipBrackets();
  return { using: null, natural, hidden: hidden && !p.dialect.features.semiJoinsShowBoth };
}

/** `[LEFT] ARRAY JOIN a, b AS c` (ClickHouse). */
function readArrayJoin(p: Parser, out: Relation[]): boolean {
  const skip = p.is("ARRAY") ? 1 : 2;
  if (!p.is("ARRAY") && p.wordAt(1) !== "ARRAY") return false;
  if (p.wordAt(skip) !== "JOIN") return false;
  p.skip(skip + 1);
  do {
    const start = p.start;
    const expr = newExpr(start);
    const label = p.grammar.expression(p, expr);
    if (label === undefined) {
      p.unread("expected an array");
      recover(p, expr, CONDITION_END);
      return true;
    }
    expr.end = p.lastEnd;
    let alias = label;
    if (p.take("AS")) alias = readIdentifier(p);
    else if (p.isName() && !p.isAny(p.dialect.words.notTableAlias)) alias = readIdentifier(p);
    out.push(
      functionRelation(null, asValue(expr), start, { alias, columns: alias === null ? null : [alias], builtin: true }),
    );
  } while (p.take(","));
  return true;
}
