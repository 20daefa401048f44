import { TRANSFORMATION } from "../how.ts";
import type { Item, StarItem } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { newExpr, newStar, readExpr } from "./build.ts";
import { parenthesisedQueryAt } from "./lookahead.ts";
import { readColumnList, readIdentifier, readName, skipToComma } from "./names.ts";
import type { Parser } from "./parser.ts";
import { closeBracket, recover } from "./recover.ts";
import { readType } from "./types.ts";
import { BINARY_OPERATORS } from "./words.ts";

/** `a.b.*` */
export function readQualifiedStar(p: Parser, start: number): StarItem | null {
  const { words, kinds } = p.tokens;
  let at = p.position;
  while (words[at + 1] === ".") {
    const kind = kinds[at + 2]!;
    if (words[at + 2] === "*") {
      const qualifier = readStarQualifier(p, at);
      p.moveTo(at + 3);
      // `t.* * 2` is no star.
      return readStarModifiers(p, newStar(qualifier, start));
    }
    if (
      kind !== TokenKind.word &&
      kind !== TokenKind.quoted &&
      kind !== TokenKind.number &&
      kind !== TokenKind.template
    )
      return null;
    at += 2;
  }
  return null;
}

function readStarQualifier(p: Parser, last: number): StarItem["qualifier"] {
  const parts: string[] = [];
  let quoted = 0;
  for (let at = p.position; at <= last; at += 2) {
    const text = p.value(at);
    const isQuoted = p.tokens.kinds[at] === TokenKind.quoted;
    for (const part of isQuoted && p.dialect.names.dotsInsideQuotes ? text.split(".") : [text]) {
      if (isQuoted) quoted |= 1 << parts.length;
      parts.push(part);
    }
  }
  return { parts, quoted, start: p.start, end: p.startOf(last) + p.raw(last).length };
}

/** `COLUMNS('regex')`, `COLUMNS(*)`: some of the columns (ClickHouse, DuckDB). */
export function readColumnsPattern(p: Parser, start: number): Item {
  p.next();
  const star = newStar(null, start);
  star.pattern = true;
  p.skipBrackets();
  if (p.kind === TokenKind.operator && BINARY_OPERATORS.has(p.word)) {
    const rest = newExpr(p.start);
    p.next();
    p.grammar.expression(p, rest);
    star.how = TRANSFORMATION;
  }
  return readStarModifiers(p, star);
}

export function readStarModifiers(p: Parser, star: StarItem): StarItem {
  for (;;) {
    const next = p.wordAt(1);
    switch (p.word) {
      case "EXCEPT":
      case "EXCLUDE":
        if (next === "(" && !parenthesisedQueryAt(p, p.position + 1)) {
          p.next();
          star.except.push(...readColumnList(p));
          continue;
        }
        if (
          p.isNameAt(1) &&
          (p.is("EXCLUDE") || p.dialect.features.queryTailSettings) &&
          next !== "SELECT" &&
          next !== "ALL" &&
          next !== "DISTINCT"
        ) {
          p.next();
          p.take("STRICT");
          const name = readName(p);
          if (name !== null) star.except.push(name.parts.at(-1)!);
          continue;
        }
        break;
      case "REPLACE":
        if (next !== "(" && !p.dialect.features.queryTailSettings) break;
        p.next();
        readReplacements(p, star);
        continue;
      case "RENAME":
        if (next !== "(" && !p.isNameAt(1)) break;
        p.next();
        readRenames(p, star);
        continue;
      case "ILIKE":
      case "LIKE":
        if (p.kindAt(1) !== TokenKind.string) break;
        star.pattern = true;
        p.skip(2);
        continue;
      case "APPLY":
        if (next !== "(") break;
        star.how = TRANSFORMATION;
        p.next();
        p.skipBrackets();
        continue;
      case "::":
        star.how = TRANSFORMATION;
        p.next();
        readType(p);
        continue;
    }
    star.end = p.lastEnd;
    return star;
  }
}

/** `(expression AS name, …)`; one without parentheses in ClickHouse. */
function readReplacements(p: Parser, star: StarItem): void {
  p.take("STRICT");
  const one = (): void => {
    const expr = readExpr(p);
    if (expr === null) {
      p.unread("expected an expression in REPLACE");
      recover(p, null);
      return;
    }
    p.take("AS");
    const name = readIdentifier(p);
    if (name !== null) star.replace.push({ name, expr });
  };
  readOneOrList(p, one);
}

function readRenames(p: Parser, star: StarItem): void {
  readOneOrList(p, () => {
    const from = readName(p);
    p.take("AS");
    const to = readIdentifier(p);
    if (from !== null && to !== null) star.rename.push({ from: from.parts.at(-1)!, to });
    else p.unread("expected names in RENAME");
  });
}

function readOneOrList(p: Parser, one: () => void): void {
  if (!p.is("(")) {
    one();
    return;
  }
  const close = p.mate;
  p.next();
  while (p.position < close && !p.atEnd()) {
    const at = p.position;
    one();
    skipToComma(p, close);
    p.take(",");
    if (p.position === at) p.next();
  }
  closeBracket(p, close, null);
}
