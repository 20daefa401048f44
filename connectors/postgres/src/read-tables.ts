import { type Found, isSourceError, type ReadItem, type Slice, type TableType } from "@headwater/core/connector";
import { databaseOf, isStill, setLockedAside } from "./members.ts";
import { knownTypes, readTypes } from "./read-types.ts";
import type { PostgresSession, RowOf } from "./requests.ts";
import type { TableRows } from "./rows.ts";

/** Definitions of views read by one statement. Writing them locks what they name, and a server has room for so many locks only. */
const VIEWS_AT_ONCE = 200;
/** The server has no memory or no room for locks left. */
const OUT_OF_MEMORY = "53200";

/** Reads tables and views: a fixed handful of requests, and one more for every 200 views. */
export async function* readTables(
  session: PostgresSession,
  { members, want }: Slice,
): AsyncIterable<ReadItem<TableRows>> {
  const readable = new Map<string, Found>();
  yield* setLockedAside(session, members, false, readable);
  if (readable.size === 0) return;
  const oids = [...readable.keys()];
  const rows = await session.all("tables", { oids });
  const ofKind = (...kinds: TableType[]): string[] =>
    oids.filter((oid) => kinds.includes(readable.get(oid)?.kind as TableType));
  const partitioned = ofKind("Partitioned");
  const partitions = new Map<string, RowOf<"partitions">>();
  if (partitioned.length > 0)
    for (const row of await session.all("partitions", { oids: partitioned })) partitions.set(row.oid, row);
  const policies = new Map<string, RowOf<"policies">>();
  if (want.tags) for (const row of await session.all("policies", { oids })) policies.set(row.oid, row);
  const types = await readTypes(session, rows);
  const definitions = await readDefinitions(session, ofKind("View", "MaterializedView"));
  const attached = new Map<string, { rules: string | null; triggers: string | null }>();
  const withSome = rows.filter(({ hasRules, hasTriggers }) => hasRules || hasTriggers).map(({ oid }) => oid);
  if (withSome.length > 0)
    for (const row of await session.all("rulesAndTriggers", { oids: withSome })) attached.set(row.oid, row);

  for (const row of rows) {
    const member = readable.get(row.oid);
    const definition = definitions.get(row.oid) ?? null;
    // A view without a definition was dropped while we read.
    if (member === undefined || !isStill(member, row.schema, row.name)) continue;
    if (definitions.has(row.oid) && definition === null) continue;
    const parts = partitions.get(row.oid);
    const policy = policies.get(row.oid);
    const rowCount = row.rowCount ?? parts?.rowCount;
    const sizeBytes = row.sizeBytes ?? parts?.sizeBytes;
    yield {
      path: [...member.parent, member.name],
      rows: {
        database: databaseOf(member.parent),
        schema: row.schema,
        name: row.name,
        detail: row.detail,
        types: row.typeIds === null ? null : knownTypes(row.typeIds, types),
        partitions:
          parts === undefined
            ? null
            : { strategy: parts.strategy, key: parts.key, columns: parts.columns, partitions: parts.partitions },
        policies: !want.tags
          ? null
          : policy === undefined
            ? "none"
            : { classification: policy.classification, names: policy.names },
        definition,
        rules: attached.get(row.oid)?.rules ?? null,
        triggers: attached.get(row.oid)?.triggers ?? null,
        ddl: want.ddl,
      },
      columnKeys: row.numbers === null ? [] : row.numbers.slice(1, -1).split(","),
      ...(rowCount == null && sizeBytes == null
        ? {}
        : { seen: { ...(rowCount == null ? {} : { rowCount }), ...(sizeBytes == null ? {} : { sizeBytes }) } }),
    };
  }
}

/** The definitions of views, a bounded number at a time, fewer where the server has no room for the locks. */
async function readDefinitions(session: PostgresSession, oids: readonly string[]): Promise<Map<string, string | null>> {
  const definitions = new Map<string, string | null>();
  let size = VIEWS_AT_ONCE;
  for (let at = 0; at < oids.length;) {
    const chunk = oids.slice(at, at + size);
    try {
      for (const { oid, definition } of await session.all("viewDefinitions", { oids: chunk }))
        definitions.set(oid, definition);
      at += size;
    } catch (error) {
      if (!isSourceError(error) || error.sourceCode !== OUT_OF_MEMORY || chunk.length === 1) throw error;
      size = Math.ceil(chunk.length / 2);
    }
  }
  return definitions;
}
