import { TokenKind } from "../lexer/tokens.ts";
import type { Parser } from "./parser.ts";

/**
 * The columns of the function in FROM whose tokens start at `index`: from the dialect's table, or from a COLUMNS clause among
 * the arguments (JSON_TABLE, XMLTABLE). Null when they are not known.
 */
export function functionColumns(p: Parser, index: number): readonly string[] | null {
  const { words, kinds, mates } = p.tokens;
  let at = index;
  while (words[at + 1] === ".") at += 2;
  if (words[at + 1] !== "(") return null;
  const name = p.value(at).toLowerCase();
  const close = mates[at + 1] ?? -1;
  if (name === "json_table" || name === "xmltable") {
    for (let i = at + 2; i < close; i++) {
      if (words[i] === "COLUMNS")
        return words[i + 1] === "(" ? columnsBetween(p, i + 2, mates[i + 1]!) : columnsBetween(p, i + 1, close);
      if (kinds[i] === TokenKind.operator && mates[i]! > i) i = mates[i]!;
    }
    return null;
  }
  return p.dialect.words.tableFunctions.get(name) ?? null;
}

/** Reads the names in `(name type path, NESTED PATH … COLUMNS (…))` here; does not move. */
export function readFunctionSchema(p: Parser): readonly string[] {
  return columnsBetween(p, p.position + 1, p.mate);
}

function columnsBetween(p: Parser, from: number, to: number): string[] {
  const { words, kinds, mates } = p.tokens;
  const columns: string[] = [];
  let first = true;
  for (let i = from; i < to; i++) {
    if (first) {
      first = false;
      if (words[i] === "NESTED") {
        let inner = i;
        while (inner < to && words[inner] !== "COLUMNS") inner++;
        if (words[inner + 1] === "(") {
          columns.push(...columnsBetween(p, inner + 2, mates[inner + 1]!));
          i = mates[inner + 1]!;
        }
        continue;
      }
      if (kinds[i] === TokenKind.word || kinds[i] === TokenKind.quoted) columns.push(p.value(i));
    }
    if (words[i] === ",") first = true;
    else if (mates[i]! > i) i = mates[i]!;
  }
  return columns;
}
