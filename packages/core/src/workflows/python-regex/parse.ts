/**
 * Reads a pattern by the grammar of Python 3.11's `re` for text (`str`) patterns, with all its corners: a brace that is no
 * quantifier is a brace, `\1` may be a group and `\101` a letter, blanks vanish in verbose parts.
 *
 * Source: the Python library reference, "re: Regular expression operations".
 */
import { type Category, type Flags, PatternError, type Regex, type SetItem } from "./syntax.ts";

/** More repetitions than any text is long. */
const WITHOUT_END = Infinity;
const MAX_REPEAT = 4_294_967_295;
const MAX_NESTING = 100;
const FLAG_LETTERS = "aiLmsux";
const BLANKS = new Set([" ", "\t", "\n", "\r", "\v", "\f"]);
const SPECIAL = new Set([".", "\\", "[", "{", "(", ")", "*", "+", "?", "^", "$", "|"]);
const CATEGORIES: { readonly [letter: string]: Category } = { d: "digit", s: "space", w: "word" };
const CONTROLS: { readonly [letter: string]: number } = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11, "\\": 92 };

/** Parses a pattern that is applied with `re.IGNORECASE`. Throws {@link PatternError}. */
export function parsePythonRegex(pattern: string): Regex {
  return new Parser(pattern).parse();
}

interface Scope extends Flags {
  verbose: boolean;
}
type Width = readonly [min: number, max: number];

class Parser {
  /** Characters, and escapes as two characters, which is how Python takes a pattern apart. */
  readonly #tokens: string[];
  #at = 0;
  #scope: Scope = { ignoreCase: true, ascii: false, dotAll: false, multiline: false, verbose: false };
  /** The width of each group, `null` while it is open. Group 0 is the whole match. */
  readonly #groups: (Width | null)[] = [null];
  readonly #names = new Map<string, number>();
  /** The first group of the look-behind being parsed. */
  #behindFrom: number | null = null;
  #unicodeFlag = false;

  constructor(pattern: string) {
    const characters = Array.from(pattern);
    const tokens: string[] = [];
    for (let at = 0; at < characters.length; at += 1) {
      if (characters[at] !== "\\") tokens.push(characters[at] as string);
      else if (at + 1 < characters.length) tokens.push(`\\${characters[(at += 1)]}`);
      else throw new PatternError("invalid", "it ends in a single backslash");
    }
    this.#tokens = tokens;
  }

  parse(): Regex {
    const regex = this.#alternatives(0);
    if (this.#next !== undefined) this.#fail("a closing parenthesis has no opening one");
    return regex;
  }

  get #next(): string | undefined {
    return this.#tokens[this.#at];
  }

  #take(): string | undefined {
    const token = this.#next;
    if (token !== undefined) this.#at += 1;
    return token;
  }

  #match(token: string): boolean {
    if (this.#next !== token) return false;
    this.#at += 1;
    return true;
  }

  #while(allowed: RegExp, atMost: number): string {
    let text = "";
    while (text.length < atMost && this.#next !== undefined && this.#next.length === 1 && allowed.test(this.#next))
      text += this.#take() as string;
    return text;
  }

  #fail(message: string): never {
    throw new PatternError("invalid", message);
  }

  #flags(): Flags {
    const { ignoreCase, ascii, dotAll, multiline } = this.#scope;
    return { ignoreCase, ascii, dotAll, multiline };
  }

  #alternatives(depth: number): Regex {
    if (depth > MAX_NESTING) this.#fail(`its parentheses are nested more than ${MAX_NESTING} deep`);
    const parts = [this.#sequence(depth, depth === 0)];
    while (this.#match("|")) parts.push(this.#sequence(depth, false));
    return parts.length === 1 ? (parts[0] as Regex) : { is: "alternatives", parts };
  }

  #sequence(depth: number, first: boolean): Regex {
    const parts: Regex[] = [];
    while (this.#next !== undefined && this.#next !== "|" && this.#next !== ")") {
      const token = this.#take() as string;
      if (this.#scope.verbose && this.#skipped(token)) continue;
      if (token.startsWith("\\")) parts.push(this.#escape(token));
      else if (!SPECIAL.has(token)) parts.push(this.#literal(token));
      else if (token === "[") parts.push(this.#set());
      else if (token === ".") parts.push({ is: "any", flags: this.#flags() });
      else if (token === "^") parts.push({ is: "at", where: "begin", flags: this.#flags() });
      else if (token === "$") parts.push({ is: "at", where: "end", flags: this.#flags() });
      else if (token === "(") {
        const group = this.#group(depth, first && parts.length === 0);
        if (group !== null) parts.push(group);
      } else this.#quantify(token, parts);
    }
    return parts.length === 1 ? (parts[0] as Regex) : { is: "sequence", parts };
  }

  /** Whether a token is a blank or begins a comment of verbose mode, which is then skipped. */
  #skipped(token: string): boolean {
    if (BLANKS.has(token)) return true;
    if (token !== "#") return false;
    for (let inside = this.#take(); inside !== undefined && inside !== "\n";) inside = this.#take();
    return true;
  }

  #literal(character: string): Regex {
    return { is: "literal", char: character.codePointAt(0) as number, flags: this.#flags() };
  }

  #quantify(token: string, parts: Regex[]): void {
    const bounds = this.#bounds(token);
    if (bounds === null) {
      parts.push(this.#literal(token));
      return;
    }
    const body = parts[parts.length - 1];
    if (body === undefined || body.is === "at") this.#fail(`there is nothing to repeat before "${token}"`);
    if (body.is === "repeat") this.#fail("a repetition is repeated without parentheses");
    const mode = this.#match("?") ? "lazy" : this.#match("+") ? "possessive" : "greedy";
    parts[parts.length - 1] = { is: "repeat", ...bounds, mode, body };
  }

  #bounds(token: string): { min: number; max: number } | null {
    if (token === "?") return { min: 0, max: 1 };
    if (token === "*") return { min: 0, max: WITHOUT_END };
    if (token === "+") return { min: 1, max: WITHOUT_END };
    if (this.#next === "}") return null;
    const from = this.#at;
    const low = this.#while(/[0-9]/, WITHOUT_END);
    const high = this.#match(",") ? this.#while(/[0-9]/, WITHOUT_END) : low;
    if (!this.#match("}")) {
      this.#at = from;
      return null;
    }
    const min = low === "" ? 0 : Number(low);
    const max = high === "" ? WITHOUT_END : Number(high);
    if (min >= MAX_REPEAT || (high !== "" && max >= MAX_REPEAT)) this.#fail("a repetition has too large a number");
    if (max < min) this.#fail("a repetition has its larger number first");
    return { min, max };
  }

  /** A group, or `null` for what leaves no trace: a comment, flags for everything behind them. */
  #group(depth: number, first: boolean): Regex | null {
    if (!this.#match("?")) return this.#capture(depth, null);
    const kind = this.#take();
    switch (kind) {
      case undefined:
        return this.#fail("it ends inside a group");
      case "P":
        return this.#named(depth);
      case ":":
        return this.#inside(depth);
      case "#":
        for (let inside = this.#take(); inside !== ")"; inside = this.#take())
          if (inside === undefined) this.#fail("a comment is never closed");
        return null;
      case "=":
      case "!":
        return { is: "look", behind: false, negative: kind === "!", body: this.#body(depth) };
      case "<":
        return this.#lookBehind(depth);
      case "(":
        throw new PatternError("untranslatable", "it has a conditional group, (?(…)…), which JavaScript lacks");
      case ">":
        return { is: "atomic", body: this.#body(depth) };
      default:
        if (kind !== "-" && !FLAG_LETTERS.includes(kind)) this.#fail(`it has an unknown group, (?${kind}`);
        return this.#flagged(kind, depth, first);
    }
  }

  /** The content of a group up to its closing parenthesis. */
  #body(depth: number): Regex {
    const outer = this.#scope;
    const body = this.#alternatives(depth + 1);
    this.#scope = outer;
    if (!this.#match(")")) this.#fail("a parenthesis is never closed");
    return body;
  }

  /** A group that does not capture. It stays a node of its own: what is in it may be repeated again. */
  #inside(depth: number): Regex {
    return { is: "sequence", parts: [this.#body(depth)] };
  }

  #capture(depth: number, name: string | null): Regex {
    const group = this.#groups.push(null) - 1;
    if (name !== null) {
      if (this.#names.has(name)) this.#fail(`two groups are called ${name}`);
      this.#names.set(name, group);
    }
    const body = this.#body(depth);
    this.#groups[group] = this.#width(body);
    return { is: "capture", group, body };
  }

  #named(depth: number): Regex {
    if (this.#match("<")) return this.#capture(depth, this.#name(">"));
    if (!this.#match("=")) return this.#fail(`it has an unknown group, (?P${this.#next ?? ""}`);
    const name = this.#name(")");
    const group = this.#names.get(name);
    return group === undefined ? this.#fail(`no group is called ${name}`) : this.#backreference(group);
  }

  #name(end: string): string {
    let name = "";
    for (let token = this.#take(); token !== end; token = this.#take()) {
      if (token === undefined) this.#fail("the name of a group is never closed");
      name += token;
    }
    if (!/^[\p{XID_Start}_]\p{XID_Continue}*$/u.test(name)) this.#fail(`"${name}" cannot be the name of a group`);
    return name;
  }

  #lookBehind(depth: number): Regex {
    const kind = this.#take();
    if (kind !== "=" && kind !== "!") return this.#fail(`it has an unknown group, (?<${kind ?? ""}`);
    const outer = this.#behindFrom;
    this.#behindFrom ??= this.#groups.length;
    const body = this.#body(depth);
    this.#behindFrom = outer;
    const [min, max] = this.#width(body);
    if (min !== max) this.#fail("what a look-behind looks for has no fixed length");
    return { is: "look", behind: true, negative: kind === "!", body };
  }

  #flagged(firstLetter: string, depth: number, first: boolean): Regex | null {
    const isFlag = (token: string | undefined): token is string => token !== undefined && FLAG_LETTERS.includes(token);
    let [on, off, letter]: [string, string, string | undefined] = ["", "", firstLetter];
    for (; isFlag(letter); letter = this.#take()) on += letter;
    if (letter === "-") {
      for (letter = this.#take(); isFlag(letter); letter = this.#take()) off += letter;
      if (off === "") this.#fail("a minus in the flags of a group turns nothing off");
    }
    if (on.includes("L")) this.#fail("the flag L is only for bytes");
    if (on.includes("a") && on.includes("u")) this.#fail("the flags a and u exclude each other");
    if (/[aLu]/.test(off)) this.#fail("the flags a, L and u cannot be turned off");
    if (letter === ")") {
      if (off !== "" || on === "") this.#fail("flags can only be turned off for a group");
      if (!first) this.#fail("flags for the whole pattern must stand at its start");
      if (on.includes("u")) this.#unicodeFlag = true;
      this.#scope = withFlags(this.#scope, on, "");
      if (this.#unicodeFlag && this.#scope.ascii) this.#fail("the flags a and u exclude each other");
      return null;
    }
    if (letter !== ":") return this.#fail("the flags of a group are not written as (?flags:…)");
    if (Array.from(on).some((flag) => off.includes(flag))) this.#fail("a flag is turned on and off at once");
    const outer = this.#scope;
    this.#scope = withFlags(outer, on, off);
    const group = this.#inside(depth);
    this.#scope = outer;
    return group;
  }

  #backreference(group: number): Regex {
    if (this.#groups[group] === null) this.#fail("a group refers to itself");
    if (this.#behindFrom !== null && group >= this.#behindFrom)
      this.#fail("a look-behind refers to a group inside itself");
    return { is: "backreference", group, flags: this.#flags() };
  }

  #escape(token: string): Regex {
    const letter = token[1] as string;
    const flags = this.#flags();
    switch (letter) {
      case "A":
        return { is: "at", where: "absoluteBegin", flags };
      case "Z":
        return { is: "at", where: "absoluteEnd", flags };
      case "b":
        return { is: "at", where: "wordEdge", flags };
      case "B":
        return { is: "at", where: "notWordEdge", flags };
      case "0":
        return { is: "literal", char: Number.parseInt(`0${this.#while(/[0-7]/, 2)}`, 8), flags };
      default:
    }
    const category = CATEGORIES[letter.toLowerCase()];
    if (category !== undefined)
      return {
        is: "set",
        items: [{ is: "category", category, negated: letter !== letter.toLowerCase() }],
        negated: false,
        flags,
      };
    if (/[1-9]/.test(letter)) return this.#numbered(letter);
    return { is: "literal", char: this.#character(token), flags };
  }

  /** `\1` to `\99` refer to groups; three octal digits are a character. */
  #numbered(digit: string): Regex {
    let digits = digit + this.#while(/[0-9]/, 1);
    if (/^[0-7]{2}$/.test(digits)) {
      const third = this.#while(/[0-7]/, 1);
      if (third !== "") {
        digits += third;
        const char = Number.parseInt(digits, 8);
        if (char > 0o377) this.#fail(`\\${digits} is beyond the largest octal escape, \\377`);
        return { is: "literal", char, flags: this.#flags() };
      }
    }
    const group = Number(digits);
    if (group >= this.#groups.length) this.#fail(`\\${digits} refers to a group that is not there`);
    return this.#backreference(group);
  }

  /** The character of an escape that stands for one, inside brackets and outside. */
  #character(token: string): number {
    const letter = token.slice(1);
    const control = CONTROLS[letter];
    if (control !== undefined) return control;
    const length = { x: 2, u: 4, U: 8 }[letter];
    if (length !== undefined) {
      const digits = this.#while(/[0-9a-fA-F]/, length);
      const char = Number.parseInt(digits, 16);
      if (digits.length !== length || char > 0x10ffff) this.#fail(`${token} wants ${length} hexadecimal digits`);
      return char;
    }
    if (letter === "N")
      throw new PatternError("untranslatable", "it names a character, \\N{…}; write its number instead, \\uXXXX");
    if (/^[A-Za-z0-9]$/.test(letter)) this.#fail(`${token} is no escape`);
    return letter.codePointAt(0) as number;
  }

  #set(): Regex {
    const negated = this.#match("^");
    const items: SetItem[] = [];
    for (;;) {
      const token = this.#take();
      if (token === undefined) return this.#fail("a set in brackets is never closed");
      if (token === "]" && items.length > 0) break;
      const low = this.#member(token);
      if (!this.#match("-")) {
        items.push(low);
        continue;
      }
      const end = this.#take();
      if (end === undefined) return this.#fail("a set in brackets is never closed");
      if (end === "]") {
        items.push(low, { is: "range", from: 45, to: 45 });
        break;
      }
      const high = this.#member(end);
      if (low.is !== "range" || high.is !== "range" || high.to < low.from)
        return this.#fail(`${token}-${end} is no range of characters`);
      items.push({ is: "range", from: low.from, to: high.to });
    }
    return { is: "set", items, negated, flags: this.#flags() };
  }

  #member(token: string): SetItem {
    const one = (char: number): SetItem => ({ is: "range", from: char, to: char });
    if (!token.startsWith("\\")) return one(token.codePointAt(0) as number);
    const letter = token.slice(1);
    const category = CATEGORIES[letter.toLowerCase()];
    if (category !== undefined) return { is: "category", category, negated: letter !== letter.toLowerCase() };
    if (letter === "b") return one(8);
    if (/^[0-7]$/.test(letter)) {
      const digits = letter + this.#while(/[0-7]/, 2);
      const char = Number.parseInt(digits, 8);
      if (char > 0o377) this.#fail(`\\${digits} is beyond the largest octal escape, \\377`);
      return one(char);
    }
    return one(this.#character(token));
  }

  #width(regex: Regex): Width {
    switch (regex.is) {
      case "literal":
      case "any":
      case "set":
        return [1, 1];
      case "at":
      case "look":
        return [0, 0];
      case "capture":
      case "atomic":
        return this.#width(regex.body);
      case "backreference":
        return this.#groups[regex.group] ?? [0, WITHOUT_END];
      case "repeat": {
        const [min, max] = this.#width(regex.body);
        return [Math.min(min * regex.min, MAX_REPEAT), max === 0 ? 0 : Math.min(max * regex.max, MAX_REPEAT)];
      }
      case "sequence":
        return regex.parts.map((part) => this.#width(part)).reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0]);
      case "alternatives": {
        const widths = regex.parts.map((part) => this.#width(part));
        return [Math.min(...widths.map(([min]) => min)), Math.max(...widths.map(([, max]) => max))];
      }
    }
  }
}

function withFlags(scope: Scope, on: string, off: string): Scope {
  const flag = (letter: string, before: boolean): boolean => (on.includes(letter) || before) && !off.includes(letter);
  return {
    ignoreCase: flag("i", scope.ignoreCase),
    ascii: on.includes("a") || (scope.ascii && !on.includes("u")),
    dotAll: flag("s", scope.dotAll),
    multiline: flag("m", scope.multiline),
    verbose: flag("x", scope.verbose),
  };
}
