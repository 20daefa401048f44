import type { FeedEntry } from "@headwater/catalog";
import {
  buildFqn,
  childFqn,
  EXIT,
  type HeadwaterError,
  type RunEvent,
  type RunResult,
  type Workflow,
} from "@headwater/core";
import { isFailure } from "../views/event.ts";
import { VERSION } from "../version.ts";
import { changeJson } from "../views/change-json.ts";

/** How the run of one workflow ended. */
export interface RunOutcome {
  workflow: Workflow;
  /** `null` where the run did not come to an end of its own: `error` says why. */
  result: RunResult | null;
  error: HeadwaterError | null;
  events: RunEvent[];
  /** What a dry run would change; `null` for a real one. */
  changes: FeedEntry[] | null;
}

/** The exit code of one outcome. `raiseOnError: false` makes a partial success a success. */
export function exitOf({ workflow, result, error }: RunOutcome): number {
  if (error !== null) return EXIT[error.exit];
  if (result === null) return EXIT.internal;
  const forgiven = !workflow.raiseOnError && result.state === "partialSuccess" && result.exit === EXIT.partial;
  return forgiven ? EXIT.success : result.exit;
}

/** The whole report of a call, as `--report` and `--json` write it. Times are Unix milliseconds. */
export interface Report {
  headwater: string;
  catalog: string;
  dryRun: boolean;
  /** The exit code of the call: that of the first run that did not end with 0. */
  exit: number;
  runs: RunReport[];
}

/** One run of a {@link Report}. */
export interface RunReport {
  from: string;
  service: string;
  pipeline: string;
  connector: string;
  exit: number;
  result: RunResult | null;
  error: { message: string; hint: string | null } | null;
  /** Queries asked, how many the connector's manifest allows, and the most sessions open at once. */
  queries: { total: number; bound: number | null; sessions: number } | null;
  failures: RunEvent[];
  events: RunEvent[];
  changes?: ReturnType<typeof changeJson<FeedEntry>>[];
}

/** Makes the report of a call. */
export function reportOf(catalog: string, dryRun: boolean, exit: number, outcomes: readonly RunOutcome[]): Report {
  return { headwater: VERSION, catalog, dryRun, exit, runs: outcomes.map(runReport) };
}

function runReport(outcome: RunOutcome): RunReport {
  const { workflow, result, error, events, changes } = outcome;
  const asked = events.findLast((event) => event.event === "queries");
  return {
    from: workflow.from,
    service: workflow.service,
    pipeline: childFqn(buildFqn(workflow.service), workflow.pipelineName),
    connector: `${workflow.connector.manifest.id}@${workflow.connectorVersion}`,
    exit: exitOf(outcome),
    result,
    error: error === null ? null : { message: error.message, hint: error.hint ?? null },
    queries: asked === undefined ? null : { total: asked.total, bound: asked.bound, sessions: asked.sessions },
    failures: events.filter(isFailure),
    events,
    ...(changes === null ? {} : { changes: changes.map(changeJson) }),
  };
}
