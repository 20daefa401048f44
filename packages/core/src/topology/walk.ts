/**
 * The walk over a topology as pure functions: from what is committed to the work that follows. Nothing here looks at time,
 * order of arrival or process memory, so a run can be killed and continued, or carried by another engine.
 */
import type { Connector } from "../connector/connector.ts";
import type { NodeName } from "../connector/metadata.ts";
import type { Path } from "../entities/fqn.ts";
import { type Topology, TOPOLOGIES } from "./topologies.ts";
import type { Position, Task } from "./unit.ts";

/** Objects of a slice, at most. */
export const SLICE_OBJECTS = 1_000;
/** Columns (weight) of a slice, at most, unless one object alone has more. */
export const SLICE_WEIGHT = 20_000;
/**
 * The share of a whole slice that the first ones of a listing are at most: sessions that all read whole ones at once would
 * leave nothing to do until the first is read, and then have all of them wait.
 */
const FIRST_SLICES = [0.25, 0.5, 0.75];
/** Parents listed by one unit, at most. */
export const LIST_PARENTS = 2_000;

/** The topology a connector fills. */
export function topologyOf(connector: Connector): Topology {
  return TOPOLOGIES[connector.manifest.service];
}

/** The work a run starts with: the service itself, and the barrier at its end. */
export function firstTasks(): Task[] {
  return [{ do: "service" }, { do: "finish" }];
}

/** A phase begins when no work of an earlier one is left. */
export function phaseOf(task: Task): number {
  switch (task.do) {
    case "service":
      return 0;
    case "list":
    case "read":
      return 1;
    case "reread":
      return 2;
    case "finish":
      return 3;
  }
}

/** The listings below some parents of a node (`null` is the service), one task per group and bounded number of parents. */
export function listTasks(connector: Connector, node: NodeName | null, parents: readonly Path[]): Task[] {
  const tasks: Task[] = [];
  for (const child of topologyOf(connector).nodes) {
    const implementation = connector.metadata?.[child.name];
    if (child.parent !== node || implementation === undefined) continue;
    const groups = new Map<string, Path[]>();
    for (const parent of parents) {
      const group = implementation.group?.(parent) ?? "";
      const members = groups.get(group);
      if (members === undefined) groups.set(group, [parent]);
      else members.push(parent);
    }
    const atOnce = Math.min(implementation.listAtOnce ?? LIST_PARENTS, LIST_PARENTS);
    for (const [group, members] of groups)
      for (let at = 0; at < members.length; at += atOnce)
        tasks.push({ do: "list", node: child.name, group, parents: members.slice(at, at + atOnce) });
  }
  return tasks;
}

/** Cuts a listing into slices by summed weight, from the listing alone. Keeps only the bounds. */
export async function readTasks(
  task: Task & { do: "list" },
  unitId: string,
  listing: AsyncIterable<{ position: Position; weight: number }[]>,
): Promise<Task[]> {
  const tasks: Task[] = [];
  let after: Position | null = null;
  let last: Position | null = null;
  let objects = 0;
  let weight = 0;
  const cut = (): void => {
    if (last === null || objects === 0) return;
    tasks.push({ do: "read", node: task.node, group: task.group, list: unitId, after, through: last });
    after = last;
    objects = 0;
    weight = 0;
  };
  for await (const page of listing)
    for (const member of page) {
      const share = FIRST_SLICES[tasks.length] ?? 1;
      if (objects > 0 && (objects >= SLICE_OBJECTS * share || weight + member.weight > SLICE_WEIGHT * share)) cut();
      objects += 1;
      weight += member.weight;
      last = member.position;
    }
  cut();
  return tasks;
}
