import { randomBytes } from "node:crypto";
import { Client, escapeIdentifier, type QueryResult, type QueryResultRow } from "pg";
import type { PostgresAddress } from "./postgres.ts";
import { connectionOf, postgresUrl } from "./url.ts";

/** A database of its own on a shared server. */
export interface TestDatabase {
  name: string;
  url: string;
  /** Runs one or more statements, without a transaction around them, and returns the rows of the last. */
  sql<Row extends QueryResultRow = QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Ends its connections and drops it. */
  drop(): Promise<void>;
}

/** Creates a database of its own for a test file, so that files do not disturb each other on one server. */
export async function createDatabase(
  server: Pick<PostgresAddress, "port">,
  options: { name?: string; sql?: string } = {},
): Promise<TestDatabase> {
  const name = options.name ?? `test_${randomBytes(6).toString("hex")}`;
  const quoted = escapeIdentifier(name);
  await runSql(postgresUrl(server.port), `CREATE DATABASE ${quoted}`);
  const url = postgresUrl(server.port, name);
  if (options.sql !== undefined) await runSql(url, options.sql);
  return {
    name,
    url,
    sql: (text, values) => runSql(url, text, values),
    drop: async () => {
      const admin = postgresUrl(server.port);
      await runSql(admin, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [name]);
      await runSql(admin, `DROP DATABASE ${quoted}`);
    },
  };
}

/** Runs one or more statements on a connection of their own and returns the rows of the last. */
export async function runSql<Row extends QueryResultRow = QueryResultRow>(
  url: string,
  text: string,
  values?: unknown[],
): Promise<Row[]> {
  const client = new Client(connectionOf(url));
  // A connection that breaks while nothing is being asked is an event; without a listener it would end the process.
  const errors: Error[] = [];
  client.on("error", (error) => errors.push(error));
  await client.connect();
  // Several statements in one text give an array of results, which the types of pg do not say.
  const result: unknown = await client.query<Row>(text, values).finally(() => client.end());
  if (errors[0] !== undefined) throw errors[0];
  const last = Array.isArray(result) ? (result.at(-1) as QueryResult<Row>) : (result as QueryResult<Row>);
  return last.rows;
}

/** Splits a script into its statements, minding quotes, dollar quotes and comments; for scripts with errors to ignore. */
export function splitStatements(script: string): string[] {
  const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\/|;/g;
  const statements: string[] = [];
  let start = 0;
  for (const token of script.matchAll(TOKEN))
    if (token[0] === ";") {
      statements.push(script.slice(start, token.index));
      start = token.index + 1;
    }
  statements.push(script.slice(start));
  const code = (text: string): string => text.replaceAll(/--[^\n]*|\/\*[\s\S]*?\*\//g, "").trim();
  return statements.filter((statement) => code(statement) !== "").map((statement) => statement.trim());
}
