/** Reads logs through the connector as a run does: core's session, the connector's own paging. */
import type { LoggedQuery, LogFault } from "@headwater/core";
import { readerOf } from "@headwater/testkit";
import { fileLog } from "../src/query-log.ts";
import { queryLog } from "../src/index.ts";

/** Everything a path's files have. */
export interface Reading {
  files: string[];
  queries: LoggedQuery[];
  faults: LogFault[];
  leftOut: number;
  /** Whether the cursor was of another file. */
  another: boolean;
  /** Where each page ended. */
  cursors: string[];
}

/** Reads all files of a path, the first of them from a cursor. */
export async function readLogs(path: string, options: { pageRows?: number; cursor?: string } = {}): Promise<Reading> {
  const { pageRows = 1_000, cursor = null } = options;
  const pool = await readerOf(queryLog).openPool({});
  const { session } = await pool.acquire("");
  const reading: Reading = { files: [], queries: [], faults: [], leftOut: 0, another: false, cursors: [] };
  for (const file of await fileLog.files(session, path)) {
    reading.files.push(file.path);
    for await (const page of fileLog.read(session, file, { pageRows, cursor })) {
      reading.queries.push(...page.queries);
      reading.faults.push(...page.faults);
      reading.leftOut += page.leftOut;
      reading.another ||= page.another === true;
      reading.cursors.push(page.cursor);
    }
  }
  return reading;
}
