import { buildFqn, childFqn, EXIT } from "@headwater/core";
import type { RunOutcome } from "../run/report.ts";
import { exitOf } from "../run/report.ts";
import { count, counted } from "../screen/numbers.ts";
import { safe } from "../screen/safe-text.ts";
import type { Look } from "../screen/screen.ts";
import { duration } from "../screen/times.ts";
import { ChangeSummary } from "./change-list.ts";
import { countLines } from "./counts.ts";
import { isFailure, queriesText } from "./event.ts";

const SHOWN_CHANGES = 20;

/** How a run ended: one line, the counts, the queries, and what to do next. */
export function outcomeLines(outcome: RunOutcome, look: Look): string[] {
  const { workflow, result, events, changes } = outcome;
  if (result === null) return [];
  const { paint } = look;
  const [good, well] = [exitOf(outcome) === EXIT.success, result.exit === EXIT.success];
  const pipeline = safe(childFqn(buildFqn(workflow.service), workflow.pipelineName));
  const took = duration(result.endedAt - result.startedAt);
  const asked = events.findLast((event) => event.event === "queries");
  const failures = events.filter(isFailure).length;
  const sign = well ? paint("green", "✓") : paint(good ? "yellow" : "red", good ? "!" : "✗");
  return [
    `${sign} ${paint("bold", pipeline)}  ${result.state} in ${took}${changes === null ? `, run ${result.runId}` : ", dry run"}`,
    `  ${safe(result.message)}`,
    ...countLines(result.counts, look),
    ...(asked === undefined ? [] : [paint("dim", `  ${queriesText(asked)}`)]),
    ...(changes === null ? nextLines(result.runId, failures, look) : changeLines(changes, look)),
  ];
}

function nextLines(runId: string, failures: number, { paint }: Look): string[] {
  if (failures === 0) return [];
  return [paint("dim", `  ${counted(failures, "failure")}, with reasons: headwater runs show ${runId}`)];
}

function changeLines(changes: NonNullable<RunOutcome["changes"]>, look: Look): string[] {
  if (changes.length === 0) return ["", "Nothing would change."];
  const summary = new ChangeSummary(SHOWN_CHANGES);
  for (const change of changes) summary.add(change);
  return [
    "",
    look.paint("bold", `What would change (${count(changes.length)}); the catalog stays as it is.`),
    ...summary.lines(look),
  ];
}
