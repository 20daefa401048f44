/** Reads a server through the connector as a run does. */
import { type Reader, readerOf, type Reading, type ReadOptions } from "@headwater/testkit";
import type { ClickHouseConfig } from "../src/config.ts";
import { clickhouse } from "../src/index.ts";

export { ALL, inSession, type Reading } from "@headwater/testkit";

const reader = readerOf(clickhouse);

/** The connection as core hands it on. */
export const configOf: Reader<ClickHouseConfig>["configOf"] = reader.configOf;
/** A pool of sessions, after its greeting. */
export const openPool: Reader<ClickHouseConfig>["openPool"] = reader.openPool;
/** Children of parents. */
export const list: Reader<ClickHouseConfig>["list"] = reader.list;

/** Reads everything. */
export async function readAll(
  connection: string | Record<string, unknown>,
  options: ReadOptions = {},
): Promise<Reading> {
  const reading = await reader.read(connection, options);
  if (reading.setAside.length > 0) throw new Error("Nothing is ever locked.");
  return reading;
}
