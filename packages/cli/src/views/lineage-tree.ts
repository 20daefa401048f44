/** Lineage as trees: what something comes from, and what it goes to. */
import type { ColumnFlow, ColumnPlace, ColumnStep, GraphEdge, GraphNode, LineageGraph } from "@headwater/catalog";
import { splitFqn, buildFqn } from "@headwater/core";
import { counted } from "../screen/numbers.ts";
import { safe } from "../screen/safe-text.ts";
import type { Look } from "../screen/screen.ts";
import { wordFor } from "./words.ts";

/** A graph as two trees. A place that was shown already is only named again. */
export function treeLines(graph: LineageGraph, columns: boolean, look: Look): string[] {
  const { paint } = look;
  const nodes = new Map(graph.nodes.map((node) => [node.fqn, node]));
  const root = nodes.get(graph.root);
  const lines = [`${paint("bold", safe(graph.root))}  ${paint("dim", root === undefined ? "" : whatOf(root))}`];
  for (const direction of ["up", "down"] as const) {
    const branches = branchesOf(graph, direction);
    const title = direction === "up" ? "Comes from" : "Goes to";
    const drawn = drawTree(graph, nodes, branches, direction, columns, look);
    lines.push("", paint("bold", title), ...(drawn.length === 0 ? [paint("dim", "  nothing that is known")] : drawn));
    if (graph.more[direction]) lines.push(paint("dim", `  There is more: --${direction} N shows more levels.`));
  }
  return lines;
}

/** What a place is, in words. */
export function whatOf({ type, kind, deleted }: GraphNode): string {
  if (type === null) return "not in the catalog";
  return `${wordFor(type, kind)}${deleted ? ", deleted" : ""}`;
}

/** The edges that lead on from each place, away from the root. */
function branchesOf({ edges, nodes }: LineageGraph, direction: "up" | "down"): Map<string, GraphEdge[]> {
  const level = new Map(nodes.map((node) => [node.fqn, node.level]));
  const branches = new Map<string, GraphEdge[]>();
  for (const edge of edges) {
    const [near, far] = direction === "up" ? [edge.to, edge.from] : [edge.from, edge.to];
    const at = level.get(near) ?? 0;
    if (direction === "up" ? at > 0 : at < 0) continue;
    const beyond = level.get(far) ?? 0;
    if (direction === "up" ? beyond > 0 && near !== far : beyond < 0) continue;
    branches.set(near, [...(branches.get(near) ?? []), edge]);
  }
  for (const list of branches.values())
    list.sort((a, b) => ((direction === "up" ? a.from < b.from : a.to < b.to) ? -1 : 1));
  return branches;
}

function drawTree(
  graph: LineageGraph,
  nodes: ReadonlyMap<string, GraphNode>,
  branches: ReadonlyMap<string, GraphEdge[]>,
  direction: "up" | "down",
  columns: boolean,
  look: Look,
): string[] {
  const { paint } = look;
  const shown = new Set([graph.root]);
  const lines: string[] = [];
  const draw = (fqn: string, indent: string): void => {
    const list = branches.get(fqn) ?? [];
    for (const [at, edge] of list.entries()) {
      const far = direction === "up" ? edge.from : edge.to;
      const last = at === list.length - 1;
      const node = nodes.get(far);
      const again = shown.has(far) && (branches.get(far)?.length ?? 0) > 0;
      const facts = [node === undefined ? "" : whatOf(node), ...edge.origins.map((origin) => ORIGINS[origin])];
      if (edge.sure !== "exact") facts.push(edge.sure);
      if (again) facts.push("see above");
      lines.push(
        `  ${paint("dim", `${indent}${last ? "└─" : "├─"}`)} ${safe(shortName(far, graph.root))}  ${paint("dim", facts.filter((text) => text !== "").join(" · "))}`,
      );
      const inner = `${indent}${last ? "   " : "│  "}`;
      if (columns)
        lines.push(...flowLines(edge.columns).map((text) => `  ${paint("dim", inner)}   ${paint("dim", safe(text))}`));
      if (again) continue;
      shown.add(far);
      draw(far, inner);
    }
  };
  draw(graph.root, "");
  return lines;
}

const ORIGINS: { readonly [origin: string]: string } = {
  view: "by a definition",
  procedure: "by a routine",
  query: "by queries",
  manual: "by hand",
};

/** `total ← amount, rate (aggregation)`, and what decides about rows. */
function flowLines(flows: readonly ColumnFlow[]): string[] {
  const byTarget = new Map<string, ColumnFlow[]>();
  for (const flow of flows) byTarget.set(flow.to, [...(byTarget.get(flow.to) ?? []), flow]);
  return [...byTarget].map(([to, list]) => {
    const from = list.map(columnText).join(", ");
    return to === "" ? `rows by ${from}` : `${to} ← ${from}`;
  });
}

function columnText({ from, how, sure }: ColumnFlow): string {
  const name = from === "*" ? "all rows" : from;
  const words = howWords(how);
  const parts = [...(words === "" ? [] : [words]), ...(sure === "exact" ? [] : [sure])];
  return parts.length === 0 ? name : `${name} (${parts.join(", ")})`;
}

/** OpenLineage's subtypes in words; what only passes a value on needs none. */
export function howWords(how: readonly string[]): string {
  return how
    .filter((one) => one !== "IDENTITY")
    .map((one) => `${one.replace("!", "").replace("_", " ").toLowerCase()}${one.endsWith("!") ? ", masking" : ""}`)
    .join(", ");
}

/** A name without the service and database it shares with another. */
export function shortName(fqn: string, root: string): string {
  const [names, own] = [splitFqn(fqn), splitFqn(root)];
  if (names.length < 4 || names[0] !== own[0]) return fqn;
  return buildFqn(...names.slice(names[1] === own[1] ? 2 : 1));
}

/** What a column is made of and goes into, level by level. */
export function columnTreeLines(
  start: ColumnPlace,
  up: readonly ColumnStep[],
  down: readonly ColumnStep[],
  look: Look,
): string[] {
  const { paint } = look;
  return [
    `${paint("bold", safe(`${start.table}.${start.column}`))}  ${paint("dim", "column")}`,
    "",
    paint("bold", "Made of"),
    ...columnBranch(start, up, look),
    "",
    paint("bold", "Goes into"),
    ...columnBranch(start, down, look),
    "",
    paint("dim", `${counted(up.length, "column")} upstream, ${down.length} downstream.`),
  ];
}

function columnBranch(start: ColumnPlace, steps: readonly ColumnStep[], { paint }: Look): string[] {
  if (steps.length === 0) return [paint("dim", "  nothing that is known")];
  const lines: string[] = [];
  const draw = (at: ColumnPlace, indent: string): void => {
    const next = steps.filter(({ via }) => via.table === at.table && via.column === at.column);
    for (const [index, step] of next.entries()) {
      const last = index === next.length - 1;
      const words = [howWords(step.how), step.sure === "exact" ? "" : step.sure].filter((word) => word !== "");
      const table = shortName(step.table, start.table);
      const name =
        step.column === "" ? `the rows of ${table}` : `${table}.${step.column === "*" ? "all rows" : step.column}`;
      lines.push(
        `  ${paint("dim", `${indent}${last ? "└─" : "├─"}`)} ${safe(name)}${words.length === 0 ? "" : `  ${paint("dim", words.join(" · "))}`}`,
      );
      draw(step, `${indent}${last ? "   " : "│  "}`);
    }
  };
  draw(start, "");
  return lines;
}
