import type { Found, ReadItem, Slice } from "@headwater/core/connector";
import { isStill, setLockedAside } from "./members.ts";
import type { PostgresSession } from "./requests.ts";
import type { RoutineRows } from "./rows.ts";

/** Reads routines, with their texts. */
export async function* readRoutines(
  session: PostgresSession,
  { members }: Slice,
): AsyncIterable<ReadItem<RoutineRows>> {
  const readable = new Map<string, Found>();
  yield* setLockedAside(session, members, true, readable);
  if (readable.size === 0) return;
  for (const { oid, name, ...rows } of await session.all("routines", { oids: [...readable.keys()] })) {
    const member = readable.get(oid);
    if (member !== undefined && isStill(member, rows.schema, name)) yield { path: [...member.parent, name], rows };
  }
}
