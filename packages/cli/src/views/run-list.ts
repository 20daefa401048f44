import type { RunRecord } from "@headwater/catalog";
import type { Counts } from "@headwater/core";
import { grid } from "../screen/grid.ts";
import { count } from "../screen/numbers.ts";
import type { Look, Tint } from "../screen/screen.ts";
import { duration, localTime } from "../screen/times.ts";

const TINTS: { readonly [S in RunRecord["state"]]: Tint } = {
  success: "green",
  partialSuccess: "yellow",
  failed: "red",
  interrupted: "yellow",
  running: "cyan",
};

/** The runs, one line each. */
export function runListLines(runs: readonly RunRecord[], look: Look): string[] {
  const sum = (
    counts: Counts,
    ...keys: ("created" | "restored" | "updated" | "renamed" | "deleted" | "failed" | "notListed")[]
  ): string => {
    const total = Object.values(counts).reduce((all, node) => all + keys.reduce((n, key) => n + node[key], 0), 0);
    return total === 0 ? "" : count(total);
  };
  return grid(
    [
      { title: "ID", align: "right" },
      { title: "STARTED" },
      { title: "TOOK", align: "right", spare: 3 },
      { title: "PIPELINE", shrinkTo: 12, spare: 5 },
      { title: "STATE" },
      { title: "EXIT", align: "right", spare: 2 },
      { title: "NEW", align: "right", spare: 4 },
      { title: "CHANGED", align: "right", spare: 4 },
      { title: "GONE", align: "right", spare: 4 },
      { title: "FAILED", align: "right", spare: 6 },
      { title: "CONNECTOR", shrinkTo: 8, spare: 1 },
    ],
    runs.map((run) => [
      { text: String(run.id), tint: "bold" as const },
      localTime(run.startedAt),
      run.endedAt === null ? "" : duration(run.endedAt - run.startedAt),
      run.pipeline,
      { text: run.state, tint: TINTS[run.state] },
      run.exit === null ? "" : String(run.exit),
      sum(run.counts, "created", "restored"),
      sum(run.counts, "updated", "renamed"),
      sum(run.counts, "deleted"),
      sum(run.counts, "failed", "notListed"),
      run.connector,
    ]),
    look,
  );
}

/** The tint a state is shown in. */
export function stateTint(state: RunRecord["state"]): Tint {
  return TINTS[state];
}
