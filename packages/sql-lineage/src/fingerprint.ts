import { hash } from "node:crypto";
import { TokenKind, type Tokens } from "./lexer/tokens.ts";

/**
 * The fingerprint of the tokens from `from` up to `to`: names and keywords in lower case unless quoted, every literal and
 * parameter a `?`, and a list of literals - or of rows of them - as long as one.
 */
export function fingerprint(tokens: Tokens, from: number, to: number): string {
  return hash("md5", normalise(tokens, from, to).join(" "), "hex");
}

/** The words that go into the fingerprint. */
export function normalise(tokens: Tokens, from: number, to: number): string[] {
  const { kinds, words, text, starts, ends } = tokens;
  const out: string[] = [];
  for (let i = from; i < to; i++) {
    switch (kinds[i]) {
      case TokenKind.word: {
        const word = words[i]!;
        out.push(word === "" ? text.slice(starts[i], ends[i]).toLowerCase() : word);
        break;
      }
      case TokenKind.string:
      case TokenKind.number:
      case TokenKind.parameter:
      case TokenKind.template:
        // Another literal of a list adds nothing.
        if (out.at(-1) === "," && out.at(-2) === "?") out.length--;
        else out.push("?");
        break;
      case TokenKind.operator: {
        const word = words[i]!;
        out.push(word === "custom" || word === "unknown" ? text.slice(starts[i], ends[i]) : word);
        if (word === ")") dropRepeatedRow(out);
        break;
      }
      default:
        out.push(text.slice(starts[i], ends[i]));
    }
  }
  return out;
}

/** `( ? ) , ( ? )` is `( ? )`. */
function dropRepeatedRow(out: string[]): void {
  const { length } = out;
  if (length < 7 || out[length - 2] !== "?" || out[length - 3] !== "(" || out[length - 4] !== ",") return;
  if (out[length - 5] === ")" && out[length - 6] === "?" && out[length - 7] === "(") out.length = length - 4;
}
