import type { ScriptLineage } from "./result.ts";

/** A flow chart of a script's tables in Mermaid's language: one arrow for each pair of tables, labelled with its columns. */
export function toMermaid(script: ScriptLineage): string {
  const nodes = new Map<string, string>();
  const node = (id: string): string => {
    let name = nodes.get(id);
    if (name === undefined) {
      name = `t${nodes.size + 1}`;
      nodes.set(id, name);
    }
    return name;
  };
  const arrows = new Map<string, Set<string>>();
  script.statements.forEach(({ reads, writes, columns }, index) => {
    const targets = writes
      .filter(({ mode }) => mode !== "drop" && mode !== "truncate" && mode !== "delete")
      .map(({ id }) => id);
    if (targets.length === 0 && reads.length > 0) targets.push(`result ${index + 1}`);
    for (const target of targets) {
      for (const { id } of reads) {
        const key = `${node(id)} --> ${node(target)}`;
        const labels = arrows.get(key) ?? new Set<string>();
        arrows.set(key, labels);
        for (const { from, to } of columns)
          if (from.table === id && (to.table ?? `result ${index + 1}`) === target)
            labels.add(from.column === to.column ? from.column : `${from.column} → ${to.column}`);
      }
    }
  });
  const lines = ["flowchart LR"];
  for (const [id, name] of nodes) lines.push(`  ${name}["${escapeLabel(id)}"]`);
  for (const [arrow, labels] of arrows) {
    const [from, to] = arrow.split(" --> ") as [string, string];
    const shown = [...labels].slice(0, 8);
    if (labels.size > shown.length) shown.push(`… ${labels.size - shown.length} more`);
    lines.push(
      shown.length === 0 ? `  ${from} --> ${to}` : `  ${from} -->|"${shown.map(escapeLabel).join("<br>")}"| ${to}`,
    );
  }
  return `${lines.join("\n")}\n`;
}

function escapeLabel(text: string): string {
  return text.replaceAll(/["<>#&|[\]{}()`]/g, (character) => `#${character.charCodeAt(0)};`);
}
