import type { Dialect } from "../dialect.ts";
import { defineDialect } from "./define.ts";
import { CONSTANTS, DATE_PARTS, wordSet } from "./words.ts";

/** PostgreSQL (https://www.postgresql.org/docs/current/sql.html). */
export const postgres: Dialect = defineDialect("postgres", {
  lexical: { nestedComments: true, dollarQuotes: true, customOperators: true, clientCommands: true },
  names: { unquoted: "lower", quoted: "exact" },
  features: {
    jsonArrows: true,
    selectIntoCreatesTable: "outside procedures",
    emptySelectList: true,
    renameKeepsSchema: true,
    declareStartsBlock: true,
    executeRunsText: true,
    // It is an error where a column has the name too.
    conflictingNames: "variable",
  },
  words: {
    constants: wordSet(
      "USER SQLERRM SQLSTATE TG_OP TG_NAME TG_WHEN TG_LEVEL TG_RELID TG_RELNAME TG_TABLE_NAME TG_TABLE_SCHEMA TG_NARGS TG_ARGV",
      CONSTANTS,
    ),
    dateParts: DATE_PARTS,
    // Units are strings here.
    datePartArguments: new Map(),
    tableFunctions: new Map([
      ["json_each", ["key", "value"]],
      ["jsonb_each", ["key", "value"]],
      ["json_each_text", ["key", "value"]],
      ["jsonb_each_text", ["key", "value"]],
      ["json_array_elements", ["value"]],
      ["jsonb_array_elements", ["value"]],
      ["json_array_elements_text", ["value"]],
      ["jsonb_array_elements_text", ["value"]],
    ]),
  },
});
