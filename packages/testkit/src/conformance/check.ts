import type { Connector } from "@headwater/core";
import type { Fixture } from "./fixture.ts";
import { PACKAGE_RULES } from "./level0-package.ts";
import { CONTRACT_RULES } from "./level1-contract.ts";
import { PROTOCOL_RULES } from "./level2-protocol.ts";
import { LOG_RULES } from "./level2-log.ts";
import { DATA_RULES } from "./level3-data.ts";
import { FAULT_RULES } from "./level4-faults.ts";
import { COST_RULES } from "./level5-cost.ts";
import { failed, type Level, levelOf, type Rule, type Verdict } from "./rule.ts";
import { Subject } from "./subject.ts";

/** Every rule, level by level. */
export const RULES: readonly Rule[] = [
  ...PACKAGE_RULES,
  ...CONTRACT_RULES,
  ...PROTOCOL_RULES,
  ...LOG_RULES,
  ...DATA_RULES,
  ...FAULT_RULES,
  ...COST_RULES,
];

/** What became of one rule. */
export interface RuleResult {
  id: Rule["id"];
  level: Level;
  title: string;
  expected: string;
  verdict: Verdict;
}

/** What became of all of them. */
export interface Report {
  connector: string;
  title: string;
  source: string;
  results: readonly RuleResult[];
}

/** Which rules to check. */
export interface CheckOptions {
  /** The levels. Default: all. */
  levels?: readonly Level[];
  /** Called with each result as it is there. */
  onResult?: (result: RuleResult) => void;
}

/** Checks a connector against every rule its fixture allows. Sources the fixture made are gone when it returns. */
export async function checkConformance(
  connector: Connector,
  fixture: Fixture,
  options: CheckOptions = {},
): Promise<Report> {
  const subject = new Subject(connector, fixture);
  const results: RuleResult[] = [];
  try {
    for (const rule of RULES) {
      if (options.levels?.includes(levelOf(rule)) === false) continue;
      const result = resultOf(rule, await checkRule(rule, subject));
      results.push(result);
      options.onResult?.(result);
    }
  } finally {
    await subject.close();
  }
  return reportOf(connector, fixture, results);
}

/** Checks one rule. What a connector throws where nothing should be thrown is seen, too. */
export async function checkRule(rule: Rule, subject: Subject): Promise<Verdict> {
  try {
    return await rule.check(subject);
  } catch (error) {
    return failed(`It threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`);
  } finally {
    await subject.release();
  }
}

/** A rule with its verdict. */
export function resultOf(rule: Rule, verdict: Verdict): RuleResult {
  const { id, title, expected } = rule;
  return { id, level: levelOf(rule), title, expected, verdict };
}

/** A report of results. */
export function reportOf({ manifest }: Connector, { source }: Fixture, results: readonly RuleResult[]): Report {
  return { connector: manifest.id, title: manifest.title, source, results };
}
