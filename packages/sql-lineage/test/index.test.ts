import { expect, test } from "vitest";
import { DIALECTS } from "../src/index.ts";

test("the lenient dialect is always there", () => {
  expect(DIALECTS).toContain("ansi");
});
