import type { Found, ListItem, Metadata, MetadataNode, Path, TableType } from "@headwater/core/connector";
import { databaseFacts, routineFacts, schemaFacts, tableFacts } from "./facts.ts";
import { readGrants } from "./grants.ts";
import { schemaOf } from "./members.ts";
import { readRoutines } from "./read-routines.ts";
import { readTables } from "./read-tables.ts";
import type { MysqlSession, Requests, RowOf } from "./requests.ts";
import { NameGiver, ROUTINE_KINDS, routineKind } from "./routine-names.ts";
import type { DatabaseRows, EventRows, RoutineRows, SchemaRows, TableRows } from "./rows.ts";

const database: MetadataNode<Requests, "database", DatabaseRows> = {
  kinds: ["Database"],
  async *list(session, [parent = []]) {
    for (const { name, ...rows } of await session.all("databases"))
      yield { parent, name, kind: "Database", seed: rows satisfies DatabaseRows };
    yield { listed: parent, seen: "complete" };
  },
  facts: databaseFacts,
};

const databaseSchema: MetadataNode<Requests, "databaseSchema", SchemaRows> = {
  kinds: ["Schema"],
  async *list(session, parents) {
    const digest = await readDigest(session);
    const rows = await session.all("schemas");
    for (const parent of parents) {
      for (const { name, wanted, ...schema } of rows) {
        const found: Found = { parent, name, kind: "Schema", seed: schema satisfies SchemaRows };
        if (!wanted) found.skip = "the connection reads one schema only; without databaseSchema it reads all";
        yield found;
      }
      yield { listed: parent, seen: "granted", digest };
    }
  },
  facts: schemaFacts,
};

const table: MetadataNode<Requests, "table", TableRows> = {
  kinds: ["Regular", "Partitioned", "External", "View"] satisfies TableType[],
  async *list(session, parents) {
    yield* listBySchema(session, "tableNames", parents, ({ name, kind, columns }) => ({
      name,
      kind,
      weight: columns,
    }));
  },
  read: readTables,
  facts: (rows, kind) => tableFacts(rows, kind as TableType),
};

const storedProcedure: MetadataNode<Requests, "storedProcedure", RoutineRows | EventRows> = {
  kinds: ROUTINE_KINDS,
  async *list(session, parents) {
    const names = new Map<string, NameGiver>();
    yield* listBySchema(session, "routineNames", parents, ({ schema, name, kind }) => {
      const giver = names.get(schema) ?? new NameGiver();
      names.set(schema, giver);
      return { name: giver.give(name, kind), kind: routineKind(kind) };
    });
  },
  read: readRoutines,
  facts: routineFacts,
};

/** What the connector reads of a server. */
export const metadata: Metadata<Requests> = { database, databaseSchema, table, storedProcedure };

/** A hash of what the account may see. What it does not see any more is gone only if this is what it was. */
async function readDigest(session: MysqlSession): Promise<string> {
  return readGrants((await session.all("grants")).map(({ line }) => line)).digest;
}

/** Children of schemas as they stream in, and a verdict for every schema: an account sees what it has some right on. */
async function* listBySchema<N extends "tableNames" | "routineNames">(
  session: MysqlSession,
  names: N,
  parents: readonly Path[],
  describe: (row: RowOf<N>) => Pick<Found, "name" | "kind" | "weight">,
): AsyncIterable<ListItem> {
  const digest = await readDigest(session);
  const bySchema = new Map(parents.map((parent) => [schemaOf(parent), parent]));
  for await (const rows of session.pages(names, { schemas: [...bySchema.keys()] }))
    for (const row of rows) {
      const parent = bySchema.get(row.schema);
      if (parent !== undefined) yield { parent, ...describe(row) };
    }
  for (const parent of parents) yield { listed: parent, seen: "granted", digest };
}
