import type { Dialect } from "../dialect.ts";
import { defineDialect } from "./define.ts";
import { DATE_PART_LAST } from "./words.ts";

/** GoogleSQL of BigQuery (https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax). */
export const bigquery: Dialect = defineDialect("bigquery", {
  lexical: {
    doubleQuoteIsString: true,
    backslashEscapes: true,
    hashComments: true,
    tripleQuotes: true,
    atVariables: true,
  },
  names: { unquoted: "any", quoted: "any", dotsInsideQuotes: true, dashes: true },
  features: {
    structFields: true,
    renameKeepsSchema: true,
    implicitUnnest: true,
    correlatedFrom: true,
    unnestAliasIsColumn: true,
    pivotNames: "aggregate first",
    lambdas: true,
  },
  words: {
    datePartArguments: DATE_PART_LAST,
    // What was added to a table, or changed in it.
    tableArguments: new Map([
      ["appends", 0],
      ["changes", 0],
    ]),
  },
});
