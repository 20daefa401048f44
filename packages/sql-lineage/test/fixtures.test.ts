import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { dialects } from "../src/index.ts";
import { updated } from "./fixture-format.ts";
import { fixtures } from "./fixtures.ts";

test.for(fixtures())("$name", async ({ dialect, file }) => {
  const text = readFileSync(file, "utf8");
  expect(await updated(text, dialect)).toBe(text);
});

test("every dialect has fixtures", () => {
  const covered = new Set(fixtures().map(({ dialect }) => dialect));
  expect(Object.keys(dialects).filter((name) => !covered.has(name as keyof typeof dialects))).toEqual([]);
});
