import type { Estimate, NodeName } from "@headwater/core";
import { count, counted } from "../screen/numbers.ts";
import { safe } from "../screen/safe-text.ts";
import type { Look } from "../screen/screen.ts";
import { fact, firstOf } from "./sections.ts";
import { countOf } from "./words.ts";

const SHOWN = 10;

/** What a run would come to. */
export function estimateLines(estimate: Estimate, look: Look): string[] {
  const { objects, leftOut, notListed, slices, queries, asked } = estimate;
  const counts = (by: Estimate["objects"]): string =>
    Object.entries(by)
      .map(([node, value]) => countOf(value, node as NodeName))
      .join(", ");
  const bound =
    queries === null ? "the connector gives no formula for them" : `at most ${count(queries)} for a first run`;
  return [
    ...fact("covers", counts(objects) || "nothing", look),
    ...fact("leaves out", counts(leftOut), look),
    ...fact("slices", count(slices), look),
    ...fact("queries", `${bound}; finding out took ${count(asked)}`, look),
    ...firstOf(
      notListed.map(({ fqn, message }) => `${look.paint("yellow", "!")} ${safe(`${fqn}: ${message}`)}`),
      SHOWN,
      look,
    ),
    ...(notListed.length === 0
      ? []
      : [look.paint("dim", `What is below ${counted(notListed.length, "scope")} is not in these figures.`)]),
  ];
}
