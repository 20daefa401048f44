import type { Dialect } from "../dialect.ts";
import { defineDialect, extendDialect } from "./define.ts";

const GENERATORS = new Map<string, readonly string[]>([
  ["explode", ["col"]],
  ["explode_outer", ["col"]],
  ["posexplode", ["pos", "col"]],
  ["posexplode_outer", ["pos", "col"]],
  ["range", ["id"]],
]);

/** Apache Spark SQL (https://spark.apache.org/docs/latest/sql-ref.html). */
export const spark: Dialect = defineDialect("spark", {
  lexical: { doubleQuoteIsString: true, backslashEscapes: true, tripleQuotes: true, digitNames: true },
  names: { unquoted: "any", quoted: "any" },
  features: {
    lambdas: true,
    lateralAliases: true,
    structFields: true,
    renameKeepsSchema: true,
    scriptTransform: true,
    stringNames: true,
    stringAliases: true,
    pivotNames: "both if several",
    pathFormats: ["parquet", "json", "csv", "orc", "text", "delta", "avro", "binaryfile", "xml", "iceberg"],
    recursiveKeyword: true,
    valuesColumn: "col",
  },
  words: { tableFunctions: GENERATORS },
});

/** Databricks SQL (https://docs.databricks.com/en/sql/language-manual/index.html). */
export const databricks: Dialect = extendDialect(spark, "databricks", {
  lexical: { dollarQuotes: true, colonPaths: true, notebookSeparator: true },
  words: {
    tableArguments: new Map([["table_changes", 0]]),
    tableFunctions: new Map([
      ...GENERATORS,
      ["variant_explode", ["pos", "key", "value"]],
      ["variant_explode_outer", ["pos", "key", "value"]],
    ]),
  },
});

/** Apache Hive (https://cwiki.apache.org/confluence/display/Hive/LanguageManual). */
export const hive: Dialect = extendDialect(spark, "hive", {
  lexical: { tripleQuotes: false },
  features: { pathFormats: [], lateralAliases: false },
});
