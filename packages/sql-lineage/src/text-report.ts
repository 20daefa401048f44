import type { ColumnSource, Gap, ScriptLineage, StatementLineage, Transformation } from "./result.ts";

/** A script's lineage for people: a block for each statement that moves rows or could not be read. */
export function toText(script: ScriptLineage, text: string): string {
  const lines: string[] = [];
  const place = places(text);
  for (const statement of script.statements) {
    if (statement.kind === "utility" && statement.gaps.length === 0) continue;
    lines.push(`${place(statement.span[0])}  ${statement.kind}${summary(statement)}`);
    for (const edge of statement.columns) {
      const to = edge.to.table === null ? edge.to.column : `${edge.to.table}.${edge.to.column}`;
      const sure = edge.confidence === "exact" ? "" : `  (${edge.confidence})`;
      lines.push(`    ${shown(edge.from)} -> ${to}  ${edge.transformations.map(ways).join(" + ")}${sure}`);
    }
    if (statement.dataset.length > 0)
      lines.push(
        `    rows decided by ${statement.dataset.map(({ from, transformations }) => `${shown(from)} (${transformations.map(ways).join(" + ")})`).join(", ")}`,
      );
    for (const gap of statement.gaps) lines.push(`    gap at ${place(gap.span[0])}: ${gapText(gap)}`);
  }
  return lines.length === 0 ? "No statement moves rows.\n" : `${lines.join("\n")}\n`;
}

function summary({ reads, writes }: StatementLineage): string {
  const parts: string[] = [];
  if (reads.length > 0) parts.push(`reads ${reads.map(({ id }) => id).join(", ")}`);
  if (writes.length > 0)
    parts.push(`writes ${writes.map(({ id, mode }) => (mode === "insert" ? id : `${id} (${mode})`)).join(", ")}`);
  return parts.length === 0 ? "" : `: ${parts.join("; ")}`;
}

function shown({ table, column, candidates }: ColumnSource): string {
  if (table !== null) return `${table}.${column}`;
  return candidates === undefined || candidates.length === 0
    ? `?.${column}`
    : `?.${column} [${candidates.join(" | ")}]`;
}

function ways({ subtype, masking }: Transformation): string {
  const word = subtype.toLowerCase().replace("_", " ");
  return masking ? `${word}, masking` : word;
}

function gapText({ reason, detail }: Gap): string {
  return `${reason}: ${detail}`;
}

/** Turns offsets into `line:column`, counted from 1. */
export function places(text: string): (offset: number) => string {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return `${low + 1}:${offset - starts[low]! + 1}`;
  };
}
