import { createHash } from "node:crypto";
import {
  type Found,
  isSourceError,
  type Listed,
  type Path,
  type ReadItem,
  type Slice,
  SourceError,
} from "@headwater/core/connector";
import { isVirtual } from "./engines.ts";
import { qualified } from "./escape.ts";
import type { ClickHouseSession, RowOf } from "./requests.ts";
import type { TableRows } from "./rows.ts";
import { takeApart } from "./statement.ts";

/** Tables that are asked for at once: their names must fit in one parameter, which servers limit to 128 KiB. */
const TABLES_AT_ONCE = 500;

/** The schema of a path. */
export const schemaOf = ([, schema = ""]: Path): string => schema;

/** Reads tables, views and dictionaries: two requests for every 500, and two more when some changed in between. */
export async function* readTables(
  session: ClickHouseSession,
  { members, want }: Slice,
): AsyncIterable<ReadItem<TableRows>> {
  for (let at = 0; at < members.length; at += TABLES_AT_ONCE) {
    const chunk = members.slice(at, at + TABLES_AT_ONCE);
    const read = await readChunk(session, chunk);
    const torn = chunk.filter((member) => (read.get(keyOf(member))?.hidden ?? 0) > 0);
    // Columns are missing: one was added between the two requests, or the user may not see it. A second look tells.
    if (torn.length > 0) for (const [key, table] of await readChunk(session, torn)) read.set(key, table);
    for (const member of chunk) {
      const table = read.get(keyOf(member));
      if (table === undefined) continue;
      const path = [...member.parent, member.name];
      const { row, columns, visible, hidden } = table;
      if (visible === 0 && hidden > 0) {
        yield { failed: path, error: noColumns(row) };
        continue;
      }
      const { rowCount, sizeBytes, ...rest } = row;
      const rows = { ...rest, columns, hidden: Math.max(0, hidden), ddl: want.ddl };
      const seen = { ...(rowCount === null ? {} : { rowCount }), ...(sizeBytes === null ? {} : { sizeBytes }) };
      yield { path, rows, ...(isVirtual(row.engine) || Object.keys(seen).length === 0 ? {} : { seen }) };
    }
  }
}

interface ReadTable {
  row: RowOf<"tables">;
  columns: string;
  visible: number;
  /** Columns of the statement that were not among those that were read; negative when it lost some in between. */
  hidden: number;
}

async function readChunk(session: ClickHouseSession, members: readonly Found[]): Promise<Map<string, ReadTable>> {
  const wanted = new Set(members.map(keyOf));
  const args = {
    schemas: [...new Set(members.map(({ parent }) => schemaOf(parent)))],
    names: [...new Set(members.map(({ name }) => name))],
  };
  // Every schema is asked for every name, so that there are two parameters however many schemas there are.
  const columns = new Map<string, RowOf<"columns">>();
  for await (const page of session.pages("columns", args))
    for (const row of page)
      if (wanted.has(nameKey(row.schema, row.table))) columns.set(nameKey(row.schema, row.table), row);
  const read = new Map<string, ReadTable>();
  for await (const page of session.pages("tables", args))
    for (const row of page) {
      const key = nameKey(row.schema, row.name);
      if (!wanted.has(key)) continue;
      const seen = columns.get(key);
      const visible = seen?.count ?? 0;
      const written = takeApart(row.statement).columns?.size ?? visible;
      read.set(key, { row, columns: seen?.columns ?? "[]", visible, hidden: written - visible });
    }
  return read;
}

const nameKey = (schema: string, name: string): string => JSON.stringify([schema, name]);

const keyOf = ({ parent, name }: Found): string => nameKey(schemaOf(parent), name);

function noColumns({ schema, name }: RowOf<"tables">): SourceError {
  return new SourceError("denied", `The user may see the table ${qualified(schema, name)}, but none of its columns.`, {
    hint: `GRANT SHOW COLUMNS ON ${qualified(schema, name)} TO the user of this connection.`,
  });
}

/** What a listing may be trusted for: the user sees what was granted to it, and the digest says whether that is still the same. */
export async function visibility(
  session: ClickHouseSession,
): Promise<Pick<Listed, "seen"> & { seen: "granted"; digest?: string }> {
  try {
    const statements = (await session.all("grants")).map(({ statement }) => statement);
    const digest = createHash("sha256").update(statements.toSorted().join("\n")).digest("hex").slice(0, 32);
    return { seen: "granted", digest };
  } catch (error) {
    // A server that cannot say it gives no proof; then an object must be missing in two runs.
    if (isSourceError(error) && (error.code === "refused" || error.code === "denied")) return { seen: "granted" };
    throw error;
  }
}
