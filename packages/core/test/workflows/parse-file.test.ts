import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse as parseYaml, stringify } from "yaml";
import { asWritten } from "../../src/workflows/file-node.ts";
import { parseFile } from "../../src/workflows/parse-file.ts";
import { Problems } from "../../src/workflows/problem.ts";
import { SEED, SOAK } from "../samples.ts";
import { short } from "./reading.ts";

function parse(text: string): { value: unknown; problems: string[] } {
  const problems = new Problems("file.yaml");
  const node = parseFile(text, problems);
  return { value: node === null ? null : asWritten(node), problems: problems.all().map(short) };
}

describe("what is read", () => {
  test.for<[what: string, text: string, value: unknown]>([
    ["blocks", "a:\n  b: [1, two]\n", { a: { b: [1, "two"] } }],
    ["JSON", '{"a": {"b": [1, "two", true]}}', { a: { b: [1, "two", true] } }],
    ["JSON indented with tabs", '{\n\t"a": [\n\t\t1\n\t]\n}', { a: [1] }],
    ["a byte order mark", "\ufeffa: 1", { a: 1 }],
    ["Windows line ends", "a: 1\r\nb: x\r\n", { a: 1, b: "x" }],
    ["a leading ---", "---\na: 1\n", { a: 1 }],
    ["a leading --- and a trailing ...", "--- # now\na: 1\n...\n", { a: 1 }],
    ["a directive", "%YAML 1.2\n---\na: 1\n", { a: 1 }],
    ["no final line feed and trailing blanks", "a: 1   \nb: x  ", { a: 1, b: "x" }],
    ["quoted keys and values", "\"a\": 'x'\n'b': \"y\"", { a: "x", b: "y" }],
    ["a folded block", "a: >-\n  one\n  two\n", { a: "one two" }],
    ["a literal block", "a: |\n  one\n  two\n", { a: "one\ntwo\n" }],
    ["keys without values", "a:\nb: ~\nc: 1", { c: 1 }],
    ["a key with only comments below it", "a:\n  # b: 1\nc: 1", { c: 1 }],
    ["the words of YAML 1.1 as text", "a: yes\nb: 0777\nc: 12:30", { a: "yes", b: 777, c: "12:30" }],
    ["anchors and aliases", "a: &x {b: 1}\nc: *x", { a: { b: 1 }, c: { b: 1 } }],
    [
      "merge keys, which own keys override",
      "a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}",
      { a: { b: 1, c: 2 }, d: { b: 1, c: 3 } },
    ],
    [
      "several merged mappings, the first of which wins",
      "x: &x {b: 1}\ny: &y {b: 2, c: 2}\nd: {<<: [*x, *y]}",
      {
        x: { b: 1 },
        y: { b: 2, c: 2 },
        d: { b: 1, c: 2 },
      },
    ],
    ["keys that are numbers", "1: a\n2.50: b", { 1: "a", "2.50": "b" }],
    ["what is no finite number", "a: .inf", { a: ".inf" }],
  ])("%s", ([, text, value]) => {
    expect(parse(text)).toEqual({ value, problems: [] });
  });

  test("a value keeps how it was written and where it stands", () => {
    const node = parseFile("a:\n  - 007\n  -  x: 'q'\n", new Problems("f"));
    expect(node?.entries.get("a")).toMatchObject({
      at: { line: 1, column: 1 },
      value: {
        is: "list",
        items: [
          { is: "scalar", value: 7, text: "007", at: { line: 2, column: 5 } },
          { is: "map", at: { line: 3, column: 6 } },
        ],
      },
    });
  });

  test("of a key given twice the last one counts, with a warning", () => {
    expect(parse("a: 1\nb:\n  c: 1\n  c: 2\n")).toEqual({
      value: { a: 1, b: { c: 2 } },
      problems: ['4:3 b.c "c" is given twice; the last one counts.'],
    });
  });
});

describe("what is refused", () => {
  test.for<[what: string, text: string, problem: RegExp]>([
    ["nothing", "", /^- {2}The file is empty/],
    ["only a comment", "# nothing\n", /^- {2}The file is empty/],
    ["a list", "- a\n- b", /^1:1 .*mapping/],
    ["a word", "source", /^1:1 .*mapping/],
    ["two workflows", "a: 1\n---\nb: 2", /^2:1 .*second document.*one workflow per file/],
    ["tabs for indentation", "a:\n\tb: 1", /^2:1 .*Tabs/],
    ["an unclosed quote", "a: 'x\nb: 1", /^\d+:\d+ .*missing/],
    ["an unclosed bracket", "a: [1, 2", /^\d+:\d+ /],
    ["wrong indentation", "a:\n   b: 1\n  c: 2", /^\d+:\d+ /],
    ["a second colon", "a: b: c", /^1:4 .*second key/],
    ["an alias without an anchor", "a: *x", /^1:4 a This alias has no anchor/],
    ["a tag", "a: !vault secret", /^1:4 .*Tags/],
    ["a key that is a list", "? [a]\n: 1", /^1:3 .*key must be a word/],
    ["a key that changes what objects are", "__proto__: {a: 1}", /^1:1 .*key must be a word/],
    ["a reserved character", "a: @x", /^1:4 .*cannot begin/],
    ["an anchor within itself", "a: &x\n  b: *x", /nested more than/],
    [
      "an avalanche of aliases",
      `a: &a [1,1,1,1,1,1,1,1,1,1]\n${["b", "c", "d", "e", "f"].map((key, at) => `${key}: &${key} [${`*${"abcde"[at]},`.repeat(10)}]`).join("\n")}`,
      /more than 20000 values/,
    ],
    ["brackets without end", "[".repeat(100_000), /./],
    ["a reference within braces", "a:\n  b: {c: ${D}}", /^2:\d+ .*a reference wants quotes/],
    ["a file too long to be a workflow", `a: ${"x".repeat(1_000_001)}`, /longer than/],
  ])("%s", ([, text, problem]) => {
    const { value, problems } = parse(text);
    expect(value).toBeNull();
    expect(problems[0]).toMatch(problem);
  });

  test("no message holds a value", () => {
    const broken = [
      "a: 'hunter2\nb",
      "a: hunter2: x",
      "{a: hunter2",
      "a: [hunter2\n",
      "a: @hunter2",
      "hunter2",
      "a: !hunter2 x",
      "a: b\n hunter2",
    ];
    for (const text of broken) expect(parse(text).problems.join()).not.toContain("hunter2");
  });
});

test("what a YAML library writes is read back", () => {
  const key = fc.string({ minLength: 1 }).filter((text) => text !== "<<" && text !== "__proto__");
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ maxDepth: 4 }, fc.string(), fc.integer(), fc.boolean(), tie("list"), tie("map")),
    list: fc.array(tie("any"), { maxLength: 4 }),
    map: fc.dictionary(key, tie("any"), { maxKeys: 4 }),
  }));
  fc.assert(
    fc.property(fc.dictionary(key, value.any, { minKeys: 1, maxKeys: 4 }), fc.boolean(), (object, json) => {
      const text = json ? JSON.stringify(object, null, "\t") : stringify(object);
      expect(parse(text)).toEqual({ value: parseYaml(text), problems: [] });
    }),
    { seed: SEED, numRuns: 500 * SOAK },
  );
});
