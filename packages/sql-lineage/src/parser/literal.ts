import { TokenKind } from "../lexer/tokens.ts";
import type { Parser } from "./parser.ts";

/** A text that stands in the SQL, put together from one or more strings, and where it starts. */
export interface Literal {
  readonly text: string;
  /**
   * Where it starts in the whole text. Exact for a single string without escapes; otherwise places inside it are only known to
   * be in the string.
   */
  readonly start: number;
}

/** Reads `'…'`, or `'…' || '…'`; null (without moving) when no string starts here. */
export function readLiteral(p: Parser): Literal | null {
  if (p.wordAt(1) === "(" && p.kindAt(2) === TokenKind.string && /^concat$/i.test(p.value(p.position)))
    return readConcat(p);
  if (p.kind !== TokenKind.string) return null;
  let { start } = p;
  let text = "";
  for (let count = 0; p.kind === TokenKind.string; count++) {
    const raw = p.raw(p.position);
    const value = p.value(p.position);
    if (count === 0) start += Math.max(0, raw.indexOf(value));
    text += value;
    p.next();
    if ((p.is("||") || p.is("+")) && p.kindAt(1) === TokenKind.string) p.next();
  }
  return { text, start };
}

/** `CONCAT('…', '…')` of strings and nothing else. */
function readConcat(p: Parser): Literal | null {
  const { kinds, words } = p.tokens;
  const close = p.tokens.mates[p.position + 1] ?? -1;
  let text = "";
  for (let at = p.position + 2; at < close; at++) {
    if (kinds[at] === TokenKind.string) text += p.value(at);
    else if (words[at] !== ",") return null;
  }
  const start = p.startOf(p.position + 2);
  p.moveTo(close + 1);
  return { text, start };
}

/**
 * Remembers what a variable is given at the expression that starts here, for EXECUTE: a text if it is that and nothing more. A
 * variable that is given something twice may hold either, and counts as unknown.
 */
export function rememberText(p: Parser, variable: string): void {
  const at = p.position;
  const literal = readLiteral(p);
  const whole =
    literal !== null && (p.is(";") || p.is(",") || p.atEnd() || p.kind === TokenKind.separator || p.atStatementStart());
  p.position = at;
  const key = variable.toLowerCase();
  p.texts.set(key, whole && !p.texts.has(key) ? literal : null);
}
