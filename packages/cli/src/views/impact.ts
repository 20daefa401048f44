import type { GraphNode } from "@headwater/catalog";
import { counted } from "../screen/numbers.ts";
import { safe } from "../screen/safe-text.ts";
import type { Look } from "../screen/screen.ts";
import { shortName } from "./lineage-tree.ts";
import { wordFor } from "./words.ts";

/** What depends on a table or column. */
export interface Impact {
  of: string;
  column: string | null;
  dependents: (GraphNode & {
    /** Columns made of it. */
    columns: string[];
    /** Whether it decides about the rows. */
    rows: boolean;
    /** The routine it reads, of which nobody knows what its columns are made of; `null` where the columns are known. */
    through: string | null;
  })[];
}

const SHOWN_COLUMNS = 12;

/** What depends on a table or column, what would break first at the top. */
export function impactLines({ of, column, dependents }: Impact, { paint }: Look): string[] {
  const title = paint("bold", safe(column === null ? of : `${of}.${column}`));
  if (dependents.length === 0) return [title, "", "Nothing that is known depends on it."];
  const broken = dependents.reduce((sum, { columns }) => sum + columns.length, 0);
  return [
    title,
    "",
    `${counted(dependents.length, "table, view or routine", "tables, views and routines")} depend on it, with ${counted(broken, "column")} made of it.`,
    "",
    ...dependents.flatMap((node) => {
      const what = node.type === null ? "not in the catalog" : wordFor(node.type, node.kind);
      const steps = node.level === 1 ? "directly" : `${node.level} steps away`;
      const shown = node.columns.slice(0, SHOWN_COLUMNS).join(", ");
      const more = node.columns.length > SHOWN_COLUMNS ? ` and ${node.columns.length - SHOWN_COLUMNS} more` : "";
      const sign = node.columns.length > 0 ? paint("red", "✗") : paint("yellow", "!");
      const behind = node.through === null ? "reads it" : `reads ${shortName(node.through, of)}`;
      const why = node.columns.length > 0 ? `columns ${shown}${more}` : node.rows ? "its rows" : behind;
      return [
        `${sign} ${safe(shortName(node.fqn, of))}  ${paint("dim", `${what} · ${steps}`)}`,
        `    ${safe(why)}${node.columns.length > 0 && node.rows ? paint("dim", ", and its rows") : ""}`,
      ];
    }),
  ];
}
