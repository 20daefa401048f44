import { rmSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { checkConformance, type Level } from "../src/index.ts";
import { BROKEN } from "./broken-connectors.ts";

afterAll(() => {
  for (const { fixture } of BROKEN) if (fixture.package !== undefined) rmSync(fixture.package, { recursive: true });
});

describe("a connector that", () => {
  test.each(BROKEN.map((broken) => [broken.does, broken] as const))("%s is seen", async (_does, broken) => {
    // What it breaks on other levels is looked at in `npm run soak`.
    const soak = process.env["HEADWATER_SOAK"] === "1";
    const own = Number(broken.breaks[1]) as Level;
    const report = await checkConformance(broken.connector, broken.fixture, soak ? {} : { levels: [own] });
    const failed = report.results.filter(({ verdict }) => verdict.verdict === "failed").map(({ id }) => id);
    expect(failed).toContain(broken.breaks);
  });
});
