import { type Arbitrary, constantFrom, letrec, oneof, option, array, record, tuple } from "fast-check";

/** A query of the standard, with the names of its columns. */
export interface RandomQuery {
  readonly sql: string;
  readonly columns: readonly string[];
}

const TABLES = { t: ["a", "b", "c"], u: ["a", "d", "e"], "s.v": ["b", "d", "f"] } as const;

/** The columns of the tables that random queries are over. */
export const SCHEMA: Readonly<Record<string, readonly string[]>> = TABLES;

type TableName = keyof typeof TABLES;
const tableName = constantFrom<TableName>("t", "u", "s.v");

/** An expression over columns that are all qualified with one of `qualified`. */
function expression(qualified: readonly string[]): Arbitrary<string> {
  const column = constantFrom(...qualified);
  const { value } = letrec<{ value: string }>((tie) => ({
    value: oneof(
      { depthSize: "small", withCrossShrink: true },
      column,
      constantFrom("1", "'x;y'", "null", "current_date"),
      tuple(tie("value"), constantFrom(" + ", " || ", " = ", " and "), tie("value")).map((parts) => parts.join("")),
      tuple(tie("value"), tie("value")).map(([x, y]) => `coalesce(${x}, ${y})`),
      tuple(tie("value"), tie("value"), tie("value")).map(([x, y, z]) => `case when ${x} then ${y} else ${z} end`),
      tie("value").map((x) => `cast(${x} as varchar(10))`),
      tie("value").map((x) => `sum(${x})`),
      tuple(tie("value"), tie("value")).map(([x, y]) => `max(${x}) over (partition by ${y})`),
      tie("value").map((x) => `(select min(w.a) from u as w where w.d = ${x})`),
    ),
  }));
  return value;
}

/** Queries over the tables of `SCHEMA`, with joins, conditions and groups; every column of the result has a name of its own. */
export const randomQuery: Arbitrary<RandomQuery> = tuple(tableName, option(tableName)).chain(([first, second]) => {
  const relations = [`${first} as x`, ...(second === null ? [] : [`${second} as y`])];
  const columns = [
    ...TABLES[first].map((column) => `x.${column}`),
    ...(second === null ? [] : TABLES[second].map((column) => `y.${column}`)),
  ];
  const value = expression(columns);
  return record({
    items: array(value, { minLength: 1, maxLength: 4 }),
    join: value,
    where: option(value),
    group: option(constantFrom(...columns)),
    order: option(constantFrom(...columns)),
  }).map(({ items, join, where, group, order }) => ({
    columns: items.map((_, i) => `k${i}`),
    sql: [
      `select ${items.map((item, i) => `${item} as k${i}`).join(", ")}`,
      `from ${relations.join(" join ")}${relations.length > 1 ? ` on ${join}` : ""}`,
      ...(where === null ? [] : [`where ${where}`]),
      ...(group === null ? [] : [`group by ${group}`]),
      ...(order === null ? [] : [`order by ${order}`]),
    ].join(" "),
  }));
});
