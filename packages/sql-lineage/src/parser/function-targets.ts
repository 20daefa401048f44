import type { Name, TableSource, TargetTable } from "../ir.ts";
import { TokenKind } from "../lexer/tokens.ts";
import { splitName } from "../schema.ts";
import { readLiteral } from "./literal.ts";
import { readName } from "./names.ts";
import type { Parser } from "./parser.ts";

/**
 * The file or table that the function call here stands for, by the dialect's lists (`s3('https://…')`, `remote('host', db.t)`);
 * moves behind the call. Null, without moving, when it stands for neither.
 */
export function functionTarget(p: Parser): TargetTable | null {
  if (p.wordAt(1) !== "(") return null;
  const { fileFunctions, tableArguments } = p.dialect.words;
  const called = p.value(p.position).toLowerCase();
  const file = fileFunctions.get(called);
  const table = tableArguments.get(called);
  if (file === undefined && table === undefined) return null;
  const start = p.start;
  const close = p.tokens.mates[p.position + 1] ?? p.tokens.count;
  const at = argumentAt(p, file ?? table!, close);
  if (at < 0) return null;
  const end = (): number => {
    p.moveTo(close + 1);
    return p.lastEnd;
  };
  const { kinds, words } = p.tokens;
  if (file !== undefined) {
    if (kinds[at] !== TokenKind.string) return null;
    const parts = [p.value(at)];
    return { name: { parts, quoted: 1, start, end: end() }, source: "file" };
  }
  if (kinds[at] === TokenKind.string) {
    // 'db', 'table' or 'db.table'
    const parts = p.value(at).split(".");
    if (parts.length === 1 && words[at + 1] === "," && kinds[at + 2] === TokenKind.string) parts.push(p.value(at + 2));
    return found(p, { parts, quoted: 0, start, end: end() });
  }
  if (kinds[at] === TokenKind.stage) {
    // DIRECTORY(@stage) (Snowflake): the files of a stage
    const parts = [p.value(at)];
    return { name: { parts, quoted: 1, start, end: end() }, source: "stage" };
  }
  const before = p.position;
  p.position = at;
  if (p.is("TABLE") && p.isNameAt(1)) p.next();
  const name = readName(p);
  // SEMANTIC_VIEW(v METRICS …) (Snowflake)
  const alone = name !== null && (p.is(",") || p.position === close || p.isName());
  p.position = before;
  return alone ? found(p, { ...name, end: end() }) : null;
}

function found(p: Parser, name: Name): TargetTable {
  p.tableNames.push(name);
  return { name, source: "table" };
}

/** Where argument `position` of the call here starts; -1 when there are fewer. */
function argumentAt(p: Parser, position: number, close: number): number {
  const { words, mates } = p.tokens;
  let at = p.position + 2;
  for (let passed = 0; passed < position; at++) {
    if (at >= close) return -1;
    if (words[at] === ",") passed++;
    else if (mates[at]! > at) at = mates[at]!;
  }
  return at < close ? at : -1;
}

/**
 * Reads `IDENTIFIER(…)`: the name that its string holds, or the one its variable was last given; anything else is known only when
 * it runs.
 */
export function identifierName(p: Parser): [Name, TableSource] {
  const start = p.start;
  const close = p.tokens.mates[p.position + 1] ?? p.tokens.count;
  const text = p.slice(start, p.startOf(close) + 1);
  p.skip(2);
  let literal = readLiteral(p);
  if (p.kind === TokenKind.parameter) {
    literal = p.texts.get(p.value(p.position).replace(/^[:$]/, "").toLowerCase()) ?? null;
    p.next();
  }
  const whole = p.position === close;
  p.moveTo(close + 1);
  const end = p.lastEnd;
  if (literal !== null && whole) return [{ parts: splitName(literal.text), quoted: 0, start, end }, "table"];
  p.gap("dynamic sql", `the name of the table is computed: ${text}`, start, end);
  return [{ parts: [text], quoted: 1, start, end }, "placeholder"];
}
