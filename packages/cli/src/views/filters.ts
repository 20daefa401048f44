import type { FilterVerdict, NodeName } from "@headwater/core";
import { grid } from "../screen/grid.ts";
import { count } from "../screen/numbers.ts";
import { safe } from "../screen/safe-text.ts";
import type { Look } from "../screen/screen.ts";
import { wordFor } from "./words.ts";

/** What a workflow file says of one name. */
export interface Decided {
  fqn: string;
  kept: boolean;
  /** From the top down; the last one decides. */
  by: ({ node: NodeName; name: string } & FilterVerdict)[];
}

/** One rule, with what the catalog has that it decides on. */
export interface Rule {
  node: NodeName;
  /** `null`: no rule speaks of these. */
  rule: string | null;
  kept: boolean;
  entities: number;
  examples: string[];
}

const NO_RULE = "no filter";

/** The way to a name, one level a line. */
export function decidedLines({ fqn, kept, by }: Decided, look: Look): string[] {
  const { paint } = look;
  const rows = by.map((step) => [wordFor(step.node), step.name, step.kept ? "kept" : "left out", step.rule ?? NO_RULE]);
  return [
    `${paint("bold", safe(fqn))}  ${kept ? paint("green", "covered") : paint("red", "left out")}`,
    // The titles of such a list say nothing its rows do not.
    ...grid(
      [{ title: "" }, { title: "", shrinkTo: 12 }, { title: "" }, { title: "", shrinkTo: 16 }],
      rows,
      look,
      "  ",
    ).slice(1),
  ];
}

/** The rules of a file, in the order of the levels they are about. */
export function ruleLines(rules: readonly Rule[], look: Look): string[] {
  if (rules.length === 0) return ["The file filters nothing."];
  const columns = [
    { title: "LEVEL" },
    { title: "RULE", shrinkTo: 16 },
    { title: "" },
    { title: "IN THE CATALOG", align: "right" as const },
    { title: "FOR EXAMPLE", shrinkTo: 10, spare: 1 },
  ];
  return grid(
    columns,
    rules.map(({ node, rule, kept, entities, examples }) => [
      wordFor(node),
      rule ?? NO_RULE,
      kept ? "kept" : { text: "left out", tint: "red" },
      count(entities),
      examples.join(", "),
    ]),
    look,
  );
}
