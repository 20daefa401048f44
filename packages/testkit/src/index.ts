/** What connector authors test with: `import { checkConformance } from "@headwater/testkit"`. */
export * from "@headwater/core/memory";
export { type CheckOptions, checkConformance, type Report, type RuleResult, RULES } from "./conformance/check.ts";
export type {
  Connection,
  Fixture,
  Seed,
  SeedChange,
  SeedColumn,
  SeededLog,
  SeededSource,
  SeedObject,
} from "./conformance/fixture.ts";
export {
  badgeOf,
  guidePage,
  levelReached,
  reportLines,
  reportPage,
  resultLines,
  summaryOf,
} from "./conformance/report.ts";
export { type Level, LEVELS, type Rule, type Verdict } from "./conformance/rule.ts";
export { HOSTILE_NAMES } from "./conformance/seeds.ts";
export { ALL, inSession, type ReadEntity, type Reader, readerOf, type Reading, type ReadOptions } from "./reader.ts";
