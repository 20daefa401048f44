/** A lineage graph as one page that needs nothing else: no network, no server. */
import { readFileSync } from "node:fs";
import { type Database, evidenceOf, type LineageGraph } from "@headwater/catalog";
import { buildFqn, splitFqn } from "@headwater/core";

/** The longest piece of a statement that is shown with an edge. */
const EXAMPLE = 1_500;

const ORIGINS: { readonly [origin: string]: string } = {
  view: "by a definition",
  procedure: "by a routine",
  query: "by queries",
  manual: "by hand",
};

/**
 * The page of a graph. `describe` says what a node is in words: `view`, `table`. Names and texts of strangers are data in it, never
 * markup.
 */
export function toPage(
  db: Database,
  graph: LineageGraph,
  describe: (node: LineageGraph["nodes"][number]) => string,
): string {
  const data = {
    root: graph.root,
    more: graph.more,
    nodes: graph.nodes.map((node) => ({ ...node, what: describe(node) })),
    names: Object.fromEntries(graph.nodes.map(({ fqn }) => [fqn, placeAndName(fqn, graph.root)])),
    edges: graph.edges.map(({ from, to, origins, sure, firstSeen, lastSeen, times, columns }) => ({
      from,
      to,
      origins,
      words: [
        ...origins.map((origin) => ORIGINS[origin]),
        ...(sure === "exact" ? [] : [sure]),
        ...(origins.includes("query") ? [`${times} times, last ${day(lastSeen)}`] : []),
      ].join(" · "),
      since: day(firstSeen),
      columns: columns.map((flow) => ({
        from: flow.from,
        to: flow.to,
        star: flow.sure === "star",
        how: [...flow.how.filter((one) => one !== "IDENTITY"), ...(flow.sure === "exact" ? [] : [flow.sure])]
          .map((one) => one.toLowerCase().replace("_", " ").replace("!", ", masking"))
          .join(", "),
      })),
      example: exampleOf(db, from, to),
    })),
  };
  // In a script element only these could end it, or begin a comment in it.
  const json = JSON.stringify(data)
    .replaceAll("<", "\\u003c")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
  const page = readFileSync(new URL("../assets/graph.html", import.meta.url), "utf8");
  return page.replace("/*DATA*/", () => json);
}

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

function placeAndName(fqn: string, root: string): { name: string; place: string } {
  const names = splitFqn(fqn);
  const own = splitFqn(root);
  const above = names.slice(names[0] === own[0] ? (names[1] === own[1] ? 2 : 1) : 0, -1);
  return { name: names.at(-1) ?? fqn, place: above.length === 0 ? "" : buildFqn(...above) };
}

function exampleOf(db: Database, from: string, to: string): string {
  const [evidence] = evidenceOf(db, { table: from, column: null }, { table: to, column: null }, 1);
  const text = evidence?.text.trim() ?? "";
  return text.length > EXAMPLE ? `${text.slice(0, EXAMPLE)}…` : text;
}
