import type { NodeName } from "../connector/metadata.ts";
import type { Path } from "../entities/fqn.ts";

/** One end of a range of a staged listing: the FQN of a parent and the raw name of a child, in byte order. */
export type Position = readonly [parent: string, name: string];

/** What a unit does. */
export type Task =
  /** Write the service and the pipeline themselves. */
  | { do: "service" }
  /** List the children of these parents. */
  | { do: "list"; node: NodeName; group: string; parents: Path[] }
  /** Read the slice of a staged listing behind `after`, up to and including `through`. */
  | { do: "read"; node: NodeName; group: string; list: string; after: Position | null; through: Position }
  /** Read once more what was locked, in one group. */
  | { do: "reread"; node: NodeName; group: string; list: string }
  /** Renames, deletions, cross-references: the barrier at the end of a run. */
  | { do: "finish" };

/**
 * One serialisable piece of a run's work: plain JSON without handles or secrets, so that it can be killed, repeated, or
 * carried to another process. `id` follows from the work alone, never from timing.
 */
export interface Unit {
  runId: string;
  id: string;
  /** FQN of the pipeline: `service.name`. */
  pipeline: string;
  /** `postgres@1.2.0`. */
  connector: string;
  /** The lease under which it may commit; a stale one is refused. */
  fence: number;
  task: Task;
}

/** The id of a piece of work within its run. */
export function taskId(task: Task): string {
  switch (task.do) {
    case "service":
    case "finish":
      return task.do;
    case "list":
      return JSON.stringify(["list", task.node, task.group, task.parents[0] ?? []]);
    case "read":
      return JSON.stringify(["read", task.list, ...(task.after ?? [])]);
    case "reread":
      return JSON.stringify(["reread", task.list]);
  }
}
