import { QUERY_COLUMNS, type QueryColumns } from "@headwater/log-records";

/** What can be asked of files. */
export const REQUESTS = {
  server: { effect: "read", columns: { now: "text" } },
  /**
   * The files of `path`; `partial` are those of slow statements only. A server log of PostgreSQL has a `twin`, which need not be there:
   * the file for the same records in another form. Where it is, `first` and `last` are when the file's records were written.
   */
  files: {
    effect: "read",
    columns: {
      path: "text",
      identity: "text",
      bytes: "number",
      partial: "boolean",
      twin: "text?",
      first: "number?",
      last: "number?",
    },
  },
  /** The records of the file `path` behind the offset `from`, where `mark` tells what stood before, at most `pageRows` a page. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-assertion -- isolatedDeclarations wants the type said
  queries: { effect: "read", columns: QUERY_COLUMNS as QueryColumns },
} as const;

/** The requests, by name. */
export type Requests = typeof REQUESTS;
