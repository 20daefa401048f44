/** Indexes and constraints, put together from their parts. */
import { identifier, literal, qualified } from "./escape.ts";
import type { TableRows } from "./rows.ts";
import { unescaped } from "./types.ts";

/** An index with its parts in order. */
export interface Index {
  name: string;
  unique: boolean;
  /** `BTREE`, `HASH`, `FULLTEXT`, `SPATIAL`. */
  type: string;
  /** As they are written: `` `name`(10) ``, `` `id` DESC ``, `(lower(`name`))`. */
  parts: string[];
  /** The columns; `null` where a part is an expression. */
  columns: string[] | null;
  visible: boolean;
  comment: string | null;
}

/** A foreign key with its columns in order. */
export interface ForeignKey {
  name: string;
  columns: string[];
  to: { schema: string; table: string; columns: string[] };
  onUpdate: string;
  onDelete: string;
}

/** A CHECK constraint of the table itself. */
export interface Check {
  name: string;
  clause: string;
  enforced: boolean;
}

/** Puts indexes together. */
export function indexesOf({ indexes, mariaDb }: TableRows): Index[] {
  const found = new Map<string, Index>();
  for (const [name, unique, type, column, expression, prefix, descending, visible, comment] of indexes) {
    let index = found.get(name);
    if (index === undefined) {
      index = { name, unique, type, parts: [], columns: [], visible, comment };
      found.set(name, index);
    }
    // The length that a spatial index shows is that of its own entries.
    const length = prefix === null || type === "SPATIAL" ? "" : `(${prefix})`;
    const part =
      column === null ? `(${mariaDb ? expression : unescaped(expression ?? "")})` : identifier(column) + length;
    index.parts.push(descending ? `${part} DESC` : part);
    if (column === null) index.columns = null;
    else index.columns?.push(column);
  }
  return [...found.values()];
}

/** Puts foreign keys together. */
export function foreignKeysOf({ foreignKeys }: TableRows): ForeignKey[] {
  const found = new Map<string, ForeignKey>();
  for (const [name, column, schema, table, toColumn, onUpdate, onDelete] of foreignKeys) {
    const key = found.get(name) ?? { name, columns: [], to: { schema, table, columns: [] }, onUpdate, onDelete };
    found.set(name, key);
    key.columns.push(column);
    key.to.columns.push(toColumn);
  }
  return [...found.values()];
}

/** The CHECK constraints that stand with no column. */
export function checksOf({ checks, mariaDb }: TableRows): Check[] {
  return checks.flatMap(([name, clause, enforced, ofColumn]) =>
    ofColumn ? [] : [{ name, clause: mariaDb ? clause : unescaped(clause), enforced }],
  );
}

/** Whether an index is what the primary key is called. */
export const isPrimary = ({ name }: Pick<Index, "name">): boolean => name === "PRIMARY";

/** What an index says in CREATE TABLE, without its name. */
export function indexDefinition(index: Index): string {
  const { type, unique, parts, visible, comment } = index;
  const word = isPrimary(index) ? "PRIMARY KEY" : unique ? "UNIQUE" : type === "BTREE" || type === "HASH" ? "" : type;
  return [
    word,
    `(${parts.join(", ")})`,
    ...(type === "HASH" && !isPrimary(index) ? ["USING HASH"] : []),
    ...(visible ? [] : ["INVISIBLE"]),
    ...(comment === null ? [] : [`COMMENT ${literal(comment)}`]),
  ]
    .filter((text) => text !== "")
    .join(" ");
}

// Both refuse at once, and MySQL and MariaDB each call the one they do not write by another name.
const REFUSES: ReadonlySet<string> = new Set(["NO ACTION", "RESTRICT"]);

/** What a foreign key says in CREATE TABLE, without its name. */
export function foreignKeyDefinition({ columns, to, onUpdate, onDelete }: ForeignKey): string {
  const list = (names: readonly string[]): string => names.map(identifier).join(", ");
  const rule = (on: string, action: string): string => (REFUSES.has(action) ? "" : ` ON ${on} ${action}`);
  return `FOREIGN KEY (${list(columns)}) REFERENCES ${qualified(to.schema, to.table)} (${list(to.columns)})${rule("DELETE", onDelete)}${rule("UPDATE", onUpdate)}`;
}

/** What a CHECK constraint says in CREATE TABLE, without its name. */
export const checkDefinition = ({ clause, enforced }: Check): string =>
  `CHECK ${isInParentheses(clause) ? clause : `(${clause})`}${enforced ? "" : " NOT ENFORCED"}`;

/** Whether the first parenthesis closes at the end. */
function isInParentheses(text: string): boolean {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/'(?:[^'\\]|''|\\.)*'|`(?:[^`]|``)*`|[()]/gs)) {
    if (token === "(") depth += 1;
    else if (token === ")") depth -= 1;
    if (depth === 0 && token === ")") return text.startsWith("(") && index === text.length - 1;
  }
  return false;
}
