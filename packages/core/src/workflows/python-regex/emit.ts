/**
 * Writes a Python regular expression as a JavaScript one that matches the same names. Where Python differs, the meaning is
 * spelt out: letter case as Python folds it, `\w` in Unicode, `$` before a final line feed.
 */
import { type CharRange, withOtherCases } from "./letter-case.ts";
import { checkTranslatable } from "./translatable.ts";
import { type Category, type Flags, type Regex, type SetItem } from "./syntax.ts";

/** The source of a JavaScript regular expression (flag `u`) for a Python one. Throws {@link PatternError}. */
export function emitJavaScript(regex: Regex): string {
  checkTranslatable(regex);
  return new Emitter().emit(regex, false);
}

const CATEGORY: { readonly [C in Category]: { unicode: string; ascii: string } } = {
  digit: { unicode: "\\p{Nd}", ascii: "0-9" },
  // Python's str.isspace(): the separators and the four information separators, and no byte order mark.
  space: {
    unicode: "\\t-\\r\\u001c-\\u0020\\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000",
    ascii: "\\t-\\r\\u0020",
  },
  word: { unicode: "\\p{L}\\p{N}_", ascii: "0-9A-Z_a-z" },
};

const BEGIN = "(?<![\\s\\S])";
const END = "(?![\\s\\S])";

class Emitter {
  #atomics = 0;

  /** `behind`: inside a look-behind, which JavaScript matches from right to left. */
  emit(regex: Regex, behind: boolean): string {
    switch (regex.is) {
      case "literal":
        return this.#ranges([{ from: regex.char, to: regex.char }], false, regex.flags);
      case "any":
        return regex.flags.dotAll ? "[\\s\\S]" : "[^\\n]";
      case "set":
        return this.#set(regex.items, regex.negated, regex.flags);
      case "at":
        return at(regex.where, regex.flags);
      case "sequence":
        return regex.parts.map((part) => this.#part(part, behind)).join("");
      case "alternatives":
        return regex.parts.map((part) => this.emit(part, behind)).join("|");
      case "capture":
        return `(?<g${regex.group}>${this.emit(regex.body, behind)})`;
      case "look":
        return `(?${regex.behind ? "<" : ""}${regex.negative ? "!" : "="}${this.emit(regex.body, regex.behind)})`;
      case "atomic":
        return this.#atomic(this.emit(regex.body, behind), behind);
      case "repeat":
        return this.#repeat(regex, behind);
      case "backreference":
        return regex.flags.ignoreCase ? `(?i:\\k<g${regex.group}>)` : `\\k<g${regex.group}>`;
    }
  }

  #part(part: Regex, behind: boolean): string {
    const source = this.emit(part, behind);
    return part.is === "alternatives" ? `(?:${source})` : source;
  }

  #repeat({ min, max, mode, body }: Regex & { is: "repeat" }, behind: boolean): string {
    const bounds = max === Infinity ? `{${min},}` : `{${min},${max}}`;
    const source = this.emit(body, behind);
    if (mode !== "possessive") return `(?:${source})${bounds}${mode === "lazy" ? "?" : ""}`;
    // Python gives back nothing, neither a round nor anything within a round.
    return this.#atomic(`${this.#atomic(source, behind)}${bounds}`, behind);
  }

  /** A look-ahead never tries again; what it found is then taken as it is. */
  #atomic(source: string, behind: boolean): string {
    // A look-behind has a fixed length, so that there is nothing to try again inside it.
    if (behind) return `(?:${source})`;
    this.#atomics += 1;
    return `(?:(?=(?<a${this.#atomics}>${source}))\\k<a${this.#atomics}>)`;
  }

  #set(items: readonly SetItem[], negated: boolean, flags: Flags): string {
    const plain = items.filter((item) => item.is === "range");
    const categories = items.filter((item) => item.is === "category");
    if (categories.length === 0) return this.#ranges(plain, negated, flags);
    const members = categories.map(
      ({ category, negated: not }) => `[${not ? "^" : ""}${CATEGORY[category][flags.ascii ? "ascii" : "unicode"]}]`,
    );
    const [only] = members;
    if (members.length === 1 && plain.length === 0 && !negated && only !== undefined) return only;
    if (plain.length > 0) members.push(this.#ranges(plain, false, flags));
    return negated ? `(?:(?!${members.join("|")})[\\s\\S])` : `(?:${members.join("|")})`;
  }

  #ranges(plain: readonly CharRange[], negated: boolean, flags: Flags): string {
    const all = flags.ignoreCase ? withOtherCases(plain, flags.ascii) : plain;
    const [first] = all;
    if (all.length === 1 && !negated && first !== undefined && first.from === first.to) return character(first.from);
    const members = all.map(({ from, to }) => (from === to ? "" : `${character(from)}-`) + character(to));
    return `[${negated ? "^" : ""}${members.join("")}]`;
  }
}

function at(where: (Regex & { is: "at" })["where"], { multiline, ascii }: Flags): string {
  const word = `[${ascii ? CATEGORY.word.ascii : CATEGORY.word.unicode}]`;
  switch (where) {
    case "absoluteBegin":
      return BEGIN;
    case "absoluteEnd":
      return END;
    case "begin":
      return multiline ? "(?<![^\\n])" : BEGIN;
    case "end":
      return multiline ? "(?![^\\n])" : `(?=\\n?${END})`;
    case "wordEdge":
      return `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`;
    case "notWordEdge":
      // Before 3.14 Python finds no such place in an empty text.
      return `(?:(?<=${word})(?=${word})|(?<!${word})(?!${word})(?!${BEGIN}${END}))`;
  }
}

/** A character that means itself wherever it stands. */
function character(code: number): string {
  const text = String.fromCodePoint(code);
  return /^[A-Za-z0-9]$/.test(text) ? text : `\\u{${code.toString(16)}}`;
}
