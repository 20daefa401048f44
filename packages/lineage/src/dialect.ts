import type { DialectName } from "@headwater/sql-lineage";

/** Every dialect there is. Written down here, because the engine that knows them is only loaded where SQL is read. */
const DIALECTS: Readonly<Record<DialectName, true>> = {
  ansi: true,
  athena: true,
  bigquery: true,
  clickhouse: true,
  databricks: true,
  hive: true,
  mysql: true,
  oracle: true,
  postgres: true,
  redshift: true,
  snowflake: true,
  spark: true,
  trino: true,
  tsql: true,
};

/** The dialect of the SQL of a connector, by the word in its manifest; the lenient one where it says none or one nobody knows. */
export function dialectNamed(name: string | undefined): DialectName {
  return name !== undefined && Object.hasOwn(DIALECTS, name) ? (name as DialectName) : "ansi";
}

/** The dialects of kinds of services that are not called like one. Keys are OpenMetadata's service types in lower case. */
const BY_SERVICE: ReadonlyMap<string, DialectName> = new Map([
  ["mariadb", "mysql"],
  ["singlestore", "mysql"],
  ["greenplum", "postgres"],
  ["cockroach", "postgres"],
  ["timescale", "postgres"],
  ["mssql", "tsql"],
  ["azuresql", "tsql"],
  ["synapse", "tsql"],
  ["unitycatalog", "databricks"],
  ["hive", "databricks"],
  ["impala", "databricks"],
  ["sparksql", "databricks"],
  ["trino", "athena"],
  ["presto", "athena"],
]);

/** The dialect of a kind of service by OpenMetadata's name of it (`Mssql`); the lenient one for a kind nobody knows. */
export function dialectOfService(serviceType: string | null): DialectName {
  const name = serviceType?.toLowerCase() ?? "";
  return BY_SERVICE.get(name) ?? dialectNamed(name);
}
