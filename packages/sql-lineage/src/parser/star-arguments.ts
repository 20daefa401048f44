import { TokenKind } from "../lexer/tokens.ts";
import { parenthesisedQueryAt } from "./lookahead.ts";
import type { Parser } from "./parser.ts";

/** `* EXCEPT (a)` inside a call. */
export function skipStarModifiers(p: Parser): void {
  while (
    (p.is("EXCEPT") || p.is("EXCLUDE") || p.is("REPLACE") || p.is("RENAME")) &&
    p.wordAt(1) === "(" &&
    !parenthesisedQueryAt(p, p.position + 1)
  ) {
    p.next();
    p.skipBrackets();
  }
  if ((p.is("ILIKE") || p.is("LIKE")) && p.kindAt(1) === TokenKind.string) p.skip(2);
}
