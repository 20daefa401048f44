/** information_schema and account_usage as tables: what a role sees of the present, and what an account shows of the past. */
import type { AnswerCell } from "./answer.ts";
import type { SnowflakeSession } from "./session.ts";
import type { Snapshot, SnowflakeDatabase, SnowflakeSchema, SnowflakeTable } from "./state.ts";

/** A view a query can read. */
export interface View {
  database: string;
  schema: "INFORMATION_SCHEMA" | "ACCOUNT_USAGE";
  name: string;
  /** Names with their types, which are DuckDB's. */
  columns: Readonly<Record<string, "VARCHAR" | "BIGINT" | "TIMESTAMPTZ">>;
  /** Times are Unix milliseconds. */
  rows: AnswerCell[][];
}

/** How far account_usage is behind, in minutes. Source: docs.snowflake.com, "Account Usage", data latency. */
export const LATENCY_MINUTES = { tables: 90, columns: 90, tags: 120, queries: 45 } as const;

const TABLE_COLUMNS = {
  TABLE_CATALOG: "VARCHAR",
  TABLE_SCHEMA: "VARCHAR",
  TABLE_NAME: "VARCHAR",
  TABLE_OWNER: "VARCHAR",
  TABLE_TYPE: "VARCHAR",
  COMMENT: "VARCHAR",
  CREATED: "TIMESTAMPTZ",
  LAST_ALTERED: "TIMESTAMPTZ",
  LAST_DDL: "TIMESTAMPTZ",
} as const;

const COLUMN_COLUMNS = {
  TABLE_CATALOG: "VARCHAR",
  TABLE_SCHEMA: "VARCHAR",
  TABLE_NAME: "VARCHAR",
  COLUMN_NAME: "VARCHAR",
  ORDINAL_POSITION: "BIGINT",
  DATA_TYPE: "VARCHAR",
  CHARACTER_MAXIMUM_LENGTH: "BIGINT",
  NUMERIC_PRECISION: "BIGINT",
  NUMERIC_SCALE: "BIGINT",
  IS_NULLABLE: "VARCHAR",
  COMMENT: "VARCHAR",
} as const;

type Where = readonly [database: string, schema: string];

function tableRow([database, schema]: Where, table: SnowflakeTable): AnswerCell[] {
  const { name, owner, kind, comment, created, lastDdl } = table;
  return [database, schema, name, owner, kind === "TABLE" ? "BASE TABLE" : "VIEW", comment, created, lastDdl, lastDdl];
}

function columnRows([database, schema]: Where, { name, columns }: SnowflakeTable): AnswerCell[][] {
  return columns.map((column, at) => {
    const [, type = "", first, second] = /^(\w+)(?:\((\d+)(?:,(\d+))?\))?$/.exec(column.type) ?? [];
    const isText = ["VARCHAR", "TEXT", "STRING", "CHAR"].includes(type);
    const isNumber = ["NUMBER", "DECIMAL", "NUMERIC", "INT", "INTEGER", "BIGINT"].includes(type);
    return [
      database,
      schema,
      name,
      column.name,
      at + 1,
      isText ? "TEXT" : isNumber ? "NUMBER" : type,
      isText ? Number(first ?? 16_777_216) : null,
      isNumber ? Number(first ?? 38) : null,
      isNumber ? Number(second ?? 0) : null,
      column.nullable ? "YES" : "NO",
      column.comment,
    ];
  });
}

function informationSchema(session: SnowflakeSession, database: SnowflakeDatabase): View[] {
  const schemas = session.schemas(database);
  const tables = schemas.flatMap((schema: SnowflakeSchema) =>
    session.tables(database, schema).map((table) => ({ where: [database.name, schema.name] as Where, table })),
  );
  const view = (name: string, columns: View["columns"], rows: AnswerCell[][]): View => ({
    database: database.name,
    schema: "INFORMATION_SCHEMA",
    name,
    columns,
    rows,
  });
  return [
    view(
      "SCHEMATA",
      {
        CATALOG_NAME: "VARCHAR",
        SCHEMA_NAME: "VARCHAR",
        SCHEMA_OWNER: "VARCHAR",
        COMMENT: "VARCHAR",
        CREATED: "TIMESTAMPTZ",
      },
      schemas.map(({ name, owner, comment, created }) => [database.name, name, owner, comment, created]),
    ),
    view(
      "TABLES",
      TABLE_COLUMNS,
      tables.map(({ where, table }) => tableRow(where, table)),
    ),
    view(
      "COLUMNS",
      COLUMN_COLUMNS,
      tables.flatMap(({ where, table }) => columnRows(where, table)),
    ),
    view(
      "VIEWS",
      { TABLE_CATALOG: "VARCHAR", TABLE_SCHEMA: "VARCHAR", TABLE_NAME: "VARCHAR", VIEW_DEFINITION: "VARCHAR" },
      tables
        .filter(({ table }) => table.kind === "VIEW")
        // Only the owner sees how a view is made.
        .map(({ where, table }) => [...where, table.name, table.owner === session.role ? table.text : null]),
    ),
  ];
}

function accountUsage({ account }: SnowflakeSession): View[] {
  const view = (name: string, columns: View["columns"], rows: AnswerCell[][]): View => ({
    database: "SNOWFLAKE",
    schema: "ACCOUNT_USAGE",
    name,
    columns,
    rows,
  });
  const tables = account.ago(LATENCY_MINUTES.tables);
  const tags = account.ago(LATENCY_MINUTES.tags);
  const seen = account.clock.now() - LATENCY_MINUTES.queries * 60_000;
  return [
    view(
      "TABLES",
      { ...TABLE_COLUMNS, DELETED: "TIMESTAMPTZ" },
      everyTable(tables).map(({ where, table, deleted }) => [...tableRow(where, table), deleted]),
    ),
    view(
      "COLUMNS",
      { ...COLUMN_COLUMNS, DELETED: "TIMESTAMPTZ" },
      everyTable(account.ago(LATENCY_MINUTES.columns)).flatMap(({ where, table, deleted }) =>
        columnRows(where, table).map((row) => [...row, deleted]),
      ),
    ),
    view(
      "TAG_REFERENCES",
      {
        TAG_DATABASE: "VARCHAR",
        TAG_SCHEMA: "VARCHAR",
        TAG_NAME: "VARCHAR",
        TAG_VALUE: "VARCHAR",
        DOMAIN: "VARCHAR",
        OBJECT_DATABASE: "VARCHAR",
        OBJECT_SCHEMA: "VARCHAR",
        OBJECT_NAME: "VARCHAR",
        COLUMN_NAME: "VARCHAR",
        OBJECT_DELETED: "TIMESTAMPTZ",
      },
      tags.tags.map(({ tag, value, domain, path, column }) => [
        ...(tag as [string, string, string]),
        value,
        domain,
        path.length > 1 ? (path[0] ?? null) : null,
        path.length > 2 ? (path[1] ?? null) : null,
        path.at(-1) ?? null,
        column,
        null,
      ]),
    ),
    view(
      "QUERY_HISTORY",
      {
        QUERY_ID: "VARCHAR",
        QUERY_TEXT: "VARCHAR",
        USER_NAME: "VARCHAR",
        ROLE_NAME: "VARCHAR",
        DATABASE_NAME: "VARCHAR",
        SCHEMA_NAME: "VARCHAR",
        QUERY_TAG: "VARCHAR",
        EXECUTION_STATUS: "VARCHAR",
        START_TIME: "TIMESTAMPTZ",
      },
      account.queries
        .filter(({ start }) => start <= seen)
        .map((query) => [
          query.id,
          query.text,
          query.user,
          query.role,
          query.database,
          query.schema,
          query.tag,
          query.failed ? "FAIL" : "SUCCESS",
          query.start,
        ]),
    ),
  ];
}

/** Live tables and those that are no more. */
function everyTable({
  databases,
  dropped,
}: Snapshot): { where: Where; table: SnowflakeTable; deleted: number | null }[] {
  const live = [...databases.values()].flatMap((database) =>
    [...database.schemas.values()].flatMap((schema) =>
      [...schema.tables.values()].map((table) => ({
        where: [database.name, schema.name] as Where,
        table,
        deleted: null,
      })),
    ),
  );
  const gone = dropped.map(({ path: [database = "", schema = ""], table, deleted }) => ({
    where: [database, schema] as Where,
    table,
    deleted,
  }));
  return [...live, ...gone];
}

/** Everything a session can query. */
export function viewsOf(session: SnowflakeSession): View[] {
  const views = session.databases().flatMap((database) => informationSchema(session, database));
  return session.account.readsAccountUsage(session.role) ? [...views, ...accountUsage(session)] : views;
}
