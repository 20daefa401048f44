import type { RunRecord } from "@headwater/catalog";
import type { RunEvent } from "@headwater/core";
import { count } from "../screen/numbers.ts";
import type { Look } from "../screen/screen.ts";
import { duration, localTime } from "../screen/times.ts";
import type { ChangeSummary } from "./change-list.ts";
import { countLines } from "./counts.ts";
import { eventLines, isFailure, queriesText } from "./event.ts";
import { stateTint } from "./run-list.ts";
import { block, fact } from "./sections.ts";

/** A run of the past: how it ended, what failed and why, what changed, and everything it said. */
export function runLines(run: RunRecord, events: readonly RunEvent[], changes: ChangeSummary, look: Look): string[] {
  const { paint } = look;
  const finished = events.findLast((event) => event.event === "run-finished");
  const asked = events.findLast((event) => event.event === "queries");
  const failures = events.filter(isFailure);
  const rest = events.filter((event) => !isFailure(event));
  return [
    `${paint("bold", `Run ${run.id}`)}  ${paint(stateTint(run.state), run.state)}${run.exit === null ? "" : paint("dim", `  exit code ${run.exit}`)}`,
    ...fact("pipeline", run.pipeline, look),
    ...fact("connector", run.connector, look),
    ...fact("started", localTime(run.startedAt), look),
    ...fact("ended", endText(run), look),
    ...fact("result", finished?.message ?? "", look),
    ...fact("queries", asked === undefined ? count(run.queries) : queriesText(asked), look),
    ...block("Counts", countLines(run.counts, look), look),
    ...block(
      `Failures (${count(failures.length)})`,
      failures.flatMap((event) => eventLines(event, look)),
      look,
    ),
    ...block("Changes", changes.lines(look), look),
    ...block(
      "Events",
      rest.flatMap((event) => timed(event, look)),
      look,
    ),
  ];
}

function endText({ endedAt, startedAt, resumable, state }: RunRecord): string {
  if (endedAt === null)
    return "not yet: it is under way, or its process was killed (the next run of the pipeline goes on from there)";
  const more = resumable && state !== "success" ? "; the next run of the pipeline goes on from there" : "";
  return `${localTime(endedAt)}, after ${duration(endedAt - startedAt)}${more}`;
}

function timed(event: RunEvent, look: Look): string[] {
  const [first = "", ...more] = eventLines(event, look);
  return [`${look.paint("dim", localTime(event.at))} ${first}`, ...more.map((line) => `  ${line}`)];
}
