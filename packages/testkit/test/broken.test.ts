import { rmSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { checkRule, RULES } from "../src/conformance/check.ts";
import { Subject } from "../src/conformance/subject.ts";
import { BROKEN } from "./broken-connectors.ts";

afterAll(() => {
  for (const { fixture } of BROKEN) if (fixture.package !== undefined) rmSync(fixture.package, { recursive: true });
});

/** The rules a connector breaks: of all in `npm run soak`, else the one it is made to break, if it does. */
async function brokenRules({ connector, fixture, breaks }: (typeof BROKEN)[number]): Promise<string[]> {
  const rules = process.env["HEADWATER_SOAK"] === "1" ? RULES : RULES.filter(({ id }) => id === breaks);
  const subject = new Subject(connector, fixture);
  const broken: string[] = [];
  try {
    for (const rule of rules) if ((await checkRule(rule, subject)).verdict === "failed") broken.push(rule.id);
  } finally {
    await subject.close();
  }
  return broken;
}

describe("a connector that", () => {
  test.each(BROKEN.map((broken) => [broken.does, broken] as const))("%s is seen", async (_does, broken) => {
    expect(await brokenRules(broken)).toContain(broken.breaks);
  });
});
