import type { TablePartition } from "@headwater/core/connector";
import type { ColumnRow } from "./rows.ts";
import { leadingName, splitList, takeCall } from "./scan.ts";

type PartitionColumn = TablePartition["columns"][number];

/** Functions that cut time into pieces, with the length of a piece. Source: ClickHouse's manual, "Dates and times". */
const INTERVALS: Readonly<Record<string, string>> = {
  toYear: "YEAR",
  toStartOfYear: "YEAR",
  toStartOfQuarter: "QUARTER",
  toQuarter: "QUARTER",
  toYYYYMM: "MONTH",
  toStartOfMonth: "MONTH",
  toMonth: "MONTH",
  toMonday: "WEEK",
  toStartOfWeek: "WEEK",
  toISOWeek: "WEEK",
  toYearWeek: "WEEK",
  toYYYYMMDD: "DAY",
  toDate: "DAY",
  toStartOfDay: "DAY",
  toDayOfMonth: "DAY",
  toStartOfHour: "HOUR",
  toHour: "HOUR",
  toStartOfMinute: "MINUTE",
};

/** The columns a table is partitioned by; the expressions themselves stand in `source.partitionKey`. */
export function partitionFacts(key: string, rows: readonly ColumnRow[]): TablePartition | null {
  if (key === "") return null;
  const names = rows.flatMap(([name, , , , , , inPartitionKey]) => (inPartitionKey === 1 ? [name] : []));
  const columns = new Map<string, PartitionColumn>();
  for (const expression of expressions(key)) {
    const { name, inside, rest } = takeCall(expression);
    if (rest !== "") continue;
    const argument = inside === null ? name : leadingName(splitList(inside)[0] ?? "").name;
    if (!names.includes(argument) || columns.has(argument)) continue;
    const interval = INTERVALS[name];
    if (inside === null) columns.set(argument, { columnName: argument, intervalType: "COLUMN-VALUE" });
    else if (interval === undefined) columns.set(argument, { columnName: argument, intervalType: "OTHER" });
    else columns.set(argument, { columnName: argument, intervalType: "TIME-UNIT", interval });
  }
  // What is used in some other way: `id % 2`, `cityHash64(a, b)`.
  for (const name of names) if (!columns.has(name)) columns.set(name, { columnName: name, intervalType: "OTHER" });
  return columns.size === 0 ? null : { columns: [...columns.values()] };
}

/** The expressions of a key, which is one, a list, or a tuple. */
export function expressions(key: string): string[] {
  const { name, inside, rest } = takeCall(key);
  return inside !== null && rest === "" && (name === "" || name === "tuple") ? splitList(inside) : splitList(key);
}
