import { describe, expect, test } from "vitest";
import { type StatementLineage, analyze, createPool, schemaOf } from "../src/index.ts";

const times = (count: number, piece: (i: number) => string, separator = ""): string =>
  Array.from({ length: count }, (_, i) => piece(i)).join(separator);

interface Shape {
  readonly name: string;
  readonly size: number;
  readonly sql: (size: number) => string;
  /** What the whole of it gives; left out where a limit is met. */
  readonly holds?: (statements: readonly StatementLineage[], size: number) => void;
}

const onlyEdge =
  (edge: string) =>
  (statements: readonly StatementLineage[]): void => {
    expect(statements).toHaveLength(1);
    expect(statements[0]!.gaps).toEqual([]);
    expect(statements[0]!.columns.map(({ from, to }) => `${from.table ?? "?"}.${from.column} > ${to.column}`)).toEqual([
      edge,
    ]);
  };

const shapes: readonly Shape[] = [
  {
    name: "nested parentheses",
    size: 10_000,
    sql: (n) => `select ${"(".repeat(n)}a${")".repeat(n)} as a from t`,
    holds: onlyEdge("t.a > a"),
  },
  {
    name: "an IN list of 5 MB",
    size: 250_000,
    sql: (n) => `select a from t where b in (${times(n, (i) => `'value of ${i}'`, ", ")})`,
    holds: onlyEdge("t.a > a"),
  },
  {
    name: "200 chained CTEs",
    size: 200,
    sql: (n) =>
      `with c0 as (select a from t)${times(n, (i) => `, c${i + 1} as (select a from c${i})`)} select a from c${n}`,
    holds: onlyEdge("t.a > a"),
  },
  {
    name: "200 CTEs that each read the one before twice",
    size: 200,
    sql: (n) =>
      `with c0 as (select a from t)${times(n, (i) => `, c${i + 1} as (select x.a from c${i} x join c${i} y on x.a = y.a)`)} select a from c${n}`,
    holds: onlyEdge("t.a > a"),
  },
  {
    name: "a union of 5,000",
    size: 5000,
    sql: (n) => times(n, () => "select a from t", " union all "),
    holds: onlyEdge("t.a > a"),
  },
  {
    name: "a condition of 20,000 terms",
    size: 20_000,
    sql: (n) => `select a from t where ${times(n, (i) => `b = ${i}`, " or ")}`,
    holds: onlyEdge("t.a > a"),
  },
  {
    name: "10,000 columns",
    size: 10_000,
    sql: (n) =>
      `select ${times(n, (i) => `coalesce(x.a${i}, y.b${i}) as c${i}`, ", ")} from t x join u y on x.id = y.id`,
    holds: ([one], n) => expect(one!.columns).toHaveLength(2 * n),
  },
  {
    name: "20,000 rows of values",
    size: 20_000,
    sql: (n) => `insert into t (a, b) values ${times(n, (i) => `(${i}, 'x')`, ", ")}`,
  },
  {
    name: "5,000 statements",
    size: 5000,
    sql: (n) => times(n, (i) => `insert into t${i + 1} select a from t${i};\n`),
    holds: (all, n) => expect(all.every(({ gaps }) => gaps.length === 0) && all.length).toBe(n),
  },
  {
    name: "5,000 joins",
    size: 5000,
    sql: (n) => `select t0.a as a from t0 ${times(n, (i) => `join t${i + 1} on t${i}.id = t${i + 1}.id`, " ")}`,
    holds: onlyEdge("t0.a > a"),
  },
  {
    name: "joins whose columns may be of any table",
    size: 5000,
    sql: (n) => `select a from t0 ${times(n, (i) => `join t${i + 1} on k${i} = l${i}`, " ")}`,
  },
  {
    name: "2,000 joins by the same column",
    size: 2000,
    sql: (n) => `select id from t0 ${times(n, (i) => `join t${i + 1} using (id)`, " ")}`,
  },
  {
    name: "10,000 aliases used by the next column",
    size: 10_000,
    sql: (n) => `select a as c0, ${times(n, (i) => `c${i} + 1 as c${i + 1}`, ", ")} from t`,
  },
  {
    name: "nested subqueries",
    size: 5000,
    sql: (n) => `${"select a from (".repeat(n)}select a from t${") x".repeat(n)}`,
  },
  { name: "nested CASE", size: 5000, sql: (n) => `select ${"case when a then ".repeat(n)}b${" end".repeat(n)} from t` },
  { name: "brackets that never close", size: 20_000, sql: (n) => `${"([{".repeat(n)}select a from t` },
  { name: "quotes that never close", size: 50_001, sql: (n) => `select ${"'".repeat(n)}` },
  { name: "blocks in blocks", size: 5000, sql: (n) => `${"begin ".repeat(n)}select 1; ${"end; ".repeat(n)}` },
  { name: "nothing but separators", size: 200_000, sql: (n) => ";".repeat(n), holds: (all) => expect(all).toEqual([]) },
  {
    name: "a chain of 10,000 statements",
    size: 10_000,
    sql: (n) => `select a from t${times(n, () => " ->> select a from $1")}`,
    holds: ([statement]) => {
      expect(statement!.reads.map(({ id }) => id)).toEqual(["t"]);
      expect(statement!.gaps.map(({ reason }) => reason)).toEqual(["unread"]);
    },
  },
  {
    name: "10,000 arrays side by side",
    size: 10_000,
    sql: (n) =>
      `select c0 from t, unnest(${times(n, (i) => `t.a${i}`, ", ")}) as u (${times(n, (i) => `c${i}`, ", ")})`,
    holds: onlyEdge("t.a0 > c0"),
  },
  {
    name: "10,000 template tags",
    size: 10_000,
    sql: (n) => `select a from t where ${times(n, (i) => `{% if x${i} %} b = ${i} or {% endif %} `)}c`,
    holds: ([statement]) => {
      expect(statement!.columns).toHaveLength(1);
      expect(statement!.gaps).toHaveLength(100);
    },
  },
];

/** What a text says, and the processor's time it took: the machine does other things too. */
async function timed(sql: string): Promise<{ statements: readonly StatementLineage[]; milliseconds: number }> {
  const before = process.cpuUsage();
  const { statements } = await analyze(sql, { dialect: "snowflake" });
  const { user, system } = process.cpuUsage(before);
  return { statements, milliseconds: (user + system) / 1000 };
}

describe("large and odd texts", () => {
  test.for(shapes)("$name", { timeout: 60_000 }, async ({ size, sql, holds }) => {
    const { statements, milliseconds } = await timed(sql(size));
    holds?.(statements, size);
    if (holds === undefined || statements.length === 0) return;
    // Sixteen times the text may not take 256 times the time. One good measurement of five is enough: what is slow is slow each time.
    const best = async (count: number, known: number = Infinity): Promise<number> =>
      Math.min(known, (await timed(sql(count))).milliseconds);
    let small = Infinity;
    for (let again = 0; again < 3; again += 1) small = await best(Math.ceil(size / 16), small);
    small = Math.max(small, 2);
    let large = milliseconds;
    for (let again = 0; again < 4 && large >= 100 * small; again += 1) large = await best(size, large);
    expect(large).toBeLessThan(100 * small);
  });

  test("stars over 2,000 columns", async () => {
    const wide = Array.from({ length: 2000 }, (_, i) => `c${i}`);
    const { statements } = await analyze(
      "create table copy as with w as (select * from wide) select x.*, y.* exclude (c1) from w x join wide y on x.c1 = y.c1",
      { dialect: "snowflake", schema: schemaOf({ wide }) },
    );
    expect(new Set(statements[0]!.columns.map(({ to }) => to.column)).size).toBe(2000);
  });

  test("a statement of more than 8 MB is a gap, and those around it are read", async () => {
    const { statements } = await analyze(`select a from t; select '${"x".repeat(8 * 1024 * 1024)}'; select b from u`, {
      dialect: "postgres",
    });
    expect(statements.map(({ gaps }) => gaps.map(({ reason }) => reason))).toEqual([[], ["size"], []]);
    expect(statements.map(({ reads }) => reads.map(({ id }) => id))).toEqual([["t"], [], ["u"]]);
  });

  test("what nests too deeply or takes too many steps is a gap, and the next statement is read", async () => {
    const deep = `${"select a from (".repeat(2000)}select a from t${") x".repeat(2000)}`;
    const long = `select ${times(3000, (i) => `k${i}`, ", ")} from t0 ${times(9000, (i) => `join t${i + 1} on true`, " ")}`;
    const { statements } = await analyze(`${deep}; ${long}; select b from u`, { dialect: "postgres" });
    expect(statements.map(({ gaps }) => gaps[0]?.reason)).toEqual(["nesting", "work", undefined]);
    expect(statements[2]!.reads.map(({ id }) => id)).toEqual(["u"]);
  });

  test("all of them fit into a worker's 128 MB", { timeout: 120_000 }, async () => {
    await using pool = createPool({ size: 1, memoryLimit: 128, timeLimit: 60_000 });
    const limited: string[] = [];
    for (const { name, size, sql } of shapes) {
      const { statements } = await pool.analyze({ sql: sql(size), dialect: "snowflake" });
      if (statements.some(({ gaps }) => gaps.some(({ reason }) => reason === "memory" || reason === "time")))
        limited.push(name);
    }
    expect(limited).toEqual([]);
  });
});
