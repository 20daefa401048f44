import { TokenKind } from "../lexer/tokens.ts";
import type { Parser } from "./parser.ts";
import { SET_OPERATORS } from "./words.ts";

/** Whether a query starts at the token `index`, parentheses before it or not. */
export function queryStartsAt(p: Parser, index: number): boolean {
  const { words, kinds } = p.tokens;
  let at = index;
  while (words[at] === "(") at++;
  switch (words[at]) {
    case "SELECT":
    case "SEL":
      return true;
    case "WITH":
      return kinds[at + 1] !== TokenKind.operator;
    case "VALUES":
      return words[at + 1] === "(" || words[at + 1] === "ROW" || kinds[at + 1] !== TokenKind.operator;
    case "FROM":
      return at > index || isNameKind(kinds[at + 1]!) || words[at + 1] === "(";
    case "TABLE":
      return at > index && isNameKind(kinds[at + 1]!);
    default:
      return false;
  }
}

/** Moves over `LOCKING ROW FOR ACCESS` before a statement (Teradata); false, without moving, when no statement follows. */
export function skipLocking(p: Parser): boolean {
  const { words, kinds } = p.tokens;
  let at = p.position;
  while (words[at] === "LOCKING" || words[at] === "LOCK") {
    let ahead = at + 1;
    while (ahead < at + 12 && words[ahead] !== "FOR" && words[ahead] !== "IN" && words[ahead] !== ";") ahead++;
    if (words[ahead] !== "FOR" && words[ahead] !== "IN") return false;
    ahead += 2;
    while (words[ahead] === "MODE" || words[ahead] === "NOWAIT" || words[ahead] === "OVERRIDE") ahead++;
    at = ahead;
  }
  if (at === p.position || kinds[at] !== TokenKind.word || !LOCKED.has(words[at]!)) return false;
  p.moveTo(at);
  return true;
}

const LOCKED: ReadonlySet<string> = new Set("SELECT SEL WITH INSERT UPDATE DELETE DEL MERGE CREATE REPLACE".split(" "));

const BEHIND_MINUS: ReadonlySet<string> = new Set(
  "SELECT SEL ( ALL DISTINCT VALUES WITH TABLE BY CORRESPONDING STRICT".split(" "),
);

/** Whether the MINUS here is a column's name: only Oracle and some others reserve the word. */
export function isNamedMinus(p: Parser): boolean {
  return p.is("MINUS") && !BEHIND_MINUS.has(p.wordAt(1));
}

/** Whether the parenthesis at `index` holds a query, rather than a join or a list of values. */
export function parenthesisedQueryAt(p: Parser, index: number): boolean {
  const { words, kinds, mates } = p.tokens;
  let at = index;
  while (words[at] === "(") {
    switch (words[at + 1]) {
      case "SELECT":
      case "SEL":
      case "VALUES":
        return true;
      case "WITH":
        return kinds[at + 2] !== TokenKind.operator;
      case "FROM":
        return isNameKind(kinds[at + 2]!) || words[at + 2] === "(";
      case "TABLE":
        return isNameKind(kinds[at + 2]!);
      case "PIVOT":
      case "UNPIVOT":
        // PIVOT t ON … (DuckDB)
        return isNameKind(kinds[at + 2]!) && (words[at + 3] === "ON" || words[at + 3] === "USING");
      case "(":
        break;
      default:
        return false;
    }
    // `((SELECT …) UNION …)` is a query, `((SELECT …) JOIN t …)` is not.
    const behind = words[(mates[at + 1] ?? -2) + 1] ?? "";
    if (
      behind !== ")" &&
      !SET_OPERATORS.has(behind) &&
      behind !== "ORDER" &&
      behind !== "LIMIT" &&
      behind !== "FETCH" &&
      behind !== "OFFSET" &&
      behind !== "|>"
    )
      return false;
    at++;
  }
  return false;
}

export function isNameKind(kind: number): boolean {
  return kind === TokenKind.word || kind === TokenKind.quoted || kind === TokenKind.template;
}
