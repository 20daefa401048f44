/**
 * What the engine says about SQL text: plain data, safe to serialise as JSON. All spans are `[start, end)` in UTF-16
 * units (JavaScript string offsets) of the text that was given.
 */
export type Span = readonly [start: number, end: number];

/** What was found in one text. */
export interface ScriptLineage {
  /** Name of the dialect it was read in. */
  readonly dialect: string;
  /** In the order they stand; those inside a procedure or block follow it and point at it. */
  readonly statements: readonly StatementLineage[];
}

export type StatementKind =
  | "select"
  | "insert"
  | "update"
  | "delete"
  | "merge"
  | "create table"
  | "create view"
  | "create materialized view"
  | "copy"
  | "drop"
  | "truncate"
  | "rename"
  | "use"
  /** `CACHE TABLE … AS` (Spark): keeps a query's rows for the session, under a name of its own. */
  | "cache"
  /** A procedure, function, trigger, task or anonymous block; the statements inside follow it. */
  | "procedure"
  | "function"
  | "trigger"
  | "task"
  | "block"
  /** Runs a routine, which is listed among `reads` as a function: what it does is said where it is defined. */
  | "call"
  /** A known command that moves no rows between tables. */
  | "utility"
  /** Not a statement the engine knows; always has a gap. */
  | "unknown";

export interface StatementLineage {
  readonly kind: StatementKind;
  readonly span: Span;
  /** Index of the procedure or block it stands in; null at the top. */
  readonly within: number | null;
  /** 32 hex characters over the statement without literals, comments and layout: equal for the same query with other values. */
  readonly fingerprint: string;
  readonly reads: readonly TableRead[];
  readonly writes: readonly TableWrite[];
  /**
   * Functions that its expressions call, built-in ones among them, as often as they do: as spelled, parts joined as in an `id`.
   * A function that stands in FROM is one of `reads`, too.
   */
  readonly calls: readonly string[];
  /** The columns of the result, for a statement that gives rows to its caller, and those a function declares (`RETURNS TABLE`); null for others. */
  readonly outputs: readonly OutputColumn[] | null;
  /** What flows into single columns. */
  readonly columns: readonly ColumnEdge[];
  /** What decides about whole rows: conditions, joins, grouping, sorting. */
  readonly dataset: readonly DatasetEdge[];
  /** What could not be read, or not be known. Empty means: read to the last token. */
  readonly gaps: readonly Gap[];
}

/** What a name in a statement stands for. */
export interface TableUse {
  /**
   * What edges call it: its parts joined by dots, in the spelling of the schema provider where that knows it, else as
   * first spelled, completed with the defaults. A part that holds a dot or a double quote is put in double quotes.
   */
  readonly id: string;
  readonly kind: "table" | "file" | "stage" | "function" | "variable" | "placeholder";
  /** As spelled, quotes removed. */
  readonly name: readonly string[];
  /** Lives in the session only. */
  readonly temporary: boolean;
  /** Whether its columns were known: from the schema provider, from an earlier statement, or not at all. */
  readonly columns: "provider" | "session" | "unknown";
}

export type TableRead = TableUse;

export interface TableWrite extends TableUse {
  readonly mode:
    | "insert"
    | "overwrite"
    | "update"
    | "merge"
    | "create"
    | "copy"
    | "delete"
    | "truncate"
    | "drop"
    /** The name a table got. */
    | "rename";
  /**
   * Where the names of the written columns come from: the statement itself, the schema, or - `assumed` - the query's own
   * output names, because the statement fills by position and the table's columns are not known.
   */
  readonly columnNames: "statement" | "schema" | "assumed";
}

export interface OutputColumn {
  /** Its alias, the column's own name, or the text of the expression. */
  readonly name: string;
  /** False when `name` is only the expression's text. */
  readonly named: boolean;
  /** A star that could not be expanded: stands for any number of columns. */
  readonly star: boolean;
}

export interface Transformation {
  readonly type: "DIRECT" | "INDIRECT";
  readonly subtype:
    | "IDENTITY"
    | "TRANSFORMATION"
    | "AGGREGATION"
    | "JOIN"
    | "FILTER"
    | "GROUP_BY"
    | "SORT"
    | "WINDOW"
    | "CONDITIONAL";
  /** The value cannot be told from the result: hashes, masks, counts. */
  readonly masking: boolean;
}

/**
 * How sure an edge is. `exact`: nothing else is possible, given the text and the schema. `ambiguous`: more than one
 * reading is; `candidates` has the tables. `star`: a `*` over columns nobody told us. `recovered`: tokens near it were
 * skipped (there is a gap).
 */
export type Confidence = "exact" | "ambiguous" | "star" | "recovered";

export interface ColumnSource {
  /** `id` of a table; null when it is ambiguous. */
  readonly table: string | null;
  /** `*` for all columns, or for the rows themselves (`count(*)`). */
  readonly column: string;
  /** The tables it may belong to, at most 100; only when ambiguous. */
  readonly candidates?: readonly string[];
}

export interface ColumnTarget {
  /** `id` of the table written; null for the result of a query. */
  readonly table: string | null;
  /** `*` for all columns. */
  readonly column: string;
}

export interface Evidence {
  /** The piece of text the edge was read from. */
  readonly span: Span;
  readonly rule: Rule;
}

/** What in the text makes an edge. */
export type Rule =
  | "select item"
  | "star"
  | "insert by position"
  | "insert by name"
  | "values"
  | "update set"
  | "merge update"
  | "merge insert"
  | "on conflict"
  | "returning"
  | "created as"
  | "like"
  | "clone"
  | "synonym"
  | "copy"
  | "unload"
  | "swap"
  | "exchange"
  | "append"
  | "rename"
  | "variable"
  | "condition"
  | "join"
  | "group by"
  | "order by"
  | "window";

/** Data of `from` goes into, or decides about, the column `to`. */
export interface ColumnEdge {
  readonly from: ColumnSource;
  readonly to: ColumnTarget;
  /** One for each way `from` takes part. */
  readonly transformations: readonly Transformation[];
  readonly confidence: Confidence;
  readonly evidence: Evidence;
}

/** `from` decides which rows of the result (or of the table written) there are, or their order. */
export interface DatasetEdge {
  readonly from: ColumnSource;
  /** `id` of the table written; null for the result of a query. */
  readonly to: string | null;
  readonly transformations: readonly Transformation[];
  readonly confidence: Confidence;
  readonly evidence: Evidence;
}

export type GapReason =
  /** Tokens were skipped. */
  | "unread"
  /** No statement starts like this. */
  | "unknown statement"
  /** What is changed, or where it comes from, cannot be told from the text. */
  | "unresolved"
  /** SQL that is only made when it runs. */
  | "dynamic sql"
  /** A body in another language than SQL. */
  | "other language"
  /** Text or a name that is filled in before it runs. */
  | "placeholder"
  /** A string, name, comment or bracket without an end. */
  | "unclosed"
  | "nesting"
  | "size"
  | "work"
  /** The engine itself went wrong: a bug, and the statement one to report. */
  | "defect"
  /** The pool's limits. */
  | "time"
  | "memory";

/** A place where lineage may be missing, and why. */
export interface Gap {
  readonly span: Span;
  readonly reason: GapReason;
  /** What stands there or what was expected, for people. */
  readonly detail: string;
}
