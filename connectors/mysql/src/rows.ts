/** Objects as they were read, as plain data: what their facts are made from, and nothing else. */

/** The one database. */
export type DatabaseRows = { characterSet: string; collation: string; lowerCaseTableNames: number };

/** A schema as read. */
export type SchemaRows = { characterSet: string; collation: string; comment: string | null };

/** One column, in order. */
export type ColumnRow = [
  name: string,
  type: string,
  nullable: boolean,
  defaultValue: string | null,
  extra: string,
  generated: string | null,
  collation: string | null,
  comment: string | null,
  srid: number | null,
];

/** One part of an index, in order. */
export type IndexRow = [
  index: string,
  unique: boolean,
  type: string,
  column: string | null,
  expression: string | null,
  prefix: number | null,
  descending: boolean,
  visible: boolean,
  comment: string | null,
];

/** One column of a foreign key, in order. */
export type ForeignKeyRow = [
  constraint: string,
  column: string,
  toSchema: string,
  toTable: string,
  toColumn: string,
  onUpdate: string,
  onDelete: string,
];

/** One CHECK constraint. */
export type CheckRow = [constraint: string, clause: string, enforced: boolean, ofColumn: boolean];

/** One partition or subpartition, in order. */
export type PartitionRow = [
  partition: string,
  subpartition: string | null,
  method: string,
  expression: string | null,
  submethod: string | null,
  subexpression: string | null,
  bounds: string | null,
  comment: string | null,
];

/** One trigger. `statement` is what it does, or the whole statement that creates it where that had to be asked for. */
export type TriggerRow = [
  name: string,
  timing: string,
  event: string,
  statement: string,
  definer: string,
  isWhole: boolean,
];

/** What only views have. */
export type ViewPart = {
  /** `null` where the account may not see it. */
  definition: string | null;
  definer: string;
  security: string;
  checkOption: string;
  algorithm: string | null;
};

/** A table or view as read. */
export type TableRows = {
  mariaDb: boolean;
  database: string;
  schema: string;
  name: string;
  type: string;
  engine: string | null;
  collation: string | null;
  comment: string | null;
  options: string | null;
  columns: ColumnRow[];
  /** Whether the account sees all columns, or only those it has a right on. */
  allColumns: boolean;
  indexes: IndexRow[];
  foreignKeys: ForeignKeyRow[];
  checks: CheckRow[];
  partitions: PartitionRow[];
  /** `null` where the account may not see them. */
  triggers: TriggerRow[] | null;
  view: ViewPart | null;
  /** Why a view cannot be used any more. */
  invalid: string | null;
  /** Whether the statement that creates a table was asked for. */
  ddl: boolean;
};

/** A parameter of a routine. */
export type ParameterRow = [mode: string, name: string, type: string, characterSet: string | null];

/** A routine as read. */
export type RoutineRows = {
  is: "routine";
  schema: string;
  name: string;
  kind: string;
  returns: string | null;
  language: string;
  /** `null` where the account may not see it. */
  definition: string | null;
  /** Whether the definition is the whole statement. */
  isWhole: boolean;
  deterministic: boolean;
  dataAccess: string;
  security: string;
  definer: string;
  comment: string | null;
  parameters: ParameterRow[];
};

/** An event as read. */
export type EventRows = {
  is: "event";
  schema: string;
  name: string;
  definer: string;
  timeZone: string;
  definition: string;
  isWhole: boolean;
  executeAt: string | null;
  every: string | null;
  unit: string | null;
  starts: string | null;
  ends: string | null;
  status: string;
  preserve: boolean;
  comment: string | null;
};
