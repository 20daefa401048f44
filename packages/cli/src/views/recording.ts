import { type PageLine, type Recording, type RecordingHeader } from "@headwater/core";
import { grid } from "../screen/grid.ts";
import { count } from "../screen/numbers.ts";
import { safe } from "../screen/safe-text.ts";
import type { Look } from "../screen/screen.ts";

/** What a recording holds of one request. */
export interface RequestSummary {
  request: string;
  answers: number;
  rows: number;
  errors: number;
  /** Its first row, as it is kept. */
  example: unknown;
}

/** What a recording holds. */
export interface RecordingSummary {
  file: string;
  header: RecordingHeader;
  groups: string[];
  requests: RequestSummary[];
}

/** Sums a recording up. */
export function summaryOf(recording: Recording): RecordingSummary {
  const groups = new Set<string>();
  const requests = new Map<string, RequestSummary>();
  for (const { group, request, rows, error, pages } of recording.answers()) {
    groups.add(group);
    let summary = requests.get(request);
    if (summary === undefined)
      requests.set(request, (summary = { request, answers: 0, rows: 0, errors: 0, example: null }));
    summary.answers += 1;
    summary.rows += rows;
    if (error !== null) summary.errors += 1;
    const [first] = pages;
    if (summary.example === null && first !== undefined && rows > 0)
      summary.example = recording.line<PageLine>(first).rows[0] ?? null;
  }
  const byName = [...requests.values()].toSorted((a, b) => (a.request < b.request ? -1 : 1));
  return { file: recording.path, header: recording.header, groups: [...groups].toSorted(), requests: byName };
}

const EXAMPLE_LENGTH = 200;

/** The summary for people: what is in it, and what is not. */
export function recordingLines({ file, header, groups, requests }: RecordingSummary, look: Look): string[] {
  const { connector, recordedAt, run, literals } = header;
  const service = typeof run["service"] === "string" ? run["service"] : "";
  return [
    `${look.paint("bold", safe(file))}  the service ${safe(service)}, recorded with ${safe(connector)} at ${safe(recordedAt)}`,
    literals === "kept"
      ? "  It holds names, types, literals and comments as the source has them; credentials are replaced."
      : "  It holds names and types as the source has them; literals, comments and credentials are replaced.",
    "  Names can say a lot: look through them before you give the file away. zcat shows every line of it.",
    `  ${count(groups.length)} ${groups.length === 1 ? "group" : "groups"}: ${groups.map((group) => (group === "" ? "(the initial one)" : safe(group))).join(", ")}`,
    "",
    ...grid(
      [
        { title: "REQUEST" },
        { title: "ANSWERS", align: "right" },
        { title: "ROWS", align: "right" },
        { title: "ERRORS", align: "right" },
        { title: "FOR EXAMPLE", shrinkTo: 20, spare: 1 },
      ],
      requests.map((request) => [
        request.request,
        count(request.answers),
        count(request.rows),
        request.errors === 0 ? "" : count(request.errors),
        request.example === null ? "" : JSON.stringify(request.example).slice(0, EXAMPLE_LENGTH),
      ]),
      look,
    ),
  ];
}
