import type { Dialect } from "../dialect.ts";
import type { Name, ParsedStatement } from "../ir.ts";
import { tokenize } from "../lexer/tokenizer.ts";
import { TokenKind, withTokens } from "../lexer/tokens.ts";
import type { Gap } from "../result.ts";
import { readBlockInto } from "./blocks.ts";
import { readExpression } from "./expression.ts";
import type { Grammar } from "./grammar.ts";
import { readFromList, readJoined, readJoins, readRelation } from "./joins.ts";
import { readOperand } from "./operand.ts";
import { Parser } from "./parser.ts";
import { readPerformQuery, readQuery } from "./query.ts";
import { readOne } from "./sequence.ts";
import { readStatement } from "./statement.ts";
import { readTarget } from "./target.ts";

const grammar: Grammar = {
  expression: readExpression,
  operand: readOperand,
  query: readQuery,
  performQuery: readPerformQuery,
  fromList: readFromList,
  relation: readRelation,
  joined: readJoined,
  joins: readJoins,
  block: readBlockInto,
  statement: readStatement,
  target: readTarget,
};

/** The longest statement that is read, in UTF-16 units. */
export const MAX_STATEMENT_LENGTH: number = 8 * 1024 * 1024;

/** The statements of a text, and the tables they name. */
export interface Script {
  readonly statements: readonly ParsedStatement[];
  /** Every mention of a table, in order; names of WITH and of temporary tables among them. */
  readonly tableNames: readonly Name[];
}

/** Reads all statements of a text. Never fails: what cannot be read is a gap of its statement. */
export function readScript(text: string, dialect: Dialect): Script {
  return withTokens((tokens) => {
    tokenize(text, dialect.lexical, tokens);
    const p = new Parser(dialect, grammar, tokens);
    const statements: ParsedStatement[] = [];
    let tag = 0;
    while (!p.atEnd()) {
      p.refuel(0);
      if (p.is(";") || p.kind === TokenKind.separator) {
        p.next();
        continue;
      }
      const at = p.position;
      if (text.length - p.start > MAX_STATEMENT_LENGTH && skipTooLong(p, statements)) continue;
      const count = statements.length;
      p.procedural = false;
      p.gaps = [];
      readOne(p, statements);
      if (p.position === at) p.next();
      if (tag < tokens.tags.length && statements.length > count) tag = addTags(p, statements, tag);
      if (tokens.unclosed.length > 0 && statements.length > count) addUnclosed(p, statements, at);
    }
    addLost(p, statements);
    return { statements, tableNames: p.tableNames };
  });
}

/** What was opened and never closed outside every statement hides the rest of the text: that is a statement nobody can read. */
function addLost(p: Parser, statements: ParsedStatement[]): void {
  const end = p.tokens.text.length;
  for (const { start, what } of p.tokens.unclosed) {
    if (what === "bracket" || statements.some((one) => start >= one.start && start < one.end)) continue;
    const gaps: Gap[] = [{ span: [start, end], reason: "unclosed", detail: `${what} without its partner` }];
    statements.push({
      statement: { kind: "utility", command: "", start, end },
      gaps,
      calls: [],
      start,
      end,
      fingerprint: "",
    });
    return;
  }
}

/** Passes over a statement that is too long; false when the one here is not. */
function skipTooLong(p: Parser, out: ParsedStatement[]): boolean {
  const { words, kinds, ends, count } = p.tokens;
  const start = p.start;
  let at = p.position;
  while (at < count && words[at] !== ";" && kinds[at] !== TokenKind.separator) at++;
  const end = at === p.position ? start : ends[at - 1]!;
  if (end - start <= MAX_STATEMENT_LENGTH) return false;
  p.position = at;
  out.push({
    statement: { kind: "utility", command: "", start, end },
    gaps: [{ span: [start, end], reason: "size", detail: `longer than ${MAX_STATEMENT_LENGTH} characters` }],
    calls: [],
    start,
    end,
    fingerprint: "",
  });
  return true;
}

/** Notes the template tags before here, from number `tag` on, on the last statement; gives the number of the next one. */
function addTags(p: Parser, statements: ParsedStatement[], tag: number): number {
  const { tags, text } = p.tokens;
  const last = statements.at(-1)!;
  const gaps = [...last.gaps];
  let at = tag;
  for (; at < tags.length && tags[at]!.start < p.lastEnd; at++) {
    const { start, end } = tags[at]!;
    const detail = `${text.slice(start, end)} decides what of the text is used; all of it was read`;
    if (gaps.length < 100) gaps.push({ span: [start, end], reason: "placeholder", detail });
  }
  statements[statements.length - 1] = { ...last, gaps };
  return at;
}

function addUnclosed(p: Parser, statements: ParsedStatement[], from: number): void {
  const last = statements.at(-1)!;
  const gaps = [...last.gaps];
  const start = p.startOf(from);
  const end = p.position > 0 ? p.tokens.ends[p.position - 1]! : start;
  for (const { start: at, what } of p.tokens.unclosed) {
    if (at >= start && at <= end)
      gaps.push({ span: [at, end], reason: "unclosed", detail: `${what} without its partner` });
  }
  statements[statements.length - 1] = { ...last, gaps };
}
