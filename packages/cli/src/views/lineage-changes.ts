/** What runs did to lineage. */
import type { EdgeChange } from "@headwater/catalog";
import { counted } from "../screen/numbers.ts";
import { safe } from "../screen/safe-text.ts";
import type { Look } from "../screen/screen.ts";

interface Pair {
  from: string;
  to: string;
  /** Whether the edge between the tables came or went; `null` where only columns did. */
  whole: boolean | null;
  added: string[];
  removed: string[];
}

/** Changes by pair of tables. An edge of the tables themselves says more than those of their columns. */
function pairs(changes: readonly EdgeChange[]): Pair[] {
  const found = new Map<string, Pair>();
  for (const { from, to, added } of changes) {
    const key = `${from.table}\0${to.table}`;
    const pair = found.get(key) ?? { from: from.table, to: to.table, whole: null, added: [], removed: [] };
    found.set(key, pair);
    if (from.column === "" && to.column === "") pair.whole = added;
    else
      pair[added ? "added" : "removed"].push(
        `${from.column === "*" ? "all rows" : from.column} → ${to.column === "" ? "rows" : to.column}`,
      );
  }
  return [...found.values()];
}

const COUNTED = (changes: readonly Pair[]): string => {
  const came = changes.filter(({ whole }) => whole === true).length;
  const went = changes.filter(({ whole }) => whole === false).length;
  return `${counted(came, "edge")} added, ${counted(went, "edge")} removed, ${counted(changes.length - came - went, "edge")} with other columns`;
};

/** Changes for a terminal. */
export function changeLines(changes: readonly EdgeChange[], { paint }: Look): string[] {
  const list = pairs(changes);
  if (list.length === 0) return ["Lineage did not change."];
  return [
    COUNTED(list),
    ...list.flatMap(({ from, to, whole, added, removed }) => [
      "",
      `${whole === null ? "~" : whole ? paint("green", "+") : paint("red", "-")} ${safe(from)} → ${safe(to)}`,
      ...added.map((text) => `  ${paint("green", "+")} ${safe(text)}`),
      ...removed.map((text) => `  ${paint("red", "-")} ${safe(text)}`),
    ]),
  ];
}

/** Changes as Markdown, for a pull request. Names come from strangers: they stand in code spans. */
export function changesMarkdown(changes: readonly EdgeChange[], from: number, to: number): string[] {
  const list = pairs(changes);
  const title = `### Lineage, run ${from} to run ${to}`;
  if (list.length === 0) return [title, "", "No changes."];
  return [
    title,
    "",
    `${COUNTED(list)}.`,
    "",
    "| | from | to | columns |",
    "|---|---|---|---|",
    ...list.map((pair) => {
      const sign = pair.whole === null ? "changed" : pair.whole ? "added" : "removed";
      const columns = [
        ...pair.added.map((text) => `+ ${codeSpan(text)}`),
        ...pair.removed.map((text) => `− ${codeSpan(text)}`),
      ];
      return `| ${sign} | ${codeSpan(pair.from)} | ${codeSpan(pair.to)} | ${columns.join("<br>")} |`;
    }),
  ];
}

/** Source: the GitHub Flavored Markdown specification, "Code spans" and "Tables". */
function codeSpan(text: string): string {
  const shown = safe(text).replaceAll("|", "\\|");
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return longest === 0 ? `${fence}${shown}${fence}` : `${fence} ${shown} ${fence}`;
}
