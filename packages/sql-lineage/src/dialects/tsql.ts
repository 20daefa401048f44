import type { Dialect } from "../dialect.ts";
import { defineDialect } from "./define.ts";
import { CONSTANTS, NOT_COLUMN_ALIAS, NOT_TABLE_ALIAS, wordSet } from "./words.ts";

/** Transact-SQL (https://learn.microsoft.com/en-us/sql/t-sql/language-reference). */
export const tsql: Dialect = defineDialect("tsql", {
  lexical: {
    bracketNames: true,
    nestedComments: true,
    atVariables: true,
    hashNames: true,
    moneyLiterals: true,
    extraNameCharacters: "#@",
    goSeparator: true,
  },
  names: {
    unquoted: "any",
    quoted: "any",
    triggerTables: ["inserted", "deleted"],
    temporaryPrefixes: ["#", "tempdb..#"],
  },
  features: {
    statementsWithoutSemicolon: true,
    aliasByAssignment: true,
    stringAliases: true,
    selectIntoCreatesTable: "always",
    recursiveKeyword: false,
    parenthesisedHints: true,
    graphPatterns: true,
    executeCalls: true,
    methodCalls: true,
    convertTypeFirst: true,
    top: true,
    useSets: "catalog",
    renameKeepsSchema: true,
  },
  words: {
    constants: wordSet("USER $ACTION", CONSTANTS),
    notColumnAlias: wordSet(
      "OPTION OUTPUT EXEC EXECUTE UNPIVOT PIVOT",
      NOT_COLUMN_ALIAS,
      "LIMIT MINUS QUALIFY WINDOW LATERAL PREWHERE RETURNING CONNECT",
    ),
    notTableAlias: wordSet(
      "OPTION EXEC EXECUTE",
      NOT_TABLE_ALIAS,
      "LIMIT MINUS QUALIFY LATERAL PREWHERE RETURNING CONNECT",
    ),
    tableFunctions: new Map([
      ["openjson", ["key", "value", "type"]],
      ["string_split", ["value", "ordinal"]],
      ["generate_series", ["value"]],
    ]),
  },
});
