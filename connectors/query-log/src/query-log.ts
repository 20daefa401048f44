import type { FileLog, LoggedQuery, LogFault, LogPage, Row } from "@headwater/core/connector";
import type { Requests } from "./requests.ts";

/** The log of any source, in files. */
export const fileLog: FileLog<Requests> = {
  files: (session, path) => session.all("files", { path }),

  async *read(session, { path }, { cursor, pageRows }) {
    // Where reading goes on, and what stood before it.
    const [place = "0", ...marks] = (cursor ?? "0").split(" ");
    let from = Number(place);
    let mark: string | null = marks.length === 0 ? null : marks.join(" ");
    for await (const rows of session.pages("queries", { path, from, pageRows, mark })) {
      const queries: LoggedQuery[] = [];
      const faults: LogFault[] = [];
      let [leftOut, end] = [0, from];
      for (const row of rows) {
        const { fault, line } = row;
        if (isQuery(row)) queries.push(row);
        else if (fault !== null)
          faults.push({ reason: fault, where: line === 0 ? "its end" : `line ${line}`, records: 1 });
        else [leftOut, end, mark] = [row.leftOut, row.end, row.mark];
      }
      yield {
        queries,
        faults,
        leftOut,
        cursor: mark === null ? String(end) : `${end} ${mark}`,
        bytes: Math.max(0, end - from),
      } satisfies LogPage;
      from = end;
    }
  },
};

/** Whether a row is a query: it has all a query needs, and is not copied. */
function isQuery(row: Row<Requests["queries"]>): row is Row<Requests["queries"]> & LoggedQuery {
  return row.text !== null;
}
