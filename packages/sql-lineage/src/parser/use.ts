import type { Statement } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { readName } from "./names.ts";
import type { Parser } from "./parser.ts";
import { utility } from "./utility.ts";

/** Reads USE: `USE c.s`, `USE DATABASE c`, `USE SCHEMA s`; roles and warehouses change no names. */
export function readUse(p: Parser): Statement {
  const start = p.start;
  switch (p.wordAt(1)) {
    case "ROLE":
    case "WAREHOUSE":
    case "SECONDARY":
    case "HINT":
      return utility(p);
  }
  p.next();
  let sets = p.dialect.features.useSets;
  if (p.isNameAt(1) || p.kindAt(1) === TokenKind.string) {
    if (p.take("DATABASE")) sets = p.dialect.features.useSets;
    else if (p.take("CATALOG")) sets = "catalog";
    else if (p.take("SCHEMA") || p.take("NAMESPACE")) sets = "schema";
  }
  const name = p.kind === TokenKind.string ? { parts: [p.value(p.position)] } : readName(p);
  p.skipRest();
  if (name === null || name.parts.length === 0) return { kind: "utility", command: "use", start, end: p.lastEnd };
  if (name.parts.length > 1)
    return { kind: "use", catalog: name.parts.at(-2)!, schemas: [name.parts.at(-1)!], start, end: p.lastEnd };
  const only = name.parts[0]!;
  return sets === "catalog"
    ? { kind: "use", catalog: only, schemas: null, start, end: p.lastEnd }
    : { kind: "use", catalog: null, schemas: [only], start, end: p.lastEnd };
}

/** Reads `SET search_path = a, b`, `SET SCHEMA 'a'`; null (without moving) for any other SET. */
export function readSetPath(p: Parser): Statement | null {
  const start = p.start;
  let at = 1;
  while (p.wordAt(at) === "LOCAL" || p.wordAt(at) === "SESSION") at++;
  const isPath = p.wordAt(at) === "SEARCH_PATH" && (p.wordAt(at + 1) === "=" || p.wordAt(at + 1) === "TO");
  const isSchema = (p.wordAt(at) === "SCHEMA" || p.wordAt(at) === "CURRENT_SCHEMA") && p.wordAt(at + 1) !== ".";
  if (!isPath && !isSchema) return null;
  p.skip(at + 1);
  if (!p.take("=")) p.take("TO");
  const schemas: string[] = [];
  do {
    if (p.kind === TokenKind.string) {
      schemas.push(
        ...p
          .value(p.position)
          .split(",")
          .map((part) => part.trim()),
      );
      p.next();
    } else {
      const name = readName(p);
      if (name === null) break;
      schemas.push(name.parts.at(-1)!);
    }
  } while (p.take(","));
  p.skipRest();
  if (schemas.length === 0 || (schemas.length === 1 && schemas[0]!.toLowerCase() === "default"))
    return { kind: "utility", command: "set", start, end: p.lastEnd };
  return {
    kind: "use",
    catalog: null,
    schemas: schemas.filter((schema) => !schema.includes("$")),
    start,
    end: p.lastEnd,
  };
}
