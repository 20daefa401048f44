/** What can be asked of files. */
export const REQUESTS = {
  server: { effect: "read", columns: { now: "text" } },
  /** The files of `path`. */
  files: { effect: "read", columns: { path: "text", identity: "text", bytes: "number" } },
  /**
   * The records of the file `path` behind the offset `from`, at most `pageRows` a page. Each page ends with a row that has no text
   * and says where the next one begins, with a mark of what stands before that: given back as `mark`, it shows whether the file is
   * still the same. A row with a fault has no text either.
   */
  queries: {
    effect: "read",
    columns: {
      text: { type: "text?", holds: "sql" },
      at: "number?",
      durationMs: "number?",
      user: "text?",
      database: "text?",
      schema: "text?",
      session: "text?",
      times: "number",
      cut: "boolean",
      fault: "text?",
      line: "number",
      leftOut: "number",
      end: "number",
      mark: "text?",
    },
  },
} as const;

/** The requests, by name. */
export type Requests = typeof REQUESTS;
