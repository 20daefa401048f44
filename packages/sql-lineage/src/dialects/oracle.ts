import type { Dialect } from "../dialect.ts";
import { defineDialect } from "./define.ts";
import { CONSTANTS, wordSet } from "./words.ts";

/** Oracle Database (https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/). */
export const oracle: Dialect = defineDialect("oracle", {
  lexical: { qQuotes: true, ampersandSubstitution: true, extraNameCharacters: "#", slashSeparator: true },
  names: { unquoted: "upper", quoted: "exact", temporaryWithoutSchema: false },
  features: {
    databaseLinks: true,
    executeCalls: true,
    intersectBindsTighter: false,
    recursiveKeyword: false,
    pivotKeepsQuotes: true,
    pivotNames: "always both",
    correlatedFrom: false,
    declareStartsBlock: true,
    renameKeepsSchema: true,
    // A column of the name would go first; who declares a variable gives it a name no column has.
    conflictingNames: "variable",
    indexedVariables: true,
    cursorAttributes: true,
  },
  words: {
    constants: wordSet("USER LEVEL ROWNUM UID SQLCODE SQLERRM CONNECT_BY_ISLEAF CONNECT_BY_ISCYCLE", CONSTANTS),
    // Units are only bare words in EXTRACT.
    datePartArguments: new Map(),
  },
});
