/** Snowflake's names: unquoted ones are upper case, quoted ones are as they stand. Source: docs.snowflake.com, "Identifier requirements". */

/** One name in a pattern. */
export const NAME: string = String.raw`(?:"(?:[^"]|"")+"|[A-Za-z_][\w$]*)`;
/** Names joined by dots in a pattern. */
export const PATH: string = String.raw`${NAME}(?:\s*\.\s*${NAME})*`;
/** A text in single quotes in a pattern. */
export const TEXT: string = String.raw`'(?:[^'\\]|''|\\.)*'`;

/** The names of a path as they are stored. */
export function parsePath(text: string): string[] {
  return [...text.matchAll(new RegExp(NAME, "g"))].map(([name]) =>
    name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toUpperCase(),
  );
}

/** The one name of a path that has one. */
export function parseName(text: string): string {
  return parsePath(text)[0] ?? "";
}

/** The text in a literal. */
export function parseText(literal: string): string {
  return literal.slice(1, -1).replaceAll(/''|\\(.)/g, (_found, escaped?: string) => escaped ?? "'");
}

/** A name as GET_DDL and messages write it. */
export function shownName(name: string): string {
  return /^[A-Z_][A-Z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
