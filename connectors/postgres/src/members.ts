/** The members of a slice: how they are keyed, and which of them can be read now. */
import type { Found, Path, ReadItem } from "@headwater/core/connector";
import type { PostgresSession, RowOf } from "./requests.ts";

/** The database of a path. */
export const databaseOf = ([database = ""]: Path): string => database;

/** The schema of a path. */
export const schemaOf = ([, schema = ""]: Path): string => schema;

/** An object's key: oids are unique within one database only. */
export const keyOf = (database: string, oid: string): string => `${database}/${oid}`;

const oidOf = ({ key = "" }: Found): string => key.slice(key.indexOf("/") + 1);

/** Members by their oid; those that somebody has locked are handed back at once. */
export async function* setLockedAside(
  session: PostgresSession,
  members: readonly Found[],
  routines: boolean,
  readable: Map<string, Found>,
): AsyncIterable<ReadItem<never>> {
  const locks = new Map<string, RowOf<"locked">>();
  for (const row of await session.all("locked")) if (row.routine === routines) locks.set(row.oid, row);
  for (const member of members) {
    const oid = oidOf(member);
    const lock = locks.get(oid);
    if (lock === undefined) readable.set(oid, member);
    else yield { setAside: [...member.parent, member.name], reason: lockedBecause(lock) };
  }
}

function lockedBecause({ holder, lockedName }: RowOf<"locked">): string {
  const who = holder === null ? "a prepared transaction" : `process ${holder}`;
  return `${who} has, or waits for, an ACCESS EXCLUSIVE lock on ${lockedName}.`;
}

/** Whether what was read is still what was listed: another name means that it was renamed in between. */
export const isStill = (member: Found, schema: string, name: string): boolean =>
  member.name === name && schemaOf(member.parent) === schema;
