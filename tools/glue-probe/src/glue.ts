/**
 * A connector for AWS Glue, as small as it can be and still be whole: databases are schemas, tables come with their columns in the
 * list that names them, page by page, and every call may be throttled.
 */
import {
  type Connector,
  defineConnector,
  type Found,
  type ListItem,
  type Manifest,
  type MetadataNode,
  type Path,
  type Session,
  z,
} from "@headwater/core/connector";
import { columnsOf, type GlueTable } from "./table.ts";
import { databaseFacts, schemaFacts, tableFacts } from "./facts.ts";
import { connect, type GlueConfig } from "./session.ts";

const manifest: Manifest = {
  id: "glue",
  title: "AWS Glue",
  contract: 1,
  service: "database",
  types: { glue: "Glue" },
  capabilities: {
    // The service is greeted by one request, and its databases are listed by another; then one for each database.
    metadata: { queries: { perGroup: 1, perListing: 1, perSlice: 0 } },
  },
  privileges: [
    {
      capability: "metadata",
      privilege: "glue:GetDatabases and glue:GetTables on the catalog",
      loses: "nothing can be read",
    },
  ],
  sdks: { "@aws-sdk/client-glue": "3.1169.0" },
  tested: ["moto 5.2.5 behind a proxy that pages and throttles"],
};

/** What is asked of Glue. Each answer is the objects as the API has them. */
export const REQUESTS = {
  catalog: { effect: "read", columns: { id: "text?" } },
  databases: { effect: "read", columns: { name: "text", rows: "json" } },
  tables: { effect: "read", columns: { name: "text", rows: "json" } },
} as const;

/** The requests with their exact columns. */
export type Requests = typeof REQUESTS;

/** Glue has one catalog per account: a level of its own that no call lists. */
const database: MetadataNode<Requests, "database"> = {
  kinds: ["Database"],
  async *list(_session, [parent = []]) {
    yield { parent, name: "AwsDataCatalog", kind: "Database", seed: null };
    yield { listed: parent, seen: "complete" };
  },
  facts: databaseFacts,
};

const databaseSchema: MetadataNode<Requests, "databaseSchema"> = {
  kinds: ["Schema"],
  async *list(session, [parent = []]) {
    for await (const page of session.pages("databases"))
      for (const { name, rows } of page) yield { parent, name, kind: "Schema", seed: rows };
    // Lake Formation leaves out what the principal may not see, and says nothing about it.
    yield { listed: parent, seen: "granted" };
  },
  facts: schemaFacts,
};

const table: MetadataNode<Requests, "table"> = {
  kinds: ["Regular", "External", "View", "Iceberg", "Partitioned"],
  // There is no list of the tables of several databases.
  listAtOnce: 1,
  async *list(session, [parent = []]): AsyncIterable<ListItem> {
    for await (const page of session.pages("tables", { database: parent.at(-1) ?? "" }))
      for (const row of page) yield found(parent, row.name, row.rows as unknown as GlueTable);
    yield { listed: parent, seen: "granted" };
  },
  facts: tableFacts,
};

function found(parent: Path, name: string, rows: GlueTable): Found {
  const { Parameters: parameters = {}, ...facts } = rows;
  const rowCount = Number(parameters["recordCount"] ?? parameters["numRows"]);
  const sizeBytes = Number(parameters["sizeKey"] ?? parameters["totalSize"]);
  const columns = columnsOf(rows);
  const keys = columns.map((column) => column.Parameters?.["iceberg.field.id"]);
  const item: Found = { parent, name, kind: kindOf(rows), weight: columns.length };
  // Counts are measured anew by every crawler; they must not make a version.
  item.seed = { ...facts, iceberg: parameters["table_type"] === "ICEBERG" } as unknown as NonNullable<Found["seed"]>;
  if (keys.every((key) => key !== undefined)) item.columnKeys = keys;
  const seen = { ...(rowCount >= 0 ? { rowCount } : {}), ...(sizeBytes >= 0 ? { sizeBytes } : {}) };
  if (Object.keys(seen).length > 0) item.seen = seen;
  return item;
}

function kindOf({ TableType, Parameters, PartitionKeys }: GlueTable): string {
  if (TableType === "VIRTUAL_VIEW") return "View";
  if (Parameters?.["table_type"] === "ICEBERG") return "Iceberg";
  if ((PartitionKeys ?? []).length > 0) return "Partitioned";
  return TableType === "EXTERNAL_TABLE" ? "External" : "Regular";
}

/** The connector for AWS Glue. */
export const glue: Connector<GlueConfig, Requests> = defineConnector({
  manifest,
  config: z.strictObject({ endpoint: z.string().optional(), region: z.string(), pageSize: z.number().default(100) }),
  requests: REQUESTS,
  stateless: true,
  connect,
  hello: async (session: Session<Requests>) => {
    const [row] = await session.all("catalog");
    return {
      identity: row?.id == null ? null : `catalog ${row.id}`,
      version: "Glue",
      // No call tells the time.
      now: null,
      names: { unquoted: "lower", caseSensitive: true },
    };
  },
  check: [],
  metadata: { database, databaseSchema, table },
});
