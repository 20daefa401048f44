/** The server's own log, read through SQL. Source: PostgreSQL's manual, "Generic File Access Functions". */
import type { FileLog, Page } from "@headwater/core/connector";
import { SourceError } from "@headwater/core/connector";
import { BEGINNING_BYTES, firstTime, queryRows, readPages, toLogPages, twinOf } from "@headwater/log-records";
import type { Requests } from "./requests.ts";

/** The files of the log's folder whose names end as the path says: `*.csv`, or `*.csv *.json` for both. */
export const serverLog: FileLog<Requests> = {
  async files(session, path) {
    const endings = path.split(" ").map((pattern) => pattern.slice(1));
    const rows = await session.all("serverLogFiles", { endings });
    const current = new Set(endings.map((ending) => rows.findLast((row) => row.path.endsWith(ending))?.path));
    return rows.flatMap(({ hasHead, start, ...file }) => {
      const growing = current.has(file.path);
      const first = firstTime(file.path, Buffer.from(start));
      const twin = first === undefined ? null : twinOf(file.path);
      // By a piece of a line it could not be known again once it has more.
      if (growing && !hasHead) return [];
      return [{ ...file, growing, ...(twin === null ? {} : { twin, span: { from: first ?? null, to: null } }) }];
    });
  },

  read: (session, { path, growing = false }, { cursor, pageRows }) =>
    toLogPages(cursor, (place) => session.pages("serverLogQueries", { path, growing, pageRows, ...place })),
};

/** What of a server's log is read by one statement, in bytes. */
const PIECE_BYTES = 1024 * 1024;

/** Reads the queries of one file of a server's log. `read` gives a piece of it, `null` where the file is gone. */
export async function* readServerLog(
  { path, growing, ...place }: { path: string; growing: boolean; from: number; mark: string | null; pageRows: number },
  read: (at: number, length: number) => Promise<Buffer | null>,
): AsyncGenerator<Page> {
  const piece = async (at: number, length: number): Promise<Buffer> => {
    const bytes = await read(at, length);
    if (bytes === null)
      throw new SourceError("refused", `The server removed its log ${path} before it was read.`, {
        hint: "Read the log more often than the server removes it.",
      });
    return bytes;
  };
  async function* open(offset: number): AsyncGenerator<Buffer> {
    for (let at = offset; ;) {
      const bytes = await piece(at, PIECE_BYTES);
      if (bytes.length > 0) yield bytes;
      at += bytes.length;
      if (bytes.length < PIECE_BYTES) return;
    }
  }
  const beginning = await piece(0, BEGINNING_BYTES);
  for await (const page of readPages({ name: path, beginning, open, growing }, place)) yield { rows: queryRows(page) };
}
