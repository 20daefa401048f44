/** A MySQL server to test the connector against: what is made for one rule is gone before the next. */
import { randomBytes } from "node:crypto";
import { type FaultProxy, MYSQL_PASSWORD, type MysqlAddress, mysqlUrl, runMysql } from "@headwater/test-servers";
import type { Fixture, Seed, SeededLog, SeededSource, SeedObject } from "@headwater/testkit";
import { identifier, qualified } from "../src/escape.ts";

/** Longer than any cancelling may take. */
const SILENCE_MS = 8_000;

const GUEST = "conformance_guest";

const createTable = (schema: string, { name, columns }: SeedObject): string => {
  const list = columns.map((column) => `${identifier(column.name)} ${column.type ?? "text"}`);
  return `CREATE TABLE ${qualified(schema, name)} (${list.join(", ")});`;
};

/** A fixture on a server that nobody else uses, through a proxy that can hold its answers back. */
export function mysqlFixture(source: string, server: MysqlAddress, proxy: FaultProxy): Fixture {
  return {
    source,
    secret: MYSQL_PASSWORD,
    ...(process.env["HEADWATER_SOAK"] === "1" ? { many: 1_000 } : { faultSteps: 2 }),
    // No name ends with a blank, and letters beyond the basic plane are no part of names; identifiers end at 64 characters.
    canHold: (name) => !name.endsWith(" ") && !/[\u{10000}-\u{10ffff}]/u.test(name),
    types: {
      tinyint: "TINYINT",
      smallint: "SMALLINT",
      int: "INT",
      bigint: "BIGINT",
      "decimal(10,2)": "DECIMAL",
      float: "FLOAT",
      double: "DOUBLE",
      "varchar(20)": "VARCHAR",
      "char(3)": "CHAR",
      text: "TEXT",
      date: "DATE",
      datetime: "DATETIME",
      timestamp: "TIMESTAMP",
      time: "TIME",
      year: "YEAR",
      json: "JSON",
      blob: "BLOB",
    },
    withWrongSecret: (connection) => ({ ...connection, authType: { password: "guessed" } }),
    seed: (wanted) => seed(server, proxy, wanted),
    log: () => log(server, proxy),
  };
}

/** Statements that the server logs to its table, and when it says they began. */
async function log(server: MysqlAddress, proxy: FaultProxy): Promise<SeededLog> {
  const run = (text: string): Promise<Record<string, unknown>[]> => runMysql(mysqlUrl(server.port), text);
  await run("SET GLOBAL log_output = 'TABLE'; SET GLOBAL general_log = ON");
  const texts = Array.from({ length: 8 }, (_, at) => `SELECT ${at} FROM mysql.user`);
  for (const text of texts) await run(text);
  // What asks for them is not to stand behind them.
  await run("SET GLOBAL general_log = OFF");
  const rows = await run(`SELECT CONVERT(argument USING utf8mb4) AS text, UNIX_TIMESTAMP(event_time) * 1000 AS at
    FROM mysql.general_log WHERE argument LIKE 'SELECT % FROM mysql.user'`);
  await run("SET GLOBAL general_log = ON");
  return {
    connection: connectionTo(proxy),
    queries: rows.map(({ text, at }) => ({ text: String(text), at: Math.floor(Number(at)) })),
    async stop() {
      await run("SET GLOBAL general_log = OFF; TRUNCATE TABLE mysql.general_log");
    },
  };
}

const connectionTo = (proxy: FaultProxy): Record<string, unknown> => ({
  type: "Mysql",
  username: "root",
  authType: { password: MYSQL_PASSWORD },
  hostPort: `127.0.0.1:${proxy.port}`,
});

async function seed(server: MysqlAddress, proxy: FaultProxy, wanted: Seed): Promise<SeededSource> {
  const mine = randomBytes(4).toString("hex");
  // Several sources live on one server: the scopes of each have names of their own.
  const schema = (scope: string): string => `${scope}_${mine}`;
  const run = (text: string): Promise<Record<string, unknown>[]> => runMysql(mysqlUrl(server.port), text);
  const statements = wanted.flatMap(({ scope, objects }) => [
    `CREATE DATABASE ${identifier(schema(scope))};`,
    ...objects.map((object) => createTable(schema(scope), object)),
  ]);
  await run(statements.join("\n"));
  const connection = connectionTo(proxy);
  return {
    connection,
    path: (scope) => ["default", schema(scope)],
    async stop() {
      await run(wanted.map(({ scope }) => `DROP DATABASE ${identifier(schema(scope))};`).join("\n"));
      await run(`DROP USER IF EXISTS ${GUEST}`);
    },
    async change(change) {
      const name = change.do === "add" ? change.object.name : change.name;
      const table = qualified(schema(change.scope), name);
      if (change.do === "add") await run(createTable(schema(change.scope), change.object));
      else if (change.do === "drop") await run(`DROP TABLE ${table}`);
      else await run(`ALTER TABLE ${table} ADD ${identifier(change.column.name)} ${change.column.type ?? "text"}`);
    },
    contents: async () =>
      JSON.stringify(
        await run("SELECT table_schema, table_name, create_time FROM information_schema.tables ORDER BY 1, 2"),
      ),
    async hide(scope, hidden) {
      const names = wanted.find((one) => one.scope === scope)?.objects.map(({ name }) => name) ?? [];
      await run(`CREATE USER ${GUEST} IDENTIFIED BY '${MYSQL_PASSWORD}'`);
      for (const name of names.filter((one) => one !== hidden))
        await run(`GRANT SELECT ON ${qualified(schema(scope), name)} TO ${GUEST}`);
      return { ...connection, username: GUEST };
    },
    async stall() {
      proxy.delay(SILENCE_MS);
      return () => proxy.delay(0);
    },
  };
}
