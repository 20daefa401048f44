import type { MetadataNode, NodeName, ReadItem, ReadObject, Want } from "../connector/metadata.ts";
import { isSourceError, SourceError } from "../connector/source-error.ts";
import { isHeadwaterError } from "../errors.ts";
import type { Path } from "../entities/fqn.ts";
import type { Member } from "./ports.ts";
import type { OpenSession, SessionPool } from "./session-pool.ts";

/** What became of the members of a slice. Members in none of the lists have vanished. */
export interface SliceResult {
  objects: { member: Member; object: ReadObject }[];
  setAside: { member: Member; reason: string }[];
  failed: { member: Member; error: SourceError }[];
  /** Objects the connector yielded that nobody asked for. */
  outsiders: number;
}

/** What is needed to read a slice. */
export interface SliceReading {
  pool: SessionPool;
  node: MetadataNode;
  nodeName: NodeName;
  /** The unit it is read for. */
  work: string;
  group: string;
  want: Want;
  signal: AbortSignal;
  /** Treat a broken connection as the fault of an object: set after repeated breaks of the same slice. */
  isolate: boolean;
  /** Called before each try to read some members: the slice itself, or a part of it. */
  onAttempt: () => void;
}

/** Culprits in a row, without one success, after which the rest of a slice is given up. */
const GIVE_UP_AFTER = 16;

/**
 * Reads the members of a slice. A request the source refuses costs only the object it fails for: the slice is halved until
 * the culprit is alone. Throws when the connection fails or the run is interrupted.
 */
export async function readSlice(reading: SliceReading, members: readonly Member[]): Promise<SliceResult> {
  const result: SliceResult = { objects: [], setAside: [], failed: [], outsiders: 0 };
  const unread: Member[] = [];
  for (const member of members) {
    const { seed, parent, name, columnKeys, seen } = member.found;
    if (seed === undefined) unread.push(member);
    else {
      const object: ReadObject = { path: [...parent, name], rows: seed };
      if (columnKeys !== undefined) object.columnKeys = columnKeys;
      if (seen !== undefined) object.seen = seen;
      result.objects.push({ member, object });
    }
  }
  if (unread.length > 0) await readHalving(reading, unread, result, 0);
  return result;
}

async function readHalving(
  reading: SliceReading,
  members: readonly Member[],
  result: SliceResult,
  lockRetries: number,
): Promise<void> {
  const attempt: SliceResult = { objects: [], setAside: [], failed: [], outsiders: 0 };
  // A connection that cannot even be opened is never an object's fault.
  const opened = await reading.pool.acquire(reading.group);
  let error: SourceError;
  try {
    reading.onAttempt();
    await readOnce(reading, opened, members, attempt);
    result.objects.push(...attempt.objects);
    result.setAside.push(...attempt.setAside);
    result.failed.push(...attempt.failed);
    result.outsiders += attempt.outsiders;
    return;
  } catch (thrown) {
    error = asSourceError(thrown);
    if (error.code === "interrupted" || error.code === "signIn") throw error;
    if ((error.code === "unreachable" || error.code === "throttled") && !reading.isolate) throw error;
  }
  // Somebody took a lock between the look at the locks and the read: look again once.
  if (error.code === "locked" && lockRetries < 1) return readHalving(reading, members, result, lockRetries + 1);
  if (members.length === 1) {
    const member = members[0] as Member;
    if (error.code === "locked") result.setAside.push({ member, reason: error.message });
    else result.failed.push({ member, error });
    return;
  }
  if (result.failed.length >= GIVE_UP_AFTER && result.objects.length === 0) {
    if (error.code === "unreachable") throw error;
    for (const member of members) result.failed.push({ member, error });
    return;
  }
  const middle = Math.ceil(members.length / 2);
  await readHalving(reading, members.slice(0, middle), result, lockRetries);
  await readHalving(reading, members.slice(middle), result, lockRetries);
}

async function readOnce(
  reading: SliceReading,
  opened: OpenSession,
  members: readonly Member[],
  result: SliceResult,
): Promise<void> {
  const { pool, node, nodeName, want, signal } = reading;
  const byFqn = new Map(members.map((member) => [pathKey([...member.found.parent, member.found.name]), member]));
  let broken = false;
  try {
    if (node.read === undefined)
      throw new SourceError("refused", `The connector lists ${nodeName} without a seed and has no read for it.`);
    await opened.driver.begin(signal, reading.work);
    for await (const item of node.read(opened.session, { members: members.map((member) => member.found), want })) {
      const key = pathKey(pathOf(item));
      const member = byFqn.get(key);
      if (member === undefined) {
        result.outsiders += 1;
        continue;
      }
      byFqn.delete(key);
      if ("setAside" in item) result.setAside.push({ member, reason: item.reason });
      else if ("failed" in item) result.failed.push({ member, error: item.error });
      else result.objects.push({ member, object: item });
    }
    await opened.driver.end();
  } catch (error) {
    broken = !isSourceError(error) || error.code === "unreachable" || error.code === "interrupted";
    if (!broken) broken = await endFails(opened.driver.end());
    throw error;
  } finally {
    await pool.release(opened, broken);
  }
}

/** Whether a snapshot could not even be closed, so that its session is of no more use. */
export async function endFails(end: Promise<void>): Promise<boolean> {
  try {
    await end;
    return false;
  } catch (error) {
    if (!isSourceError(error)) throw error;
    return true;
  }
}

function pathOf(item: ReadItem): Path {
  if ("setAside" in item) return item.setAside;
  return "failed" in item ? item.failed : item.path;
}

const pathKey = (path: Path): string => JSON.stringify(path);

/**
 * A thrown value as a `SourceError`: an abort is an interruption, anything unknown a fault of the connector. What core itself
 * stops a run with (a budget, a recording without an answer) is no fault of an object and is thrown on.
 */
export function asSourceError(thrown: unknown): SourceError {
  if (isSourceError(thrown)) return thrown;
  if (isHeadwaterError(thrown)) throw thrown;
  if (thrown instanceof Error && thrown.name === "AbortError")
    return new SourceError("interrupted", "The run was interrupted.", { cause: thrown });
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new SourceError("refused", `The connector failed: ${message}`, { cause: thrown });
}
