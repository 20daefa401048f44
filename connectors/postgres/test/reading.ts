/** Reads a database through the connector as a run does. */
import { type Reader, readerOf, type Reading, type ReadOptions } from "@headwater/testkit";
import type { PostgresConfig } from "../src/config.ts";
import { postgres } from "../src/index.ts";

export { ALL, inSession, type Reading } from "@headwater/testkit";

const reader = readerOf(postgres);

/** The connection as core hands it on. */
export const configOf: Reader<PostgresConfig>["configOf"] = reader.configOf;
/** A pool of sessions, after its greeting. */
export const openPool: Reader<PostgresConfig>["openPool"] = reader.openPool;
/** A node of the connector. */
export const node: Reader<PostgresConfig>["node"] = reader.node;
/** Children of parents. */
export const list: Reader<PostgresConfig>["list"] = reader.list;

/** Reads one database whole. Throws where an object of it cannot be read. */
export async function readDatabase(
  connection: string | Record<string, unknown>,
  database: string,
  options: ReadOptions = {},
): Promise<Reading> {
  const reading = await reader.read(connection, { ...options, only: database });
  for (const { error } of reading.failed) throw error;
  return reading;
}
