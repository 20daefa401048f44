import type { LexicalRules } from "../dialect.ts";

/** What a character can be part of, for the ASCII range. */
export const Character = { other: 0, nameStart: 1, digit: 2, space: 3, operator: 4, nameInside: 5 } as const;

const OPERATORS = "<>=!|&:-+*/~@#^%?.";

const tables = new WeakMap<LexicalRules, Uint8Array>();

/** The class of each ASCII character under a dialect's rules. */
export function characterTable(rules: LexicalRules): Uint8Array {
  const known = tables.get(rules);
  if (known !== undefined) return known;
  const table = new Uint8Array(128);
  for (let code = 0; code <= 32; code++) table[code] = Character.space;
  for (let code = 48; code <= 57; code++) table[code] = Character.digit;
  for (let code = 65; code <= 90; code++) table[code] = table[code + 32] = Character.nameStart;
  table[95] = Character.nameStart;
  for (const operator of OPERATORS) table[operator.charCodeAt(0)] = Character.operator;
  table[36] = Character.nameInside;
  for (const extra of rules.extraNameCharacters) table[extra.charCodeAt(0)] = Character.nameInside;
  tables.set(rules, table);
  return table;
}

/** White space beyond ASCII: no-break and ideographic spaces, line separators, the byte order mark, zero-width space. */
export function isWideSpace(code: number): boolean {
  return (
    code === 0xa0 ||
    code === 0xfeff ||
    code === 0x3000 ||
    (code >= 0x2000 && code <= 0x200b) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x85
  );
}
