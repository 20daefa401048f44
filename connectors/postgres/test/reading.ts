/** Reads a server through the connector as a run does: core's sessions, the connector's nodes, no store. */
import {
  type Facts,
  type FactsByType,
  type Found,
  isSourceError,
  type Listed,
  type MetadataNode,
  type NodeName,
  type ReadObject,
  type Session,
  SessionPool,
  type SetAside,
  systemClock,
  type Want,
} from "@headwater/core";
import { postgres } from "../src/index.ts";
import type { PostgresConfig } from "../src/config.ts";

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
  setAside: SetAside[];
  queries: number;
}

/** The connection as core hands it on, from a URL or from keys of a workflow file. */
export function configOf(connection: string | Record<string, unknown>): PostgresConfig {
  const written = typeof connection === "string" ? postgres.fromUrl?.(new URL(connection)) : connection;
  // Core reads the type itself.
  const { type: _type, ...config } = written ?? {};
  return postgres.config.parse(config);
}

/** A pool of sessions, after its greeting. */
export async function openPool(
  connection: string | Record<string, unknown>,
  options: { signal?: AbortSignal; limit?: number } = {},
): Promise<SessionPool> {
  const pool = new SessionPool({
    connector: postgres,
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
  return postgres.metadata?.[name] as unknown as MetadataNode;
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

/** Reads one database whole, in slices. */
export async function readDatabase(
  connection: string | Record<string, unknown>,
  database: string,
  options: { want?: Want; sliceSize?: number } = {},
): Promise<Reading> {
  const { want = ALL, sliceSize = 2_000 } = options;
  const pool = await openPool(connection);
  const reading: Reading = { entities: new Map(), setAside: [], queries: 0 };
  const add = (name: NodeName, found: Found, object: ReadObject | null): void => {
    const facts = node(name).facts(object === null ? (found.seed ?? null) : object.rows, found.kind);
    reading.entities.set([...found.parent, found.name].join("/"), { type: name, found, object, facts });
  };
  const databases = await inSession(pool, "", (session) => list(session, "database", [[]], want));
  for (const found of databases) if (found.name === database) add("database", found, null);
  const schemas = await inSession(pool, database, (session) => list(session, "databaseSchema", [[database]], want));
  for (const found of schemas) add("databaseSchema", found, null);
  const parents = schemas.map(({ name }) => [database, name]);
  for (const name of ["table", "storedProcedure"] as const) {
    const members = await inSession(pool, database, (session) => list(session, name, parents, want));
    const byPath = new Map(members.map((found) => [[...found.parent, found.name].join("/"), found]));
    for (let at = 0; at < members.length; at += sliceSize)
      await inSession(pool, database, async (session) => {
        const slice = { members: members.slice(at, at + sliceSize), want };
        for await (const item of node(name).read?.(session, slice) ?? []) {
          if ("setAside" in item) reading.setAside.push(item);
          else if ("failed" in item) throw item.error;
          else add(name, byPath.get(item.path.join("/")) as Found, item);
        }
      });
  }
  await pool.close();
  reading.queries = pool.queries;
  return reading;
}
