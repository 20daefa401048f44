/**
 * What queries with other values have in common. The engine's own fingerprint needs its tokens, which cost as much as half the
 * reading; a log has each shape thousands of times, so this is told from the characters alone.
 */
import type { LexicalRules } from "@headwater/sql-lineage";

/** A hash of a statement without literals, comments and layout, as a short string. */
export type Shape = string;

const [TAB, NEWLINE, CARRIAGE_RETURN, SPACE] = [9, 10, 13, 32];
const [QUOTE, DOUBLE_QUOTE, BACKTICK, BACKSLASH, HASH, DOLLAR] = [39, 34, 96, 92, 35, 36];
const [MINUS, SLASH, STAR, DOT, UNDERSCORE, COMMA, OPEN, CLOSE] = [45, 47, 42, 46, 95, 44, 40, 41];
/** Stands for a literal. */
const LITERAL = 63;

/** How far the collapsing of lists of literals has come: what is held back until it is known to be more of the same. */
const HELD = { none: 0, comma: 1, rowComma: 2, rowOpen: 3, rowLiteral: 4, rowInnerComma: 5 } as const;

/** Makes the function that tells shapes of one dialect. `context` tells apart what the same text means in different places. */
export function shaper(rules: LexicalRules): (text: string, context: number) => Shape {
  const { backslashEscapes, doubleQuoteIsString, hashComments } = rules;
  // The state of the hash lives outside the function, so that emitting needs no object.
  let [a, b, c, d] = [0, 0, 0, 0];
  const add = (code: number): void => {
    a = Math.imul(b ^ Math.imul(a ^ code, 597_399_067), 2_246_822_519);
    b = c ^ Math.imul(b ^ code, 2_869_860_233);
    c = d ^ Math.imul(c ^ code, 951_274_213);
    d = a ^ Math.imul(d ^ code, 2_716_044_179);
  };
  let held = 0;
  /** What was emitted last, and the two before. */
  let [last, before, first] = [0, 0, 0];
  const push = (code: number): void => {
    add(code);
    first = before;
    before = last;
    last = code;
  };
  const flush = (): void => {
    const was = held;
    held = HELD.none;
    if (was === HELD.comma || was === HELD.rowComma) push(COMMA);
    else if (was >= HELD.rowOpen) {
      push(COMMA);
      push(OPEN);
      if (was >= HELD.rowLiteral) push(LITERAL);
      if (was === HELD.rowInnerComma) push(COMMA);
    }
  };
  /** Emits a character, holding back what may only make a list of literals longer. */
  const emit = (code: number): void => {
    switch (held) {
      case HELD.comma:
        if (code === LITERAL) {
          held = HELD.none;
          return;
        }
        break;
      case HELD.rowComma:
        if (code === OPEN) {
          held = HELD.rowOpen;
          return;
        }
        break;
      case HELD.rowOpen:
        if (code === LITERAL) {
          held = HELD.rowLiteral;
          return;
        }
        break;
      case HELD.rowLiteral:
        if (code === CLOSE) {
          held = HELD.none;
          return;
        }
        if (code === COMMA) {
          held = HELD.rowInnerComma;
          return;
        }
        break;
      case HELD.rowInnerComma:
        if (code === LITERAL) {
          held = HELD.rowLiteral;
          return;
        }
        break;
      default:
    }
    if (held !== HELD.none) flush();
    if (code === COMMA) {
      if (last === LITERAL) {
        held = HELD.comma;
        return;
      }
      if (last === CLOSE && before === LITERAL && first === OPEN) {
        held = HELD.rowComma;
        return;
      }
    }
    push(code);
  };

  return (text, context) => {
    [a, b, c, d] = [0x6a09e667 ^ context, 0xbb67ae85 | 0, 0x3c6ef372, 0xa54ff53a | 0];
    [held, last, before, first] = [0, 0, 0, 0];
    const { length } = text;
    let spaced = false;
    for (let at = 0; at < length;) {
      const code = text.charCodeAt(at);
      if (code === SPACE || code === NEWLINE || code === TAB || code === CARRIAGE_RETURN) {
        spaced = true;
        at += 1;
        continue;
      }
      if (isWord(code)) {
        const word = isWord(last);
        if (isDigit(code) && (!word || spaced)) {
          at = endOfNumber(text, at);
          emit(LITERAL);
          spaced = false;
          continue;
        }
        if (spaced && word) emit(SPACE);
        spaced = false;
        while (at < length) {
          const next = text.charCodeAt(at);
          if (!isWord(next)) break;
          emit(next >= 65 && next <= 90 ? next + 32 : next);
          at += 1;
        }
        continue;
      }
      if (code === QUOTE || (code === DOUBLE_QUOTE && doubleQuoteIsString)) {
        at = endOfQuoted(text, at, code, backslashEscapes);
        emit(LITERAL);
      } else if (code === DOUBLE_QUOTE || code === BACKTICK) {
        const end = endOfQuoted(text, at, code, false);
        for (; at < end; at += 1) emit(text.charCodeAt(at));
      } else if (code === MINUS && text.charCodeAt(at + 1) === MINUS) {
        at = endOfLine(text, at);
        spaced = true;
        continue;
      } else if (code === HASH && hashComments) {
        at = endOfLine(text, at);
        spaced = true;
        continue;
      } else if (code === SLASH && text.charCodeAt(at + 1) === STAR) {
        const end = text.indexOf("*/", at + 2);
        at = end < 0 ? length : end + 2;
        spaced = true;
        continue;
      } else if (code === DOLLAR && isDigit(text.charCodeAt(at + 1))) {
        at = endOfNumber(text, at + 1);
        emit(LITERAL);
      } else {
        emit(code);
        at += 1;
      }
      spaced = false;
    }
    flush();
    return String.fromCharCode(a & 0xffff, a >>> 16, b & 0xffff, b >>> 16, c & 0xffff, c >>> 16, d & 0xffff, d >>> 16);
  };
}

/** A shape as it is kept: 32 hex characters. */
export function shapeHex(shape: Shape): string {
  let hex = "";
  for (let at = 0; at < shape.length; at += 1) hex += shape.charCodeAt(at).toString(16).padStart(4, "0");
  return hex;
}

/** The text with what stands in its string literals hidden, character for character, so that places in it stay where they are. */
export function hideStrings(text: string, rules: LexicalRules): string {
  const { backslashEscapes, doubleQuoteIsString, hashComments } = rules;
  let out = "";
  let kept = 0;
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at);
    if (code === QUOTE || (code === DOUBLE_QUOTE && doubleQuoteIsString)) {
      const end = endOfQuoted(text, at, code, backslashEscapes);
      const closed = end > at + 1 && text.charCodeAt(end - 1) === code ? 1 : 0;
      out += text.slice(kept, at + 1) + "*".repeat(Math.max(0, end - at - 1 - closed));
      kept = end - closed;
      at = end;
    } else if (code === DOUBLE_QUOTE || code === BACKTICK) at = endOfQuoted(text, at, code, false);
    else if ((code === MINUS && text.charCodeAt(at + 1) === MINUS) || (code === HASH && hashComments))
      at = endOfLine(text, at);
    else if (code === SLASH && text.charCodeAt(at + 1) === STAR) {
      const end = text.indexOf("*/", at + 2);
      at = end < 0 ? text.length : end + 2;
    } else at += 1;
  }
  return out + text.slice(kept);
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isWord(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === UNDERSCORE ||
    code > 127
  );
}

function endOfNumber(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (!isWord(code) && code !== DOT) return at;
  }
  return at;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end + 1;
}

function endOfQuoted(text: string, from: number, quote: number, escapes: boolean): number {
  for (let at = from + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH && escapes) at += 1;
    else if (code === quote) {
      if (text.charCodeAt(at + 1) !== quote) return at + 1;
      at += 1;
    }
  }
  return text.length;
}
