import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { main } from "../src/cli.ts";

const folder = mkdtempSync(join(tmpdir(), "sql-lineage-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function run(...args: string[]): Promise<{ code: number; output: string; error: string }> {
  let output = "";
  let error = "";
  const code = await main(
    args,
    (text) => (output += text),
    (text) => (error += text),
  );
  return { code, output, error };
}

const load = file(
  "load.sql",
  "insert into t (x)\nselect upper(a) from s where b > 1;\ngrant all on t to me;\nselect a b c from t;",
);

test("text says where, what and how", async () => {
  const { code, output, error } = await run("--dialect", "snowflake", load);
  expect({ code, error }).toEqual({ code: 0, error: "" });
  expect(output).toBe(
    [
      "1:1  insert: reads s; writes t",
      "    s.a -> t.x  transformation",
      "    rows decided by s.b (filter)",
      "4:1  select: reads t",
      "    t.a -> b  identity  (recovered)",
      '    gap at 4:12: unread: expected a comma or FROM, found "c"',
      "",
    ].join("\n"),
  );
});

test("--strict fails when there is a gap", async () => {
  expect((await run("-d", "snowflake", "--strict", load)).code).toBe(1);
  expect((await run("-d", "snowflake", "--strict", file("whole.sql", "select a from t"))).code).toBe(0);
});

test("JSON is the documented result, one for each file", async () => {
  const one = await run("-d", "ansi", "-f", "json", file("one.sql", "select a from t"));
  expect(JSON.parse(one.output)).toMatchObject({
    dialect: "ansi",
    statements: [{ kind: "select", reads: [{ id: "t" }] }],
  });
  const two = await run("-d", "ansi", "-f", "json", join(folder, "one.sql"), load);
  expect(JSON.parse(two.output)).toMatchObject([{ file: join(folder, "one.sql") }, { file: load }]);
});

test("Mermaid", async () => {
  expect((await run("-d", "ansi", "-f", "mermaid", join(folder, "one.sql"))).output).toMatch(
    /^flowchart LR\n {2}t1\["t"\]/,
  );
});

test("columns and defaults can be given", async () => {
  const schema = file("schema.json", JSON.stringify({ "lake.app.t": ["a", "b"] }));
  const { output } = await run(
    "-d",
    "postgres",
    "--schema",
    schema,
    "--catalog",
    "lake",
    "--path",
    "app,public",
    file("star.sql", "select * from t"),
  );
  expect(output).toContain("lake.app.t.a -> a  identity\n");
});

test("wrong usage is told with what is right", async () => {
  expect(await run()).toMatchObject({ code: 2, error: expect.stringContaining("--dialect") as string });
  expect(await run("-d", "foxpro")).toMatchObject({
    code: 2,
    error: expect.stringMatching(/foxpro.*postgres/) as string,
  });
  expect(await run("-d", "ansi", "-f", "xml")).toMatchObject({
    code: 2,
    error: expect.stringContaining("mermaid") as string,
  });
  expect(await run("-d", "ansi", "--nonsense")).toMatchObject({
    code: 2,
    error: expect.stringContaining("Usage:") as string,
  });
  expect(await run("-d", "ansi", join(folder, "absent.sql"))).toMatchObject({
    code: 2,
    error: expect.stringContaining("absent.sql") as string,
  });
  expect(await run("-d", "ansi", "-s", file("wrong.json", '{"t": 1}'), load)).toMatchObject({
    code: 2,
    error: expect.stringContaining('columns of "t"') as string,
  });
});

test("--help", async () => {
  expect(await run("--help")).toMatchObject({
    code: 0,
    output: expect.stringContaining("Usage: sql-lineage") as string,
  });
});
