/** A ClickHouse server to test the connector against: what is made for one rule is gone before the next. */
import { randomBytes } from "node:crypto";
import { CLICKHOUSE_PASSWORD, type ClickHouseServer } from "@headwater/test-servers";
import type { Fixture, Seed, SeededSource, SeedObject } from "@headwater/testkit";
import { qualified } from "../src/escape.ts";

const createTable = (database: string, { name, columns }: SeedObject): string => {
  const list = columns.map((column) => `${qualified(column.name)} ${column.type ?? "String"}`);
  return `CREATE TABLE ${qualified(database, name)} (${list.join(", ")}) ENGINE = Memory`;
};

/** A fixture on a server that nobody else uses. */
export function clickHouseFixture(server: ClickHouseServer): Fixture {
  return {
    source: "the engine of ClickHouse 26.7",
    secret: CLICKHOUSE_PASSWORD,
    // The engine answers one query at a time, and takes its time for each.
    ...(process.env["HEADWATER_SOAK"] === "1" ? { many: 500 } : { faultSteps: 2 }),
    types: {
      Int8: "TINYINT",
      Int16: "SMALLINT",
      Int32: "INT",
      Int64: "BIGINT",
      Float32: "FLOAT",
      Float64: "DOUBLE",
      "Decimal(10, 2)": "DECIMAL",
      String: "STRING",
      UUID: "UUID",
      Date: "DATE",
      DateTime: "TIMESTAMPZ",
      Bool: "BOOLEAN",
      "Array(String)": "ARRAY",
      "Map(String, Int32)": "MAP",
      "Nullable(Int32)": "INT",
    },
    withWrongSecret: (connection) => ({ ...connection, password: "guessed" }),
    seed: (wanted) => seed(server, wanted),
  };
}

async function seed(server: ClickHouseServer, wanted: Seed): Promise<SeededSource> {
  // Several sources live on one server: the scopes of each have names of their own.
  const mine = randomBytes(4).toString("hex");
  const database = (scope: string): string => `${scope}_${mine}`;
  for (const { scope, objects } of wanted) {
    await server.sql(`CREATE DATABASE ${qualified(database(scope))}`);
    for (const object of objects) await server.sql(createTable(database(scope), object));
  }
  const connection = {
    type: "Clickhouse",
    username: "reader",
    password: CLICKHOUSE_PASSWORD,
    hostPort: `${server.host}:${server.port}`,
  };
  return {
    connection,
    path: (scope) => ["default", database(scope)],
    async stop() {
      await server.control({ grants: null, faults: [] });
      for (const { scope } of wanted) await server.sql(`DROP DATABASE ${qualified(database(scope))}`);
    },
    async change(change) {
      const name = change.do === "add" ? change.object.name : change.name;
      const table = qualified(database(change.scope), name);
      if (change.do === "add") await server.sql(createTable(database(change.scope), change.object));
      else if (change.do === "drop") await server.sql(`DROP TABLE ${table}`);
      else await server.sql(`ALTER TABLE ${table} ADD COLUMN ${qualified(change.column.name)} String`);
    },
    contents: async () =>
      JSON.stringify(
        await server.sql("SELECT database, name, create_table_query FROM system.tables ORDER BY database, name"),
      ),
    async hide(scope, hidden) {
      const others = wanted.flatMap((one) => one.objects.map(({ name }) => ({ scope: one.scope, name })));
      const grants = others
        .filter((one) => one.scope !== scope || one.name !== hidden)
        .map((one) => `GRANT SELECT ON ${qualified(database(one.scope), one.name)}`);
      await server.control({ grants });
      return connection;
    },
    async stall() {
      await server.control({ faults: [{ query: "", does: { hang: true } }] });
      return () => void server.control({ faults: [] });
    },
  };
}
