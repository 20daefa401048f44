import type { Counts, NodeCounts, NodeName } from "@headwater/core";
import { grid } from "../screen/grid.ts";
import { count } from "../screen/numbers.ts";
import type { Look, Tint } from "../screen/screen.ts";
import { pluralOf } from "./words.ts";

const COLUMNS: readonly [key: keyof NodeCounts, title: string, tint: Tint | null][] = [
  ["found", "FOUND", null],
  ["leftOut", "LEFT OUT", null],
  ["created", "CREATED", "green"],
  ["updated", "UPDATED", "yellow"],
  ["restored", "RESTORED", "green"],
  ["renamed", "RENAMED", "yellow"],
  ["unchanged", "UNCHANGED", "dim"],
  ["corrected", "CORRECTED", "dim"],
  ["deleted", "DELETED", "red"],
  ["held", "HELD BACK", "yellow"],
  ["failed", "FAILED", "red"],
  ["notListed", "NOT LISTED", "red"],
  ["vanished", "VANISHED", "yellow"],
];

/** What a narrow screen can do without. */
const SPARE: { readonly [K in keyof NodeCounts]?: { spare: number } } = {
  vanished: { spare: 1 },
  corrected: { spare: 2 },
  leftOut: { spare: 3 },
  unchanged: { spare: 4 },
  renamed: { spare: 5 },
  restored: { spare: 6 },
};

/** What happened to the objects of each node. Columns in which nothing happened are left out. */
export function countLines(counts: Counts, look: Look, indent = "  "): string[] {
  const nodes = Object.entries(counts) as [NodeName, NodeCounts][];
  if (nodes.length === 0) return [];
  return grid(
    [{ title: "" }, ...COLUMNS.map(([key, title]) => ({ title, align: "right" as const, ...SPARE[key] }))],
    nodes.map(([node, numbers]) => [
      pluralOf(node),
      ...COLUMNS.map(([key, , tint]) => {
        const text = numbers[key] === 0 ? "" : count(numbers[key]);
        return tint === null ? text : { text, tint };
      }),
    ]),
    look,
    indent,
  );
}
