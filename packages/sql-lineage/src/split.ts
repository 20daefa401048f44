import { dialectOf } from "./analyze.ts";
import type { Dialect } from "./dialect.ts";
import type { DialectName } from "./dialects/index.ts";
import { readScript } from "./parser/script.ts";
import type { Span } from "./result.ts";

/**
 * Where the statements of a text stand, without what separates them. Knows dollar quotes, bodies of procedures, `DELIMITER`, `GO`,
 * `/`, notebook cells and statements that follow each other without a semicolon.
 */
export function splitStatements(text: string, dialect: DialectName | Dialect): Span[] {
  const rules = typeof dialect === "string" ? dialectOf(dialect) : dialect;
  return readScript(text, rules).statements.map(({ start, end }) => [start, end] as const);
}
