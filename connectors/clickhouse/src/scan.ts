/** Reads texts that ClickHouse writes (types, engines, statements) as far as quotes and parentheses. */

const QUOTES = "'`\"";

/** The index after the quoted text that begins at `at`. Source: ClickHouse's manual, "Syntax": `\` escapes in all three quotes. */
export function afterQuoted(text: string, at: number): number {
  const quote = text[at];
  for (let index = at + 1; index < text.length; index += 1) {
    if (text[index] === "\\") index += 1;
    else if (text[index] === quote) {
      if (text[index + 1] !== quote) return index + 1;
      index += 1;
    }
  }
  return text.length;
}

/** The index after the parenthesis that closes the one at `at`. */
export function afterGroup(text: string, at: number): number {
  let depth = 0;
  for (let index = at; index < text.length; index += 1) {
    const char = text[index] as string;
    if (QUOTES.includes(char)) index = afterQuoted(text, index) - 1;
    else if (char === "(" || char === "[") depth += 1;
    else if (char === ")" || char === "]") {
      depth -= 1;
      if (depth === 0) return index + 1;
    }
  }
  return text.length;
}

/** The parts of a list, split at the commas outside of quotes and parentheses, without surrounding space. */
export function splitList(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index] as string;
    if (QUOTES.includes(char)) index = afterQuoted(text, index) - 1;
    else if (char === "(" || char === "[") index = afterGroup(text, index) - 1;
    else if (char === ",") {
      parts.push(text.slice(start, index).trim());
      start = index + 1;
    }
  }
  const last = text.slice(start).trim();
  if (last !== "" || parts.length > 0) parts.push(last);
  return parts;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", "0": "\0" };

/** What a quoted text says; a text without quotes says itself. */
export function unquote(text: string): string {
  const quote = text[0];
  if (quote === undefined || !QUOTES.includes(quote)) return text;
  return text.slice(1, -1).replaceAll(/\\(.)|(['`"])\2/gs, (_, escaped?: string, doubled?: string) => {
    if (escaped === undefined) return doubled === quote ? quote : `${doubled}${doubled}`;
    return ESCAPES[escaped] ?? escaped;
  });
}

/** A name at the beginning of a text, as it is meant, and what follows it. */
export function leadingName(text: string): { name: string; rest: string } {
  const end = QUOTES.includes(text[0] ?? " ") ? afterQuoted(text, 0) : (/^[^\s(,.=]*/.exec(text)?.[0].length ?? 0);
  return { name: unquote(text.slice(0, end)), rest: text.slice(end).trimStart() };
}

/** A name and the text in the parentheses after it: `Decimal(10, 2)`, `MergeTree`. */
export function takeCall(text: string): { name: string; inside: string | null; rest: string } {
  const { name, rest } = leadingName(text.trim());
  if (rest[0] !== "(") return { name, inside: null, rest };
  const end = afterGroup(rest, 0);
  return { name, inside: rest.slice(1, end - 1).trim(), rest: rest.slice(end).trimStart() };
}
