import { TokenKind, type Tokens } from "./lexer/tokens.ts";

const SPACE = 32;
const LITERAL = 63;

/**
 * The fingerprint of the tokens from `from` up to `to`, as 32 hex characters: the letters A to Z of unquoted words in either case,
 * every literal and parameter a `?`, a list of literals - or of rows of them - as long as one, comments and layout nothing.
 */
export function fingerprint(tokens: Tokens, from: number, to: number): string {
  const { kinds, words, text, starts, ends } = tokens;
  const hash = new Hash128();
  for (let i = from; i < to; i++) {
    const kind = kinds[i]!;
    if (isLiteral(kind)) {
      hash.add(LITERAL);
      // More literals of the same list add nothing.
      while (i + 2 < to && words[i + 1] === "," && isLiteral(kinds[i + 2]!)) i += 2;
    } else {
      const end = ends[i]!;
      const folded = kind === TokenKind.word;
      for (let at = starts[i]!; at < end; at++) {
        const code = text.charCodeAt(at);
        hash.add(folded && code >= 65 && code <= 90 ? code + 32 : code);
      }
      if (words[i] === ")" && i > 0 && isLiteral(kinds[i - 1]!)) i = lastRow(tokens, i, to);
    }
    hash.add(SPACE);
  }
  return hash.hex();
}

/**
 * Four lanes of a multiplicative hash over UTF-16 units. Not for secrets: only unlikely to give two statements of a query log the
 * same value. Written out here because building a string for a library to hash took a tenth of the time of reading a statement.
 */
class Hash128 {
  private a = 0x6a09e667;
  private b = 0xbb67ae85 | 0;
  private c = 0x3c6ef372;
  private d = 0xa54ff53a | 0;

  add(code: number): void {
    // Each lane takes in its neighbour as it now is, the last one the new first: only so no step loses anything of the state.
    this.a = this.b ^ Math.imul(this.a ^ code, 597399067);
    this.b = this.c ^ Math.imul(this.b ^ code, 2869860233);
    this.c = this.d ^ Math.imul(this.c ^ code, 951274213);
    this.d = this.a ^ Math.imul(this.d ^ code, 2716044179);
  }

  hex(): string {
    let { a, b, c, d } = this;
    a = Math.imul(c ^ (a >>> 18), 597399067);
    b = Math.imul(d ^ (b >>> 22), 2869860233);
    c = Math.imul(a ^ (c >>> 17), 951274213);
    d = Math.imul(b ^ (d >>> 19), 2716044179);
    return word(a ^ b ^ c ^ d) + word(b ^ a) + word(c ^ a) + word(d ^ a);
  }
}

/** Two hex characters for each byte: a number turned into text by its own method takes as long as the hashing. */
const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function word(value: number): string {
  return HEX[value >>> 24]! + HEX[(value >>> 16) & 255]! + HEX[(value >>> 8) & 255]! + HEX[value & 255]!;
}

function isLiteral(kind: number): boolean {
  return (
    kind === TokenKind.string ||
    kind === TokenKind.number ||
    kind === TokenKind.parameter ||
    kind === TokenKind.template
  );
}

/** The end of the last row of literals that follows the one that ends at `close`. */
function lastRow({ kinds, words, mates }: Tokens, close: number, to: number): number {
  if (!onlyLiterals(kinds, words, mates[close]!, close)) return close;
  let last = close;
  while (words[last + 1] === "," && words[last + 2] === "(") {
    const next = mates[last + 2]!;
    if (next < 0 || next >= to || !onlyLiterals(kinds, words, last + 2, next)) break;
    last = next;
  }
  return last;
}

function onlyLiterals(kinds: Uint8Array, words: readonly string[], open: number, close: number): boolean {
  if (open < 0) return false;
  for (let i = open + 1; i < close; i++) if (!isLiteral(kinds[i]!) && words[i] !== ",") return false;
  return true;
}
