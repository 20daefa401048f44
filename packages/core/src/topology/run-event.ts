/** The one stream of events of a run. Terminal progress, plain lines, `--events` and the report are views of it. */
import type { SourceErrorCode } from "../connector/source-error.ts";
import type { NodeName } from "../connector/metadata.ts";

/** How a run ended. */
export type RunState = "success" | "partialSuccess" | "failed" | "interrupted" | "running";

/** What happened to the objects of one node. */
export interface NodeCounts {
  /** All children the listings found. */
  found: number;
  /** Found, and left out by a filter or an option. */
  leftOut: number;
  created: number;
  updated: number;
  unchanged: number;
  restored: number;
  renamed: number;
  deleted: number;
  failed: number;
  /** Listed, and gone when it was read. */
  vanished: number;
  /** Parents whose children of this node could not be listed. */
  notListed: number;
  /** Gone, and not deleted because of the safety limit. */
  held: number;
  /** Corrected in place, without a version: the mapping changed and the source did not. */
  corrected: number;
}

/** The counts of every node of a run. */
export type Counts = { [N in NodeName]?: NodeCounts };

/** No objects. */
export function noCounts(): NodeCounts {
  return {
    found: 0,
    leftOut: 0,
    created: 0,
    updated: 0,
    unchanged: 0,
    restored: 0,
    renamed: 0,
    deleted: 0,
    failed: 0,
    vanished: 0,
    notListed: 0,
    held: 0,
    corrected: 0,
  };
}

/** Adds counts to a total, in place. */
export function addCounts(total: Counts, more: Counts): void {
  for (const [node, counts] of Object.entries(more) as [NodeName, NodeCounts][]) {
    const sum = (total[node] ??= noCounts());
    for (const key of Object.keys(sum) as (keyof NodeCounts)[]) sum[key] += counts[key];
  }
}

/** What an event says, by its `event`. FQNs name entities; messages are for people. */
export type EventBody =
  | { event: "run-started"; service: string; pipeline: string; connector: string; continued: boolean }
  | { event: "connected"; title: string; server: string; identity: string | null; sessions: number }
  | { event: "listed"; node: NodeName; group: string; scopes: number; found: number; leftOut: number }
  | {
      event: "not-listed";
      node: NodeName;
      scope: string;
      code: SourceErrorCode;
      message: string;
      hint?: string;
      failure: boolean;
    }
  | { event: "read"; node: NodeName; objects: number; counts: Counts }
  | {
      event: "failed";
      node: NodeName;
      fqn: string;
      code: SourceErrorCode | "invalid" | "duplicate";
      message: string;
      hint?: string;
    }
  | { event: "set-aside"; node: NodeName; fqn: string; reason: string }
  | { event: "retry"; what: string; attempt: number; inMs: number; message: string }
  | { event: "renamed"; node: NodeName; from: string; to: string }
  | { event: "deleted"; node: NodeName; fqn: string; below: number }
  | { event: "kept"; node: NodeName; fqn: string; reason: string }
  | { event: "out-of-scope"; node: NodeName; scope: string; objects: number; below: number; reason: string }
  | { event: "held"; deletions: number; limit: number; of: number; examples: string[]; hint: string }
  | { event: "note"; message: string; hint?: string }
  | { event: "definitions"; read: number; unchanged: number; ended: number; withGaps: number }
  | { event: "lineage"; added: number; removed: number }
  | { event: "log-read"; title: string; queries: number; bytes: number; leftOut: number }
  | { event: "log-fault"; title: string; reason: string; where: string; records: number; hint?: string }
  | { event: "queries-read"; queries: number; shapes: number; read: number; withGaps: number }
  | { event: "queries"; total: number; bound: number | null; sessions: number }
  | { event: "run-finished"; state: RunState; exit: number; counts: Counts; message: string };

/** One event of a run. `at` is Unix time in milliseconds. */
export type RunEvent = { at: number; run: string } & EventBody;
