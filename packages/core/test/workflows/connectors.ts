/** Connectors that are only described: what reading a workflow needs of one. None of them can connect. */
import type { Connector } from "../../src/connector/connector.ts";
import type { Manifest } from "../../src/connector/manifest.ts";
import { secret } from "../../src/connector/secret.ts";
import { z } from "../../src/connector/index.ts";
import { HeadwaterError } from "../../src/errors.ts";
import type { UsableConnector, WorkflowContext } from "../../src/workflows/index.ts";

function describe(
  id: string,
  service: Manifest["service"],
  types: Manifest["types"],
  config: z.ZodType,
  more: Partial<Manifest> & Pick<Connector, "fromUrl"> = {},
): Connector {
  const { fromUrl, ...manifest } = more;
  return {
    manifest: {
      id,
      title: id,
      contract: 1,
      service,
      types,
      capabilities: { metadata: {} },
      privileges: [],
      sdks: {},
      tested: [],
      ...manifest,
    },
    config,
    ...(fromUrl === undefined ? {} : { fromUrl }),
    requests: {},
    connect: () => Promise.reject(new Error(`${id} is only described`)),
    hello: () => Promise.reject(new Error(`${id} is only described`)),
    check: [],
  };
}

const anything = z.record(z.string(), z.json());

export const postgres: Connector = describe(
  "postgres",
  "database",
  { postgres: "Postgres", greenplum: "Greenplum" },
  z.strictObject({
    hostPort: z.string(),
    username: z.string(),
    password: secret().optional(),
    authType: z
      .union([
        z.strictObject({ password: secret() }),
        z.strictObject({
          awsConfig: z.strictObject({ awsRegion: z.string(), awsSecretAccessKey: secret().optional() }),
        }),
      ])
      .optional(),
    database: z.string().optional(),
    ingestAllDatabases: z.boolean().default(false),
    sslMode: z.enum(["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]).default("prefer"),
    sslConfig: z.strictObject({ caCertificate: z.string().optional(), sslKey: secret().optional() }).optional(),
    statementTimeout: z.number().int().optional(),
    hosts: z.array(z.string()).optional(),
    connectionOptions: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  }),
  {
    urlSchemes: ["postgres", "postgresql"],
    ignoredConfig: ["classificationName", "connectionArguments", "sslConfig.caCertificate"],
    fromUrl: (url) => ({
      hostPort: `${url.hostname}:${url.port === "" ? "5432" : url.port}`,
      username: decodeURIComponent(url.username),
      ...(url.password === "" ? {} : { password: decodeURIComponent(url.password) }),
      database: decodeURIComponent(url.pathname.slice(1)),
    }),
  },
);

/** One connector for each of the other sources that examples name; their connections are not looked at here. */
const others = [
  ["athena", "Athena"],
  ["bigquery", "BigQuery"],
  ["clickhouse", "Clickhouse"],
  ["databricks", "Databricks"],
  ["mariadb", "MariaDB"],
  ["mssql", "Mssql"],
  ["snowflake", "Snowflake"],
  ["unitycatalog", "UnityCatalog"],
].map(([type, name]) => describe(type as string, "database", { [type as string]: name as string }, anything));

/** What reads logs and nothing else. */
const queryLog: Connector = describe("query-log", "database", { "query-log": "CustomDatabase" }, anything, {
  capabilities: { lineage: {}, usage: {} },
});

export const kafka: Connector = describe(
  "kafka",
  "messaging",
  { kafka: "Kafka" },
  z.strictObject({ bootstrapServers: z.string() }),
);
export const superset: Connector = describe(
  "superset",
  "dashboard",
  { superset: "Superset" },
  z.strictObject({ hostPort: z.string() }),
);
export const airflow: Connector = describe(
  "airflow",
  "pipeline",
  { airflow: "Airflow" },
  z.strictObject({ hostPort: z.string() }),
);

const all = [postgres, kafka, superset, airflow, queryLog, ...others];

/** The connector of a type, as the loader finds it. */
export function connectorFor(type: string): UsableConnector {
  const connector = all.find(({ manifest }) => Object.hasOwn(manifest.types, type));
  if (connector === undefined)
    throw new HeadwaterError("usage", `No installed connector serves the type "${type}".`, { hint: "Install one." });
  return { connector, version: "1.2.3" };
}

/** A world with these environment variables and files. */
export function contextOf(env: Record<string, string> = {}, files: Record<string, string> = {}): WorkflowContext {
  return {
    env,
    readFile: (path) => {
      const text = files[path];
      if (text === undefined) throw new Error(`ENOENT: no such file or directory, open '${path}'`);
      return text;
    },
    connectorFor,
  };
}
