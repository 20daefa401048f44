/** What the connector asks of a server: the requests, by name. Their SQL texts are in queries.ts. */
import type { Row, Session } from "@headwater/core/connector";

/** The requests, by name. */
export const REQUESTS = {
  /** Who the server is. `replicas`: how many servers share its clusters; `uuid` is all zeros where there is none. */
  server: {
    effect: "read",
    columns: { version: "text", now: "text", uuid: "text", address: "text", replicas: "number" },
  },

  /** All that was granted to the user, directly and through roles, as statements. */
  grants: { effect: "read", columns: { statement: "text" } },

  /** The name of the catalog's database, of which ClickHouse has none. */
  database: { effect: "read", columns: { name: "text" } },

  /** The databases but the system's own. `wanted`: whether the connection's configuration covers it. */
  schemas: {
    effect: "read",
    columns: {
      uuid: "text",
      name: "text",
      engine: "text",
      comment: { type: "text?", holds: "text" },
      wanted: "boolean",
    },
  },

  /** Names of tables, views and dictionaries, with how many columns they have. */
  relations: {
    effect: "read",
    columns: {
      schema: "text",
      name: "text",
      uuid: "text",
      engine: "text",
      partitioned: "boolean",
      columns: "number",
    },
  },

  /** The columns of tables by their names, as JSON: see `ColumnRow` in rows.ts. */
  columns: {
    effect: "read",
    columns: { schema: "text", table: "text", count: "number", columns: { type: "text", holds: "text" } },
  },

  /** Tables by their names, with the statements that create them. Those of views are formatted: the server takes its time for it. */
  tables: {
    effect: "read",
    columns: {
      schema: "text",
      name: "text",
      engine: "text",
      engineFull: { type: "text", holds: "sql" },
      partitionKey: "text",
      sortingKey: "text",
      primaryKey: "text",
      samplingKey: "text",
      comment: { type: "text", holds: "text" },
      statement: { type: "text", holds: "sql" },
      rowCount: "number?",
      sizeBytes: "number?",
    },
  },

  /** User-defined functions, which belong to no database. */
  functions: {
    effect: "read",
    columns: { name: "text", origin: "text", statement: { type: "text", holds: "sql" } },
  },

  /** Programs that are called as functions, which newer servers list. */
  programs: {
    effect: "read",
    columns: { name: "text", command: "text", type: "text", format: "text", returns: "text", arguments: "json" },
  },

  /** How far back the query log goes, in Unix milliseconds, by its partitions; no time where it is empty. */
  queryLogBegin: { effect: "read", columns: { earliest: "number?" } },

  /** Queries that ended well in `[from, to)`, behind the one at `afterTime` with `afterId`, at most `limit`. */
  queryLog: {
    effect: "read",
    columns: {
      id: "text",
      endedAt: "number",
      at: "number",
      durationMs: "number",
      query: { type: "text", holds: "sql" },
      cut: "boolean",
      user: "text",
      schema: "text",
    },
  },

  /** How much the user sees. `withColumns`: of how many tables it sees a column. */
  visible: { effect: "read", columns: { user: "text", databases: "number", tables: "number", withColumns: "number" } },
} as const;

/** The requests of this connector. */
export type Requests = typeof REQUESTS;

/** A session with a ClickHouse server. */
export type ClickHouseSession = Session<Requests>;

/** A row of a request. */
export type RowOf<N extends keyof Requests> = Row<Requests[N]>;
