/** What is asked of the source: requests by name, with the columns of their answers. */

/** The requests. `holds` says what a recording replaces. */
export const REQUESTS = {
  /** Where the source is, and its clock. */
  hello: { effect: "read", columns: { identity: "text", now: "text" } },

  /** The schemas. */
  schemas: { effect: "read", columns: { schema: "text" } },

  /** The names of the tables of some schemas. Arguments: `schemas`, their names. */
  tableNames: { effect: "read", columns: { schema: "text", name: "text" } },

  /** Some tables, whole. Arguments: `tables`, pairs of schema and name. `columns` holds name, type and comment of each. */
  tables: {
    effect: "read",
    columns: {
      schema: "text",
      name: "text",
      comment: { type: "text?", holds: "text" },
      columns: { type: "json", holds: { "*": { 2: "text" } } },
    },
  },
} as const;

/** The requests with their exact columns, for the types of rows. */
export type Requests = typeof REQUESTS;
