/** What the connector asks of a server: the requests, by name. Their SQL texts are in queries.ts. */
import type { RequestSpec, Row, Session } from "@headwater/core/connector";
import { QUERY_COLUMNS, type QueryColumns } from "@headwater/log-records";

/** How one request is asked. */
export interface PostgresRequest extends RequestSpec {
  /** The names of `$1`, `$2` …: keys of the request's arguments, or settings of the connection. */
  parameters: readonly string[];
  /** Read through a cursor, page by page. */
  paged?: true;
  /** `{schema}` in its text is the schema of this argument. */
  inSchema?: string;
  /** Its text gives a piece of a file of the server's log, and its answer is what stands in the file. */
  readsLog?: true;
  /** `/*FILTER*\/` in its text is the condition of this argument, which is SQL. */
  filteredBy?: string;
  /** The locks it takes are given up at its end, not at the end of the transaction. */
  releasesLocks?: true;
}

/** The requests, by name. */
export const REQUESTS = {
  /** Who the server is and how busy. `identifies`: whether `systemIdentifier` may be asked. */
  server: {
    effect: "read",
    parameters: ["address"],
    columns: { version: "text", now: "text", identifies: "boolean", address: "text", connectionsLeft: "number" },
  },

  /** The number initdb gave the server's data folder: kept by restarts, standbys and physical copies. */
  systemIdentifier: {
    effect: "read",
    parameters: [],
    columns: { identifier: "text" },
  },

  /** Which of these catalog tables (`SELECT`) and functions (`EXECUTE`) the role may not use. */
  missingRights: {
    effect: "read",
    parameters: ["tables", "functions"],
    columns: { role: "text", kind: "text", name: "text" },
  },

  /** All databases but templates. `wanted`: whether the connection's configuration covers it. */
  databases: {
    effect: "read",
    parameters: ["ingestAllDatabases"],
    columns: {
      oid: "text",
      name: "text",
      owner: "text",
      comment: { type: "text?", holds: "text" },
      encoding: "text",
      collation: "text",
      characterType: "text",
      wanted: "boolean",
      open: "boolean",
      allowed: "boolean",
      role: "text",
    },
  },

  /** The schemas of the session's database but the system's own. */
  schemas: {
    effect: "read",
    parameters: [],
    columns: {
      database: "text",
      oid: "text",
      name: "text",
      owner: "text",
      comment: { type: "text?", holds: "text" },
    },
  },

  /** Names of tables and views. Partitions are details of their parents. */
  relations: {
    effect: "read",
    parameters: ["schemas"],
    paged: true,
    columns: { database: "text", oid: "text", schema: "text", name: "text", kind: "text", columns: "number" },
  },

  /** Names of routines with their argument types, but for those an extension or a type brought with it. */
  routineNames: {
    effect: "read",
    parameters: ["schemas"],
    paged: true,
    columns: { database: "text", oid: "text", schema: "text", name: "text", kind: "text" },
  },

  /**
   * What cannot be read without waiting for somebody: what is under an ACCESS EXCLUSIVE lock, or has one asked for, and
   * the views and routines whose text names it.
   */
  locked: {
    effect: "read",
    parameters: [],
    columns: { routine: "boolean", oid: "text", holder: "text?", lockedName: "text" },
  },

  /**
   * Tables and views. `numbers` are their columns' attribute numbers, `typeIds` the oids of types that are not known by name, by the text they
   * are shown as. `hasRules`: beside the one that is a view's definition. `hasTriggers`: beside those of constraints. All else stands in `detail`, as JSON (`TableDetail` in rows.ts). Default expressions name no columns unless
   * there are generated ones: without a table to refer to they are written without opening it.
   */
  tables: {
    effect: "read",
    parameters: ["oids"],
    columns: {
      oid: "text",
      schema: "text",
      name: "text",
      rowCount: "number?",
      sizeBytes: "number?",
      numbers: "text?",
      typeIds: "text?",
      hasRules: "boolean",
      hasTriggers: "boolean",
      // Its parts by their position in TableDetail (rows.ts): options of a foreign table, comments, defaults, constraints.
      detail: { type: "text", holds: { 5: { 1: "text" }, 11: "text", 12: "sql", 13: { "*": { 3: "sql" } } } },
    },
  },

  /**
   * How partitioned tables are partitioned, and all their partitions at every level. A partition's bounds name no columns, so
   * they are written without opening it.
   */
  partitions: {
    effect: "read",
    parameters: ["oids"],
    columns: {
      oid: "text",
      strategy: "text",
      key: { type: "text", holds: "sql" },
      columns: "text?",
      partitions: { type: "text?", holds: { "*": { 2: "sql" } } },
      rowCount: "number?",
      sizeBytes: "number?",
    },
  },

  /** Names of row level security policies, and the classification they become tags of. */
  policies: {
    effect: "read",
    parameters: ["oids", "classificationName"],
    columns: { oid: "text", classification: "text", names: "json" },
  },

  /**
   * Types that are not known by name, and those they are made of. `base`, `element` and `subtype` and the types of
   * attributes are as they are shown, each followed by its oid.
   */
  types: {
    effect: "read",
    parameters: ["oids"],
    columns: {
      oid: "text",
      name: "text",
      kind: "text",
      category: "text",
      notNull: "boolean",
      default: { type: "text?", holds: "sql" },
      base: "json",
      element: "json",
      subtype: "json?",
      labels: "json?",
      attributes: { type: "json?", holds: { "*": { 3: "text" } } },
      checks: { type: "json?", holds: { "*": { 1: "sql" } } },
    },
  },

  /** The texts of views. Writing one locks what it names, so the locks of one chunk are given up before the next. */
  viewDefinitions: {
    effect: "read",
    parameters: ["oids"],
    releasesLocks: true,
    columns: { oid: "text", definition: { type: "text?", holds: "sql" } },
  },

  /**
   * The rules of tables and views but for the one that is a view's definition, and their triggers but for those of constraints. Writing
   * one locks what it names or stands on.
   */
  rulesAndTriggers: {
    effect: "read",
    parameters: ["oids"],
    releasesLocks: true,
    columns: {
      oid: "text",
      rules: { type: "text?", holds: { "*": { 2: "sql" } } },
      triggers: { type: "text?", holds: { "*": { 4: "sql" } } },
    },
  },

  /** Routines with their texts. An aggregate has none; its parts say what it is. */
  routines: {
    effect: "read",
    parameters: ["oids"],
    releasesLocks: true,
    columns: {
      oid: "text",
      schema: "text",
      name: "text",
      bareName: "text",
      kind: "text",
      language: "text",
      owner: "text",
      comment: { type: "text?", holds: "text" },
      arguments: "text",
      returns: "text?",
      volatility: "text",
      securityDefiner: "boolean",
      definition: { type: "text?", holds: "sql" },
      aggregate: "json?",
    },
  },

  /**
   * What the server logs and counts, and what of it the role may read. `logsStatements`: what it says of them is not below what it logs
   * (`log_min_messages`); `findsLog`: it may list the log's folder; `readsLog`: it may
   * read files; `counts`: pg_stat_statements is installed.
   */
  logState: {
    effect: "read",
    parameters: [],
    columns: {
      collected: "boolean",
      destination: "text",
      logsStatements: "boolean",
      logStatement: "text",
      logMinDuration: "text",
      findsLog: "boolean",
      readsLog: "boolean",
      counts: "boolean",
      role: "text",
    },
  },

  /**
   * The files of the log's folder with a name that ends in one of these ways, those that are being written last. `identity` is the hash
   * of the first line, as files of logs that begin with a record are told apart elsewhere; `hasHead`: whether it has one; `start`: its
   * beginning, as far as a time goes.
   */
  serverLogFiles: {
    effect: "read",
    parameters: ["endings"],
    columns: {
      path: "text",
      bytes: "number",
      changedAt: "number",
      hasHead: "boolean",
      identity: "text",
      start: "text",
    },
  },

  /** The records of a file of the log, as `queries` of the connector for files has them. */
  serverLogQueries: {
    effect: "read",
    parameters: ["path", "at", "length"],
    readsLog: true,
    // oxlint-disable-next-line typescript/no-unnecessary-type-assertion -- isolatedDeclarations wants the type said
    columns: QUERY_COLUMNS as QueryColumns,
  },

  /** Where pg_stat_statements is, and whether the role may see what others ran; no row where it is not installed. */
  statementStatistics: {
    effect: "read",
    parameters: [],
    columns: { schema: "text", now: "number", version: "number", seesAll: "boolean", role: "text" },
  },

  /** When the counters began, and how many were thrown out since. Only since version 14. */
  statementStatisticsState: {
    effect: "read",
    parameters: [],
    inSchema: "schema",
    columns: { since: "number", thrownOut: "text" },
  },

  /**
   * What pg_stat_statements has counted, in all databases. A filter names its rows `s`, those of pg_database `d` and those of pg_user
   * `u`, as OpenMetadata's query does.
   */
  statements: {
    effect: "read",
    parameters: [],
    inSchema: "schema",
    filteredBy: "filter",
    paged: true,
    columns: {
      key: "text",
      query: { type: "text?", holds: "sql" },
      user: "text?",
      database: "text?",
      calls: "number",
      totalMs: "number",
    },
  },
} as const;

/** The requests with their exact columns, for the types of rows. */
export type Requests = typeof REQUESTS;

/** A session of this connector. */
export type PostgresSession = Session<Requests>;

/** One row of a request. */
export type RowOf<N extends keyof Requests> = Row<Requests[N]>;
