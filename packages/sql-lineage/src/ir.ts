/**
 * What the parser makes of a statement: not a syntax tree, only what lineage needs. Names are kept as they are spelled;
 * offsets count UTF-16 units from the start of the text that was given.
 */
import type { How } from "./how.ts";
import type { Gap } from "./result.ts";

/** A dotted name. Bit i of `quoted` is set when part i was quoted. */
export interface Name {
  readonly parts: readonly string[];
  readonly quoted: number;
  readonly start: number;
  readonly end: number;
}

/** The first part of a reference that can only be a variable. */
export const VARIABLE_NAME = " variable";

/** The first part of a reference to a named window. */
export const WINDOW_NAME = " window";

/** A use of a column (or of a column's field) in an expression, and how it takes part in the value. */
export interface ColumnRef {
  readonly name: Name;
  how: How;
}

/** A query inside an expression. `exists`: only whether it has rows matters, not what they hold. */
export interface NestedQuery {
  readonly query: Query;
  how: How;
  readonly exists: boolean;
}

/** Everything an expression draws on. */
export interface Expr {
  readonly refs: ColumnRef[];
  readonly queries: NestedQuery[];
  /** Counts rows, as `count(*)`: how; 0 when it does not. */
  rows: How;
  /** The name of its last part, when it is a column and nothing else, or a field or method of one. */
  label: string | null;
  /** Names given to parts of the expression (`(a + b AS c)`), where a dialect allows it. */
  inner: { readonly name: string; readonly expr: Expr }[] | null;
  start: number;
  end: number;
  /** Tokens in it were skipped. */
  recovered: boolean;
}

export type Item = ExpressionItem | StarItem;

export interface ExpressionItem {
  readonly kind: "expression";
  readonly expr: Expr;
  readonly alias: string | null;
  /** Not the value but its fields, each a column: `f(x).*`. */
  readonly fields?: true;
}

/** `*` or `t.*` with what is left out, replaced or renamed. */
export interface StarItem {
  readonly kind: "star";
  readonly qualifier: Name | null;
  readonly except: string[];
  readonly replace: { readonly name: string; readonly expr: Expr }[];
  readonly rename: { readonly from: string; readonly to: string }[];
  /** A pattern picks the columns, so which ones cannot be said without knowing the table. */
  pattern: boolean;
  /** Every column goes through an expression (`* APPLY(f)`). */
  how: How;
  readonly start: number;
  end: number;
}

/** How a relation joins those before it. */
export interface Join {
  /** Columns of USING. */
  using: readonly string[] | null;
  natural: boolean;
  /** The right side of a semi or anti join: its columns can be used in ON but are not part of the result. */
  hidden: boolean;
}

interface RelationBase {
  alias: string | null;
  columnAliases: readonly string[] | null;
  join: Join | null;
  readonly start: number;
  end: number;
}

export interface TableRelation extends RelationBase {
  readonly kind: "table";
  readonly name: Name;
  readonly source: TableSource;
  /** The name is a value's where one is called so (`x IN name` of ClickHouse). */
  readonly orValue?: true;
}

/** What a table's name names. */
export type TableSource = "table" | "file" | "stage" | "variable" | "function" | "placeholder";

export interface QueryRelation extends RelationBase {
  readonly kind: "query";
  readonly query: Query;
  readonly lateral: boolean;
}

/** A function in FROM, UNNEST, LATERAL VIEW, ARRAY JOIN … */
export interface FunctionRelation extends RelationBase {
  readonly kind: "function";
  /** As spelled; null for constructs that are no function. */
  readonly name: Name | null;
  readonly expr: Expr;
  /** What each of its columns draws on, where the arguments go side by side (`UNNEST(a, b)`); null when all draw on all. */
  parts: readonly Expr[] | null;
  /** Its columns, when they are known; null when not. */
  columns: readonly string[] | null;
  /** Columns that do not come from the arguments: ordinality, offset, sequence. */
  counters: readonly string[];
  /** A built-in that only unfolds its arguments; others may read anything. */
  readonly builtin: boolean;
}

export interface PivotRelation extends RelationBase {
  readonly kind: "pivot";
  readonly input: Relation;
  readonly aggregates: readonly Expr[];
  /** The columns whose values become columns. */
  readonly keys: Expr;
  /** Each output with the aggregate it holds. */
  readonly outputs: readonly { readonly name: string; readonly aggregate: number }[];
  /** Outputs are only known when it runs (`IN (ANY)`, a subquery). */
  readonly open: boolean;
  /** Grouped columns, when they are listed; null when all that is left over. */
  readonly groupBy: Expr | null;
}

export interface UnpivotRelation extends RelationBase {
  readonly kind: "unpivot";
  readonly input: Relation;
  /** The new value columns, and for each the input columns it holds. */
  readonly values: readonly { readonly name: string; readonly from: readonly Name[] }[];
  /** The new columns that hold names. */
  readonly keys: readonly string[];
}

export interface MatchRelation extends RelationBase {
  readonly kind: "match";
  readonly input: Relation;
  readonly partition: Expr;
  readonly measures: readonly { readonly name: string | null; readonly expr: Expr }[];
  readonly conditions: Expr;
  /** Every row of a match is kept, with its own columns. */
  readonly allRows: boolean;
  /** Pattern variables, which qualify columns. */
  readonly variables: readonly string[];
}

/** A join in parentheses with a name of its own. */
export interface GroupRelation extends RelationBase {
  readonly kind: "group";
  readonly relations: Relation[];
}

export type Relation =
  | TableRelation
  | QueryRelation
  | FunctionRelation
  | PivotRelation
  | UnpivotRelation
  | MatchRelation
  | GroupRelation;

export interface Select {
  readonly kind: "select";
  readonly items: Item[];
  readonly from: Relation[];
  /** What decides which rows there are: conditions of joins and filters, grouping, sorting. */
  readonly influence: Expr;
  /** Ordinals in GROUP BY and ORDER BY. */
  ordinals: { readonly position: number; readonly how: How }[] | null;
  into: NewTable | null;
  /** The file that INTO OUTFILE writes. */
  file: TargetTable | null;
  /** Variables that INTO fills, in order. */
  variables: string[] | null;
  /** The WINDOW clause. */
  windows: { readonly name: string; readonly expr: Expr }[] | null;
  readonly start: number;
  end: number;
}

/** What `SELECT … INTO` creates. */
export interface NewTable {
  readonly name: Name;
  readonly temporary: boolean;
}

export interface SetOperation {
  readonly kind: "set";
  readonly branches: readonly SetBranch[];
}

export interface SetBranch {
  readonly query: Query;
  /** Its rows are taken away from those before it. */
  readonly except: boolean;
  /** How its columns meet those before it: null by position. */
  readonly byName: NameMatch | null;
}

/** `UNION BY NAME` and `CORRESPONDING`. */
export interface NameMatch {
  /** Which columns the result has: those of either side, of the left side, or of both. */
  readonly keep: "all" | "left" | "common";
  /** Only these, in this order. */
  readonly columns: readonly string[] | null;
}

export interface Values {
  readonly kind: "values";
  /** One expression a column, over all rows. */
  readonly columns: Expr[];
}

/** A query in parentheses, or after WITH. */
export interface Wrapped {
  readonly kind: "wrapped";
  readonly query: Query;
}

export type Body = Select | SetOperation | Values | Wrapped;

export interface Cte {
  readonly name: string;
  readonly columns: readonly string[] | null;
  readonly query: Query;
  readonly recursive: boolean;
  /** Columns that SEARCH and CYCLE add, and those they are made from. */
  readonly added: readonly { readonly name: string; readonly from: readonly string[] }[];
  /** `WITH expression AS name`: a value, not a table. */
  readonly scalar: Expr | null;
}

export interface Query {
  readonly ctes: Cte[];
  body: Body;
  /** ORDER BY of a set operation or of a query in parentheses. */
  tail: Expr | null;
  /** Statements inside WITH that change tables. */
  readonly statements: Statement[];
}

interface StatementBase {
  readonly start: number;
  end: number;
}

export interface QueryStatement extends StatementBase {
  readonly kind: "query";
  readonly query: Query;
  /** The rows go nowhere anybody sees: a condition, an assignment, a cursor in a procedure. */
  readonly into: NewTable | null;
  /** Variables the columns are put into, in order; empty when the rows are only used on the spot; null when they are given out. */
  readonly variables: readonly string[] | null;
  /** A record or cursor that holds the rows one by one. */
  readonly record?: string;
}

export interface InsertStatement extends StatementBase {
  readonly kind: "insert";
  readonly target: TargetTable;
  /** What the statement calls the table. */
  readonly alias: string | null;
  readonly mode: "insert" | "overwrite" | "copy";
  readonly columns: readonly string[] | null;
  /** All columns but these (`* EXCEPT`), when `columns` is null. */
  readonly except: readonly string[];
  readonly byName: boolean;
  readonly query: Query | null;
  readonly conflict: Conflict | null;
  readonly returning: Returning | null;
  /** PARTITION (day = '…', hour): dynamic ones come last in the query. */
  readonly partitions: readonly { readonly name: string; readonly dynamic: boolean }[];
}

/** ON CONFLICT / ON DUPLICATE KEY: assignments that see the row that was to be inserted. */
export interface Conflict {
  readonly assignments: readonly Assignment[];
  readonly condition: Expr;
  /** Columns of the query's relations can be used too (MySQL). */
  readonly sourceVisible: boolean;
  /** What the row is called besides `excluded`, and its columns. */
  readonly row: { readonly alias: string; readonly columns: readonly string[] | null } | null;
}

export interface Assignment {
  readonly column: Name;
  readonly expr: Expr;
  /** The subquery's column this assignment takes, in `(a, b) = (SELECT …)`; null when the whole expression. */
  readonly position: number | null;
  /** The old value is part of the new one (`a += b`). */
  readonly keeps?: true;
}

/** RETURNING or OUTPUT: rows of the target, to the caller or into another table. */
export interface Returning {
  readonly items: Item[];
  /** Variables the columns are put into, in order. */
  readonly variables?: readonly string[];
  readonly into: TargetTable | null;
  readonly columns: readonly string[] | null;
}

export interface TargetTable {
  readonly name: Name;
  readonly source: TableSource;
}

export interface UpdateStatement extends StatementBase {
  readonly kind: "update";
  readonly target: Relation;
  readonly select: Select;
  readonly assignments: readonly Assignment[];
  readonly ctes: Cte[];
  readonly returning: Returning | null;
}

export interface DeleteStatement extends StatementBase {
  readonly kind: "delete";
  /** One; several in MySQL. */
  readonly targets: readonly TargetTable[];
  readonly select: Select;
  readonly ctes: Cte[];
  readonly returning: Returning | null;
}

export interface MergeStatement extends StatementBase {
  readonly kind: "merge";
  readonly target: Relation;
  /** Holds the source in `from` and the conditions. */
  readonly select: Select;
  readonly actions: readonly MergeAction[];
  readonly ctes: Cte[];
  readonly returning: Returning | null;
}

export type MergeAction =
  | { readonly kind: "update"; readonly assignments: readonly Assignment[] }
  | { readonly kind: "insert"; readonly columns: readonly string[] | null; readonly values: readonly Expr[] }
  /** `UPDATE SET *`, `INSERT ROW`: every column of the source, by name; into `columns` by position when they are listed. */
  | {
      readonly kind: "row";
      readonly start: number;
      readonly end: number;
      readonly except: readonly string[];
      readonly columns: readonly string[] | null;
    }
  | { readonly kind: "delete" };

export interface CreateStatement extends StatementBase {
  readonly kind: "create";
  /** A cache is a table of the session that keeps what a query gave (Spark). */
  readonly what: "table" | "view" | "materialized view" | "cache";
  readonly target: TargetTable;
  /** Where a materialized view puts its rows, when not in itself. */
  readonly to: TargetTable | null;
  readonly temporary: boolean;
  /** Names of the columns it declares, in order. */
  readonly columns: readonly string[] | null;
  readonly query: Query | null;
  /** LIKE, CLONE, COPY: the table it takes its columns (`like`) or its rows too (`clone`) from, or is another name of. */
  readonly model: { readonly table: TargetTable; readonly kind: "like" | "clone" | "synonym" } | null;
  /** Files or tables it reads in place (external tables, streams, replicas). */
  readonly reads: readonly TargetTable[];
}

/** COPY, UNLOAD, SWAP, EXCHANGE, APPEND: rows go from one place to another as they are. */
export interface CopyStatement extends StatementBase {
  readonly kind: "copy";
  /** The places the rows come from; none when a query gives them. */
  readonly from: readonly TargetTable[];
  readonly query: Query | null;
  readonly to: TargetTable | null;
  readonly columns: readonly string[] | null;
  readonly rule: "copy" | "unload" | "swap" | "exchange" | "append";
}

export interface DropStatement extends StatementBase {
  readonly kind: "drop";
  readonly what: "drop" | "truncate";
  readonly tables: readonly TargetTable[];
}

export interface RenameStatement extends StatementBase {
  readonly kind: "rename";
  readonly pairs: readonly { readonly from: TargetTable; readonly to: TargetTable }[];
}

/** USE, SET search_path: changes what unqualified names mean from here on. */
export interface UseStatement extends StatementBase {
  readonly kind: "use";
  readonly catalog: string | null;
  readonly schemas: readonly string[] | null;
}

/** Variables that are given what a cursor holds: `FOR r IN cursor`, `FETCH cursor INTO a, b`. */
export interface RecordStatement extends StatementBase {
  readonly kind: "record";
  /** One record for all columns, or a variable for each. */
  readonly names: readonly string[];
  readonly whole: boolean;
  readonly of: string;
}

/** A variable, a field of a record or a column of a trigger's row is given what an expression draws on; its queries stand before it. */
export interface AssignStatement extends StatementBase {
  readonly kind: "assign";
  /** As spelled, parts joined with dots. */
  readonly name: string;
  readonly refs: Expr["refs"];
}

/** CALL, EXEC: runs a routine that is defined elsewhere. */
export interface CallStatement extends StatementBase {
  readonly kind: "call";
  readonly routine: Name;
}

/** A procedure, function, trigger, task or anonymous block, and the statements found inside. */
export interface BlockStatement extends StatementBase {
  readonly kind: "block";
  readonly what: "procedure" | "function" | "trigger" | "block" | "task";
  readonly body: readonly ParsedStatement[];
  /** Variables and parameters it declares, in lower case. */
  readonly variables: readonly string[];
  /** What is declared in it ends with it. */
  readonly scope: boolean;
  /** What a trigger calls the rows that set it off; null for everything else. */
  readonly rows: TriggerRows | null;
  /** What it is called, where it is a function that triggers run: its body sees the rows of theirs. Null for everything else. */
  readonly runByTriggers: Name | null;
  /** The columns of the rows a function gives, or the table whose rows they are like (`RETURNS SETOF t`). Null for everything else. */
  readonly returns: readonly string[] | Name | null;
}

export interface TriggerRows {
  /** The table the trigger stands on. */
  readonly table: TargetTable;
  /** It runs before the change, and what it gives to the new row goes into the table. */
  readonly before: boolean;
  /** Names of single rows (`NEW`). */
  readonly records: readonly string[];
  /** Names of tables of rows (`inserted`). */
  readonly tables: readonly string[];
}

/** Several statements in one: multi-table inserts, statements with an OUTPUT into another table. */
export interface ManyStatement extends StatementBase {
  readonly kind: "many";
  readonly statements: readonly Statement[];
}

/** A statement that moves no rows between tables: GRANT, SET, COMMENT, … */
export interface UtilityStatement extends StatementBase {
  readonly kind: "utility";
  /** Its first words, in lower case. */
  readonly command: string;
}

export type Statement =
  | QueryStatement
  | InsertStatement
  | UpdateStatement
  | DeleteStatement
  | MergeStatement
  | CreateStatement
  | CopyStatement
  | DropStatement
  | RenameStatement
  | UseStatement
  | RecordStatement
  | AssignStatement
  | CallStatement
  | BlockStatement
  | ManyStatement
  | UtilityStatement;

/** A statement with what could not be read of it. */
export interface ParsedStatement {
  readonly statement: Statement;
  readonly gaps: readonly Gap[];
  /** Functions its expressions call, as `StatementLineage.calls` has them; those of the statements inside it are theirs. */
  readonly calls: readonly string[];
  readonly start: number;
  readonly end: number;
  readonly fingerprint: string;
}
