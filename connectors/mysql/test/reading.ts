/** Reads a server through the connector as a run does. */
import type { Session, SessionPool } from "@headwater/core";
import {
  inSession as inSessionOf,
  type ReadEntity,
  type Reader,
  readerOf,
  type Reading,
  type ReadOptions,
} from "@headwater/testkit";
import type { MysqlConfig } from "../src/config.ts";
import { mysql } from "../src/index.ts";

const reader = readerOf(mysql);

/** The connection as core hands it on. */
export const configOf: Reader<MysqlConfig>["configOf"] = reader.configOf;
/** A pool of sessions, after its greeting. */
export const openPool: Reader<MysqlConfig>["openPool"] = reader.openPool;
/** The error of a connection that must not come about. */
export const refusal: Reader<MysqlConfig>["refusal"] = reader.refusal;

export type { Reading } from "@headwater/testkit";

/** Works with a session in a snapshot of its own. */
export function inSession<T>(pool: SessionPool, work: (session: Session) => Promise<T>): Promise<T> {
  return inSessionOf(pool, "", work);
}

/** Reads all schemas the connection wants: entities by their names below the database. */
export async function readServer(
  connection: string | Record<string, unknown>,
  options: ReadOptions = {},
): Promise<Reading> {
  const reading = await reader.read(connection, options);
  const entities = new Map<string, ReadEntity>();
  for (const [path, entity] of reading.entities)
    if (path.includes("/")) entities.set(path.slice(path.indexOf("/") + 1), entity);
  return { ...reading, entities };
}
