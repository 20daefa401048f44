import { dialects } from "@headwater/sql-lineage";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hideStrings, shapeHex, shaper } from "../src/index.ts";

const shape = shaper(dialects.postgres.lexical);
const mysql = shaper(dialects.mysql.lexical);
const same = (a: string, b: string): boolean => shape(a, 0) === shape(b, 0);

describe("the same shape", () => {
  test.for([
    ["SELECT a FROM t WHERE x = 1", "select  a\nfrom T where x=2.5e3"],
    ["SELECT 'a''b', 'c'", "SELECT 'x', ''"],
    ["a IN (1, 2, 3)", "a IN (4)"],
    ["VALUES (1, 'a'), (2, 'b'), (3, 'c')", "VALUES (9, 'z')"],
    ["SELECT /* who */ a -- why", "SELECT a"],
    ["x = $1 AND y = $22", "x = 7 AND y = 'b'"],
  ])("%s", ([a = "", b = ""]) => {
    expect(same(a, b)).toBe(true);
  });
});

describe("another shape", () => {
  test.for([
    ["SELECT a FROM t", "SELECT b FROM t"],
    ["SELECT a FROM t1", "SELECT a FROM t2"],
    ['SELECT "A"', 'SELECT "a"'],
    ["SELECT ab", "SELECT a b"],
    ["f(1, a)", "f(a)"],
    ["f(1), g(2)", "f(1)"],
    ["VALUES (1), (a)", "VALUES (1)"],
    ["SELECT 'a', b", "SELECT 'a'"],
    ["a -- b", "a b"],
  ])("%s", ([a = "", b = ""]) => {
    expect(same(a, b)).toBe(false);
  });

  test("in another database", () => {
    expect(shape("SELECT 1", 1)).not.toBe(shape("SELECT 1", 2));
  });
});

test("backslashes and quotes mean what the dialect has them mean", () => {
  expect(mysql(String.raw`SELECT 'a\'b', "c"`, 0)).toBe(mysql("SELECT 'x', 'y'", 0));
  expect(same(String.raw`SELECT '\', b, 'c'`, "SELECT 'x', b, 'y'")).toBe(true);
});

test("any text has one, whatever stands in it", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      expect(shapeHex(shape(text, 0))).toMatch(/^[0-9a-f]{32}$/);
      expect(hideStrings(text, dialects.mysql.lexical)).toHaveLength(text.length);
    }),
  );
});

test("what stands in strings is hidden in place", () => {
  const text = `SELECT 'it''s', "Name" FROM t -- don't`;
  expect(hideStrings(text, dialects.postgres.lexical)).toBe(`SELECT '*****', "Name" FROM t -- don't`);
});

test.each([
  ["postgres", String.raw`SELECT E'it\'s', 'b' FROM t`, String.raw`SELECT E'*****', '*' FROM t`],
  ["postgres", String.raw`SELECT 'a\', b FROM t`, String.raw`SELECT '**', b FROM t`],
  ["postgres", "SELECT $$it's$$, $t$x $$ y$t$, $1 FROM t", "SELECT $$****$$, $t$******$t$, $1 FROM t"],
  ["postgres", "DO $$ BEGIN x := 'a'; END $$; SELECT 'b'", "DO $$ BEGIN x := '*'; END $$; SELECT '*'"],
  ["postgres", "CREATE FUNCTION f() AS $b$ SELECT 'a', $$c$$ $b$", "CREATE FUNCTION f() AS $b$ SELECT '*', $$*$$ $b$"],
  ["postgres", "SELECT $$not closed", "SELECT $$**********"],
  ["oracle", "SELECT q'[it's]', nq'!a'b!', 'c' FROM t", "SELECT q'[****]', nq'!***!', '*' FROM t"],
  ["bigquery", `SELECT """a "b" c""", 'd' FROM t`, `SELECT """*******""", '*' FROM t`],
  ["tsql", "SELECT [it's], 'a' FROM t", "SELECT [it's], '*' FROM t"],
] as const)("in %s: %s", (dialect, text, hidden) => {
  expect(hideStrings(text, dialects[dialect].lexical)).toBe(hidden);
});

test("code within code without end is hidden where it gets too deep", () => {
  const text = Array.from({ length: 10_000 }, (_, at) => `AS $a${at}$ 'x' `).join("");
  const hidden = hideStrings(text, dialects.postgres.lexical);
  expect(hidden).toHaveLength(text.length);
  expect(hidden).toMatch(/^AS \$a0\$ '\*' AS \$a1\$ '\*' [^x]*\*$/);
});
