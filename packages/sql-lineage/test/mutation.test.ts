import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type DialectName, type StatementLineage, analyze, dialects, splitStatements } from "../src/index.ts";
import { fixtures } from "./fixtures.ts";

const COUNT = process.env["HEADWATER_SOAK"] === "1" ? 1_000_000 : 8000;
/** Milliseconds no short text may take, on a machine that does much else. */
const LONGEST = 2000;

/** Numbers from 0 up to 1 that are the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const PIECES =
  `select from where ( ) , ; ' " \` $$ -- /* */ begin end union with as t a.b * case when then join on using lateral pivot unpivot
merge insert into values update set delete create table view procedure declare if else loop for in over partition by group order limit
[ ] { } : :: := -> |> @ # % ? $1 {{ }} {% %} ' '' "" 1 1e9 0x \\ \u0000 \u{1f600} é GO / delimiter // execute immediate exec copy @s/x`.split(
    /\s+/,
  );

/** A text with a few things in it changed, dropped, doubled or put elsewhere. */
function mutated(text: string, random: () => number): string {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  let words = text.split(/(\s+|\b)/);
  const changes = 1 + Math.floor(random() * 4);
  for (let i = 0; i < changes && words.length > 0; i++) {
    const at = Math.floor(random() * words.length);
    switch (Math.floor(random() * 7)) {
      case 0:
        words.splice(at, 1);
        break;
      case 1:
        words.splice(at, 0, ` ${pick(PIECES)} `);
        break;
      case 2:
        words[at] = pick(PIECES);
        break;
      case 3:
        words.splice(at, 0, ...words.slice(at, at + 1 + Math.floor(random() * 20)));
        break;
      case 4:
        words.splice(Math.floor(random() * words.length), 0, ...words.splice(at, 1 + Math.floor(random() * 10)));
        break;
      case 5:
        words = words.slice(0, at);
        break;
      default: {
        const joined = words.join("");
        const cut = Math.floor(random() * joined.length);
        words = [joined.slice(0, cut), joined.slice(cut + 1)];
      }
    }
  }
  return words.join("");
}

test(
  `${COUNT} mutated scripts are read without an error, in time, and nothing in them is passed over in silence`,
  { timeout: 3_600_000 },
  async () => {
    const random = seeded(7);
    const scripts = fixtures().flatMap(({ file, dialect }) => {
      const text = readFileSync(file, "utf8").replaceAll(/^-->.*\n?/gm, "");
      return splitStatements(text, dialect).map(([start, end]) => ({ dialect, sql: text.slice(start, end) }));
    });
    const names = Object.keys(dialects) as DialectName[];
    const complaints: string[] = [];
    for (let i = 0; i < COUNT && complaints.length < 5; i++) {
      const { dialect, sql } = scripts[Math.floor(random() * scripts.length)]!;
      const text = mutated(sql, random);
      const as = random() < 0.8 ? dialect : names[Math.floor(random() * names.length)]!;
      const started = performance.now();
      const { statements } = await analyze(text, { dialect: as });
      const took = performance.now() - started;
      const found = wrongWith(text, statements);
      if (took > LONGEST) found.push(`it took ${took.toFixed(0)} ms`);
      complaints.push(...found.map((complaint) => `${complaint}: ${JSON.stringify({ dialect: as, text })}`));
    }
    expect(complaints).toEqual([]);
  },
);

/** What cannot be, whatever the text is. */
function wrongWith(text: string, statements: readonly StatementLineage[]): string[] {
  const isSpan = ([start, end]: readonly [number, number]): boolean => start >= 0 && end >= start && end <= text.length;
  const found = statements.flatMap(({ span, gaps, kind, within }) => [
    ...(isSpan(span) ? [] : [`a statement at ${span.join("-")}`]),
    ...(kind === "unknown" && gaps.length === 0 ? ["an unknown statement without a gap"] : []),
    ...(within === null || (within >= 0 && within < statements.length) ? [] : [`a statement within ${within}`]),
    ...gaps.filter(({ reason }) => reason === "defect").map(({ detail }) => detail),
    ...gaps.filter((gap) => !isSpan(gap.span)).map((gap) => `a gap at ${gap.span.join("-")}`),
  ]);
  // What no statement covers are separators and comments: a word outside of all of them was lost.
  const top = statements.filter(({ within }) => within === null).map(({ span }) => span);
  if (lost(text, top)) found.push("words outside of every statement");
  return found;
}

/** Whether a word of SQL that moves rows stands outside of all spans, comments and strings left out. */
function lost(text: string, spans: readonly (readonly [number, number])[]): boolean {
  let from = 0;
  let outside = "";
  for (const [start, end] of spans) {
    if (start > from) outside += `${text.slice(from, start)} `;
    from = Math.max(from, end);
  }
  outside += text.slice(from);
  return (
    /^(?:[^'"`$/\-#[\\{]*)\b(?:select|insert|update|delete|merge)\b(?!\$)/i.test(outside.trimStart()) &&
    spans.length > 0
  );
}
