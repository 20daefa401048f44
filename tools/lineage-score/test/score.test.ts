import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { type Answer, comparable, compatibleColumns } from "../src/answer.ts";
import { setAside } from "../src/data.ts";
import { measureLabelled } from "../src/measures/labelled.ts";
import { countWords } from "../src/measures/procedures.ts";
import { type Asked, judge, rate } from "../src/measures/silent.ts";
import { judgedIn, keyOf } from "../src/triage.ts";

const folder = mkdtempSync(join(tmpdir(), "lineage-score-"));
afterAll(() => rmSync(folder, { recursive: true }));
const SCORE = fileURLToPath(new URL("../src/score.ts", import.meta.url));

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCORE, ...args], {
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  return { status, output: stdout + stderr };
}

const noColumns = { schema: null, config: {} } as const;

test("a folder of one's own is scored, without Python too", { timeout: 120_000 }, () => {
  const data = join(folder, "data");
  mkdirSync(join(data, "statements"), { recursive: true });
  writeFileSync(
    join(data, "sqllineage-cases.json"),
    JSON.stringify({
      schemas: { wide: { t: ["a", "b"] } },
      cases: [
        {
          id: "1",
          kind: "table",
          dialect: "hive",
          sql: "insert into x select a from t",
          sources: [{ table: "t" }],
          targets: [{ table: "x" }],
          ...noColumns,
        },
        {
          id: "2",
          kind: "table",
          dialect: "hive",
          sql: "insert into x select a from t",
          sources: [{ table: "t" }],
          targets: [],
          ...noColumns,
        },
        {
          id: "3",
          kind: "column",
          dialect: "ansi",
          sql: "insert into x select * from t",
          schema: "wide",
          config: {},
          columns: [
            [
              ["t", "a"],
              ["x", "a"],
            ],
            [
              ["t", "b"],
              ["x", "b"],
            ],
          ],
        },
        {
          id: "4",
          kind: "column",
          dialect: "ansi",
          sql: "select a + b as c from t",
          columns: [
            [
              ["t", "a"],
              [null, "c"],
            ],
            [
              ["t", "b"],
              [null, "c"],
            ],
          ],
          ...noColumns,
        },
      ],
    }),
  );
  writeFileSync(
    join(data, "statements", "postgres.jsonl"),
    `${JSON.stringify({ id: "s1", kind: "select", sql: "select a from t" })}\n${JSON.stringify({ id: "s2", kind: "select", sql: "select a b c from t" })}\n`,
  );
  const json = join(folder, "figures.json");
  // Nothing on the PATH, and a cache without a Python environment.
  const { status, output } = run(["--data", data, "--json", json, "--rounds", "2"], {
    PATH: "",
    XDG_CACHE_HOME: join(folder, "cache"),
  });
  expect(output).toContain("The silent error is null: no Python 3 with venv on the PATH.");
  expect(output).toMatch(/3 misses and differences|2 misses and differences/);
  expect(status).toBe(0);
  const result = JSON.parse(readFileSync(json, "utf8")) as Record<string, unknown>;
  expect(result).toMatchObject({
    figures: {
      "tables.exact": 50,
      "columns.exact": 100,
      "tpc.columns": null,
      "read.share": 50,
      "silent.ours": null,
      "silent.bestOther": null,
      "rate.perSecond": expect.any(Number) as number,
      "rate.toSpike": expect.any(Number) as number,
      "rss.mb": expect.any(Number) as number,
    },
    byDialect: { hive: { "tables.exact": 50 }, ansi: { "columns.exact": 100 }, postgres: { "read.share": 50 } },
    missing: expect.stringContaining("Python") as string,
  });
});

test("a folder that is not there is told", () => {
  const { status, output } = run(["--data", join(folder, "absent")]);
  expect(status).toBe(2);
  expect(output).toContain("--data");
});

const answer = (edges: readonly string[], sure = true): Answer => ({
  sources: ["t"],
  targets: [],
  columns: edges.map((edge) => `t.${edge}`).toSorted(),
  ordering: [],
  sure,
});

function asked(answers: Readonly<Record<string, Answer>>): Asked {
  return {
    statement: { id: "s", dialect: "ansi", kind: "select", sql: "" },
    answers: new Map(Object.entries(answers)),
  };
}

test("only families that share nothing vouch for an answer, and nobody for its own family", () => {
  const [one, other] = [answer(["a>.x"]), answer(["b>.x"])];
  // Two of one family agree: nobody is judged by that.
  expect(judge("ours", [asked({ ours: one, sqlglot: other, polyglot: other })])).toEqual([]);
  expect(rate(judge("ours", [asked({ ours: one, sqlglot: other, sqllineage: other })]))).toBe(100);
  expect(rate(judge("ours", [asked({ ours: one, sqlglot: one, sqllineage: one })]))).toBe(0);
  expect(rate(judge("sqlglot", [asked({ ours: one, sqlglot: other, sqllineage: one })]))).toBe(100);
  expect(judge("sqlglot", [asked({ ours: one, sqlglot: other, polyglot: one })])).toEqual([]);
  // Who says that it may be wrong is not silent.
  expect(judge("ours", [asked({ ours: answer(["a>.x"], false), sqlglot: other, sqllineage: other })])).toEqual([]);
  // An empty answer is a claim.
  expect(rate(judge("ours", [asked({ ours: answer([]), sqlglot: other, sqllineage: other })]))).toBe(100);
});

test("case, quotes, stars and names of unnamed columns are no differences", () => {
  const named = comparable({
    sources: [['"T"']],
    targets: [],
    columns: [{ source: ["T"], column: "`A`", target: null, targetColumn: "_c0" }],
    sure: true,
  });
  expect(named).toMatchObject({ sources: ["t"], columns: ["t.a>.<expr>"] });
  expect(compatibleColumns(named, { ...named, columns: ["t.a>.upper_a"] })).toBe(true);
  expect(compatibleColumns(named, { ...named, columns: ["t.b>.<expr>"] })).toBe(false);
});

test("labels follow scripts as their suite does", async () => {
  const results = await measureLabelled([
    {
      id: "through a view",
      kind: "column",
      dialect: "ansi",
      sql: "create view v as select a as b from t; insert into x select b as c from v",
      columns: [
        [
          ["t", "a"],
          ["x", "c"],
        ],
      ],
      ...noColumns,
    },
    {
      id: "a routine is one statement",
      kind: "table",
      dialect: "tsql",
      sql: "create procedure p as begin insert into b select * from a; insert into c select * from b end",
      sources: [{ table: "a" }, { table: "b" }],
      targets: [{ table: "b" }, { table: "c" }],
      ...noColumns,
    },
    {
      id: "passed through",
      kind: "table",
      dialect: "ansi",
      sql: "insert into b select * from a; insert into c select * from b",
      sources: [{ table: "a" }],
      targets: [{ table: "c" }],
      ...noColumns,
    },
  ]);
  expect(results.map(({ exact, got, wanted }) => (exact ? null : { got, wanted }))).toEqual([null, null, null]);
});

test("changes in routines are counted by their words alone", () => {
  expect(
    countWords(
      "begin insert into a select 1; update b set c = 1 -- update x set y\n; when matched then update set z = 1; delete from d; merge into e; end",
    ),
  ).toEqual({ insert: 1, update: 1, delete: 1, merge: 1 });
});

test("a third is set aside, always the same", () => {
  const ids = Array.from({ length: 3000 }, (_, i) => `case ${i}`);
  const share = ids.filter(setAside).length / ids.length;
  expect(share).toBeGreaterThan(0.3);
  expect(share).toBeLessThan(0.37);
  expect(["case 0", "case 1", "case 2", "case 3", "case 4", "case 5"].map(setAside)).toMatchInlineSnapshot(`
    [
      false,
      false,
      false,
      false,
      false,
      false,
    ]
  `);
});

test("every row of the triage has a verdict and a reason", () => {
  const page = readFileSync(new URL("../triage.md", import.meta.url), "utf8");
  const rows = page.split("\n").filter((line) => line.startsWith("| `"));
  expect(judgedIn(page).size).toBe(rows.length);
  for (const row of rows)
    expect(row).toMatch(
      /^\| `(?:label|tpc|read|procedure|silent) \w+ [^`]+` \| (?:ours|theirs|convention) \| .{10,} \|$/,
    );
  expect(keyOf({ kind: "read", dialect: "hive", id: "x#1", text: "" })).toBe("read hive x#1");
});
