/** Objects as they were read, as plain data: what their facts are made from, and nothing else. */

/** A database of ClickHouse as read. */
export type SchemaRows = { engine: string; comment: string | null };

/** A table, view or dictionary as read. */
export type TableRows = {
  schema: string;
  name: string;
  engine: string;
  engineFull: string;
  partitionKey: string;
  sortingKey: string;
  primaryKey: string;
  samplingKey: string;
  comment: string;
  /** The statement that creates it; that of a view as the server formats it, the others in one line. */
  statement: string;
  /** {@link ColumnRow}s as the text they came as: an unchanged table is never parsed. */
  columns: string;
  /** Columns that the user may not see. */
  hidden: number;
  /** Whether the statement that creates a table was asked for. */
  ddl: boolean;
};

/** A column as the request `columns` has it. */
export type ColumnRow = [
  name: string,
  type: string,
  defaultKind: "" | "DEFAULT" | "MATERIALIZED" | "ALIAS" | "EPHEMERAL",
  defaultExpression: string,
  comment: string,
  codec: string,
  inPartitionKey: 0 | 1,
];

/** A user-defined function as read. */
export type RoutineRows = {
  origin: string;
  statement: string;
  program: { command: string; type: string; format: string; returns: string; arguments: string[] } | null;
};
