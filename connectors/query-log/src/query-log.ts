import type { FileLog, LoggedQuery, LogFault, LogPage, Row } from "@headwater/core/connector";
import type { Requests } from "./requests.ts";

/** The log of any source, in files. */
export const fileLog: FileLog<Requests> = {
  files: (session, path) => session.all("files", { path }),

  async *read(session, { path }, { cursor, pageRows }) {
    let from = cursor === null ? 0 : Number(cursor);
    for await (const rows of session.pages("queries", { path, from, pageRows })) {
      const queries: LoggedQuery[] = [];
      const faults: LogFault[] = [];
      let [leftOut, end] = [0, from];
      for (const row of rows) {
        const { fault, line } = row;
        if (isQuery(row)) queries.push(row);
        else if (fault !== null)
          faults.push({ reason: fault, where: line === 0 ? "at its end" : `line ${line}`, records: 1 });
        else [leftOut, end] = [row.leftOut, row.end];
      }
      yield { queries, faults, leftOut, cursor: String(end), bytes: end - from } satisfies LogPage;
      from = end;
    }
  },
};

/** Whether a row is a query: it has all a query needs, and is not copied. */
function isQuery(row: Row<Requests["queries"]>): row is Row<Requests["queries"]> & LoggedQuery {
  return row.text !== null;
}
