import {
  type Found,
  isSourceError,
  type ListItem,
  type Metadata,
  type MetadataNode,
  type TableType,
} from "@headwater/core/connector";
import { isExternalDatabase, tableKind } from "./engines.ts";
import { databaseFacts, routineFacts, schemaFacts, tableFacts } from "./facts.ts";
import { readTables, schemaOf, visibility } from "./read-tables.ts";
import type { ClickHouseSession, Requests, RowOf } from "./requests.ts";
import type { RoutineRows, SchemaRows, TableRows } from "./rows.ts";

/** The key of what has none, in databases of older engines. */
const NO_UUID = "00000000-0000-0000-0000-000000000000";

/** The schema that shows the functions, which belong to the server as a whole. */
const FUNCTIONS_IN = "default";

/** ClickHouse's number for `UNKNOWN_TABLE`. */
const UNKNOWN_TABLE = "60";

const keyed = (uuid: string): Pick<Found, "key"> => (uuid === NO_UUID ? {} : { key: uuid });

/** ClickHouse has no databases above its databases: there is one, and the catalog's schemas are ClickHouse's databases. */
const database: MetadataNode<Requests, "database", null> = {
  kinds: ["Database"],
  async *list(session, [parent = []]) {
    for (const { name } of await session.all("database")) yield { parent, name, kind: "Database", seed: null };
    yield { listed: parent, seen: "complete" };
  },
  facts: databaseFacts,
};

const databaseSchema: MetadataNode<Requests, "databaseSchema", SchemaRows> = {
  kinds: ["Schema"],
  async *list(session, parents) {
    const seen = await visibility(session);
    const rows = await session.all("schemas");
    for (const parent of parents) {
      for (const { uuid, name, engine, comment, wanted } of rows) {
        const found: Found = {
          parent,
          name,
          kind: "Schema",
          ...keyed(uuid),
          seed: { engine, comment } satisfies SchemaRows,
        };
        if (!wanted) found.skip = "the connection reads one database only (databaseSchema)";
        else if (isExternalDatabase(engine))
          found.blocked = {
            reason: `The tables of ${name} are another system's (engine ${engine}), which the server would ask for each of them.`,
            hint: "Read that system by itself.",
            failure: false,
          };
        yield found;
      }
      yield { listed: parent, ...seen };
    }
  },
  facts: schemaFacts,
};

const table: MetadataNode<Requests, "table", TableRows> = {
  kinds: ["Regular", "Partitioned", "View", "MaterializedView", "External", "Iceberg", "Stream"] satisfies TableType[],
  async *list(session, parents): AsyncIterable<ListItem> {
    // Asked before the names: a right that is taken away in between is then noticed by the next run.
    const seen = await visibility(session);
    const bySchema = new Map(parents.map((parent) => [schemaOf(parent), parent]));
    for await (const rows of session.pages("relations", { schemas: [...bySchema.keys()] }))
      for (const { schema, name, uuid, engine, partitioned, columns } of rows) {
        const parent = bySchema.get(schema);
        if (parent !== undefined)
          yield { parent, name, kind: tableKind(engine, partitioned), ...keyed(uuid), weight: columns };
      }
    for (const parent of parents) yield { listed: parent, ...seen };
  },
  read: readTables,
  facts: (rows, kind) => tableFacts(rows, kind as TableType),
};

const storedProcedure: MetadataNode<Requests, "storedProcedure", RoutineRows> = {
  kinds: ["Function"],
  async *list(session, parents) {
    const parent = parents.find((path) => schemaOf(path) === FUNCTIONS_IN);
    if (parent !== undefined) {
      const programs = new Map((await readPrograms(session)).map((program) => [program.name, program]));
      for (const { name, origin, statement } of await session.all("functions")) {
        const program = programs.get(name);
        const seed: RoutineRows = { origin, statement, program: null };
        if (program !== undefined) {
          const { command, type, format, returns } = program;
          seed.program = { command, type, format, returns, arguments: program.arguments as string[] };
        }
        yield { parent, name, kind: "Function", seed };
      }
    }
    // Functions need no right to be seen.
    for (const path of parents) yield { listed: path, seen: "complete" };
  },
  facts: routineFacts,
};

/** Programs that are called as functions; older servers do not list them. */
async function readPrograms(session: ClickHouseSession): Promise<RowOf<"programs">[]> {
  try {
    return await session.all("programs");
  } catch (error) {
    if (isSourceError(error) && error.sourceCode?.startsWith(UNKNOWN_TABLE)) return [];
    throw error;
  }
}

/** What the connector reads of a server. */
export const metadata: Metadata<Requests> = { database, databaseSchema, table, storedProcedure };
