/**
 * What queries with other values have in common. The engine's own fingerprint needs its tokens, which cost as much as half the
 * reading; a log has each shape thousands of times, so this is told from the characters alone.
 */
import { endianness } from "node:os";
import type { LexicalRules } from "@headwater/sql-lineage";

/** A hash of a statement without literals, comments and layout, as a short string. */
export type Shape = string;

const [TAB, NEWLINE, CARRIAGE_RETURN, SPACE] = [9, 10, 13, 32];
const [QUOTE, DOUBLE_QUOTE, BACKTICK, BACKSLASH, HASH, DOLLAR] = [39, 34, 96, 92, 35, 36];
const [MINUS, SLASH, STAR, DOT, UNDERSCORE, COMMA, OPEN, CLOSE] = [45, 47, 42, 46, 95, 44, 40, 41];
/** Stands for a literal. */
const LITERAL = 63;

/** What a character below 128 begins. */
const KIND = { other: 0, blank: 1, word: 2, digit: 3 } as const;
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  if (code === SPACE || code === NEWLINE || code === TAB || code === CARRIAGE_RETURN) return KIND.blank;
  if (isDigit(code)) return KIND.digit;
  return isWord(code) ? KIND.word : KIND.other;
});
const FIRST_ROOM = 4_096;
/** Texts longer than this get room of their own, which is given back. */
const LONG = 1_000_000;
const BIG_ENDIAN = endianness() === "BE";

/** Makes the function that tells shapes of one dialect. `context` tells apart what the same text means in different places. */
export function shaper(rules: LexicalRules): (text: string, context: number) => Shape {
  const { backslashEscapes, doubleQuoteIsString, hashComments } = rules;
  /** The text without what does not matter, and how much of it there is. */
  let kept = new Uint16Array(FIRST_ROOM * 2);
  let size = 0;
  /** The text's characters: many times faster to go through than the text. */
  let copy = Buffer.alloc(FIRST_ROOM * 2);
  let codes = new Uint16Array(copy.buffer, copy.byteOffset, FIRST_ROOM);

  /** Adds a character; lists of literals, and of rows of literals, do not grow by one more. */
  const emit = (code: number): void => {
    if (code === LITERAL) {
      if (kept[size - 1] === COMMA && kept[size - 2] === LITERAL) {
        size -= 1;
        return;
      }
    } else if (code === CLOSE && kept[size - 1] === LITERAL && kept[size - 2] === OPEN && endsWithRow(kept, size - 3)) {
      size -= 3;
      return;
    }
    kept[size] = code;
    size += 1;
  };

  const makeRoom = (length: number): void => {
    copy = Buffer.alloc(length * 2);
    codes = new Uint16Array(copy.buffer, copy.byteOffset, length);
    // A space may stand between any two words.
    kept = new Uint16Array(length * 2);
  };

  const keep = (text: string): void => {
    const { length } = text;
    if (codes.length < length) makeRoom(length);
    copy.write(text, "utf16le");
    if (BIG_ENDIAN) copy.swap16();
    const from = codes;
    size = 0;
    let spaced = false;
    for (let at = 0; at < length;) {
      const code = from[at] as number;
      const kind = code < 128 ? KINDS[code] : KIND.word;
      if (kind === KIND.blank) {
        spaced = true;
        at += 1;
        continue;
      }
      if (kind !== KIND.other) {
        const afterWord = size > 0 && isWord(kept[size - 1] as number);
        if (kind === KIND.digit && (!afterWord || spaced)) {
          at = endOfNumber(text, at);
          emit(LITERAL);
          spaced = false;
          continue;
        }
        if (spaced && afterWord) kept[size++] = SPACE;
        spaced = false;
        // Here, where most characters are, nothing outside this loop is touched.
        const into = kept;
        let end = size;
        let next = code;
        do {
          into[end] = next >= 65 && next <= 90 ? next + 32 : next;
          end += 1;
          at += 1;
          if (at >= length) break;
          next = from[at] as number;
        } while (next > 127 || (KINDS[next] as number) >= KIND.word);
        size = end;
        continue;
      }
      if (code === QUOTE || (code === DOUBLE_QUOTE && doubleQuoteIsString)) {
        at = endOfQuoted(text, at, code, backslashEscapes);
        emit(LITERAL);
      } else if (code === DOUBLE_QUOTE || code === BACKTICK) {
        const end = endOfQuoted(text, at, code, false);
        for (; at < end; at += 1) emit(from[at] as number);
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
  };

  return (text, context) => {
    keep(text);
    const shape = hash(kept, size, context);
    // One long text does not make all others pay.
    if (codes.length > LONG) makeRoom(FIRST_ROOM);
    return shape;
  };
}

/** Whether what is kept so far ends with a row of literals and a comma: `(?),`. */
function endsWithRow(kept: Uint16Array, size: number): boolean {
  return kept[size] === COMMA && kept[size - 1] === CLOSE && kept[size - 2] === LITERAL && kept[size - 3] === OPEN;
}

function hash(codes: Uint16Array, size: number, context: number): Shape {
  let [a, b, c, d] = [0x6a09e667 ^ context, 0xbb67ae85 | 0, 0x3c6ef372, 0xa54ff53a | 0];
  for (let at = 0; at < size; at += 1) {
    const code = codes[at] as number;
    a = Math.imul(b ^ Math.imul(a ^ code, 597_399_067), 2_246_822_519);
    b = c ^ Math.imul(b ^ code, 2_869_860_233);
    c = d ^ Math.imul(c ^ code, 951_274_213);
    d = a ^ Math.imul(d ^ code, 2_716_044_179);
  }
  return String.fromCharCode(a & 0xffff, a >>> 16, b & 0xffff, b >>> 16, c & 0xffff, c >>> 16, d & 0xffff, d >>> 16);
}

/** A shape as it is kept: 32 hex characters. */
export function shapeHex(shape: Shape): string {
  let hex = "";
  for (let at = 0; at < shape.length; at += 1) hex += shape.charCodeAt(at).toString(16).padStart(4, "0");
  return hex;
}

/**
 * The text with what stands in its string literals hidden, character for character, so that places in it stay where they are. What
 * stands between the dollars of a routine or a block is its code: only the strings in it are hidden.
 */
export function hideStrings(text: string, rules: LexicalRules): string {
  return hideWithin(text, rules, 0);
}

/** Code within code that is taken for code; deeper, it is hidden as a string is. */
const DEEPEST_CODE = 8;

function hideWithin(text: string, rules: LexicalRules, depth: number): string {
  const { backslashEscapes, doubleQuoteIsString, hashComments, dollarQuotes } = rules;
  let out = "";
  let kept = 0;
  const hide = (from: number, to: number): void => {
    out += text.slice(kept, from) + "*".repeat(Math.max(0, to - from));
    kept = to;
  };
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at);
    if (code === QUOTE || (code === DOUBLE_QUOTE && doubleQuoteIsString)) {
      const { from, to, end } = stringAt(text, at, code, rules);
      hide(from, to);
      at = end;
    } else if (code === DOLLAR && dollarQuotes && !isWord(text.charCodeAt(at - 1))) {
      DOLLARS.lastIndex = at;
      const [tag] = DOLLARS.exec(text) ?? [""];
      if (tag === "") {
        at += 1;
        continue;
      }
      const from = at + tag.length;
      const close = text.indexOf(tag, from);
      const to = close < 0 ? text.length : close;
      if (depth < DEEPEST_CODE && BEFORE_CODE.test(text.slice(Math.max(0, at - LONGEST_BEFORE_CODE), at))) {
        out += text.slice(kept, from) + hideWithin(text.slice(from, to), rules, depth + 1);
        kept = to;
      } else hide(from, to);
      at = close < 0 ? to : to + tag.length;
    } else if (code === DOUBLE_QUOTE || code === BACKTICK) at = endOfQuoted(text, at, code, false);
    else if (code === OPEN_BRACKET && rules.bracketNames === true) {
      const end = text.indexOf("]", at);
      at = end < 0 ? text.length : end + 1;
    } else if ((code === MINUS && text.charCodeAt(at + 1) === MINUS) || (code === HASH && hashComments))
      at = endOfLine(text, at);
    else if (code === SLASH && text.charCodeAt(at + 1) === STAR) {
      const end = text.indexOf("*/", at + 2);
      at = end < 0 ? text.length : end + 2;
    } else at += 1;
  }
  return out + text.slice(kept);

  /** Where the content of a string is, and where what is behind it. */
  function stringAt(of: string, at: number, quote: number, { tripleQuotes, qQuotes }: LexicalRules): Piece {
    const prefix = PREFIX.exec(of.slice(Math.max(0, at - 3), at))?.[1]?.toLowerCase();
    const mark = of.charAt(at).repeat(3);
    if (tripleQuotes && of.startsWith(mark, at)) return upTo(of, at + 3, mark);
    if (qQuotes && (prefix === "q" || prefix === "nq") && quote === QUOTE)
      return upTo(of, at + 2, `${CLOSERS.get(of.charAt(at + 1)) ?? of.charAt(at + 1)}'`);
    const end = endOfQuoted(of, at, quote, backslashEscapes || (dollarQuotes && prefix === "e"));
    const closed = end > at + 1 && of.charCodeAt(end - 1) === quote ? 1 : 0;
    return { from: at + 1, to: Math.max(at + 1, end - closed), end };
  }
}

interface Piece {
  from: number;
  to: number;
  end: number;
}

function upTo(text: string, from: number, mark: string): Piece {
  const close = text.indexOf(mark, from);
  const start = Math.min(from, text.length);
  return close < 0
    ? { from: start, to: text.length, end: text.length }
    : { from: start, to: close, end: close + mark.length };
}

const OPEN_BRACKET = 91;
/** `$$`, `$tag$`. */
const DOLLARS = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
/** What stands before the code of a routine or a block. */
const BEFORE_CODE = /\b(?:AS|DO|IMMEDIATE|LANGUAGE\s+"?\w+"?)\s*$/i;
const LONGEST_BEFORE_CODE = 80;
/** What stands right before a string and is a word of its own: `E`, `q`, `nq`. */
const PREFIX = /(?:^|\W)([a-z]{1,2})$/i;
/** What ends a string of Oracle's that begins with a bracket. */
const CLOSERS: ReadonlyMap<string, string> = new Map([
  ["[", "]"],
  ["(", ")"],
  ["{", "}"],
  ["<", ">"],
]);

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
