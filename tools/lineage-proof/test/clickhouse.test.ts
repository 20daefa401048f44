/** What ClickHouse's views and dictionaries are filled from. */
import { startClickHouse } from "@headwater/test-servers";
import { describeWith } from "@headwater/test-servers/vitest";
import { afterAll, expect, test } from "vitest";
import { connectorOf, edgesOf, readLineage, readMetadata } from "../src/read.ts";

const SCHEMA = [
  "CREATE DATABASE sales",
  "CREATE TABLE sales.orders (id UInt64, customer String, day Date, amount Float64) ENGINE = MergeTree ORDER BY id",
  "CREATE TABLE sales.by_day (day Date, total Float64) ENGINE = MergeTree ORDER BY day",
  "CREATE VIEW sales.large AS SELECT id, amount FROM sales.orders WHERE amount > 100",
  "CREATE MATERIALIZED VIEW sales.fill_by_day TO sales.by_day AS SELECT day, sum(amount) AS total FROM sales.orders GROUP BY day",
  `CREATE MATERIALIZED VIEW sales.customers (name String, orders UInt64) ENGINE = SummingMergeTree ORDER BY name
   AS SELECT customer AS name, count() AS orders FROM sales.orders GROUP BY customer`,
  "CREATE MATERIALIZED VIEW sales.hourly REFRESH EVERY 1 HOUR (day Date) ENGINE = MergeTree ORDER BY day AS SELECT day FROM sales.by_day",
  "CREATE TABLE sales.best (id UInt64) ENGINE = MergeTree ORDER BY id",
  "CREATE MATERIALIZED VIEW sales.refresh_best REFRESH EVERY 1 DAY TO sales.best AS SELECT id FROM sales.large",
  `CREATE DICTIONARY sales.totals (day Date, total Float64) PRIMARY KEY day
   SOURCE(CLICKHOUSE(TABLE 'by_day' DB 'sales')) LIFETIME(60) LAYOUT(COMPLEX_KEY_HASHED())`,
  `CREATE DICTIONARY sales.names (id UInt64, who String) PRIMARY KEY id
   SOURCE(CLICKHOUSE(QUERY 'SELECT id, upper(customer) AS who FROM sales.orders')) LIFETIME(60) LAYOUT(HASHED())`,
  `CREATE DICTIONARY sales.elsewhere (id UInt64, who String) PRIMARY KEY id
   SOURCE(MYSQL(HOST 'db.example' PORT 3306 USER 'u' PASSWORD 'kept secret' DB 'sales' TABLE 'orders')) LIFETIME(60) LAYOUT(HASHED())`,
];

await describeWith("ClickHouse's engine", startClickHouse, (server) => {
  afterAll(() => server.stop());

  test("every view and dictionary comes from what its definition names, as ClickHouse writes it down", async () => {
    for (const statement of SCHEMA) await server.sql(statement);
    const db = await readMetadata(server.url());
    const result = await readLineage(db, [], null, connectorOf(server.url()));
    expect(result).toMatchObject({ state: "success", definitions: { withGaps: 0 } });
    expect(edgesOf(db, ["view"])).toEqual([
      "sales.by_day > sales.hourly",
      "sales.by_day > sales.totals",
      "sales.by_day.day > sales.hourly.day",
      "sales.by_day.day > sales.totals.day",
      "sales.by_day.total > sales.totals.total",
      "sales.large > sales.best",
      "sales.large > sales.refresh_best",
      "sales.large.id > sales.best.id",
      "sales.orders > sales.by_day",
      "sales.orders > sales.customers",
      "sales.orders > sales.fill_by_day",
      "sales.orders > sales.large",
      "sales.orders > sales.names",
      "sales.orders.* > sales.customers.orders",
      "sales.orders.amount > sales.by_day.total",
      "sales.orders.amount > sales.large.amount",
      "sales.orders.customer > sales.customers.name",
      "sales.orders.customer > sales.names.who",
      "sales.orders.day > sales.by_day.day",
      "sales.orders.id > sales.large.id",
      "sales.orders.id > sales.names.id",
    ]);
  });
});
