import type { Name } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import type { Parser } from "./parser.ts";

/** Reads a word, quoted name, or where the dialect lets it a string, as one name. */
export function readIdentifier(p: Parser): string | null {
  const { kind } = p;
  if (
    kind === TokenKind.word ||
    kind === TokenKind.quoted ||
    kind === TokenKind.parameter ||
    kind === TokenKind.template ||
    kind === TokenKind.string ||
    kind === TokenKind.number
  ) {
    const text = p.value(p.position);
    p.next();
    return text;
  }
  return null;
}

function startsName(p: Parser): boolean {
  const { kind } = p;
  return (
    kind === TokenKind.word ||
    kind === TokenKind.quoted ||
    kind === TokenKind.template ||
    kind === TokenKind.parameter ||
    (kind === TokenKind.string && p.dialect.features.stringNames) ||
    (kind === TokenKind.number && p.dialect.names.dashes)
  );
}

/** Reads a dotted name; null when none starts here. */
export function readName(p: Parser): Name | null {
  if (!startsName(p)) return null;
  const start = p.start;
  const parts: string[] = [];
  let quoted = 0;
  for (;;) {
    const { kind } = p;
    let text = p.value(p.position);
    if (kind === TokenKind.template)
      p.gap("placeholder", `${text} is filled in before this runs`, p.start, p.start + text.length);
    p.next();
    if (kind === TokenKind.word || kind === TokenKind.number) text = withDashes(p, text);
    if (kind === TokenKind.quoted && p.dialect.names.dotsInsideQuotes && text.includes(".")) {
      for (const part of text.split(".")) {
        quoted |= 1 << parts.length;
        parts.push(part);
      }
    } else {
      if (kind === TokenKind.quoted) quoted |= 1 << parts.length;
      parts.push(text);
    }
    if (p.word === "..") {
      // The part between is left out: `database..table`.
      parts.push("");
      p.next();
    } else if (p.word === ".") {
      p.next();
      while (p.word === "." || p.word === "..") {
        parts.push("");
        p.next();
      }
    } else break;
    const next = p.kind;
    if (
      next !== TokenKind.word &&
      next !== TokenKind.quoted &&
      next !== TokenKind.template &&
      next !== TokenKind.parameter &&
      next !== TokenKind.number &&
      !(next === TokenKind.string && p.dialect.features.stringNames)
    )
      break;
  }
  return { parts, quoted, start, end: p.lastEnd };
}

/** `my-project` without quotes, where a dialect allows it (BigQuery, Lexical structure, Path expressions). */
function withDashes(p: Parser, first: string): string {
  if (!p.dialect.names.dashes) return first;
  let text = first;
  while (p.word === "-" && p.adjacent) {
    const ahead = p.kindAt(1);
    if (ahead !== TokenKind.word && ahead !== TokenKind.number && ahead !== TokenKind.quoted) break;
    if (p.startOf(p.position + 1) !== p.start + 1) break;
    p.next();
    text += `-${p.value(p.position)}`;
    p.next();
  }
  return text;
}

/** Reads `(a, b, …)`: the last part of each name; anything behind a name (types, lengths, order) is passed over. */
export function readColumnList(p: Parser): string[] {
  const columns: string[] = [];
  if (!p.is("(")) return columns;
  const close = p.mate;
  p.next();
  while (p.position < close && !p.atEnd()) {
    const at = p.position;
    const name = p.kind === TokenKind.string ? null : readName(p);
    if (name !== null) columns.push(name.parts.at(-1)!);
    else if (p.kind === TokenKind.string) {
      columns.push(p.value(p.position));
      p.next();
    } else if (!p.is(",")) p.unread("expected a column name", close);
    skipToComma(p, close);
    p.take(",");
    if (p.position === at) p.next();
  }
  p.moveTo(close + 1);
  return columns;
}

/** Moves to the next comma on this level before `close`, or to `close`. */
export function skipToComma(p: Parser, close: number): void {
  while (p.position < close && !p.atEnd() && !p.is(",")) {
    const word = p.word;
    if (word === "(" || word === "[" || word === "{") p.skipBrackets();
    else p.next();
  }
}
