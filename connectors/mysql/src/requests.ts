/** What the connector asks of a server: the requests, by name. Their SQL texts are in queries.ts. */
import type { RequestSpec, Row, Session } from "@headwater/core/connector";

/** How one request is asked. */
export interface MysqlRequest extends RequestSpec {
  /** The one column that is taken of an answer to `SHOW`, which names its columns as it likes. */
  takes?: "first" | "statement";
  /** It is several statements, and the first row of each answer is taken. */
  several?: true;
  /** Read as it comes, page by page. */
  paged?: true;
  /**
   * Asked outside of the transaction. A table that was read in one cannot be truncated or renamed until it ends, and with a log
   * that is rotated every statement of the server would wait for it.
   */
  alone?: true;
}

/** Something `SHOW CREATE` can be asked for. */
export type Shown = { kind: string; schema: string; name: string };

/** Objects of one schema. */
export type Members = { schema: string; names: string[] };

/** A table of the schema mysql that statements are logged to. */
export type LogTable = "general_log" | "slow_log";

/** Which rows of a log are asked for: Unix milliseconds, and a condition in SQL. */
export type LogWindow = { log: LogTable; from: number; to: number; filter: string | null };

/** The requests, by name. */
export const REQUESTS = {
  /** Who the server is and how busy. `serverUuid`: MySQL's own number, which MariaDB has not. */
  server: {
    effect: "read",
    columns: {
      version: "text",
      now: "text",
      serverUuid: "text?",
      address: "text",
      account: "text",
      lowerCaseTableNames: "number",
      connectionsLeft: "number",
    },
  },

  /** What the account may do: one line for each GRANT, its own and those of its active roles. */
  grants: { effect: "read", takes: "first", columns: { line: "text" } },

  /** The one database, which the catalog has and the server has not. */
  databases: {
    effect: "read",
    columns: { name: "text", characterSet: "text", collation: "text", lowerCaseTableNames: "number" },
  },

  /** The schemas the account sees, but the system's own. `wanted`: whether the connection's configuration covers it. */
  schemas: {
    effect: "read",
    columns: {
      name: "text",
      characterSet: "text",
      collation: "text",
      comment: { type: "text?", holds: "text" },
      wanted: "boolean",
    },
  },

  /** Names of tables and views, each with OpenMetadata's kind, and in MySQL with the number of its columns. */
  tableNames: {
    effect: "read",
    paged: true,
    columns: { schema: "text", name: "text", kind: "text", columns: "number" },
  },

  /** Names of routines and events by schema: of those that share a name, functions come first, then procedures, events, packages. */
  routineNames: {
    effect: "read",
    paged: true,
    columns: { schema: "text", name: "text", kind: "text", order: "number" },
  },

  /** Tables and views, but for their parts. `type` is the server's word: `BASE TABLE`, `SEQUENCE`. */
  tables: {
    effect: "read",
    columns: {
      schema: "text",
      name: "text",
      type: "text",
      engine: "text?",
      rowCount: "number?",
      sizeBytes: "number?",
      collation: "text?",
      comment: { type: "text?", holds: "text" },
      options: "text?",
    },
  },

  /** Columns in order, of tables in any order. */
  columns: {
    effect: "read",
    columns: {
      schema: "text",
      name: "text",
      column: "text",
      type: "text",
      nullable: "boolean",
      default: { type: "text?", holds: "sql" },
      extra: "text",
      generated: { type: "text?", holds: "sql" },
      collation: "text?",
      comment: { type: "text?", holds: "text" },
      srid: "number?",
    },
  },

  /** The parts of indexes in order. A part is a column, or an expression where the column is `null`. */
  indexes: {
    effect: "read",
    columns: {
      schema: "text",
      name: "text",
      index: "text",
      unique: "boolean",
      type: "text",
      column: "text?",
      expression: { type: "text?", holds: "sql" },
      prefix: "number?",
      descending: "boolean",
      visible: "boolean",
      comment: { type: "text?", holds: "text" },
    },
  },

  /** The columns of foreign keys in order. */
  foreignKeys: {
    effect: "read",
    columns: {
      schema: "text",
      name: "text",
      constraint: "text",
      column: "text",
      toSchema: "text",
      toTable: "text",
      toColumn: "text",
      onUpdate: "text",
      onDelete: "text",
    },
  },

  /** CHECK constraints. `column`: whether it stands with a column, and then it is named after it. */
  checks: {
    effect: "read",
    columns: {
      schema: "text",
      name: "text",
      constraint: "text",
      clause: { type: "text", holds: "sql" },
      enforced: "boolean",
      column: "boolean",
    },
  },

  /** Partitions and subpartitions in order. */
  partitions: {
    effect: "read",
    columns: {
      schema: "text",
      name: "text",
      partition: "text",
      subpartition: "text?",
      method: "text",
      expression: { type: "text?", holds: "sql" },
      submethod: "text?",
      subexpression: { type: "text?", holds: "sql" },
      bounds: { type: "text?", holds: "sql" },
      comment: { type: "text?", holds: "text" },
    },
  },

  /** The queries of views; an empty text where the account has no SHOW VIEW. */
  views: {
    effect: "read",
    columns: {
      schema: "text",
      name: "text",
      definition: { type: "text", holds: "sql" },
      definer: "text",
      security: "text",
      checkOption: "text",
      algorithm: "text?",
    },
  },

  /** Triggers by the table they are on, in the order they fire. MariaDB shows their names without their statements, too. */
  triggers: {
    effect: "read",
    columns: {
      schema: "text",
      name: "text",
      trigger: "text",
      timing: "text",
      event: "text",
      statement: { type: "text?", holds: "sql" },
      definer: "text",
    },
  },

  /** Routines. `definition` is `null` where the account may not see it. */
  routines: {
    effect: "read",
    columns: {
      schema: "text",
      name: "text",
      kind: "text",
      returns: "text?",
      language: "text",
      definition: { type: "text?", holds: "sql" },
      deterministic: "boolean",
      dataAccess: "text",
      security: "text",
      definer: "text",
      comment: { type: "text?", holds: "text" },
    },
  },

  /** Parameters of routines in order. */
  parameters: {
    effect: "read",
    columns: {
      schema: "text",
      name: "text",
      kind: "text",
      mode: "text",
      parameter: "text",
      type: "text",
      characterSet: "text?",
    },
  },

  /** Events. Times are in the event's time zone. */
  events: {
    effect: "read",
    columns: {
      schema: "text",
      name: "text",
      definer: "text",
      timeZone: "text",
      definition: { type: "text", holds: "sql" },
      executeAt: "text?",
      every: "text?",
      unit: "text?",
      starts: "text?",
      ends: "text?",
      status: "text",
      preserve: "boolean",
      comment: { type: "text?", holds: "text" },
    },
  },

  /** What the server logs of statements, and where. `maxSample`, `maxDigest`: from how many bytes on their texts are cut. */
  logSettings: {
    effect: "read",
    columns: {
      generalLog: "boolean",
      slowLog: "boolean",
      output: "text",
      performanceSchema: "boolean",
      useSlowLogs: "boolean",
      account: "text",
      maxDigest: "number",
      maxSample: "number",
    },
  },

  /** Whether the log `log`, or `digests`, may be read: an error where it may not. */
  logReadable: { effect: "read", alone: true, columns: { one: "number" } },

  /** The time of the first row of the log `log`, in Unix milliseconds: rows stand in the order they came in. */
  logBegin: { effect: "read", alone: true, columns: { earliest: "number" } },

  /**
   * The rows of the log `log` in `[from, to)`, in the order they came in; `own` are ours, or OpenMetadata's. Of mysql.general_log also
   * what says, before `from`, in which schema a thread is: those are not `wanted`. `time` is when it began, in Unix microseconds.
   */
  logRows: {
    effect: "read",
    alone: true,
    paged: true,
    columns: {
      wanted: "boolean",
      time: "number",
      thread: "text",
      command: "text",
      user: "text",
      schema: "text?",
      durationMs: "number?",
      own: "boolean",
      cut: "boolean",
      text: { type: "text", holds: "sql" },
    },
  },

  /** How far the counting of statements has come. `since`: the first statement counted; `lost`: counted, but not by itself. */
  digestState: {
    effect: "read",
    alone: true,
    columns: { now: "number", since: "number?", first: "text?", lost: "text" },
  },

  /** The statements performance_schema counts. `sample`: one of them as it was written, which MariaDB does not keep. */
  digests: {
    effect: "read",
    alone: true,
    paged: true,
    columns: {
      schema: "text?",
      digest: "text",
      text: { type: "text?", holds: "sql" },
      sample: { type: "text?", holds: "sql" },
      times: "number",
      durationMs: "number",
    },
  },

  /** The statements that create views, routines, events and triggers, as they were written, in the order they are asked for. */
  statements: {
    effect: "read",
    several: true,
    takes: "statement",
    columns: { statement: { type: "text?", holds: "sql" } },
  },
} as const;

/** The requests with their exact columns, for the types of rows. */
export type Requests = typeof REQUESTS;

/** A session of this connector. */
export type MysqlSession = Session<Requests>;

/** One row of a request. */
export type RowOf<N extends keyof Requests> = Row<Requests[N]>;
