/** Reads a source by hand, step by step as a run does, to look at every step. */
import {
  type Decorator,
  decorate,
  type Found,
  type ListItem,
  type NodeName,
  type Path,
  type ReadItem,
  type ReadObject,
  SessionPool,
} from "@headwater/core";
import { ALL, byGroup, inSession, nodeOf, nodesOf, pathOf } from "../reader.ts";
import type { SeededSource } from "./fixture.ts";
import { patientClock } from "./run.ts";
import type { Subject } from "./subject.ts";

/** One call of `list`. */
export interface ListCall {
  node: NodeName;
  parents: Path[];
  items: ListItem[];
  queries: number;
}

/** One call of `read`. */
export interface ReadCall {
  node: NodeName;
  group: string;
  members: Found[];
  items: ReadItem[];
}

/** What a walk saw. */
export interface Walk {
  lists: ListCall[];
  reads: ReadCall[];
}

/** How to walk. */
export interface WalkOptions {
  decorators?: readonly Decorator[];
  /** Members of a slice, at most. */
  slice?: number;
  /** Members in the opposite order. */
  backwards?: boolean;
}

/** A pool of sessions of a source, after its greeting. */
export async function openPool(
  subject: Subject,
  source: Pick<SeededSource, "connection">,
  decorators: readonly Decorator[] = [],
  signal: AbortSignal = new AbortController().signal,
): Promise<SessionPool> {
  const pool = new SessionPool({
    connector: decorate(subject.connector, ...decorators),
    config: subject.config(source.connection),
    intent: "metadata",
    limit: 1,
    signal,
    clock: patientClock(),
  });
  await pool.hello();
  return pool;
}

/** What is done in a session, for what core puts around drivers. */
const WORK = "conformance";

/** Walks over everything. */
export async function walk(subject: Subject, source: SeededSource, options: WalkOptions = {}): Promise<Walk> {
  const { decorators = [], slice = Infinity, backwards = false } = options;
  const pool = await openPool(subject, source, decorators);
  const seen: Walk = { lists: [], reads: [] };
  const paths = new Map<NodeName | null, Path[]>([[null, [[]]]]);
  for (const { name, parent } of nodesOf(subject.connector)) {
    const node = nodeOf(subject.connector, name);
    const found: Path[] = [];
    for (const [group, parents] of byGroup(node, paths.get(parent) ?? [])) {
      const before = pool.queries;
      const items = await inSession(pool, group, (session) => all(node.list(session, parents, ALL)), WORK);
      seen.lists.push({ node: name, parents, items, queries: pool.queries - before });
      const members = items.filter(isFound).filter(({ skip, blocked }) => skip === undefined && blocked === undefined);
      found.push(...members.map(pathOf));
      const unread = members.filter(({ seed }) => seed === undefined);
      if (backwards) unread.reverse();
      for (let at = 0; at < unread.length; at += slice) {
        const part = unread.slice(at, at + slice);
        const read = await inSession(
          pool,
          group,
          (session) => all(node.read?.(session, { members: part, want: ALL })),
          WORK,
        );
        seen.reads.push({ node: name, group, members: part, items: read });
      }
    }
    paths.set(name, found);
  }
  await pool.close();
  return seen;
}

async function all<T>(items: AsyncIterable<T> | undefined): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items ?? []) list.push(item);
  return list;
}

/** Whether an item of a listing is a child, not a verdict. */
export const isFound = (item: ListItem): item is Found => "name" in item;

/** Whether an item of a slice was read, not set aside. */
export const isObject = (item: ReadItem): item is ReadObject => "path" in item;

/** The path of the member an item is about. */
export function pathOfItem(item: ReadItem): Path {
  if ("setAside" in item) return item.setAside;
  return "failed" in item ? item.failed : item.path;
}

/** What was read, by path as JSON. */
export function objectsOf({ reads }: Walk): Map<string, { node: NodeName; found: Found; object: ReadObject }> {
  const objects = new Map<string, { node: NodeName; found: Found; object: ReadObject }>();
  for (const { node, members, items } of reads) {
    const byPath = new Map(members.map((found) => [JSON.stringify(pathOf(found)), found]));
    for (const item of items) {
      if (!isObject(item)) continue;
      const found = byPath.get(JSON.stringify(item.path));
      if (found !== undefined) objects.set(`${node} ${JSON.stringify(item.path)}`, { node, found, object: item });
    }
  }
  return objects;
}
