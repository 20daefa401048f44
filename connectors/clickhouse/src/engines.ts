/** What ClickHouse's engines are in the catalog's words. Source: ClickHouse's manual, "Table engines" and "Database engines". */
import type { TableType } from "@headwater/core/connector";
import { splitList, takeCall } from "./scan.ts";

/** Databases whose tables are another system's: looking at them makes the server ask there. */
const EXTERNAL_DATABASES =
  /^(?:MySQL|PostgreSQL|SQLite|DataLakeCatalog|Iceberg|Hive|MongoDB|S3|HDFS|Filesystem|YTsaurus)$/;

/** Whether a database's tables are another system's. */
export const isExternalDatabase = (engine: string): boolean => EXTERNAL_DATABASES.test(engine);

const VIEWS: Readonly<Record<string, TableType>> = {
  View: "View",
  LiveView: "View",
  WindowView: "View",
  MaterializedView: "MaterializedView",
};
const STREAMS = /^(?:Kafka|RabbitMQ|NATS|S3Queue|AzureQueue|FileLog)$/;
const EXTERNAL =
  /^(?:S3|GCS|OSS|COSN|HDFS|URL|File|Azure|AzureBlobStorage|MySQL|PostgreSQL|MongoDB|Redis|SQLite|JDBC|ODBC|Hive|Hudi|DeltaLake\w*|Paimon\w*|ExternalDistributed|ArrowFlight|YTsaurus|MaterializedPostgreSQL)$/;

/** The catalog's kind of a table, from its engine. */
export function tableKind(engine: string, partitioned: boolean): TableType {
  const view = Object.hasOwn(VIEWS, engine) ? VIEWS[engine] : undefined;
  if (view !== undefined) return view;
  if (STREAMS.test(engine)) return "Stream";
  if (engine.startsWith("Iceberg")) return "Iceberg";
  if (EXTERNAL.test(engine)) return "External";
  return partitioned ? "Partitioned" : "Regular";
}

const VIRTUAL = /^(?:Distributed|Merge|Buffer|Null|Alias|View|LiveView|WindowView|Dictionary|Generate\w+)$/;

/** Whether a table shows rows that are elsewhere, or none: its own counts say nothing. */
export const isVirtual = (engine: string): boolean => VIRTUAL.test(engine);

/** Which arguments of an engine are secrets, from 0; newer servers hide them by themselves. */
const SECRETS: Readonly<Record<string, readonly number[]>> = {
  MySQL: [4],
  PostgreSQL: [4],
  MaterializedPostgreSQL: [4],
  ExternalDistributed: [5],
  MongoDB: [4],
  Redis: [2],
  S3: [1, 2],
  S3Queue: [1, 2],
  GCS: [1, 2],
  OSS: [1, 2],
  COSN: [1, 2],
  DeltaLake: [1, 2],
  Hudi: [1, 2],
  Iceberg: [1, 2],
  IcebergS3: [1, 2],
  Azure: [0, 4],
  AzureBlobStorage: [0, 4],
  AzureQueue: [0, 4],
};
/** What may stand where a secret could, and is none: a format's name. */
const NO_SECRET =
  /^'(?:\[HIDDEN\]|NOSIGN|auto|CSV\w*|TSV\w*|TabSeparated\w*|JSON\w*|Parquet|ORC|Avro|Native|RowBinary\w*|Arrow\w*|none|gzip|gz|zstd|br|xz|lz4|bz2)'$/;

/** An engine and its arguments, without the credentials among them. */
export function engineCall(engineFull: string): { engine: string; args: string[] } {
  const { name, inside } = takeCall(engineFull);
  const args = inside === null ? [] : splitList(inside);
  for (const at of SECRETS[name] ?? [])
    if (args[at]?.startsWith("'") && !NO_SECRET.test(args[at])) args[at] = "'[HIDDEN]'";
  return { engine: name, args };
}

/** A statement without the credentials among the arguments of its engine. */
export function withoutEngineSecrets(statement: string, engineFull: string): string {
  const { engine, args } = engineCall(engineFull);
  if (SECRETS[engine] === undefined) return statement;
  const at = statement.indexOf(`ENGINE = ${engine}(`);
  if (at < 0) return statement;
  const call = statement.slice(at + "ENGINE = ".length);
  const { inside, rest } = takeCall(call);
  if (inside === null) return statement;
  return `${statement.slice(0, at)}ENGINE = ${engine}(${args.join(", ")})${rest === "" ? "" : `\n${rest}`}`;
}
