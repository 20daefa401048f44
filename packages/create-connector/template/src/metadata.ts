/** Lists names, then reads slices of them. */
import type {
  Metadata,
  MetadataNode,
  Path,
  ReadItem,
  ServerFacts,
  Session,
  Slice,
  TableFacts,
} from "@headwater/core/connector";
import type { Requests } from "./requests.ts";
import { dataTypeOf } from "./types.ts";

/** The source has no databases: there is one, so that names have four parts everywhere. */
const DATABASE = "default";

/** Who the source is. Asked once per run. */
export async function hello(session: Session<Requests>): Promise<ServerFacts> {
  const [row] = await session.all("hello");
  if (row === undefined) throw new Error("The request `hello` has one row.");
  return {
    identity: row.identity,
    version: process.version,
    now: row.now,
    names: { unquoted: "kept", caseSensitive: true },
  };
}

const database: MetadataNode<Requests, "database"> = {
  kinds: ["Database"],
  async *list() {
    yield { parent: [], name: DATABASE, kind: "Database", seed: null };
    yield { listed: [], seen: "complete" };
  },
  facts: () => ({ description: null }),
};

const databaseSchema: MetadataNode<Requests, "databaseSchema"> = {
  kinds: ["Schema"],
  async *list(session, parents) {
    const rows = await session.all("schemas");
    for (const parent of parents) {
      // What a listing knows already needs no reading: it travels as the seed.
      for (const { schema } of rows) yield { parent, name: schema, kind: "Schema", key: schema, seed: null };
      yield { listed: parent, seen: "complete" };
    }
  },
  facts: () => ({ description: null }),
};

/** Everything the facts of a table follow from. When it is what it was, the table is unchanged. */
type TableRows = { comment: string | null; columns: [name: string, type: string, comment: string | null][] };

const schemaOf = ([, schema = ""]: Path): string => schema;

const table: MetadataNode<Requests, "table", TableRows> = {
  kinds: ["Regular"],
  async *list(session, parents) {
    const bySchema = new Map(parents.map((parent) => [schemaOf(parent), parent]));
    // All parents in one request; pages as they come.
    for await (const rows of session.pages("tableNames", { schemas: [...bySchema.keys()] }))
      for (const { schema, name } of rows) {
        const parent = bySchema.get(schema);
        if (parent !== undefined) yield { parent, name, kind: "Regular" };
      }
    // Only here is it certain that every name was seen. Where a role sees only what it may, it is `granted`.
    for (const parent of parents) yield { listed: parent, seen: "complete" };
  },
  read,
  facts,
};

async function* read(session: Session<Requests>, { members }: Slice): AsyncIterable<ReadItem<TableRows>> {
  const paths = new Map(
    members.map(({ parent, name }) => [JSON.stringify([schemaOf(parent), name]), [...parent, name]]),
  );
  const tables = members.map(({ parent, name }) => [schemaOf(parent), name]);
  for await (const rows of session.pages("tables", { tables }))
    for (const { schema, name, comment, columns } of rows) {
      const path = paths.get(JSON.stringify([schema, name]));
      if (path !== undefined) yield { path, rows: { comment, columns: columns as TableRows["columns"] } };
    }
}

/** Rows as facts: from the rows alone. */
function facts({ comment, columns }: TableRows): TableFacts {
  return {
    tableType: "Regular",
    description: comment,
    columns: columns.map(([name, type, about], at) => ({
      name,
      dataType: dataTypeOf(type),
      dataTypeDisplay: type,
      description: about,
      ordinalPosition: at + 1,
    })),
  };
}

/** What the connector reads. */
export const metadata: Metadata<Requests> = { database, databaseSchema, table };
