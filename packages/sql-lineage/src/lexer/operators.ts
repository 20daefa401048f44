/** Every operator and punctuation mark the grammar knows by name. */
const OPERATORS = [
  "(", ")", "[", "]", "{", "}", ",", ";", ".", "..", ":", "::", ":=", "+", "-", "*", "/", "%", "^", "&", "|", "||", "~",
  "!", "<", ">", "<=", ">=", "=", "==", "!=", "<>", "<=>", "?", "@", "#", "->", "->>", "=>", "|>", "&&", "**", "//",
  "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "||=", "@>", "<@", "#>", "#>>", "@@", "~*", "!~", "!~*", "~~", "~~*", "!~~", "!~~*",
  "<<", ">>", "?|", "?&", "||/", "|/", "<->", "@?", "#-", "?#", "?-", "!<", "!>", "*=*", "\\",
] as const; // prettier-ignore

/** An operator; `custom` is one a user or an extension made, `unknown` a character no grammar has. */
export type Operator = (typeof OPERATORS)[number] | "custom" | "unknown";

/** The operator a piece of text is. */
export const OPERATOR_WORDS: ReadonlyMap<string, Operator> = new Map(OPERATORS.map((word) => [word, word]));

/** The operator a single ASCII character is, by its code. */
export const SINGLE_OPERATORS: readonly (Operator | undefined)[] = Array.from({ length: 128 }, (_, code) =>
  OPERATOR_WORDS.get(String.fromCharCode(code)),
);

/** The end of the longest known operator at `start`. */
export function operatorEnd(text: string, start: number): number {
  for (let length = 4; length > 1; length--) {
    if (OPERATOR_WORDS.has(text.slice(start, start + length)) && start + length <= text.length) return start + length;
  }
  return start + 1;
}

const CUSTOM = "+-*/<>=~!@#%^&|`?";

/**
 * The end of the operator at `start` where users may define their own (PostgreSQL manual, 4.1.3 Operators): a run of
 * operator characters, cut before a comment, that ends in + or - only if it also holds one of ~ ! @ # % ^ & | ` ?.
 */
export function customOperatorEnd(text: string, start: number): number {
  let end = start;
  while (CUSTOM.includes(text[end] ?? " ")) {
    const pair = text.slice(end, end + 2);
    if (end > start && (pair === "--" || pair === "/*")) break;
    end++;
  }
  if (end <= start + 1) return operatorEnd(text, start);
  const known = operatorEnd(text, start);
  const run = text.slice(start, end);
  if (!/[~!@#%^&|`?]/.test(run)) while (end > start + 1 && /[+-]$/.test(text.slice(start, end))) end--;
  // A placeholder directly behind an operator, as in `a=?`.
  if (end > start + 1 && text[end - 1] === "?" && !OPERATOR_WORDS.has(text.slice(start, end))) end--;
  return Math.max(end, known);
}
