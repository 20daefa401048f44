import {
  type Cell,
  type Connector,
  defineConnector,
  defineRequests,
  type Found,
  type Json,
  type MetadataNode,
  type Page,
  type Path,
  type TableFacts,
  z,
} from "@headwater/core";

/** How much a generated source has. It is made up while it is asked, so that a run's memory is the run's own. */
export interface Amount {
  tables: number;
  /** Columns of each table. */
  columns: number;
}

const SCHEMA_TABLES = 1_000;
const PAGE = 1_000;
const WORDS = ["order", "customer", "invoice", "shipment", "product", "price", "visit", "refund", "stock", "supplier"];

const requests = defineRequests({
  hello: { effect: "read", columns: { version: "text" } },
  tables: { effect: "read", columns: { schema: "text", number: "number" } },
  read: { effect: "read", columns: { name: "text", facts: "json" } },
});

const schemaCount = ({ tables }: Amount): number => Math.ceil(tables / SCHEMA_TABLES);
const schemaName = (number: number): string => `schema_${number}`;

/** The name of a table by its number. */
export const tableName = (number: number): string => `${WORDS[number % WORDS.length] ?? ""}_${number}`;

/** The FQN of a table by its number, in the service `generated`. */
export const tableFqn = (number: number): string =>
  `generated.big.${schemaName(Math.floor(number / SCHEMA_TABLES))}.${tableName(number)}`;

function tableFacts(number: number, { columns }: Amount): TableFacts {
  return {
    tableType: "Regular",
    description: `Every ${WORDS[number % WORDS.length] ?? ""} of part ${number}, one row each`,
    columns: Array.from({ length: columns }, (_, at) => ({
      name: at === 0 ? "id" : `${WORDS[at % WORDS.length] ?? ""}_${at}`,
      dataType: at % 2 === 0 ? ("BIGINT" as const) : ("VARCHAR" as const),
      constraint: at === 0 ? ("NOT_NULL" as const) : ("NULL" as const),
      description: at % 3 === 0 ? `What is known of ${WORDS[at % WORDS.length] ?? ""} ${at}` : null,
    })),
    tableConstraints: [
      { constraintType: "PRIMARY_KEY", columns: ["id"] },
      ...(number % 5 === 1
        ? [
            {
              constraintType: "FOREIGN_KEY" as const,
              columns: ["id"],
              referredColumns: [
                ["big", schemaName(Math.floor((number - 1) / SCHEMA_TABLES)), tableName(number - 1), "id"],
              ],
            },
          ]
        : []),
    ],
  };
}

/** The connector of a generated source. */
export function generatedConnector(amount: Amount): Connector {
  return defineConnector({
    manifest: {
      id: "generated",
      title: "Generated",
      contract: 1,
      service: "database",
      types: { generated: "CustomDatabase" },
      capabilities: { metadata: {} },
      privileges: [],
      sdks: {},
      tested: ["nothing: it is made up"],
    },
    config: z.strictObject({}),
    requests,
    connect: async () => ({
      request: (name, args) => answer(name, args, amount),
      begin: async () => undefined,
      end: async () => undefined,
      close: async () => undefined,
    }),
    hello: async () => ({
      identity: "generated",
      version: "1",
      now: "2026-01-01T00:00:00Z",
      names: { unquoted: "kept", caseSensitive: true },
    }),
    check: [],
    metadata: { database, databaseSchema: schemas(amount), table: table(amount) },
  });
}

async function* answer(name: string, args: Json, amount: Amount): AsyncGenerator<Page> {
  if (name === "read") {
    const numbers = (args as { numbers: number[] }).numbers;
    yield { rows: numbers.map((number): Cell[] => [tableName(number), tableFacts(number, amount) as unknown as Json]) };
    return;
  }
  for (let at = 0; at < amount.tables; at += PAGE) {
    const end = Math.min(amount.tables, at + PAGE);
    const rows: Cell[][] = [];
    for (let number = at; number < end; number += 1)
      rows.push([schemaName(Math.floor(number / SCHEMA_TABLES)), number]);
    yield { rows };
  }
}

const database: MetadataNode<typeof requests, "database", null> = {
  kinds: ["Database"],
  async *list(_session, parents) {
    for (const parent of parents) {
      yield { parent, name: "big", kind: "Database", seed: null };
      yield { listed: parent, seen: "complete" };
    }
  },
  facts: () => ({}),
};

const schemas = (amount: Amount): MetadataNode<typeof requests, "databaseSchema", null> => ({
  kinds: ["Schema"],
  async *list(_session, parents) {
    for (const parent of parents) {
      for (let at = 0; at < schemaCount(amount); at += 1)
        yield { parent, name: schemaName(at), kind: "Schema", seed: null };
      yield { listed: parent, seen: "complete" };
    }
  },
  facts: () => ({}),
});

const table = (amount: Amount): MetadataNode<typeof requests, "table"> => ({
  kinds: ["Regular"],
  async *list(session, parents) {
    const wanted = new Map<string, Path>(parents.map((parent) => [parent[1] ?? "", parent]));
    for await (const page of session.pages("tables"))
      for (const { schema, number } of page) {
        const parent = wanted.get(schema);
        const found: Omit<Found, "parent"> = {
          name: tableName(number),
          kind: "Regular",
          key: String(number),
          weight: amount.columns,
        };
        if (parent !== undefined) yield { parent, ...found };
      }
    for (const parent of parents) yield { listed: parent, seen: "complete" };
  },
  async *read(session, { members }) {
    const parents = new Map(members.map(({ name, parent }) => [name, parent]));
    const numbers = members.map(({ key }) => Number(key));
    for await (const page of session.pages("read", { numbers }))
      for (const { name, facts } of page) yield { path: [...(parents.get(name) ?? []), name], rows: facts };
  },
  facts: (rows) => rows as unknown as TableFacts,
});

/** The facts of a table as JSON, for the floor: what the catalog cannot do without writing. */
export const tableJson = (number: number, amount: Amount): string => JSON.stringify(tableFacts(number, amount));
