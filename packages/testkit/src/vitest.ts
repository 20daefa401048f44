/** The conformance suite as tests: `import { conformance } from "@headwater/testkit/vitest"`. */
import type { Connector } from "@headwater/core";
import { afterAll, describe, expect, test } from "vitest";
import { checkRule, reportOf, resultOf, RULES, type RuleResult } from "./conformance/check.ts";
import type { Fixture } from "./conformance/fixture.ts";
import { reportPage, resultLines } from "./conformance/report.ts";
import { Subject } from "./conformance/subject.ts";

/** What to do beside testing. */
export interface ConformanceOptions {
  /** The file that holds the report, from the test file. The test fails when it says something else; `vitest -u` writes it. */
  report?: string;
}

/** Time a rule may take: it may have to read a real source many times. */
const RULE_MS = 120_000;

/** Makes one test of every rule. What the fixture has no means for is skipped with the reason. */
export function conformance(connector: Connector, fixture: Fixture, options: ConformanceOptions = {}): void {
  describe(`conformance of ${connector.manifest.id} on ${fixture.source}`, () => {
    const subject = new Subject(connector, fixture);
    const results: RuleResult[] = [];
    afterAll(() => subject.close());

    for (const rule of RULES)
      test(
        `${rule.id} ${rule.title}`,
        async ({ skip }) => {
          const result = resultOf(rule, await checkRule(rule, subject));
          results.push(result);
          if (result.verdict.verdict === "skipped") skip(result.verdict.reason);
          // What is wrong is the difference that vitest shows.
          expect(result.verdict.verdict === "failed" ? resultLines(result) : []).toEqual([]);
        },
        RULE_MS,
      );

    const { report } = options;
    test.runIf(report !== undefined)("the report says what was found", async ({ skip }) => {
      if (results.length < RULES.length) skip("Not all rules were checked.");
      await expect(reportPage(reportOf(connector, fixture, results))).toMatchFileSnapshot(report ?? "");
    });
  });
}
