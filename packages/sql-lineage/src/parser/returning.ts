import type { Item, Returning } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { readColumnList, readName } from "./names.ts";
import type { Parser } from "./parser.ts";
import { readItem, readItems } from "./select-items.ts";
import { readTarget } from "./target.ts";

/** Reads RETURNING (or RETURN) with its list; null when there is none. */
export function readReturning(p: Parser): Returning | null {
  if (!p.is("RETURNING") && (!p.is("RETURN") || p.atStatementStart())) return null;
  p.next();
  if (p.is("WITH") && p.wordAt(1) === "(") {
    // Names for the old and new rows (PostgreSQL 18).
    p.next();
    p.skipBrackets();
  }
  const items: Item[] = [];
  readItems(p, items);
  if (p.take("BULK")) p.take("COLLECT");
  if (p.take("INTO")) {
    if (p.isNameAt(1)) p.take("STRICT");
    const variables: string[] = [];
    do {
      p.take(":");
      const name = readName(p);
      if (name !== null) variables.push(name.parts.join("."));
      if (p.is("(")) p.skipBrackets();
    } while (p.take(","));
    return { items, into: null, columns: null, variables };
  }
  return { items, into: null, columns: null };
}

/** Reads `OUTPUT inserted.a, deleted.b [INTO t (a, b)]` (T-SQL), as often as it stands here. The last one INTO counts. */
export function readOutput(p: Parser): Returning | null {
  let result: Returning | null = null;
  while (p.is("OUTPUT")) {
    p.next();
    const items: Item[] = [];
    do items.push(readItem(p));
    while (p.take(","));
    if (p.take("INTO")) {
      const into = readTarget(p);
      const columns = p.is("(") && p.kindAt(1) !== TokenKind.operator ? readColumnList(p) : null;
      result = { items, into, columns };
    } else result ??= { items, into: null, columns: null };
  }
  return result;
}
