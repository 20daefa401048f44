/** Reads a source by hand, step by step as a run does, to look at every step. */
import {
  type Connector,
  type Decorator,
  decorate,
  type Found,
  type ListItem,
  type MetadataNode,
  type NodeName,
  type Path,
  type ReadItem,
  type ReadObject,
  type Session,
  SessionPool,
  TOPOLOGIES,
  type Want,
} from "@headwater/core";
import type { SeededSource } from "./fixture.ts";
import { patientClock } from "./run.ts";
import type { Subject } from "./subject.ts";

/** Everything is asked for. */
export const ALL: Want = { ddl: true, owners: true, tags: true };

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

/** A node the connector fills. */
export function nodeOf(connector: Connector, name: NodeName): MetadataNode {
  const node = connector.metadata?.[name];
  if (node === undefined) throw new Error(`The connector has no node ${name}.`);
  return node;
}

/** Nodes the connector fills, parents first. */
export function nodesOf(connector: Connector): { name: NodeName; parent: NodeName | null }[] {
  return TOPOLOGIES[connector.manifest.service].nodes.filter(({ name }) => connector.metadata?.[name] !== undefined);
}

/** The path of what was found. */
export const pathOf = (found: Found): Path => [...found.parent, found.name];

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

/** Works with a session in a snapshot of its own. */
export async function inSession<T>(
  pool: SessionPool,
  group: string,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const opened = await pool.acquire(group);
  let broken = true;
  try {
    await opened.driver.begin(new AbortController().signal, "conformance");
    const result = await work(opened.session);
    await opened.driver.end();
    broken = false;
    return result;
  } finally {
    await pool.release(opened, broken);
  }
}

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
      const items = await inSession(pool, group, (session) => all(node.list(session, parents, ALL)));
      seen.lists.push({ node: name, parents, items, queries: pool.queries - before });
      const members = items.filter(isFound).filter(({ skip, blocked }) => skip === undefined && blocked === undefined);
      found.push(...members.map(pathOf));
      const unread = members.filter(({ seed }) => seed === undefined);
      if (backwards) unread.reverse();
      for (let at = 0; at < unread.length; at += slice) {
        const part = unread.slice(at, at + slice);
        const read = await inSession(pool, group, (session) => all(node.read?.(session, { members: part, want: ALL })));
        seen.reads.push({ node: name, group, members: part, items: read });
      }
    }
    paths.set(name, found);
  }
  await pool.close();
  return seen;
}

/** The parents of each call that lists: those of one group, and no more than the node takes at once. */
function byGroup(node: MetadataNode, parents: readonly Path[]): [group: string, parents: Path[]][] {
  const calls: [string, Path[]][] = [];
  const open = new Map<string, Path[]>();
  for (const parent of parents) {
    const group = node.group?.(parent) ?? "";
    let call = open.get(group);
    if (call === undefined || call.length >= (node.listAtOnce ?? Infinity)) {
      call = [];
      open.set(group, call);
      calls.push([group, call]);
    }
    call.push(parent);
  }
  return calls;
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
