/** What a system says of a statement, in a form that can be compared. */
export interface Answer {
  /** Tables read, sorted. */
  readonly sources: readonly string[];
  /** Tables that get data, sorted. */
  readonly targets: readonly string[];
  /** `source.column>target.column`, sorted; null when the system says nothing about columns. */
  readonly columns: readonly string[] | null;
  /** Those of `columns` that, the system says, only order what they go to: some count that, some do not. */
  readonly ordering: readonly string[];
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
  readonly ordering?: boolean;
}

export interface RawAnswer {
  readonly sources: readonly (readonly string[])[];
  readonly targets: readonly (readonly string[])[];
  readonly columns: readonly RawEdge[] | null;
  readonly sure: boolean;
}

/** Makes answers of different systems comparable: case, quotes and the names of unnamed columns are no differences. */
export function comparable(raw: RawAnswer): Answer {
  const named = (edges: readonly RawEdge[]): string[] =>
    sorted(
      edges
        // Counting rows draws on no column; some systems say it draws on all.
        .filter(({ column, targetColumn }) => column !== "*" || targetColumn === "*")
        .filter(({ source, column, target }) => !isVariable(source) && !isVariable(target) && !column.startsWith("@"))
        .map(
          (edge) =>
            `${edge.source === null ? "?" : tableName(edge.source)}.${columnName(edge.column)}>${edge.target === null ? "" : tableName(edge.target)}.${targetName(edge.targetColumn)}`,
        ),
    );
  const tables = (names: readonly (readonly string[])[]): string[] =>
    sorted(names.filter((parts) => !isVariable(parts)).map(tableName));
  return {
    sources: tables(raw.sources),
    targets: tables(raw.targets),
    columns: raw.columns === null ? null : named(raw.columns),
    ordering: named((raw.columns ?? []).filter(({ ordering }) => ordering === true)),
    sure: raw.sure,
  };
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
 * Whether two answers about columns can both be right.
 *
 * A star stands for columns nobody told the system of: a system that gives one does not claim to know them, so what goes by a
 * star in either answer is left to the comparison of tables (`stars: "unsure"`) - or compared as it is, but for columns that one
 * side lists and the other has under the star (`stars: "sure"`). A result's column that one side leaves without a name is not
 * another for having one. What only orders a list inside a value may be given or not.
 */
export function compatibleColumns(one: Answer, other: Answer, stars: "unsure" | "sure" = "unsure"): boolean {
  if (one.columns === null || other.columns === null) return true;
  const given = new Set([...one.columns, ...other.columns].filter(isStar));
  const prepared = (edges: readonly string[]): string[] =>
    sorted(
      edges.flatMap((edge) => {
        if (one.ordering.includes(edge) || other.ordering.includes(edge)) return [];
        const star = starOver(edge, given);
        return star === null ? [edge] : stars === "sure" ? [star] : [];
      }),
    );
  return sameButNames(prepared(one.columns), prepared(other.columns));
}

function isStar(edge: string): boolean {
  return edge.includes(".*>") && edge.endsWith(".*");
}

function starOver(edge: string, stars: ReadonlySet<string>): string | null {
  const arrow = edge.indexOf(">");
  const source = edge.slice(0, edge.lastIndexOf(".", arrow));
  const target = edge.slice(arrow + 1, edge.lastIndexOf("."));
  const star = `${source}.*>${target}.*`;
  return stars.has(star) ? star : null;
}

/** The same edges, where one that only one side has may meet one of the other that goes to a column without a name. */
function sameButNames(one: readonly string[], other: readonly string[]): boolean {
  const left = one.filter((edge) => !other.includes(edge));
  const right = other.filter((edge) => !one.includes(edge));
  if (!left.every(isUnnamed) && !right.every(isUnnamed)) return false;
  const tableOf = (edge: string): string => edge.slice(0, edge.lastIndexOf("."));
  return same(sorted(left.map(tableOf)), sorted(right.map(tableOf)));
}

/** Goes to a column of a query's result that has no name. */
function isUnnamed(edge: string): boolean {
  return edge.endsWith(">.<expr>");
}

export function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((value, i) => value === other[i]);
}
