/** SELECT over the views of a session, with DuckDB as its engine. */
import { UnknownStatement } from "../statements.ts";
import type { Answer, AnswerCell, AnswerColumn } from "./answer.ts";
import { notThere } from "./error.ts";
import type { SnowflakeSession } from "./session.ts";
import { type View, viewsOf } from "./views.ts";

/** As much of the package `@duckdb/node-api` as is used. */
export interface DuckDb {
  DuckDBInstance: { create(path: string): Promise<DuckDbInstance> };
}
interface DuckDbInstance {
  connect(): Promise<DuckDbConnection>;
  closeSync(): void;
}
interface DuckDbConnection {
  run(sql: string, values?: (string | number | null)[]): Promise<unknown>;
  runAndReadAll(sql: string, values?: (string | number | null)[]): Promise<DuckDbResult>;
  closeSync(): void;
}
interface DuckDbResult {
  columnNames(): string[];
  columnTypes(): { toString(): string }[];
  getRowsJson(): (string | number | boolean | null)[][];
}

/** Runs a query over what a session sees. What DuckDB cannot run is refused as unknown, never answered somehow. */
export async function select(
  duckDb: DuckDb,
  session: SnowflakeSession,
  text: string,
  binds: readonly (string | null)[],
): Promise<Answer> {
  const instance = await duckDb.DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    for (const view of viewsOf(session)) await createView(connection, view);
    if (session.database !== null) await connection.run(`USE ${quoted(session.database)}`).catch(() => undefined);
    const result = await connection.runAndReadAll(translated(text, session), [...binds]);
    return answerOf(result, text);
  } catch (error) {
    const { message } = error as Error;
    const [, missing] =
      /(?:Table with name|Schema with name|Catalog) "?([^\s"!]+)"? does not exist/.exec(message) ?? [];
    if (missing !== undefined) throw notThere("Object", missing);
    throw new UnknownStatement("Snowflake", text, `Its engine, DuckDB, says: ${message}`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

// DuckDB has an information_schema of its own, which no table can be put into.
const schemaOf = (schema: string): string => (schema === "INFORMATION_SCHEMA" ? "_INFORMATION_SCHEMA" : schema);

async function createView(
  connection: DuckDbConnection,
  { database, schema, name, columns, rows }: View,
): Promise<void> {
  const place = `${quoted(database)}.${quoted(schemaOf(schema))}`;
  await connection.run(`ATTACH IF NOT EXISTS ':memory:' AS ${quoted(database)}`);
  await connection.run(`CREATE SCHEMA IF NOT EXISTS ${place}`);
  const types = Object.entries(columns);
  await connection.run(
    `CREATE TABLE ${place}.${quoted(name)} (${types.map(([n, type]) => `${quoted(n)} ${type}`).join(", ")})`,
  );
  const values = types.map(([, type], at) =>
    type === "TIMESTAMPTZ" ? `make_timestamptz(CAST($${at + 1} AS BIGINT) * 1000)` : `CAST($${at + 1} AS ${type})`,
  );
  for (const row of rows)
    await connection.run(
      `INSERT INTO ${place}.${quoted(name)} VALUES (${values.join(", ")})`,
      row.map((cell) => (cell === null ? null : String(cell))),
    );
}

/** The few words that differ between the two, outside of quotes. */
function translated(text: string, session: SnowflakeSession): string {
  const literal = (value: string | null): string => (value === null ? "NULL" : `'${value.replaceAll("'", "''")}'`);
  const now = `TIMESTAMPTZ '${new Date(session.account.clock.now()).toISOString()}'`;
  const words: Readonly<Record<string, string>> = {
    CURRENT_ROLE: literal(session.role),
    CURRENT_USER: literal(session.user),
    CURRENT_DATABASE: literal(session.database),
    CURRENT_SCHEMA: literal(session.schema),
    CURRENT_ACCOUNT: "'FAKE'",
    CURRENT_REGION: "'FAKE'",
    CURRENT_VERSION: "'9.0.0'",
    CURRENT_TIMESTAMP: now,
    SYSDATE: now,
  };
  return text.replaceAll(
    /'(?:[^']|'')*'|"INFORMATION_SCHEMA"|"(?:[^"]|"")*"|\bINFORMATION_SCHEMA\b|\bTO_TIMESTAMP_(?:LTZ|TZ)\s*\(([^()]*)\)|\b([A-Z_]+)\s*\(\s*\)/gi,
    (piece: string, time?: string, word?: string) => {
      if (/^"?INFORMATION_SCHEMA"?$/i.test(piece)) return "_INFORMATION_SCHEMA";
      if (time !== undefined) return `CAST(${time} AS TIMESTAMPTZ)`;
      return word === undefined ? piece : (words[word.toUpperCase()] ?? piece);
    },
  );
}

const TYPES: Readonly<Record<string, AnswerColumn["type"]>> = {
  BOOLEAN: "boolean",
  DOUBLE: "real",
  FLOAT: "real",
  "TIMESTAMP WITH TIME ZONE": "timestamp_ltz",
};

function typeOf(type: string): AnswerColumn["type"] {
  return TYPES[type] ?? (/INT$|^DECIMAL|^HUGEINT/.test(type) ? "fixed" : "text");
}

function answerOf(result: DuckDbResult, text: string): Answer {
  const columns = result.columnNames().map((name, at): AnswerColumn => ({
    // An alias in quotes stays as it is; all else is upper case.
    name: text.includes(quoted(name)) ? name : name.toUpperCase(),
    type: typeOf(String(result.columnTypes()[at])),
  }));
  const rows = result.getRowsJson().map((row) =>
    row.map((cell, at): AnswerCell => {
      if (cell === null || columns[at]?.type !== "timestamp_ltz") return cell;
      return Date.parse(
        String(cell)
          .replace(" ", "T")
          .replace(/([+-]\d\d)$/, "$1:00"),
      );
    }),
  );
  return { columns, rows };
}
