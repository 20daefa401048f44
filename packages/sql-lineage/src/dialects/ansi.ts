import type { Dialect } from "../dialect.ts";
import { defineDialect } from "./define.ts";
import { CONSTANTS, wordSet } from "./words.ts";

/**
 * For SQL of no dialect, or of one we have no table for: the standard, and of what others add everything that does not turn
 * standard SQL into something else.
 */
export const ansi: Dialect = defineDialect("ansi", {
  lexical: {
    dollarQuotes: true,
    nestedComments: true,
    hashNames: true,
    extraNameCharacters: "#",
    bracketNames: "where no list can stand",
  },
  names: { unquoted: "any", quoted: "any", temporaryPrefixes: ["#"] },
  features: {
    lambdas: true,
    jsonArrows: true,
    structFields: true,
    selectIntoCreatesTable: "outside procedures",
    stringAliases: true,
    recursiveKeyword: false,
    unnestAliasIsColumn: true,
    fileTables: true,
    aliasByColon: true,
    top: true,
  },
  words: {
    constants: wordSet("USER", CONSTANTS),
    // DuckDB's (https://duckdb.org/docs/stable/data/overview).
    fileFunctions: new Map(
      `read_csv read_csv_auto read_parquet parquet_scan read_json read_json_auto read_ndjson read_ndjson_auto read_json_objects
      read_text read_blob delta_scan iceberg_scan`
        .split(/\s+/)
        .map((name) => [name, 0]),
    ),
  },
});
