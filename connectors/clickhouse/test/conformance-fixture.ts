/** ClickHouse servers to test the connector against: one for each source, because a user sees all of a server. */
import { type ClickHouseServer, startClickHouse } from "@headwater/test-servers";
import type { Fixture, Seed, SeededSource, SeedObject } from "@headwater/testkit";
import { identifier, qualified } from "../src/escape.ts";

/** Every kind the connector declares, once. */
const SHOWCASE = `CREATE DATABASE \`all\`;
CREATE TABLE \`all\`.regular (id Int32) ENGINE = MergeTree ORDER BY id;
CREATE TABLE \`all\`.partitioned (id Int32, day Date) ENGINE = MergeTree PARTITION BY day ORDER BY id;
CREATE VIEW \`all\`.view AS SELECT id FROM \`all\`.regular;
CREATE MATERIALIZED VIEW \`all\`.materialized TO \`all\`.regular AS SELECT id FROM \`all\`.partitioned;
CREATE TABLE \`all\`.external (id Int32) ENGINE = PostgreSQL('db.example:5432', 'shop', 't', 'reader', 'x');
CREATE TABLE \`all\`.stream (line String) ENGINE = Kafka('db.example:9092', 'topic', 'group', 'JSONEachRow');
CREATE TABLE \`all\`.iceberg (id Int32) ENGINE = IcebergLocal('iceberg/') SETTINGS iceberg_format_version = 2;
CREATE FUNCTION double_of AS (x) -> x * 2`;

/** The engine keeps no log by itself. The columns of a server's that are read; source: ClickHouse's manual, "system.query_log". */
const QUERY_LOG = `CREATE TABLE system.query_log (
  type Enum8('QueryStart' = 1, 'QueryFinish' = 2, 'ExceptionBeforeStart' = 3, 'ExceptionWhileProcessing' = 4),
  event_date Date, event_time DateTime, query_start_time DateTime, query_duration_ms UInt64, query String,
  query_kind LowCardinality(String), query_id String, is_initial_query UInt8, user String, current_database String,
  log_comment String) ENGINE = Memory`;

/** Longer than any cancelling may take. */
const ENOUGH = [{ query: ".", does: { hang: true } }] as const;

/** A fixture that starts a server of its own for every source. */
export function clickhouseFixture(source: string): Fixture {
  const withSql = async (...statements: string[]): Promise<SeededSource> => {
    const server = await startClickHouse();
    for (const statement of statements) await server.sql(statement);
    return seeded(server);
  };
  return {
    source,
    secret: "headwater-test",
    // Each takes the engine 10 ms to make.
    many: 200,
    // All of them take a minute.
    ...(process.env["HEADWATER_SOAK"] === "1" ? {} : { faultSteps: 1 }),
    types: {
      Int8: "TINYINT",
      Int64: "BIGINT",
      UInt64: "NUMBER",
      Float64: "DOUBLE",
      "Decimal(10, 2)": "DECIMAL",
      Bool: "BOOLEAN",
      String: "STRING",
      "FixedString(3)": "CHAR",
      UUID: "UUID",
      Date: "DATE",
      "DateTime64(3)": "TIMESTAMPZ",
      IPv4: "INET",
      "Enum8('a' = 1)": "ENUM",
      "Array(Int32)": "ARRAY",
      "Map(String, Int32)": "MAP",
      "Tuple(a Int8, b String)": "STRUCT",
      JSON: "JSON",
      Dynamic: "VARIANT",
      "AggregateFunction(uniq, String)": "AGGREGATEFUNCTION",
    },
    withWrongSecret: (connection) => ({ ...connection, password: "guessed" }),
    showcase: () => withSql(...SHOWCASE.split(";\n")),
    seed: (seed) => withSql(...sqlOf(seed)),
    log: async () => {
      const queries = Array.from({ length: 10 }, (_, at) => ({
        text: `INSERT INTO t SELECT ${at}`,
        at: Date.UTC(2026, 0, 5, 8, 0, at),
      }));
      const rows = queries.map(({ text, at }, number) => {
        const time = `toDateTime(${at / 1_000})`;
        return `('QueryFinish', toDate(${time}), ${time}, ${time}, 0, '${text}', 'Insert', 'q${number}', 1, 'ana', 'sales', '')`;
      });
      const made = await withSql(QUERY_LOG, `INSERT INTO system.query_log VALUES ${rows.join(", ")}`);
      return { connection: made.connection, queries, stop: () => made.stop() };
    },
  };
}

const sqlOf = (seed: Seed): string[] =>
  seed.flatMap(({ scope, objects }) => [
    // Without files of its own, a database is made much faster; large ones are only measured.
    `CREATE DATABASE ${identifier(scope)}${objects.length > 100 ? " ENGINE = Memory" : ""}`,
    ...objects.map((object) => createTable(scope, object)),
  ]);

const createTable = (scope: string, { name, columns }: SeedObject): string =>
  `CREATE TABLE ${qualified(scope, name)} (${columns
    .map((column) => `${identifier(column.name)} ${column.type ?? "String"}`)
    .join(", ")}) ENGINE = Memory`;

function seeded(server: ClickHouseServer): SeededSource {
  return {
    connection: {
      type: "Clickhouse",
      username: "reader",
      password: "headwater-test",
      hostPort: `127.0.0.1:${server.port}`,
    },
    path: (scope) => ["default", scope],
    stop: () => server.stop(),
    async change(change) {
      const { scope } = change;
      if (change.do === "add") await server.sql(createTable(scope, change.object));
      else if (change.do === "drop") await server.sql(`DROP TABLE ${qualified(scope, change.name)} SYNC`);
      else
        await server.sql(
          `ALTER TABLE ${qualified(scope, change.name)} ADD COLUMN ${identifier(change.column.name)} ${change.column.type ?? "String"}`,
        );
    },
    async contents() {
      return JSON.stringify(
        await server.sql(
          "SELECT database, name, toString(uuid) AS uuid, create_table_query FROM system.tables WHERE lower(database) NOT IN ('system', 'information_schema') ORDER BY database, name",
        ),
      );
    },
    async hide(scope, name) {
      await server.control({ grants: ["GRANT SHOW ON *.*", `REVOKE SHOW ON ${qualified(scope, name)}`] });
      return {
        type: "Clickhouse",
        username: "reader",
        password: "headwater-test",
        hostPort: `127.0.0.1:${server.port}`,
      };
    },
    async stall() {
      await server.control({ faults: ENOUGH });
      return () => server.control({ faults: [] });
    },
  };
}
