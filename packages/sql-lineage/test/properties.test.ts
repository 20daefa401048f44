import { readFileSync } from "node:fs";
import { array, assert, asyncProperty, constantFrom } from "fast-check";
import { expect, test } from "vitest";
import { type StatementLineage, analyze, schemaOf, splitStatements } from "../src/index.ts";
import { fixtures } from "./fixtures.ts";
import { SCHEMA, randomQuery } from "./random-sql.ts";

const RUNS = process.env["HEADWATER_SOAK"] === "1" ? 20_000 : 300;
const schema = schemaOf(SCHEMA);

async function read(sql: string): Promise<readonly StatementLineage[]> {
  return (await analyze(sql, { dialect: "postgres", schema })).statements;
}

/** What flows where, without places in the text and in no particular order. */
function flows(statement: StatementLineage): unknown {
  const sorted = (lines: string[]): string[] => [...new Set(lines)].toSorted();
  return {
    reads: sorted(statement.reads.map(({ id }) => id)),
    columns: sorted(
      statement.columns.map(({ from, to, transformations, confidence }) =>
        JSON.stringify([from, to.column, transformations.map((one) => JSON.stringify(one)).toSorted(), confidence]),
      ),
    ),
    rows: sorted(
      statement.dataset.map(({ from, transformations, confidence }) =>
        JSON.stringify([from, transformations.map((one) => JSON.stringify(one)).toSorted(), confidence]),
      ),
    ),
    gaps: statement.gaps.map(({ reason }) => reason),
  };
}

/** Changes of a query's text that change nothing of what flows. */
const changes: readonly {
  readonly name: string;
  readonly change: (sql: string, columns: readonly string[]) => string;
}[] = [
  {
    name: "a subquery around a query changes nothing",
    change: (sql, columns) => `select ${columns.join(", ")} from (${sql}) q`,
  },
  { name: "nor does a star over it", change: (sql) => `select * from (${sql}) q` },
  {
    name: "nor does a WITH around it",
    change: (sql, columns) => `with q as (${sql}) select ${columns.map((name) => `q.${name}`).join(", ")} from q`,
  },
  {
    name: "nor do aliases of other names",
    change: (sql) =>
      sql
        .replaceAll(/\bx\b(?!;)/g, "alias_1")
        .replaceAll(/\by\b(?!')/g, "alias_2")
        .replaceAll(/\bw\b/g, "alias_3"),
  },
  { name: "nor do parentheses around values", change: (sql) => sql.replaceAll(/\b[xy]\.\w\b/g, "(($&))") },
  { name: "nor does a parenthesis around all of it", change: (sql) => `((${sql}))` },
  { name: "nor do comments and line breaks", change: (sql) => sql.replaceAll(/ (?!;)/g, " /* ( ' */\n-- ; \"\n") },
  {
    name: "nor do capitals",
    change: (sql) =>
      sql.replaceAll(/'[^']*'|\w+/g, (word) =>
        word.startsWith("'") || /^k\d$/.test(word) ? word : word.toUpperCase(),
      ),
  },
  { name: "nor does a union with itself", change: (sql) => `(${sql}) union all (${sql})` },
];

test.for(changes)("$name", async ({ change }) => {
  await assert(
    asyncProperty(randomQuery, async ({ sql, columns }) => {
      const [before] = await read(sql);
      const [after] = await read(change(sql, columns));
      expect(before!.gaps).toEqual([]);
      expect(flows(after!)).toEqual(flows(before!));
    }),
    { numRuns: RUNS, seed: 20_241_113 },
  );
});

test("the branches of a union can change places", async () => {
  await assert(
    asyncProperty(randomQuery, randomQuery, async (one, other) => {
      const width = Math.min(one.columns.length, other.columns.length);
      const cut = ({ sql, columns }: typeof one): string =>
        `select ${columns.slice(0, width).join(", ")} from (${sql}) q`;
      const [before] = await read(`${cut(one)} union ${cut(other)}`);
      const [after] = await read(`${cut(other)} union ${cut(one)}`);
      expect(flows(after!)).toEqual(flows(before!));
    }),
    { numRuns: RUNS, seed: 20_241_113 },
  );
});

test("a script split into statements reads the same", async () => {
  await assert(
    asyncProperty(
      array(randomQuery, { minLength: 1, maxLength: 6 }),
      constantFrom(";", " ;\n;", "; -- ;\n"),
      async (queries, separator) => {
        const script = queries
          .map(({ sql }, i) => (i % 2 === 0 ? sql : `insert into target_${i} ${sql}`))
          .join(separator);
        const spans = splitStatements(script, "postgres");
        expect(spans).toHaveLength(queries.length);
        const whole = await read(script);
        expect(whole.map(({ span }) => span)).toEqual(spans);
        for (const [i, [start, end]] of spans.entries()) {
          const [alone] = await read(script.slice(start, end));
          expect(flows(alone!)).toEqual(flows(whole[i]!));
          expect(alone!.fingerprint).toBe(whole[i]!.fingerprint);
        }
      },
    ),
    { numRuns: RUNS, seed: 20_241_113 },
  );
});

test("every edge's evidence is a piece of its statement", async () => {
  await assert(
    asyncProperty(randomQuery, async ({ sql }) => {
      const [statement] = await read(`  ${sql}`);
      const [start, end] = statement!.span;
      for (const { evidence } of [...statement!.columns, ...statement!.dataset]) {
        expect(evidence.span[0]).toBeGreaterThanOrEqual(start);
        expect(evidence.span[1]).toBeLessThanOrEqual(end);
        expect(evidence.span[1]).toBeGreaterThan(evidence.span[0]);
      }
    }),
    { numRuns: RUNS, seed: 20_241_113 },
  );
});

test("T-SQL reads the same without semicolons", async () => {
  const all = (statements: readonly StatementLineage[]): string[] => [
    ...new Set(
      statements.flatMap(({ reads, writes, columns }) => [
        ...reads.map(({ id }) => `reads ${id}`),
        ...writes.map(({ id, mode }) => `${mode} ${id}`),
        ...columns.map(({ from, to }) => `${from.table}.${from.column} > ${to.table}.${to.column}`),
      ]),
    ),
  ];
  let compared = 0;
  for (const { dialect, file } of fixtures()) {
    if (dialect !== "tsql") continue;
    for (const batch of readFileSync(file, "utf8").split(/^GO.*$/m)) {
      const sql = batch.replaceAll(/^--.*$/gm, "").trim();
      if (sql === "" || sql.includes("--")) continue;
      const expected = all((await analyze(sql, { dialect })).statements).toSorted();
      // A WITH needs the semicolon before it.
      const bare = sql.replaceAll(/;(?!\s*WITH\b)/gi, "\n");
      expect([bare, all((await analyze(bare, { dialect })).statements).toSorted()]).toEqual([bare, expected]);
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(50);
});
