/** Reads a source by hand through its connector, as a run does: core's sessions, the connector's nodes, no store. */
import {
  type Connector,
  type Facts,
  type FactsByType,
  type Found,
  isSourceError,
  type Listed,
  type MetadataNode,
  type NodeName,
  type Path,
  type ReadFailure,
  type ReadObject,
  type Session,
  SessionPool,
  type SetAside,
  type SourceError,
  systemClock,
  TOPOLOGIES,
  type Want,
} from "@headwater/core";
import type { Connection } from "./conformance/fixture.ts";

/** Everything is asked for. */
export const ALL: Want = { ddl: true, owners: true, tags: true };

/** An object as a run would hand it to the catalog. */
export interface ReadEntity {
  type: NodeName & keyof FactsByType;
  found: Found;
  /** `null` where the listing returned it already. */
  object: ReadObject | null;
  facts: Facts;
}

/** What was read of a source. */
export interface Reading {
  /** By the raw names, joined by `/`; the second object of a name ends with `#` and its node. */
  entities: Map<string, ReadEntity>;
  listed: Listed[];
  setAside: SetAside[];
  failed: ReadFailure[];
  queries: number;
  slices: number;
}

/** What is read, and how. */
export interface ReadOptions {
  /** Default: {@link ALL}. */
  want?: Want;
  /** Members of a slice, at most; 2,000 by default. */
  sliceSize?: number;
  /** The only one of the topmost objects that is read. */
  only?: string;
}

/** A connector at hand. */
export interface Reader<Config> {
  /** The connection as core hands it on, from a URL or from keys of a workflow file. */
  configOf: (connection: string | Connection) => Config;
  /** A pool of sessions, after its greeting. Connecting is tried again without waiting. */
  openPool: (
    connection: string | Connection,
    options?: { signal?: AbortSignal; limit?: number },
  ) => Promise<SessionPool>;
  /** The error of a connection that must not come about. */
  refusal: (connection: string | Connection) => Promise<SourceError>;
  /** A node of the connector. */
  node: (name: NodeName) => MetadataNode;
  /** Children of parents, by a listing that must give a verdict for every parent. Throws the error of a parent that was denied. */
  list: (session: Session, name: NodeName, parents: Path[], want?: Want) => Promise<Found[]>;
  /** Reads all that the connection covers, in slices. */
  read: (connection: string | Connection, options?: ReadOptions) => Promise<Reading>;
}

/** A reader of the sources of a connector. */
export function readerOf<Config>(connector: Pick<Connector<Config>, "config" | "fromUrl">): Reader<Config> {
  const whole = connector as unknown as Connector;
  const configOf = (connection: string | Connection): Config => {
    const written = typeof connection === "string" ? connector.fromUrl?.(new URL(connection)) : connection;
    // Core reads the type itself.
    const { type: _type, ...config } = written ?? {};
    return connector.config.parse(config);
  };
  const reader: Reader<Config> = {
    configOf,
    async openPool(connection, { signal = new AbortController().signal, limit = 1 } = {}) {
      const clock = { ...systemClock, sleep: async () => {} };
      const config = configOf(connection);
      const pool = new SessionPool({ connector: whole, config, intent: "metadata", limit, signal, clock });
      await pool.hello();
      return pool;
    },
    async refusal(connection) {
      try {
        await (await reader.openPool(connection)).close();
      } catch (error) {
        if (isSourceError(error)) return error;
        throw error;
      }
      throw new Error("It connected.");
    },
    node: (name) => nodeOf(whole, name),
    list: async (session, name, parents, want = ALL) => (await listAll(whole, session, name, parents, want)).found,
    async read(connection, options) {
      const pool = await reader.openPool(connection);
      try {
        const reading = await readAll(whole, pool, options ?? {});
        return { ...reading, queries: pool.queries };
      } finally {
        await pool.close();
      }
    },
  };
  return reader;
}

async function listAll(
  connector: Connector,
  session: Session,
  name: NodeName,
  parents: Path[],
  want: Want,
): Promise<{ found: Found[]; listed: Listed[] }> {
  const found: Found[] = [];
  const listed: Listed[] = [];
  for await (const item of nodeOf(connector, name).list(session, parents, want)) {
    if ("listed" in item) listed.push(item);
    else if ("denied" in item) throw item.error;
    else found.push(item);
  }
  if (listed.length !== parents.length) throw new Error("A parent has no verdict.");
  return { found, listed };
}

async function readAll(
  connector: Connector,
  pool: SessionPool,
  { want = ALL, sliceSize = 2_000, only }: ReadOptions,
): Promise<Omit<Reading, "queries">> {
  const reading = { entities: new Map<string, ReadEntity>(), listed: [], setAside: [], failed: [], slices: 0 } as Omit<
    Reading,
    "queries"
  >;
  const paths = new Map<NodeName | null, Path[]>([[null, [[]]]]);
  for (const { name, parent } of nodesOf(connector)) {
    const node = nodeOf(connector, name);
    const below: Path[] = [];
    for (const [group, parents] of byGroup(node, paths.get(parent) ?? [])) {
      const { found, listed } = await inSession(pool, group, (session) =>
        listAll(connector, session, name, parents, want),
      );
      reading.listed.push(...listed);
      const members = found.filter(
        (one) => one.skip === undefined && (parent !== null || only === undefined || one.name === only),
      );
      const add = (one: Found, object: ReadObject | null): void => {
        const path = pathOf(one).join("/");
        const facts = node.facts(object === null ? (one.seed ?? null) : object.rows, one.kind);
        const key = reading.entities.has(path) ? `${path}#${name}` : path;
        reading.entities.set(key, { type: name, found: one, object, facts });
      };
      for (const one of members) if (one.seed !== undefined) add(one, null);
      below.push(...members.filter(({ blocked }) => blocked === undefined).map(pathOf));
      const unread = members.filter(({ seed }) => seed === undefined);
      const byPath = new Map(unread.map((one) => [JSON.stringify(pathOf(one)), one]));
      for (let at = 0; at < unread.length; at += sliceSize)
        await inSession(pool, group, async (session) => {
          reading.slices += 1;
          for await (const item of node.read?.(session, { members: unread.slice(at, at + sliceSize), want }) ?? []) {
            if ("setAside" in item) reading.setAside.push(item);
            else if ("failed" in item) reading.failed.push(item);
            else add(byPath.get(JSON.stringify(item.path)) as Found, item);
          }
        });
    }
    paths.set(name, below);
  }
  return reading;
}

/** Works with a session in a snapshot of its own. `work` names the piece, for what core puts around drivers. */
export async function inSession<T>(
  pool: SessionPool,
  group: string,
  work: (session: Session) => Promise<T>,
  name?: string,
): Promise<T> {
  const opened = await pool.acquire(group);
  let broken = true;
  try {
    await opened.driver.begin(new AbortController().signal, name);
    const result = await work(opened.session);
    await opened.driver.end();
    broken = false;
    return result;
  } catch (error) {
    if (isSourceError(error) && error.code !== "unreachable" && error.code !== "interrupted") {
      await opened.driver.end();
      broken = false;
    }
    throw error;
  } finally {
    await pool.release(opened, broken);
  }
}

/** A node the connector fills. */
export function nodeOf(connector: Connector, name: NodeName): MetadataNode {
  const node = connector.metadata?.[name];
  if (node === undefined) throw new Error(`The connector has no node ${name}.`);
  return node;
}

/** Nodes the connector fills, parents first. */
export function nodesOf(connector: Connector): { name: NodeName & keyof FactsByType; parent: NodeName | null }[] {
  return TOPOLOGIES[connector.manifest.service].nodes.filter(({ name }) => connector.metadata?.[name] !== undefined);
}

/** The path of what was found. */
export const pathOf = (found: Found): Path => [...found.parent, found.name];

/** The parents of each call that lists: those of one group, and no more than the node takes at once. */
export function byGroup(node: MetadataNode, parents: readonly Path[]): [group: string, parents: Path[]][] {
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
