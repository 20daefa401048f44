import { safe } from "./safe-text.ts";
import type { Look, Tint } from "./screen.ts";
import { cut, widthOf } from "./width.ts";

/** One cell: any text, made safe here, with an optional tint. */
export type Cell = string | { text: string; tint: Tint };

/** One column of a grid. */
export interface GridColumn {
  title: string;
  align?: "right";
  /** How far it may be cut when the grid does not fit; not at all when absent. */
  shrinkTo?: number;
  /** On a narrow screen it may be left out: those with the smallest number first. */
  spare?: number;
}

const GAP = "  ";

/**
 * Rows in columns, under titles. Columns that nothing stands in are left out; those that may are cut until the grid fits,
 * then those that can be spared are left out too. A line that is still too wide is cut off.
 */
export function grid(
  columns: readonly GridColumn[],
  rows: readonly (readonly Cell[])[],
  look: Look,
  indent = "",
): string[] {
  const texts = rows.map((row) => row.map((cell) => safe(typeof cell === "string" ? cell : cell.text)));
  const natural = columns.map(({ title }, at) =>
    Math.max(widthOf(title), ...texts.map((row) => widthOf(row[at] ?? ""))),
  );
  let used = columns.map((_, at) => at).filter((at) => texts.some((row) => (row[at] ?? "") !== ""));
  let widths = [...natural];
  while (!shrink(columns, used, widths, look.width - indent.length)) {
    const spared = used
      .filter((at) => columns[at]?.spare !== undefined)
      .toSorted((a, b) => (columns[a]?.spare ?? 0) - (columns[b]?.spare ?? 0))[0];
    if (spared === undefined) break;
    used = used.filter((at) => at !== spared);
    widths = [...natural];
  }

  const line = (cell: (at: number) => [text: string, tint: Tint | null]): string => {
    let left = look.width - indent.length;
    const parts: string[] = [];
    for (const at of used) {
      if (left <= 0) break;
      const width = Math.min(widths[at] as number, left);
      const [text, tint] = cell(at);
      const fits = cut(text, width);
      const blanks = " ".repeat(Math.max(0, width - widthOf(fits)));
      const tinted = tint === null || fits === "" ? fits : look.paint(tint, fits);
      parts.push(columns[at]?.align === "right" ? blanks + tinted : tinted + blanks);
      left -= width + GAP.length;
    }
    return (indent + parts.join(GAP)).trimEnd();
  };
  return [
    line((at) => [columns[at]?.title ?? "", "dim"]),
    ...rows.map((row, number) =>
      line((at) => {
        const cell = row[at];
        return [texts[number]?.[at] ?? "", typeof cell === "object" ? cell.tint : null];
      }),
    ),
  ];
}

/** Takes away from the widest of the columns that may be cut until all fit. Returns whether they do. */
function shrink(columns: readonly GridColumn[], used: readonly number[], widths: number[], width: number): boolean {
  const total = (): number =>
    used.reduce((sum, at) => sum + (widths[at] as number), 0) + GAP.length * Math.max(0, used.length - 1);
  for (let excess = total() - width; excess > 0; excess = total() - width) {
    const widest = used
      .filter((at) => (widths[at] as number) > (columns[at]?.shrinkTo ?? Infinity))
      .toSorted((a, b) => (widths[b] as number) - (widths[a] as number));
    const [first, second] = widest;
    if (first === undefined) return false;
    const floor = Math.max(columns[first]?.shrinkTo ?? 0, second === undefined ? 0 : (widths[second] as number) - 1);
    widths[first] = Math.max(floor, (widths[first] as number) - excess);
  }
  return true;
}
