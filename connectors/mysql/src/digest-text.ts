/**
 * The normalised text of a digest, as SQL again. Its tokens stand apart, literals are `?`, and of several in a row it does not say how
 * many there were: `(...)`, `?, ...`. Source: MySQL's manual, "Performance Schema Statement Digests and Sampling".
 */

const TOKENS = /`(?:[^`]|``)*`|\/\*.*?\*\/|\?, \.\.\.|[()]|[^\s()]+/g;

/** What an identifier may take, with what is kept beside it, in bytes. */
const LONGEST_NAME = 4 + 64;

/** A normalised text that can be read, and whether that is less than was run. `maxBytes`: how much the server keeps of a digest. */
export function readableDigest(normalised: string, maxBytes: number): { text: string; cut: boolean } {
  // One literal stands for a list of them: what they are compared with, or put into, stays the same.
  const text = normalised.replaceAll("(...)", "(?)").trimEnd();
  const end = /^\s*(?:INSERT|REPLACE|CREATE)\b/i.test(text) ? firstUncounted(text) : -1;
  return {
    text: (end < 0 ? text : text.slice(0, end)).replaceAll("?, ...", "?").trimEnd(),
    cut: end >= 0 || isCut(normalised, maxBytes),
  };
}

/**
 * Where literals stand among the columns of a query, and it is not known how many: which column is filled from which is not known
 * either. -1 for nowhere.
 */
function firstUncounted(text: string): number {
  // Of each bracket that is open, whether it is around a query.
  const open = [true];
  let before = "";
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    if (before === "(") open[open.length - 1] = /^(?:SELECT|WITH)$/i.test(token);
    if (token === "?, ..." && open.at(-1) === true) return index;
    if (token === "(") open.push(false);
    else if (token === ")" && open.length > 1) open.pop();
    before = token;
  }
  return -1;
}

/**
 * Whether the server may have kept only the beginning. It does not say: of each token it keeps two bytes, of an identifier its length
 * and its name as well, and it stops at the first that does not fit. Source: MySQL's sql_digest.cc.
 */
function isCut(normalised: string, maxBytes: number): boolean {
  let bytes = 0;
  for (const [token] of normalised.matchAll(TOKENS)) bytes += token.startsWith("`") ? 2 + Buffer.byteLength(token) : 2;
  return bytes > maxBytes - LONGEST_NAME;
}
