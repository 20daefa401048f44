/** A lineage graph in the languages of diagrams. Names come from strangers: each is escaped for the language it stands in. */
import type { GraphNode, LineageGraph } from "@headwater/catalog";
import { splitFqn } from "@headwater/core";

/** A graph as a Mermaid flowchart. */
export function toMermaid(graph: LineageGraph): string {
  const ids = idsOf(graph);
  const lines = ["flowchart LR"];
  for (const node of graph.nodes) {
    const [open, close] =
      node.type === "storedProcedure" ? ["([", "])"] : node.type === null ? ["[/", "/]"] : ["[", "]"];
    lines.push(`  ${ids.get(node.fqn)}${open}"${mermaidText(shortName(node.fqn, graph))}"${close}`);
  }
  for (const { from, to, origins } of graph.edges)
    lines.push(`  ${ids.get(from)} ${origins.includes("view") ? "-->" : "-.->"} ${ids.get(to)}`);
  lines.push(`  style ${ids.get(graph.root)} stroke-width:3px`);
  return `${lines.join("\n")}\n`;
}

/** A graph in Graphviz' language. */
export function toDot(graph: LineageGraph): string {
  const ids = idsOf(graph);
  const lines = ["digraph lineage {", "  rankdir=LR;", '  node [shape=box, fontname="sans-serif"];'];
  for (const node of graph.nodes)
    lines.push(`  ${ids.get(node.fqn)} [label="${dotText(shortName(node.fqn, graph))}"${dotStyle(node, graph)}];`);
  for (const { from, to, origins } of graph.edges)
    lines.push(`  ${ids.get(from)} -> ${ids.get(to)}${origins.includes("view") ? "" : " [style=dashed]"};`);
  lines.push("}");
  return `${lines.join("\n")}\n`;
}

function dotStyle({ fqn, type }: GraphNode, { root }: LineageGraph): string {
  const parts = [
    ...(type === "storedProcedure" ? ["rounded"] : []),
    ...(type === null ? ["dashed"] : []),
    ...(fqn === root ? ["bold"] : []),
  ];
  return parts.length === 0 ? "" : `, style="${parts.join(",")}"`;
}

const idsOf = ({ nodes }: LineageGraph): Map<string, string> => new Map(nodes.map(({ fqn }, at) => [fqn, `n${at}`]));

/** A name without what it shares with the root: service and database, where they are the same. */
function shortName(fqn: string, { root }: LineageGraph): string {
  const [names, own] = [splitFqn(fqn), splitFqn(root)];
  const shared = names.findIndex((name, at) => name !== own[at]);
  return names.slice(Math.min(shared < 0 ? names.length - 1 : shared, 2, names.length - 1)).join(".");
}

/** Source: mermaid.js.org/syntax/flowchart.html, "Entity codes to escape characters". */
const mermaidText = (text: string): string =>
  text.replaceAll(/[^\p{L}\p{N} ._(),-]/gu, (character) => `#${character.codePointAt(0)};`);

/** Source: graphviz.org/doc/info/lang.html: in a quoted string only the quote is escaped; a backslash begins an escape of labels. */
const dotText = (text: string): string =>
  text
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll(/[\r\n]+/g, " ");
