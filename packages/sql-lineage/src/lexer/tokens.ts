import type { Word } from "./keywords.ts";

/** The kinds of tokens. */
export const TokenKind = {
  end: 0,
  /** An unquoted word: a keyword, a name, or both. */
  word: 1,
  /** A quoted identifier. */
  quoted: 2,
  string: 3,
  number: 4,
  operator: 5,
  /** A bind parameter or variable: `?`, `:x`, `@x`, `$1`. */
  parameter: 6,
  /** Text that another program fills in before the statement runs: `{{ x }}`, `${x}`, `&x`. */
  template: 7,
  /** What ends a statement or batch besides a semicolon: `GO`, `/`, a custom delimiter, a notebook cell. */
  separator: 8,
  /** A stage: `@stage/path`. */
  stage: 9,
} as const;

const END_PADDING = 6;

/**
 * The tokens of one text, as parallel arrays: a text of 8 MB has millions, and an object for each would cost more than
 * everything else together. Comments and white space leave no token.
 */
export class Tokens {
  text = "";
  count = 0;
  kinds: Uint8Array;
  starts: Int32Array;
  ends: Int32Array;
  /** The index of the bracket that closes or opens this one; -1 for everything else. An unclosed one points at the end. */
  mates: Int32Array;
  /** The keyword or operator a token is, in upper case; empty for names, literals and unknown words. */
  words: Word[] = [];
  /** Where a string, quoted name, comment or bracket was opened and never closed. */
  unclosed: { start: number; what: "string" | "identifier" | "comment" | "bracket" }[] = [];
  /** Tags that decide what of the text is used (`{% if … %}`); they leave no token, so that all of it is read. */
  tags: { start: number; end: number }[] = [];
  private capacity: number;

  constructor(capacity = 1024) {
    this.capacity = capacity;
    this.kinds = new Uint8Array(capacity);
    this.starts = new Int32Array(capacity);
    this.ends = new Int32Array(capacity);
    this.mates = new Int32Array(capacity);
  }

  reset(text: string): void {
    this.text = text;
    this.count = 0;
    if (this.unclosed.length > 0) this.unclosed = [];
    if (this.tags.length > 0) this.tags = [];
  }

  push(kind: number, word: Word, start: number, end: number): number {
    const at = this.count;
    if (at === this.capacity) this.grow();
    this.kinds[at] = kind;
    this.words[at] = word;
    this.starts[at] = start;
    this.ends[at] = end;
    this.mates[at] = -1;
    this.count = at + 1;
    return at;
  }

  /** Ends the text: a few `end` tokens that do not count, so that looking ahead needs no bounds checks. */
  finish(): void {
    const { count } = this;
    const end = this.text.length;
    for (let i = 0; i < END_PADDING; i++) this.push(TokenKind.end, "", end, end);
    this.count = count;
  }

  private grow(): void {
    this.capacity *= 2;
    const widen = (from: Int32Array): Int32Array<ArrayBuffer> => {
      const to = new Int32Array(this.capacity);
      to.set(from);
      return to;
    };
    const kinds = new Uint8Array(this.capacity);
    kinds.set(this.kinds);
    this.kinds = kinds;
    this.starts = widen(this.starts);
    this.ends = widen(this.ends);
    this.mates = widen(this.mates);
  }
}

const KEPT_CAPACITY = 1 << 18;
const free: Tokens[] = [];

/** Lends token buffers to `use` and takes them back: most statements are small and need no new ones. */
export function withTokens<T>(use: (tokens: Tokens) => T): T {
  const tokens = free.pop() ?? new Tokens();
  try {
    return use(tokens);
  } finally {
    if (tokens.kinds.length <= KEPT_CAPACITY && free.length < 8) {
      tokens.text = "";
      free.push(tokens);
    }
  }
}
