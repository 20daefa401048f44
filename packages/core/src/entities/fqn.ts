/**
 * Fully qualified names, exactly as OpenMetadata writes them: parts joined by dots, a part quoted only when it contains
 * a dot, and characters an FQN cannot hold replaced by reserved words.
 *
 * Source: OpenMetadata's `Fqn.g4` grammar and its client's reserved keywords (`__reserved__colon__` and so on).
 */

/** Raw names below a service, outermost first. `[]` is the service itself. */
export type Path = readonly string[];

const RESERVED: ReadonlyArray<readonly [raw: string, word: string]> = [
  // A name that contains the marker itself is escaped with it, so that decoding is always the inverse of encoding.
  ["__reserved", "reserved"],
  ["::", "colon"],
  [">", "arrow"],
  ['"', "quote"],
  ["\n", "newline"],
  ["\r", "carriage_return"],
  ["\t", "tab"],
];
const WORD_OF = new Map(RESERVED);
const RAW_OF = new Map(RESERVED.map(([raw, word]) => [word, raw]));
const NEEDS_ENCODING = /__reserved|::|[>"\n\r\t]/;
const ALL_RAW = /__reserved|::|[>"\n\r\t]/g;
const ALL_WORDS = /__reserved__(reserved|colon|arrow|quote|newline|carriage_return|tab)__/g;

/** The name as it stands inside an FQN: `a"b` becomes `a__reserved__quote__b`. Inverse of {@link decodeName}. */
export function encodeName(name: string): string {
  return NEEDS_ENCODING.test(name) ? name.replace(ALL_RAW, (raw) => `__reserved__${WORD_OF.get(raw)}__`) : name;
}

/** The raw name behind a part of an FQN. Inverse of {@link encodeName}. */
export function decodeName(part: string): string {
  return part.includes("__reserved__") ? part.replace(ALL_WORDS, (_, word: string) => RAW_OF.get(word) ?? "") : part;
}

/** One raw name as a part of an FQN: encoded, and quoted if and only if it contains a dot. */
export function quoteName(name: string): string {
  const encoded = encodeName(name);
  return encoded.includes(".") ? `"${encoded}"` : encoded;
}

/** Joins raw names into an FQN. `buildFqn("shop", "a.b")` is `shop."a.b"`. */
export function buildFqn(...names: string[]): string {
  return names.map(quoteName).join(".");
}

/** The FQN of a child, given its parent's FQN and its raw name. */
export function childFqn(parent: string, name: string): string {
  return `${parent}.${quoteName(name)}`;
}

/** Thrown for a text that is not an FQN; the message says which character is wrong. */
export class FqnError extends Error {
  override name = "FqnError";
}

/**
 * Splits an FQN into raw names. A quoted part without a dot (`"abc"`) is accepted and unquoted, as OpenMetadata does.
 * Throws {@link FqnError} for an empty part, an unclosed quote or text after a closing quote.
 */
export function splitFqn(fqn: string): string[] {
  const parts: string[] = [];
  let at = 0;
  for (;;) {
    let part: string;
    if (fqn[at] === '"') {
      const close = fqn.indexOf('"', at + 1);
      if (close < 0) throw new FqnError(`The quote at character ${at + 1} of ${fqn} is never closed.`);
      part = fqn.slice(at + 1, close);
      at = close + 1;
      if (at < fqn.length && fqn[at] !== ".")
        throw new FqnError(`Expected a dot at character ${at + 1} of ${fqn}, after the closing quote.`);
    } else {
      const dot = fqn.indexOf(".", at);
      const end = dot < 0 ? fqn.length : dot;
      part = fqn.slice(at, end);
      const quote = part.indexOf('"');
      if (quote >= 0)
        throw new FqnError(`A quote may only open or close a name: character ${at + quote + 1} of ${fqn}.`);
      at = end;
    }
    if (part === "") throw new FqnError(`A name is empty at character ${at + 1} of "${fqn}".`);
    parts.push(decodeName(part));
    if (at >= fqn.length) return parts;
    at += 1;
  }
}

/** The FQN of the parent, or `null` for a name without one. */
export function parentFqn(fqn: string): string | null {
  const names = splitFqn(fqn);
  return names.length === 1 ? null : buildFqn(...names.slice(0, -1));
}
