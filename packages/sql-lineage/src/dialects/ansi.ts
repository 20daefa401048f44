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
    conflictingNames: "variable",
    labeledDurations: true,
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
  words: { constants: wordSet("USER", CONSTANTS) },
});
