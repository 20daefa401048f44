import type { Dialect } from "../dialect.ts";
import { defineDialect } from "./define.ts";
import { DATE_PARTS } from "./words.ts";

/** MySQL and MariaDB (https://dev.mysql.com/doc/refman/en/sql-statements.html). */
export const mysql: Dialect = defineDialect("mysql", {
  lexical: {
    doubleQuoteIsString: true,
    backslashEscapes: true,
    hashComments: true,
    versionComments: true,
    atVariables: true,
    digitNames: true,
    delimiterCommand: true,
  },
  names: { unquoted: "any", quoted: "any", temporaryWithoutSchema: false },
  features: {
    createAsAddsColumns: true,
    stringAliases: true,
    conflictingNames: "variable",
    stringNames: false,
    jsonArrows: true,
    recursiveKeyword: true,
  },
  words: {
    dateParts: DATE_PARTS,
    datePartArguments: new Map([
      ["timestampadd", [0]],
      ["timestampdiff", [0]],
    ]),
  },
});
