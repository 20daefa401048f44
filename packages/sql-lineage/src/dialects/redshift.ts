import type { Dialect } from "../dialect.ts";
import { extendDialect } from "./define.ts";
import { postgres } from "./postgres.ts";
import { DATE_PART_FIRST, wordSet } from "./words.ts";

/** Amazon Redshift (https://docs.aws.amazon.com/redshift/latest/dg/c_SQL_commands.html). */
export const redshift: Dialect = extendDialect(postgres, "redshift", {
  lexical: { hashNames: true, nestedComments: true, backslashEscapes: true },
  // Quoted names are folded too, unless enable_case_sensitive_identifier is on.
  names: { unquoted: "lower", quoted: "lower", temporaryPrefixes: ["#"] },
  features: {
    lateralAliases: true,
    implicitUnnest: true,
    pivotNames: "both if several",
    top: true,
    convertTypeFirst: true,
  },
  words: {
    constants: wordSet("SYSDATE", postgres.words.constants),
    datePartArguments: DATE_PART_FIRST,
    tableFunctions: new Map(),
  },
});
