import { expect, test } from "vitest";
import { SearchPaths } from "../src/search-path.ts";

test.each([
  ["SET search_path = staging, sales", "staging"],
  ["set search_path to Staging;", "staging"],
  ['SET SESSION search_path TO "$user", "My ""Own""", public', 'My "Own"'],
  ["SET search_path TO 'it''s'", "it's"],
  ["SET search_path = ''", null],
  ["SET search_path TO DEFAULT", null],
  ["SET search_path TO pg_catalog", null],
  ["SET SCHEMA 'mart'", "mart"],
  ["SELECT pg_catalog.set_config('search_path', 'mart, public', false);", "mart"],
  ["SELECT set_config('search_path', '', false)", null],
  ["  SET search_path=a; INSERT INTO t SELECT 1", "a"],
  ["SET statement_timeout = 0", "before"],
  ["SELECT 'SET search_path = x'", "before"],
  ["RESET search_path", null],
  ["DISCARD ALL", null],
  ["COMMIT", "before"],
])("%s", (text, schema) => {
  const paths = new SearchPaths(JSON.stringify([["s", "before"]]));
  paths.follow("s", text);
  expect(paths.schemaOf("s")).toBe(schema);
  expect(paths.schemaOf("other")).toBeNull();
});

test("a local setting ends with its transaction, not with a savepoint", () => {
  const paths = new SearchPaths(null);
  const after = (...texts: string[]): string | null => {
    for (const text of texts) paths.follow("s", text);
    return paths.schemaOf("s");
  };
  expect(after("SET search_path = a", "BEGIN", "SET LOCAL search_path = b")).toBe("b");
  expect(after("ROLLBACK TO SAVEPOINT x", "ROLLBACK WORK TO x")).toBe("b");
  expect(after("END")).toBe("a");
  expect(after("SELECT set_config('search_path', 'c', true)")).toBe("c");
  expect(after("ROLLBACK")).toBe("a");
});

test("what is remembered goes on, and is bounded", () => {
  const paths = new SearchPaths(null);
  expect(paths.memory()).toBeNull();
  for (let session = 0; session < 1_500; session += 1) paths.follow(`s${session}`, `SET search_path = x${session}`);
  const again = new SearchPaths(paths.memory());
  expect(again.schemaOf("s1499")).toBe("x1499");
  expect(again.schemaOf("s1")).toBeNull();
});
