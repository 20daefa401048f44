/** Pages of a log as the rows of a request, and back: so they are recorded and replayed like everything a source says. */
import type { Cell, Json, LoggedQuery, LogFault, LogPage, Row } from "@headwater/core/connector";
import type { RecordPage } from "./pages.ts";

/**
 * The columns of a request for the queries of a log. Each page ends with a row that has no text and says where the next one begins,
 * with a mark of what stands before that, and which time the page accounts for, where the log says; its fault says whether the text is
 * another one than the one that was read before. A row with a fault has no text either.
 */
export const QUERY_COLUMNS = {
  text: { type: "text?", holds: "sql" },
  at: "number?",
  durationMs: "number?",
  user: "text?",
  database: "text?",
  schema: "text?",
  searchPath: "json?",
  session: "text?",
  times: "number",
  cut: "boolean",
  fault: "text?",
  line: "number",
  leftOut: "number",
  from: "number?",
  to: "number?",
  end: "number",
  mark: "text?",
} as const;

/** The type of {@link QUERY_COLUMNS}. */
export type QueryColumns = typeof QUERY_COLUMNS;

type QueryRow = Row<{ effect: "read"; columns: QueryColumns }>;

/** Stands in the place of a fault: the text is another one than the one that was read before. */
const ANOTHER = "another";
/** Stands in the place of a fault's mark: the record was read all the same. */
const KEPT = "kept";
const NO_QUERY = [null, null, null, null, null, null, null, null, 0, false] as const;

/** The rows of a page. */
export function queryRows({ queries, faults, leftOut, span, another, end, mark }: RecordPage): Cell[][] {
  return [
    ...queries.map(({ text, at, durationMs, user, database, schema, searchPath, session, times, cut }): Cell[] => [
      text,
      at,
      durationMs,
      user,
      database,
      schema,
      (searchPath ?? null) as Json,
      session,
      times,
      cut,
      null,
      0,
      0,
      null,
      null,
      0,
      null,
    ]),
    ...faults.map(({ reason, line, kept }): Cell[] => [
      ...NO_QUERY,
      reason,
      line,
      0,
      null,
      null,
      0,
      kept === true ? KEPT : null,
    ]),
    [...NO_QUERY, another ? ANOTHER : null, 0, leftOut, span?.from ?? null, span?.to ?? null, end, mark],
  ];
}

/** Pages of a log from pages of rows. `ask` makes the request; the cursor is what an earlier page had, `null` for the beginning. */
export async function* toLogPages(
  cursor: string | null,
  ask: (place: { from: number; mark: string | null }) => AsyncIterable<QueryRow[]>,
): AsyncGenerator<LogPage> {
  const [place = "0", ...marks] = (cursor ?? "0").split(" ");
  let from = Number(place);
  let mark: string | null = marks.length === 0 ? null : marks.join(" ");
  const goesOn = from > 0;
  for await (const rows of ask({ from, mark })) {
    const queries: LoggedQuery[] = [];
    const faults: LogFault[] = [];
    let [leftOut, end] = [0, from];
    let span: LogPage["span"];
    let another = false;
    for (const row of rows) {
      const { fault, line } = row;
      if (isQuery(row)) queries.push(row);
      else if (fault !== null && fault !== ANOTHER)
        faults.push({
          reason: fault,
          where: line === 0 ? "its end" : `line ${line}${goesOn ? " of what is new" : ""}`,
          records: row.mark === KEPT ? 0 : 1,
        });
      else {
        [leftOut, end, mark] = [row.leftOut, row.end, row.mark];
        another = fault === ANOTHER;
        if (row.from !== null && row.to !== null) span = { from: row.from, to: row.to };
      }
    }
    yield {
      queries,
      faults,
      leftOut,
      cursor: mark === null ? String(end) : `${end} ${mark}`,
      bytes: another ? end : Math.max(0, end - from),
      ...(span === undefined ? {} : { span }),
      ...(another ? { another } : {}),
    };
    from = end;
  }
}

/** Whether a row is a query: it has all a query needs, and is not copied. */
function isQuery(row: QueryRow): row is QueryRow & LoggedQuery {
  return row.text !== null;
}
