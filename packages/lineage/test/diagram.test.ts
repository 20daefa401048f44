import type { LineageGraph } from "@headwater/catalog";
import { expect, test } from "vitest";
import { toDot, toMermaid } from "../src/index.ts";

const graph: LineageGraph = {
  root: "s.d.x.a__reserved__quote__b\\",
  nodes: [
    { fqn: "s.d.x.a__reserved__quote__b\\", type: "table", kind: "View", deleted: false, level: 0 },
    { fqn: "s.d.x.t]--><script>", type: null, kind: null, deleted: false, level: -1 },
  ],
  edges: [],
  more: { up: false, down: false },
};
const edge = {
  from: "s.d.x.t]--><script>",
  to: "s.d.x.a__reserved__quote__b\\",
  origins: ["query" as const],
  sure: "exact" as const,
  firstSeen: 0,
  lastSeen: 0,
  times: 1,
  columns: [],
};

test("names of strangers cannot break out of a diagram", () => {
  const whole = { ...graph, edges: [edge] };
  expect(toMermaid(whole)).toMatchInlineSnapshot(`
    "flowchart LR
      n0["x.a#34;b#92;"]
      n1[/"x.t#93;--#62;#60;script#62;"/]
      n1 -.-> n0
      style n0 stroke-width:3px
    "
  `);
  expect(toDot(whole)).toMatchInlineSnapshot(`
    "digraph lineage {
      rankdir=LR;
      node [shape=box, fontname="sans-serif"];
      n0 [label="x.a\\"b\\\\", style="bold"];
      n1 [label="x.t]--><script>", style="dashed"];
      n1 -> n0 [style=dashed];
    }
    "
  `);
});
