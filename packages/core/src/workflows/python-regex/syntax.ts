/** A regular expression of Python's `re` as a tree. */

/** What the flags in force say about one leaf of the tree. */
export interface Flags {
  ignoreCase: boolean;
  /** `\w`, `\d`, `\s`, `\b` and letter case mean ASCII only. */
  ascii: boolean;
  /** The dot takes line feeds. */
  dotAll: boolean;
  /** `^` and `$` work at every line. */
  multiline: boolean;
}

/** `\d`, `\s`, `\w`. */
export type Category = "digit" | "space" | "word";

/** One member of a set in brackets. Characters are code points. */
export type SetItem =
  | { is: "range"; from: number; to: number }
  | { is: "category"; category: Category; negated: boolean };

/** One node. */
export type Regex =
  | { is: "literal"; char: number; flags: Flags }
  | { is: "any"; flags: Flags }
  | { is: "set"; items: readonly SetItem[]; negated: boolean; flags: Flags }
  | { is: "at"; where: "begin" | "end" | "absoluteBegin" | "absoluteEnd" | "wordEdge" | "notWordEdge"; flags: Flags }
  | { is: "sequence"; parts: readonly Regex[] }
  | { is: "alternatives"; parts: readonly Regex[] }
  | { is: "capture"; group: number; body: Regex }
  | { is: "look"; behind: boolean; negative: boolean; body: Regex }
  | { is: "atomic"; body: Regex }
  | { is: "repeat"; min: number; max: number; mode: "greedy" | "lazy" | "possessive"; body: Regex }
  | { is: "backreference"; group: number; flags: Flags };

/** Why a pattern cannot be used: Python would refuse it, or JavaScript cannot do what it says. */
export class PatternError extends Error {
  override name = "PatternError";
  readonly reason: "invalid" | "untranslatable";
  constructor(reason: "invalid" | "untranslatable", message: string) {
    super(message);
    this.reason = reason;
  }
}
