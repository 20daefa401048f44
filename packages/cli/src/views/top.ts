import { grid } from "../screen/grid.ts";
import { count } from "../screen/numbers.ts";
import type { Look } from "../screen/screen.ts";
import { duration } from "../screen/times.ts";

const NONE = ["Nothing is known about usage yet: run a workflow file of the type DatabaseUsage or DatabaseLineage."];
const QUERY = 100;

const until = (day: number, days: number): string =>
  `The ${days} days up to ${new Date(day * 86_400_000).toISOString().slice(0, 10)}:`;

/** The tables that were used most. */
export function topTableLines(
  tables: readonly { fqn: string; times: number; users: number; percentileRank: number }[],
  day: number | null,
  days: number,
  look: Look,
): string[] {
  if (day === null || tables.length === 0) return NONE;
  return [
    until(day, days),
    ...grid(
      [
        { title: "TABLE", shrinkTo: 30 },
        { title: "QUERIES", align: "right" },
        { title: "USERS", align: "right" },
        { title: "RANK", align: "right", spare: 1 },
      ],
      tables.map(({ fqn, times, users, percentileRank }) => [fqn, count(times), count(users), `${percentileRank} %`]),
      look,
    ),
  ];
}

/** Most queries take less than a second; a log without durations adds nothing. */
function taken(ms: number): string {
  if (ms === 0) return "–";
  return ms < 1_000 ? `${Math.max(1, Math.round(ms))} ms` : duration(ms);
}

/** The queries that took most time. */
export function topQueryLines(
  queries: readonly { text: string; times: number; durationMs: number; users: number }[],
  day: number | null,
  days: number,
  look: Look,
): string[] {
  if (day === null || queries.length === 0) return NONE;
  return [
    until(day, days),
    ...grid(
      [
        { title: "TIME", align: "right" },
        { title: "RUN", align: "right" },
        { title: "USERS", align: "right", spare: 1 },
        { title: "QUERY", shrinkTo: 30 },
      ],
      queries.map(({ text, times, durationMs, users }) => [
        taken(durationMs),
        count(times),
        count(users),
        text.replaceAll(/\s+/g, " ").trim().slice(0, QUERY),
      ]),
      look,
    ),
  ];
}
