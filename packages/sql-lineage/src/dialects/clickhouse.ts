import type { Dialect } from "../dialect.ts";
import { defineDialect } from "./define.ts";
import { NOT_COLUMN_ALIAS, NOT_TABLE_ALIAS, wordSet } from "./words.ts";

/** ClickHouse (https://clickhouse.com/docs/sql-reference). */
export const clickhouse: Dialect = defineDialect("clickhouse", {
  lexical: { backslashEscapes: true, dollarQuotes: true },
  names: { unquoted: "exact", quoted: "exact" },
  features: {
    lambdas: true,
    lateralAliases: true,
    // prefer_column_name_to_alias is off.
    aliasesBeforeColumns: true,
    aliasesInsideExpressions: true,
    structFields: true,
    ternary: true,
    parametricCalls: true,
    scalarWith: true,
    recursiveKeyword: true,
    queryTailSettings: true,
    materializedViewTo: true,
    createAsTable: true,
    alterUpdates: true,
    tablesAsSets: true,
    braceParameters: true,
    semiJoinsShowBoth: true,
  },
  words: {
    notColumnAlias: wordSet("ARRAY", NOT_COLUMN_ALIAS, "ARRAY"),
    notTableAlias: wordSet("ARRAY PREWHERE FINAL SAMPLE", NOT_TABLE_ALIAS, "ARRAY SAMPLE"),
    tableFunctions: new Map([
      ["numbers", ["number"]],
      ["numbers_mt", ["number"]],
      ["zeros", ["zero"]],
    ]),
    fileFunctions: new Map([
      ["s3", 0],
      ["s3cluster", 1],
      ["gcs", 0],
      ["url", 0],
      ["urlcluster", 1],
      ["file", 0],
      ["filecluster", 1],
      ["hdfs", 0],
      ["hdfscluster", 1],
      ["iceberg", 0],
      ["icebergs3", 0],
      ["deltalake", 0],
      ["hudi", 0],
    ]),
    tableArguments: new Map([
      ["remote", 1],
      ["remotesecure", 1],
      ["cluster", 1],
      ["clusterallreplicas", 1],
      ["loop", 0],
      ["dictionary", 0],
    ]),
    lookups: wordSet("dictget dictgetordefault dictgetornull dictgetall joinget joingetornull"),
  },
});
