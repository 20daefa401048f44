import type { Coverage, Span } from "@headwater/catalog";
import { bytes, count, counted } from "../screen/numbers.ts";
import { grid } from "../screen/grid.ts";
import { safe } from "../screen/safe-text.ts";
import type { Look } from "../screen/screen.ts";
import { duration, localTime } from "../screen/times.ts";
import { block } from "./sections.ts";

/** Where no query log has been read. */
export const NO_LOG = "No query log has been read yet.";

/** `coverageLines` of one of several services, below its name. */
export function serviceCoverageLines({ service, ...found }: Coverage & { service: string }, look: Look): string[] {
  return [look.paint("bold", safe(service)), ...coverageLines(found, look)];
}

/** Which times the query logs of a service account for, which they do not, and which they do twice. */
export function coverageLines({ covered, gaps, overlaps, parts }: Coverage, look: Look): string[] {
  if (parts.length === 0) return [NO_LOG];
  const total = covered.reduce((sum, { from, to }) => sum + to - from, 0);
  return [
    `${duration(total)} covered, ${counted(gaps.length, "gap")}, ${counted(overlaps.length, "overlap")}`,
    ...block("Covered", covered.map(spanLine), look),
    ...block("Gaps: nobody looked at what ran then", gaps.map(spanLine), look),
    ...block("Overlaps: more than one piece of a log", overlaps.map(spanLine), look),
    ...block(
      "Read",
      grid(
        [
          { title: "LOG", shrinkTo: 20 },
          { title: "QUERIES", align: "right" },
          { title: "FAULTS", align: "right" },
          { title: "SIZE", align: "right", spare: 1 },
          { title: "STATE" },
        ],
        parts.map(({ title, queries, faults, bytes: size, done }) => [
          title,
          count(queries),
          faults === 0 ? "" : { text: count(faults), tint: "red" },
          size === 0 ? "" : bytes(size),
          done ? "" : { text: "not to its end", tint: "yellow" },
        ]),
        look,
        "  ",
      ),
      look,
    ),
  ];
}

const spanLine = ({ from, to }: Span): string => `  ${localTime(from)} to ${localTime(to)}  ${duration(to - from)}`;
