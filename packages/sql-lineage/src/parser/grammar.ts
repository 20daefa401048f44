import type { Expr, ParsedStatement, Query, Relation, Select, Statement, TargetTable } from "../ir.ts";
import type { Parser } from "./parser.ts";

/**
 * What reading an expression gives: `undefined` when there was none, `null` when it was one without a name of its own,
 * else the name its column has in a result (the last part of a column's name).
 */
export type Label = string | null | undefined;

/** The parts of the grammar that call each other in circles; the files hold them apart, this table ties them together. */
export interface Grammar {
  /** Reads an expression and adds what it draws on to `expr`. */
  readonly expression: (p: Parser, expr: Expr) => Label;
  /** Reads one operand: no operators around it. */
  readonly operand: (p: Parser, expr: Expr) => Label;
  /** Reads a query: WITH, set operations, ORDER BY. */
  readonly query: (p: Parser) => Query;
  /** Reads a query that starts with PERFORM where others have SELECT. */
  readonly performQuery: (p: Parser) => Query;
  /** Reads a comma-separated FROM list into `select`. */
  readonly fromList: (p: Parser, select: Select) => void;
  /** Reads one relation, with its alias and what else is glued to it, into `out`. */
  readonly relation: (p: Parser, out: Relation[], select: Select) => void;
  /** Reads one relation with its joins into `out`; conditions go to `select`. */
  readonly joined: (p: Parser, out: Relation[], select: Select) => void;
  /** Reads the joins behind the relations in `out`. */
  readonly joins: (p: Parser, out: Relation[], select: Select) => void;
  /** Reads `BEGIN … END` into `body`. */
  readonly block: (p: Parser, body: ParsedStatement[]) => void;
  /** Reads any statement. */
  readonly statement: (p: Parser) => Statement;
  /** Reads the name of a table that is written. */
  readonly target: (p: Parser) => TargetTable;
}
