import type { Dialect } from "../dialect.ts";
import { defineDialect } from "./define.ts";
import { NOT_TABLE_ALIAS, wordSet } from "./words.ts";

/** Snowflake (https://docs.snowflake.com/en/sql-reference-commands). */
export const snowflake: Dialect = defineDialect("snowflake", {
  lexical: { backslashEscapes: true, slashComments: true, dollarQuotes: true, stages: true, colonPaths: true },
  names: { unquoted: "upper", quoted: "exact", temporaryWithoutSchema: false },
  features: {
    lambdas: true,
    lateralAliases: true,
    recursiveKeyword: false,
    pivotKeepsQuotes: true,
    positionalColumns: true,
    flowOperator: true,
    pivotNames: "both if several",
    useSets: "catalog",
    declareStartsBlock: true,
    top: true,
  },
  words: {
    notTableAlias: wordSet(
      "SAMPLE AT BEFORE CHANGES CONNECT ASOF MATCH_CONDITION",
      NOT_TABLE_ALIAS,
      "AT BEFORE CHANGES",
    ),
    tableArguments: new Map([
      ["semantic_view", 0],
      ["directory", 0],
    ]),
    tableFunctions: new Map([
      ["flatten", ["seq", "key", "path", "index", "value", "this"]],
      ["split_to_table", ["seq", "index", "value"]],
      ["strtok_split_to_table", ["seq", "index", "value"]],
    ]),
  },
});
