import { expect, test } from "vitest";
import { SearchPaths, type SetPath } from "../src/search-path.ts";

test.each([
  ["SET search_path = staging, sales", ["staging", "sales"]],
  ["set search_path to Staging;", ["staging"]],
  ['SET SESSION search_path TO "$user", "My ""Own""", public, public', ['My "Own"', "public"]],
  ["SET search_path TO 'it''s', 'a, b'", ["it's", "a, b"]],
  ["SET search_path = ''", ["pg_catalog"]],
  ["SET search_path TO DEFAULT", null],
  ['SET search_path TO "$user"', null],
  ["SET search_path TO pg_catalog", ["pg_catalog"]],
  ["SET search_path TO pg_catalog, mart, pg_temp", ["mart"]],
  ["SET SCHEMA 'mart'", ["mart"]],
  ["SELECT pg_catalog.set_config('search_path', 'Mart, public', false);", ["mart", "public"]],
  ["SELECT set_config('search_path', '', false)", ["pg_catalog"]],
  ["  SET search_path=a, b; INSERT INTO t SELECT 1", ["a", "b"]],
  ["SET statement_timeout = 0", ["before", "behind"]],
  ["SELECT 'SET search_path = x'", ["before", "behind"]],
  ["RESET search_path", null],
  ["DISCARD ALL", null],
  ["COMMIT", ["before", "behind"]],
])("%s", (text, path) => {
  const paths = new SearchPaths(JSON.stringify([["s", ["before", "behind"]]]));
  paths.follow("s", text);
  expect(paths.pathOf("s")).toEqual(path);
  expect(paths.pathOf("other")).toBeNull();
});

test("a local setting ends with its transaction, not with a savepoint", () => {
  const paths = new SearchPaths(null);
  const after = (...texts: string[]): SetPath | null => {
    for (const text of texts) paths.follow("s", text);
    return paths.pathOf("s");
  };
  expect(after("SET search_path = a, x", "BEGIN", "SET LOCAL search_path = b, y")).toEqual(["b", "y"]);
  expect(after("ROLLBACK TO SAVEPOINT x", "ROLLBACK WORK TO x")).toEqual(["b", "y"]);
  expect(after("END")).toEqual(["a", "x"]);
  expect(after("SELECT set_config('search_path', 'c', true)")).toEqual(["c"]);
  expect(after("ROLLBACK")).toEqual(["a", "x"]);
  expect(after("SET LOCAL search_path TO DEFAULT")).toBeNull();
  expect(after("COMMIT")).toEqual(["a", "x"]);
  expect(after("SET LOCAL search_path = d", "SET search_path = e")).toEqual(["e"]);
});

test("what is remembered goes on, and is bounded", () => {
  const paths = new SearchPaths(null);
  expect(paths.memory()).toBeNull();
  for (let session = 0; session < 1_500; session += 1) paths.follow(`s${session}`, `SET search_path = x${session}`);
  const again = new SearchPaths(paths.memory());
  expect(again.pathOf("s1499")).toEqual(["x1499"]);
  expect(again.pathOf("s1")).toBeNull();
});

test("what is remembered in a transaction ends with it", () => {
  const paths = new SearchPaths(null);
  for (const text of ["SET search_path = a", "BEGIN", "SET LOCAL search_path = b, c"]) paths.follow("s", text);
  paths.follow("t", "SET LOCAL search_path TO DEFAULT");
  const again = new SearchPaths(paths.memory());
  expect([again.pathOf("s"), again.pathOf("t")]).toEqual([["b", "c"], null]);
  again.follow("s", "COMMIT");
  expect(again.pathOf("s")).toEqual(["a"]);
});

test("of what only the first schema was remembered, no more is known", () => {
  const paths = new SearchPaths('[["s","a"]]');
  expect(paths.pathOf("s")).toBe("a");
  expect(new SearchPaths(paths.memory()).pathOf("s")).toBe("a");
});
