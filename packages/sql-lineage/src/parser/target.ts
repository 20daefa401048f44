import type { Name, TargetTable } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { identifierName } from "./function-targets.ts";
import { readIdentifier, readName } from "./names.ts";
import type { Parser } from "./parser.ts";

/** The file that the string at a token names. */
export function fileAt(p: Parser, at: number): TargetTable {
  const start = p.startOf(at);
  return { name: { parts: [p.value(at)], quoted: 1, start, end: start + p.raw(at).length }, source: "file" };
}

/** Reads the name of a table that is written. Notes a gap and gives an empty name when there is none. */
export function readTarget(p: Parser): TargetTable {
  const start = p.start;
  if (p.wordAt(1) === "(") {
    switch (p.word) {
      case "IDENTIFIER": {
        const [name, source] = identifierName(p);
        if (source === "table") p.tableNames.push(name);
        return { name, source };
      }
      case "OPENQUERY":
      case "OPENROWSET":
      case "OPENDATASOURCE": {
        const parts = [p.value(p.position).toLowerCase()];
        p.next();
        p.skipBrackets();
        while (p.take(".")) {
          const part = readIdentifier(p);
          if (part !== null) parts.push(part);
        }
        return { name: { parts, quoted: 0, start, end: p.lastEnd }, source: "placeholder" };
      }
    }
  }
  if (p.kind === TokenKind.stage) {
    const text = p.value(p.position);
    p.next();
    return { name: { parts: [text], quoted: 1, start, end: p.lastEnd }, source: "stage" };
  }
  const variable = p.kind === TokenKind.parameter;
  const placeholder = p.kind === TokenKind.template;
  if (p.is("?")) {
    p.gap("placeholder", "the table is a bind variable", start, start + 1);
    p.next();
    return { name: { parts: ["?"], quoted: 0, start, end: p.lastEnd }, source: "placeholder" };
  }
  while (p.is(".") || p.is("..")) p.next();
  let name = readName(p);
  if (name === null) {
    p.unread("expected the table that is written");
    return { name: { parts: [], quoted: 0, start, end: start }, source: "placeholder" };
  }
  if (p.is("@") && p.isNameAt(1) && p.dialect.features.databaseLinks) {
    p.next();
    const link = readName(p);
    name = {
      ...name,
      parts: [...name.parts.slice(0, -1), `${name.parts.at(-1)}@${link?.parts.join(".") ?? ""}`],
      end: p.lastEnd,
    };
  }
  const path = pathOfFormat(p, name);
  if (path !== null) return { name: { ...name, parts: [path], quoted: 1 }, source: "file" };
  if (!variable) p.tableNames.push(name);
  return { name, source: variable ? "variable" : placeholder && name.parts.length === 1 ? "placeholder" : "table" };
}

/** What the result of a statement in a chain of `->>` is called, by its number from 0. */
export function flowName(index: number): string {
  return ` statement ${index}`;
}

/** `` parquet.`path` `` (Spark SQL, Run SQL on files directly). */
export function pathOfFormat(p: Parser, name: Name): string | null {
  const { pathFormats } = p.dialect.features;
  if (name.parts.length !== 2 || (name.quoted & 2) === 0) return null;
  return pathFormats.includes(name.parts[0]!.toLowerCase()) ? name.parts[1]! : null;
}

/** `to` in the schema of `table`, when it names none of its own. */
export function inSchemaOf(table: TargetTable, to: TargetTable): TargetTable {
  const { parts, quoted } = table.name;
  if (to.name.parts.length !== 1 || parts.length < 2) return to;
  const last = parts.length - 1;
  return {
    ...to,
    name: {
      ...to.name,
      parts: [...parts.slice(0, -1), ...to.name.parts],
      quoted: (quoted & ((1 << last) - 1)) | (to.name.quoted << last),
    },
  };
}

/** A file or stage that is written or read, from the string or stage here. */
export function readLocation(p: Parser): TargetTable | null {
  const start = p.start;
  if (p.kind === TokenKind.string || p.kind === TokenKind.stage || p.kind === TokenKind.quoted) {
    const text = p.value(p.position);
    const source = p.kind === TokenKind.stage || (text.startsWith("@") && p.dialect.lexical.stages) ? "stage" : "file";
    p.next();
    return { name: { parts: [text], quoted: 1, start, end: p.lastEnd }, source };
  }
  if (p.kind === TokenKind.parameter || p.kind === TokenKind.template || p.is("?")) {
    const text = p.raw(p.position);
    p.gap("placeholder", `the location ${text} is filled in before this runs`, start, start + text.length);
    p.next();
    return { name: { parts: [text], quoted: 1, start, end: p.lastEnd }, source: "placeholder" };
  }
  return null;
}
