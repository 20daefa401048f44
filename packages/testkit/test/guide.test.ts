import { expect, test } from "vitest";
import { guidePage, HOSTILE_NAMES, RULES } from "../src/index.ts";

test("RULES.md says what the rules say", async () => {
  await expect(guidePage()).toMatchFileSnapshot("../RULES.md");
});

test("every rule and every hostile name is one of its own", () => {
  expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
  expect(new Set(HOSTILE_NAMES).size).toBe(HOSTILE_NAMES.length);
});
