/** What a system says of a statement, in a form that can be compared. */
export interface Answer {
  /** Tables read, sorted. */
  readonly sources: readonly string[];
  /** Tables that get data, sorted. */
  readonly targets: readonly string[];
  /** `source.column>target.column`, sorted; null when the system says nothing about columns. */
  readonly columns: readonly string[] | null;
  /** The system does not say that it may be wrong. */
  readonly sure: boolean;
}

/** A column's way, before it is made comparable. */
export interface RawEdge {
  /** Parts of the source's name; null when the system cannot tell. */
  readonly source: readonly string[] | null;
  readonly column: string;
  /** Parts of the target's name; null for the result of a query. */
  readonly target: readonly string[] | null;
  readonly targetColumn: string;
}

export interface RawAnswer {
  readonly sources: readonly (readonly string[])[];
  readonly targets: readonly (readonly string[])[];
  readonly columns: readonly RawEdge[] | null;
  readonly sure: boolean;
}

/** Makes answers of different systems comparable: case, quotes and the names of unnamed columns are no differences. */
export function comparable(raw: RawAnswer): Answer {
  const columns =
    raw.columns === null
      ? null
      : sorted(
          raw.columns
            // Counting rows draws on no column; some systems say it draws on all.
            .filter(({ column, targetColumn }) => column !== "*" || targetColumn === "*")
            .filter(
              ({ source, column, target }) => !isVariable(source) && !isVariable(target) && !column.startsWith("@"),
            )
            .map(
              (edge) =>
                `${edge.source === null ? "?" : tableName(edge.source)}.${columnName(edge.column)}>${edge.target === null ? "" : tableName(edge.target)}.${targetName(edge.targetColumn)}`,
            ),
        );
  const tables = (names: readonly (readonly string[])[]): string[] =>
    sorted(names.filter((parts) => !isVariable(parts)).map(tableName));
  return { sources: tables(raw.sources), targets: tables(raw.targets), columns, sure: raw.sure };
}

/** Variables are no tables to most systems, and no columns. */
function isVariable(parts: readonly string[] | null): boolean {
  return parts?.length === 1 && /^@[^/~%.]+$/.test(parts[0]!);
}

function sorted(values: readonly string[]): string[] {
  return [...new Set(values)].toSorted();
}

function clean(part: string): string {
  return part.replaceAll(/["`[\]]/g, "").toLowerCase();
}

/**
 * A table's name: lower case, no quotes, no empty parts. Of a path only the path: whether `` parquet.`/a/b` `` is a file or a table
 * of that name in a schema `parquet` is not what systems differ in.
 */
export function tableName(parts: readonly string[]): string {
  const last = parts.at(-1) ?? "";
  return (last.includes("/") ? [last] : parts)
    .map(clean)
    .filter((part) => part !== "")
    .join(".");
}

function columnName(text: string): string {
  return clean(text);
}

/** A target column; expressions without an alias have no name that systems agree on. */
export function targetName(text: string): string {
  const name = clean(text).trim();
  if (name === "*") return name;
  // A variable's name is no column's.
  if (name === "?column?" || name.startsWith("@")) return "<expr>";
  if (/^(?:_col_\d+|_c\d+|_\d+|col_\d+|column_?\d+|expr\$?\d*|f\d+_|<expr>|)$/.test(name)) return "<expr>";
  return /^[\p{L}_#@$][\p{L}\p{N}_$#@. -]*$/u.test(name) && !/[()]/.test(name) ? name : "<expr>";
}

/** Whether two answers say the same tables. */
export function sameTables(one: Answer, other: Answer): boolean {
  return same(one.sources, other.sources) && same(one.targets, other.targets);
}

/** Whether two answers say the same columns; false when one of them says nothing. */
export function sameColumns(one: Answer, other: Answer): boolean {
  return one.columns !== null && other.columns !== null && same(one.columns, other.columns);
}

/**
 * Whether two answers about columns can both be right: the same, once what a star of either covers is put under the star.
 * Without a schema `SELECT *` over an unpivoted table is `t.*` to one system and `t.*` with the new columns to another.
 */
export function compatibleColumns(one: Answer, other: Answer): boolean {
  if (one.columns === null || other.columns === null) return true;
  const stars = new Set(
    [...one.columns, ...other.columns].filter((edge) => edge.includes(".*>") && edge.endsWith(".*")),
  );
  if (stars.size === 0) return same(one.columns, other.columns);
  const under = (edges: readonly string[]): string[] => sorted(edges.map((edge) => starOver(edge, stars) ?? edge));
  return same(under(one.columns), under(other.columns));
}

function starOver(edge: string, stars: ReadonlySet<string>): string | null {
  const arrow = edge.indexOf(">");
  const source = edge.slice(0, edge.lastIndexOf(".", arrow));
  const target = edge.slice(arrow + 1, edge.lastIndexOf("."));
  const star = `${source}.*>${target}.*`;
  return stars.has(star) ? star : null;
}

export function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((value, i) => value === other[i]);
}
