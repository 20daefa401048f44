import type { SQLInputValue } from "node:sqlite";
import type { Database } from "../database.ts";

/** A table that many small rows are inserted into. */
export interface RowTarget {
  /** `INSERT OR IGNORE INTO flow(statement, target)`. */
  head: string;
  /** How many columns the head names. */
  width: number;
  /** What follows the rows: `ON CONFLICT …`, or nothing. */
  tail: string;
}

/** For small rows a call costs as much as the row. */
export const ROWS_AT_ONCE = 20;

/** The statements that insert so many rows, made once. */
const made = new Map<RowTarget, string[]>();

/** Inserts the first of some rows, given value by value, as long as there are `least`, and takes them away. */
export function insertRows(db: Database, into: RowTarget, values: SQLInputValue[], least: number): void {
  const { width } = into;
  let at = 0;
  while (values.length - at >= least * width) {
    const some = values.slice(at, at + ROWS_AT_ONCE * width);
    db.run(insertOf(into, some.length / width), ...some);
    at += some.length;
  }
  // At once: a long statement has hundreds of thousands, which would be moved each time.
  if (at > 0) values.splice(0, at);
}

function insertOf(into: RowTarget, rows: number): string {
  let all = made.get(into);
  if (all === undefined) made.set(into, (all = []));
  let sql = all[rows];
  if (sql === undefined) {
    const row = `(${Array.from({ length: into.width }, () => "?").join(", ")})`;
    sql = `${into.head} VALUES ${Array.from({ length: rows }, () => row).join(", ")} ${into.tail}`;
    all[rows] = sql;
  }
  return sql;
}
