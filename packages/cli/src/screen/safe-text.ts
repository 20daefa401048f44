/**
 * Names and comments come from strangers. What a terminal would obey, or what would hide or reorder text, is shown as an
 * escape instead: `\x1b`, `\n`, `\u{202e}`.
 */

// Control characters, line separators, lone surrogates, and invisible format characters, but for the two that join letters
// and emoji.
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}[\p{Cf}--[\u200c\u200d]]]/gv;

/** A text on one line, with everything unsafe visible. */
export function safe(text: string): string {
  return text.replaceAll(UNSAFE, visible);
}

/** The lines of a text, each safe; tabs become blanks. */
export function safeLines(text: string): string[] {
  return text.split(/\r\n|\r|\n/).map((line) => safe(line.replaceAll("\t", "    ")).trimEnd());
}

const NAMED: { readonly [character: string]: string } = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function visible(character: string): string {
  const named = NAMED[character];
  if (named !== undefined) return named;
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
}

/** A value as JSON in which everything unsafe is escaped: the same value, harmless on a terminal. */
export function safeJson(value: unknown, indent?: number): string {
  return escapeJson(JSON.stringify(value, undefined, indent));
}

/** JSON text with everything unsafe escaped. Line breaks between its parts stay. */
export function escapeJson(json: string): string {
  return json.replaceAll(UNSAFE, (character) =>
    character === "\n"
      ? character
      : [...Array(character.length).keys()]
          .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`)
          .join(""),
  );
}
