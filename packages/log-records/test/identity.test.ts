import { expect, test } from "vitest";
import { hasHead, identityOf } from "../src/index.ts";

test.each([
  ["JSON lines", '{"query": "SELECT 1"}\n', '{"query": "SELECT 2"}\n'],
  ["a csvlog", "2026-11-20 10:00:00.000 UTC,ana,shop\n", "2026-11-20 10:00:01.000 UTC,ana,shop\n"],
  ["CSV with its columns", "query_text,user_name\nSELECT 1,ana\n", "SELECT 2,ana\n"],
])("%s with one record is the same log when a second one comes", (_, first, second) => {
  const [one, two] = [Buffer.from(first), Buffer.from(first + second)];
  expect([hasHead(one), identityOf(one)]).toEqual([true, identityOf(two)]);
  expect(identityOf(Buffer.from(first.replace("1", "3") + second))).not.toBe(identityOf(one));
});
