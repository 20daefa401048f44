import { expect, test } from "vitest";
import { dialects } from "../src/index.ts";

test("the lenient dialect is always there", () => {
  expect(Object.keys(dialects)).toContain("ansi");
});
