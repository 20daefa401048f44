/** How a run ended, from its counts alone. */
import type { QueryFormula } from "../connector/manifest.ts";
import type { ExitName } from "../errors.ts";
import type { Counts, NodeCounts, RunState } from "./run-event.ts";
import type { RunOptions } from "./run-options.ts";
import type { Topology } from "./topologies.ts";

/** The end state of a run, its exit code and one sentence about it. */
export interface Verdict {
  state: RunState;
  exit: ExitName;
  message: string;
}

/** Adds up one figure over all nodes. */
export function sumCounts(counts: Counts, pick: (counts: NodeCounts) => number): number {
  return Object.values(counts).reduce((total, node) => total + pick(node), 0);
}

/** The verdict on a run that reached its end. Every way of not being a full success has a state of its own. */
export function verdictOn(counts: Counts, topology: Topology, options: RunOptions, allowEmpty: boolean): Verdict {
  const done = sumCounts(counts, (c) => c.created + c.updated + c.unchanged + c.restored + c.renamed + c.corrected);
  const failed = sumCounts(counts, (c) => c.failed + c.notListed);
  const held = sumCounts(counts, (c) => c.held);
  const share = Math.floor((done * 10_000) / Math.max(1, done + failed)) / 100;
  if (held > 0)
    return {
      state: "partialSuccess",
      exit: "held",
      message: "Deletions were held back by the safety limit; everything else is committed.",
    };
  if (failed > 0 && share < options.successThreshold)
    return {
      state: "failed",
      exit: "partial",
      message: `${failed} failed; ${share} % succeeded, below the threshold of ${options.successThreshold} %.`,
    };
  if (failed > 0)
    return {
      state: "partialSuccess",
      exit: "partial",
      message: `${failed} failed, everything else is committed (${share} %).`,
    };
  if (!allowEmpty && foundNothing(counts, topology))
    return {
      state: "failed",
      exit: "empty",
      message:
        "Nothing was found where something was expected. Check the filters and what the role may see, or allow it with --allow-empty.",
    };
  return { state: "success", exit: "success", message: "Everything was read." };
}

/** Whether the listings found no leaf the run covers: an empty database, or a filter that leaves nothing. */
export function foundNothing(counts: Counts, topology: Topology): boolean {
  const leaves = topology.nodes.filter((node) => node.counted).map((node) => counts[node.name]);
  return leaves.every((leaf) => leaf === undefined || leaf.found - leaf.leftOut <= 0);
}

/** What a run did that its query formula is about. */
export interface Work {
  groups: number;
  /** Calls that listed. */
  listings: number;
  /** Slices read, halves of refused ones included. */
  slices: number;
  /** Objects listed, by kind. */
  kinds: ReadonlyMap<string, number>;
}

/** How many queries a manifest allows for some work. */
export function queryBound(formula: QueryFormula, work: Work): number {
  let bound = formula.perGroup * Math.max(1, work.groups) + formula.perSlice * work.slices;
  bound += (formula.perListing ?? 0) * work.listings;
  for (const { kinds, oneFor } of formula.perObjects ?? []) {
    const objects = kinds.reduce((sum, kind) => sum + (work.kinds.get(kind) ?? 0), 0);
    // Each slice may end in a batch that is not full.
    if (objects > 0) bound += Math.ceil(objects / oneFor) + work.slices;
  }
  return bound;
}
