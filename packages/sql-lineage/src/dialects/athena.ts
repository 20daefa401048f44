import type { Dialect } from "../dialect.ts";
import { defineDialect, extendDialect } from "./define.ts";

/** Trino (https://trino.io/docs/current/language.html). */
export const trino: Dialect = defineDialect("trino", {
  names: { unquoted: "any", quoted: "any" },
  features: { lambdas: true, structFields: true, renameKeepsSchema: true },
  words: { datePartArguments: new Map() },
});

/** Amazon Athena (https://docs.aws.amazon.com/athena/latest/ug/ddl-sql-reference.html): Trino's queries, Hive's DDL. */
export const athena: Dialect = extendDialect(trino, "athena", {
  lexical: { digitNames: true },
});
