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
  const arrows = new Map<string, { readonly from: string; readonly to: string; readonly labels: Set<string> }>();
  script.statements.forEach(({ reads, writes, columns }, index) => {
    const targets = writes
      .filter(({ mode }) => mode !== "drop" && mode !== "truncate" && mode !== "delete")
      .map(({ id }) => id);
    if (targets.length === 0 && reads.length > 0) targets.push(`result ${index + 1}`);
    for (const target of targets) {
      for (const { id } of reads) {
        const from = node(id);
        const to = node(target);
        const arrow = arrows.get(`${from} ${to}`) ?? { from, to, labels: new Set<string>() };
        arrows.set(`${from} ${to}`, arrow);
        for (const edge of columns) {
          if (edge.from.table !== id || (edge.to.table ?? `result ${index + 1}`) !== target) continue;
          arrow.labels.add(
            edge.from.column === edge.to.column ? edge.from.column : `${edge.from.column} → ${edge.to.column}`,
          );
        }
      }
    }
  });
  const lines = ["flowchart LR"];
  for (const [id, name] of nodes) lines.push(`  ${name}["${escapeLabel(id)}"]`);
  for (const { from, to, labels } of arrows.values()) {
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
