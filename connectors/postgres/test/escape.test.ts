import { runSql, postgresUrl } from "@headwater/test-servers";
import { describePostgres } from "@headwater/test-servers/vitest";
import { expect, test } from "vitest";
import { identifier, literal, qualified } from "../src/escape.ts";

test.each([
  ["plain_1", "plain_1"],
  ["order", '"order"'],
  ["Mixed", '"Mixed"'],
  ["a.b", '"a.b"'],
  ['a"b', '"a""b"'],
  ["1st", '"1st"'],
  ["", '""'],
  ["é", '"é"'],
  ["a b", '"a b"'],
])("the name %j is written %s", (name, written) => {
  expect(identifier(name)).toBe(written);
});

test("names are joined and literals quoted", () => {
  expect(qualified("a", "b c")).toBe('a."b c"');
  expect(literal("it's\\n")).toBe("'it''s\\n'");
});

await describePostgres((server) => {
  test("every word the server reserves is quoted, and the server reads back what was written", async () => {
    const url = postgresUrl(server.port);
    const words = await runSql<{ word: string; reserved: boolean }>(
      url,
      "SELECT word, catcode IN ('R', 'T') AS reserved FROM pg_get_keywords() ORDER BY word",
    );
    expect(words.length).toBeGreaterThan(400);
    expect(words.filter(({ word, reserved }) => reserved && !identifier(word).startsWith('"'))).toEqual([]);
    const names = [...words.map(({ word }) => word), 'a"b', "a'b", "A", "é", "😀", "a\tb\nc", "$x", "x$", "_"];
    const listed = names.map((name, at) => `${at} AS ${identifier(name)}`);
    const texts = names.map((name) => literal(`${name}\\'`));
    const [row] = await runSql<Record<string, unknown>>(url, `SELECT ${listed.join(", ")}`);
    expect(Object.keys(row ?? {})).toEqual(names);
    const [read] = await runSql<{ all: string[] }>(url, `SELECT ARRAY[${texts.join(", ")}] AS all`);
    expect(read?.all).toEqual(names.map((name) => `${name}\\'`));
  });
});
