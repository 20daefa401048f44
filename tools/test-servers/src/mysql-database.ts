import { randomBytes } from "node:crypto";
import { createConnection, type Connection, type ConnectionOptions, type RowDataPacket } from "mysql2/promise";
import type { MysqlAddress } from "./mysql.ts";

/** The password of `root` of every server that is started here. */
export const MYSQL_PASSWORD = "headwater-test";

/** The URL of a schema of a server on this machine, as `root` or as an account with its password. */
export function mysqlUrl(
  port: number,
  schema = "",
  account: { user: string; password: string } = { user: "root", password: MYSQL_PASSWORD },
): string {
  const [user, password] = [account.user, account.password].map(encodeURIComponent);
  return `mysql://${user}:${password}@127.0.0.1:${port}/${encodeURIComponent(schema)}`;
}

/** A schema of its own on a shared server. */
export interface TestSchema {
  name: string;
  url: string;
  /** Runs one or more statements and returns the rows of the last. */
  sql<Row = Record<string, unknown>>(text: string): Promise<Row[]>;
  drop(): Promise<void>;
}

/** Creates a schema of its own for a test file, so that files do not disturb each other on one server. */
export async function createSchema(
  server: Pick<MysqlAddress, "port">,
  options: { name?: string; sql?: string } = {},
): Promise<TestSchema> {
  const name = options.name ?? `test_${randomBytes(6).toString("hex")}`;
  const quoted = `\`${name.replaceAll("`", "``")}\``;
  await runMysql(mysqlUrl(server.port), `CREATE DATABASE ${quoted}`);
  const url = mysqlUrl(server.port, name);
  if (options.sql !== undefined) await runMysql(url, options.sql);
  return {
    name,
    url,
    sql: (text) => runMysql(url, text),
    drop: async () => {
      await runMysql(mysqlUrl(server.port), `DROP DATABASE ${quoted}`);
    },
  };
}

/** A connection of one's own, with several statements in one text allowed. */
export async function mysqlConnection(target: string | ConnectionOptions): Promise<Connection> {
  return createConnection({
    ...(typeof target === "string" ? connectionOf(target) : target),
    multipleStatements: true,
    supportBigNumbers: true,
    dateStrings: true,
  });
}

/** Runs one or more statements on a connection of their own and returns the rows of the last. */
export async function runMysql<Row = Record<string, unknown>>(
  target: string | ConnectionOptions,
  text: string,
): Promise<Row[]> {
  const connection = await mysqlConnection(target);
  try {
    const [result] = await connection.query<RowDataPacket[]>(text);
    // Several statements give an array of results; one that is no query gives an object.
    const last = Array.isArray(result) && (Array.isArray(result[0]) || text.includes(";")) ? lastOf(result) : result;
    return (Array.isArray(last) ? last : []) as Row[];
  } finally {
    await connection.end();
  }
}

function lastOf(result: readonly unknown[]): unknown {
  const several = result.some((one) => Array.isArray(one) || isHeader(one));
  return several ? result.at(-1) : result;
}

const isHeader = (one: unknown): boolean =>
  typeof one === "object" && one !== null && "affectedRows" in one && "serverStatus" in one;

/** A URL as the driver's settings. */
function connectionOf(url: string): ConnectionOptions {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    host: hostname,
    port: Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
  };
}
