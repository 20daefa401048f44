/** Statements that touch no table: they say nothing of lineage or usage, and logs are full of them. */
const NO_QUERY =
  /^(?:\s|\/\*.*?\*\/)*(?:BEGIN\s*(?:WORK\s*)?;?\s*$|SET\b(?!.*\bSELECT\b)|SELECT\s+@@|SELECT\b(?!.*\bFROM\b).*@@|(?:SHOW|USE|COMMIT|ROLLBACK|START|SAVEPOINT|RELEASE|XA|KILL|FLUSH|PREPARE|EXECUTE|DEALLOCATE|EXPLAIN|DESCRIBE|DESC|HELP|GRANT|REVOKE|PURGE)\b)/is;

/** Whether a statement is none that reads or writes a table. What SQL prepares is logged once more as it is executed. */
export const isNoQuery = (text: string): boolean => NO_QUERY.test(text);

/** The server's own schemas: monitoring reads them, ours among it. Who writes from them is worth knowing all the same. */
const OF_THE_SERVER =
  /^(?!.*\b(?:insert|update|replace|create|delete|load)\b).*\b(?:information_schema|performance_schema|sys|mysql)`?\s*\.\s*`?\w/is;

/** Whether a statement reads what the server says of itself, and nothing else is certain to be in it. */
export const isAboutServer = (text: string): boolean => OF_THE_SERVER.test(text);
