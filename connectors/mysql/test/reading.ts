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
  type SetAside,
  type SourceError,
  systemClock,
  type Want,
} from "@headwater/core";
import type { MysqlConfig } from "../src/config.ts";
import { mysql } from "../src/index.ts";

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
  /** By the names below the database, joined by `/`. */
  entities: Map<string, ReadEntity>;
  listed: Listed[];
  setAside: SetAside[];
  failed: ReadFailure[];
  queries: number;
}

/** The connection as core hands it on, from a URL or from keys of a workflow file. */
export function configOf(connection: string | Record<string, unknown>): MysqlConfig {
  const written = typeof connection === "string" ? mysql.fromUrl?.(new URL(connection)) : connection;
  // Core reads the type itself.
  const { type: _type, ...config } = written ?? {};
  return mysql.config.parse(config);
}

/** A pool of sessions, after its greeting. */
export async function openPool(
  connection: string | Record<string, unknown>,
  options: { signal?: AbortSignal; limit?: number } = {},
): Promise<SessionPool> {
  const pool = new SessionPool({
    connector: mysql,
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

/** The error of a connection that must not come about. */
export async function refusal(connection: string | Record<string, unknown>): Promise<SourceError> {
  try {
    await (await openPool(connection)).close();
  } catch (error) {
    if (isSourceError(error)) return error;
    throw error;
  }
  throw new Error("It connected.");
}

/** Works with a session in a snapshot of its own. */
export async function inSession<T>(pool: SessionPool, work: (session: Session) => Promise<T>): Promise<T> {
  const opened = await pool.acquire("");
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
  return mysql.metadata?.[name] as unknown as MetadataNode;
}

/** Children of parents, by a listing that must give a verdict for every parent. */
export async function list(
  session: Session,
  name: NodeName,
  parents: string[][],
): Promise<{ found: Found[]; listed: Listed[] }> {
  const found: Found[] = [];
  const listed: Listed[] = [];
  for await (const item of node(name).list(session, parents, ALL)) {
    if ("listed" in item) listed.push(item);
    else if ("denied" in item) throw item.error;
    else found.push(item);
  }
  if (listed.length !== parents.length) throw new Error("A parent has no verdict.");
  return { found, listed };
}

/** Reads all schemas the connection wants, in slices. */
export async function readServer(
  connection: string | Record<string, unknown>,
  options: { want?: Want; sliceSize?: number } = {},
): Promise<Reading> {
  const { want = ALL, sliceSize = 2_000 } = options;
  const pool = await openPool(connection);
  const reading: Reading = { entities: new Map(), listed: [], setAside: [], failed: [], queries: 0 };
  const add = (name: NodeName, found: Found, object: ReadObject | null): void => {
    const facts = node(name).facts(object === null ? (found.seed ?? null) : object.rows, found.kind);
    const path = [...found.parent.slice(1), found.name].join("/");
    // A routine may be called what a table is called.
    const key = reading.entities.has(path) ? `${path}#${name}` : path;
    reading.entities.set(key, { type: name, found, object, facts });
  };
  const listing = async (name: NodeName, parents: string[][]): Promise<Found[]> => {
    const { found, listed } = await inSession(pool, (session) => list(session, name, parents));
    reading.listed.push(...listed);
    return found.filter(({ skip }) => skip === undefined);
  };
  const [database] = await listing("database", [[]]);
  const parent = database?.name ?? "";
  const schemas = await listing("databaseSchema", [[parent]]);
  for (const found of schemas) add("databaseSchema", found, null);
  const parents = schemas.map(({ name }) => [parent, name]);
  for (const name of ["table", "storedProcedure"] as const) {
    const members = await listing(name, parents);
    const byPath = new Map(members.map((found) => [[...found.parent, found.name].join("/"), found]));
    for (let at = 0; at < members.length; at += sliceSize)
      await inSession(pool, async (session) => {
        const slice = { members: members.slice(at, at + sliceSize), want };
        for await (const item of node(name).read?.(session, slice) ?? []) {
          if ("setAside" in item) reading.setAside.push(item);
          else if ("failed" in item) reading.failed.push(item);
          else add(name, byPath.get(item.path.join("/")) as Found, item);
        }
      });
  }
  await pool.close();
  reading.queries = pool.queries;
  return reading;
}
