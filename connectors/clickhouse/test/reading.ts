/** Reads a server through the connector as a run does: core's sessions, the connector's nodes, no store. */
import {
  type Facts,
  type FactsByType,
  type Found,
  isSourceError,
  type Listed,
  type MetadataNode,
  type NodeName,
  type ReadFailure,
  type ReadObject,
  type Session,
  SessionPool,
  systemClock,
  type Want,
} from "@headwater/core";
import { clickhouse } from "../src/index.ts";
import type { ClickHouseConfig } from "../src/config.ts";

/** Everything a run asks for. */
export const ALL: Want = { ddl: true, owners: true, tags: true };

/** An object as a run would hand it to the catalog. */
export interface ReadEntity {
  type: NodeName & keyof FactsByType;
  found: Found;
  object: ReadObject | null;
  facts: Facts;
}

/** What was read of one server. */
export interface Reading {
  /** By the raw names, joined by `/`. */
  entities: Map<string, ReadEntity>;
  failed: ReadFailure[];
  queries: number;
  slices: number;
  kinds: Map<string, number>;
}

/** The connection as core hands it on, from a URL or from keys of a workflow file. */
export function configOf(connection: string | Record<string, unknown>): ClickHouseConfig {
  const written = typeof connection === "string" ? clickhouse.fromUrl?.(new URL(connection)) : connection;
  // Core reads the type itself.
  const { type: _type, ...config } = written ?? {};
  return clickhouse.config.parse(config);
}

/** A pool of sessions, after its greeting. */
export async function openPool(
  connection: string | Record<string, unknown>,
  options: { signal?: AbortSignal; limit?: number } = {},
): Promise<SessionPool> {
  const pool = new SessionPool({
    connector: clickhouse,
    config: configOf(connection),
    intent: "metadata",
    limit: options.limit ?? 1,
    signal: options.signal ?? new AbortController().signal,
    // Connecting is tried again without waiting.
    clock: { ...systemClock, sleep: async () => {} },
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
    await opened.driver.begin(new AbortController().signal);
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

/** A node of the connector. */
export function node(name: NodeName): MetadataNode {
  return clickhouse.metadata?.[name] as unknown as MetadataNode;
}

/** Children of parents, by a listing that must give a verdict for every parent. */
export async function list(session: Session, name: NodeName, parents: string[][], want: Want = ALL): Promise<Found[]> {
  const found: Found[] = [];
  const listed: Listed[] = [];
  for await (const item of node(name).list(session, parents, want)) {
    if ("listed" in item) listed.push(item);
    else if ("denied" in item) throw item.error;
    else found.push(item);
  }
  if (listed.length !== parents.length) throw new Error("A parent has no verdict.");
  return found;
}

/** Reads everything, in slices. */
export async function readAll(
  connection: string | Record<string, unknown>,
  options: { want?: Want; sliceSize?: number } = {},
): Promise<Reading> {
  const { want = ALL, sliceSize = 2_000 } = options;
  const pool = await openPool(connection);
  const reading: Reading = { entities: new Map(), failed: [], queries: 0, slices: 0, kinds: new Map() };
  const add = (name: NodeName, found: Found, object: ReadObject | null): void => {
    const facts = node(name).facts(object === null ? (found.seed ?? null) : object.rows, found.kind);
    reading.entities.set([...found.parent, found.name].join("/"), { type: name, found, object, facts });
  };
  const [database] = await inSession(pool, "", (session) => list(session, "database", [[]], want));
  if (database === undefined) throw new Error("There is always a database.");
  add("database", database, null);
  const schemas = await inSession(pool, "", (session) => list(session, "databaseSchema", [[database.name]], want));
  for (const found of schemas) add("databaseSchema", found, null);
  const parents = schemas
    .filter(({ blocked, skip }) => blocked === undefined && skip === undefined)
    .map(({ name }) => [database.name, name]);
  for (const name of ["table", "storedProcedure"] as const) {
    const members = await inSession(pool, "", (session) => list(session, name, parents, want));
    for (const { kind } of members) reading.kinds.set(kind, (reading.kinds.get(kind) ?? 0) + 1);
    const byPath = new Map(members.map((found) => [JSON.stringify([...found.parent, found.name]), found]));
    const unread = members.filter((found) => found.seed === undefined);
    for (const found of members) if (found.seed !== undefined) add(name, found, null);
    for (let at = 0; at < unread.length; at += sliceSize)
      await inSession(pool, "", async (session) => {
        reading.slices += 1;
        const slice = { members: unread.slice(at, at + sliceSize), want };
        for await (const item of node(name).read?.(session, slice) ?? []) {
          if ("setAside" in item) throw new Error("Nothing is ever locked.");
          if ("failed" in item) reading.failed.push(item);
          else add(name, byPath.get(JSON.stringify(item.path)) as Found, item);
        }
      });
  }
  await pool.close();
  reading.queries = pool.queries;
  return reading;
}
