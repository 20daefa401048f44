/** What stands around sessions: counting, limits, recordings, faults. */
export { type Budget, BUDGET_WORDS, limitBudget, parseBudget } from "./budget.ts";
export { count, noSessionCounts, type SessionCounts } from "./count.ts";
export { type Connect, decorate, type Decorator, driverAround } from "./decorator.ts";
export { type Fault, injectFaults, type Step } from "./faults.ts";
export { hideLiterals } from "./hide-literals.ts";
export { mark, MARK_PREFIX } from "./mark.ts";
export { record } from "./record.ts";
export {
  type AnswerPlace,
  type PageLine,
  Recording,
  RECORDING_FORMAT,
  type RecordingHeader,
  RecordingWriter,
} from "./recording-file.ts";
export { replay } from "./replay.ts";
export { resume, type Wait } from "./resume.ts";
export { limitTime } from "./timeout.ts";
