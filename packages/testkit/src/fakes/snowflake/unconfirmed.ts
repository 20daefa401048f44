/** What the fake of Snowflake assumes, and nobody has seen on a live account yet: where it is wrong, tests prove too little. */
export const UNCONFIRMED: readonly string[] = [
  "The codes 390100 (sign-in refused), 390112 and 390114 (session expired), 002002, 002003 and 001003, and the words beside them.",
  "Column names and their order in SHOW; only those a reader of metadata uses are there.",
  "SHOW … LIMIT n FROM 'name' goes on behind the name, in byte order of the name.",
  "SHOW answers at most 10,000 rows, without saying that there are more.",
  "information_schema shows a table to a role with any right on it, and VIEW_DEFINITION to the owner only.",
  "account_usage is behind by 90 minutes (TABLES, COLUMNS), 120 (TAG_REFERENCES) and 45 (QUERY_HISTORY), exactly.",
  "A table that was dropped stands in account_usage.tables with DELETED, beside a live one of the same name.",
  "TAG_REFERENCES holds direct assignments only, views under the domain TABLE, and none of objects that were dropped.",
  "LAST_DDL moves with comments and columns, and not with tags.",
  "GET_DDL writes `create or replace TABLE`, with names in quotes where they need them.",
  "An unquoted name in information_schema queries is matched as DuckDB does: without regard to case.",
];
