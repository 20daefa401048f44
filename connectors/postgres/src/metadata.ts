import type { Found, ListItem, Metadata, MetadataNode, Path, TableType } from "@headwater/core/connector";
import { identifier } from "./escape.ts";
import { databaseFacts, routineFacts, schemaFacts, tableFacts } from "./facts.ts";
import { databaseOf, keyOf, schemaOf } from "./members.ts";
import { readRoutines } from "./read-routines.ts";
import { readTables } from "./read-tables.ts";
import type { Requests } from "./requests.ts";
import type { DatabaseRows, RoutineRows, SchemaRows, TableRows } from "./rows.ts";

const database: MetadataNode<Requests, "database", DatabaseRows> = {
  kinds: ["Database"],
  async *list(session, [parent = []]) {
    for (const row of await session.all("databases")) {
      const { owner, comment, encoding, collation, characterType } = row;
      const found: Found = { parent, name: row.name, kind: "Database", key: row.oid };
      found.seed = { owner, comment, encoding, collation, characterType } satisfies DatabaseRows;
      if (!row.wanted) found.skip = "the connection reads one database only; ingestAllDatabases reads all";
      else if (!row.open) found.blocked = { reason: `The database ${row.name} takes no connections.`, failure: false };
      else if (!row.allowed)
        found.blocked = {
          reason: `The role ${row.role} may not connect to the database ${row.name}.`,
          hint: grantConnect(row.name, row.role),
          failure: false,
        };
      yield found;
    }
    yield { listed: parent, seen: "complete" };
  },
  facts: databaseFacts,
};

const grantConnect = (name: string, role: string): string =>
  `Let its owner run: GRANT CONNECT ON DATABASE ${identifier(name)} TO ${identifier(role)};`;

const databaseSchema: MetadataNode<Requests, "databaseSchema", SchemaRows> = {
  kinds: ["Schema"],
  group: databaseOf,
  async *list(session, parents) {
    const rows = await session.all("schemas");
    for (const parent of parents) {
      for (const row of rows)
        yield {
          parent,
          name: row.name,
          kind: "Schema",
          key: keyOf(row.database, row.oid),
          seed: { owner: row.owner, comment: row.comment } satisfies SchemaRows,
        };
      yield { listed: parent, seen: "complete" };
    }
  },
  facts: schemaFacts,
};

/** pg_class.relkind as OpenMetadata's kind of table. */
const TABLE_KINDS: Readonly<Record<string, TableType>> = {
  r: "Regular",
  p: "Partitioned",
  f: "Foreign",
  v: "View",
  m: "MaterializedView",
};

const table: MetadataNode<Requests, "table", TableRows> = {
  kinds: Object.values(TABLE_KINDS),
  group: databaseOf,
  async *list(session, parents) {
    yield* listBySchema(parents, session.pages("relations", { schemas: parents.map(schemaOf) }), (row) => ({
      name: row.name,
      kind: TABLE_KINDS[row.kind] ?? row.kind,
      weight: row.columns,
    }));
  },
  read: readTables,
  facts: (rows, kind) => tableFacts(rows, kind as TableType),
};

const storedProcedure: MetadataNode<Requests, "storedProcedure", RoutineRows> = {
  kinds: ["Function", "StoredProcedure"],
  group: databaseOf,
  async *list(session, parents) {
    yield* listBySchema(parents, session.pages("routineNames", { schemas: parents.map(schemaOf) }), (row) => ({
      name: row.name,
      kind: row.kind === "p" ? "StoredProcedure" : "Function",
    }));
  },
  read: readRoutines,
  facts: routineFacts,
};

/** What the connector reads of a server. */
export const metadata: Metadata<Requests> = { database, databaseSchema, table, storedProcedure };

/** Children of schemas as they stream in, and a verdict for every schema: what the catalog holds, every role may see. */
async function* listBySchema<R extends { schema: string; database: string; oid: string }>(
  parents: readonly Path[],
  pages: AsyncIterable<R[]>,
  describe: (row: R) => Pick<Found, "name" | "kind" | "weight">,
): AsyncIterable<ListItem> {
  const bySchema = new Map(parents.map((parent) => [schemaOf(parent), parent]));
  for await (const rows of pages)
    for (const row of rows) {
      const parent = bySchema.get(row.schema);
      if (parent !== undefined) yield { parent, key: keyOf(row.database, row.oid), ...describe(row) };
    }
  for (const parent of parents) yield { listed: parent, seen: "complete" };
}
