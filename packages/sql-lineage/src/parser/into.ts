import type { Select } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { readName } from "./names.ts";
import type { Parser } from "./parser.ts";
import { readLocation } from "./target.ts";

const TABLE_WORDS: ReadonlySet<string> = new Set([
  "TEMPORARY",
  "TEMP",
  "UNLOGGED",
  "TABLE",
  "STRICT",
  "LOCAL",
  "GLOBAL",
]);

/** Reads `INTO …` of a SELECT: a new table, variables, or a file. */
export function readInto(p: Parser, select: Select): void {
  p.next();
  if (p.take("OUTFILE") || p.take("DUMPFILE")) {
    select.file = readLocation(p);
    if (select.file === null) p.unread("expected the file's name");
    while (
      p.is("CHARACTER") ||
      p.is("FIELDS") ||
      p.is("COLUMNS") ||
      p.is("LINES") ||
      p.is("TERMINATED") ||
      p.is("OPTIONALLY") ||
      p.is("ENCLOSED") ||
      p.is("ESCAPED") ||
      p.is("STARTING") ||
      p.is("BY") ||
      p.is("SET") ||
      p.kind === TokenKind.string
    )
      p.next();
    return;
  }
  let temporary = false;
  while (p.isAny(TABLE_WORDS) && p.isNameAt(1)) {
    temporary ||= p.is("TEMP") || p.is("TEMPORARY");
    p.next();
  }
  const { selectIntoCreatesTable } = p.dialect.features;
  const variables: string[] = [];
  for (;;) {
    const parameter = p.kind === TokenKind.parameter || p.is(":");
    p.take(":");
    const name = readName(p);
    if (name === null) {
      p.unread("expected a name behind INTO");
      return;
    }
    if (p.is("(")) p.skipBrackets();
    const known = p.variables?.has(name.parts[0]!.toLowerCase()) === true;
    const table =
      !parameter &&
      !known &&
      (selectIntoCreatesTable === "always" || (selectIntoCreatesTable === "outside procedures" && !p.procedural));
    if (table && variables.length === 0) {
      select.into = { name, temporary };
      return;
    }
    const variable = name.parts.join(".");
    if (variable.startsWith("@")) (p.variables ??= new Set()).add(variable.toLowerCase());
    p.texts.set(variable.toLowerCase(), null);
    variables.push(variable);
    if (!p.take(",")) break;
  }
  select.variables = variables;
}
