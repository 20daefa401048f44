import type { Dialect } from "../dialect.ts";
import { ansi } from "./ansi.ts";
import { athena, trino } from "./athena.ts";
import { bigquery } from "./bigquery.ts";
import { clickhouse } from "./clickhouse.ts";
import { databricks, hive, spark } from "./databricks.ts";
import { mysql } from "./mysql.ts";
import { oracle } from "./oracle.ts";
import { postgres } from "./postgres.ts";
import { redshift } from "./redshift.ts";
import { snowflake } from "./snowflake.ts";
import { tsql } from "./tsql.ts";

/** The name of a dialect. */
export type DialectName =
  | "ansi"
  | "athena"
  | "bigquery"
  | "clickhouse"
  | "databricks"
  | "hive"
  | "mysql"
  | "oracle"
  | "postgres"
  | "redshift"
  | "snowflake"
  | "spark"
  | "trino"
  | "tsql";

/** The dialects that are read, by name. */
export const dialects: Readonly<Record<DialectName, Dialect>> = {
  ansi,
  athena,
  bigquery,
  clickhouse,
  databricks,
  hive,
  mysql,
  oracle,
  postgres,
  redshift,
  snowflake,
  spark,
  trino,
  tsql,
};
