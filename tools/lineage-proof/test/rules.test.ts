/** Rules of real servers: what they write comes from the table they are on. */
import { createDatabase, type PostgresAddress } from "@headwater/test-servers";
import { describePostgres } from "@headwater/test-servers/vitest";
import { expect, test } from "vitest";
import { edgesOf, readLineage, readMetadata } from "../src/read.ts";

const SCHEMA = `
CREATE SCHEMA sales;
CREATE TABLE sales.orders (id int PRIMARY KEY, customer int, amount numeric);
CREATE TABLE sales.customers (id int PRIMARY KEY, name text);
CREATE TABLE sales.changes (order_id int, was numeric, now numeric);
CREATE TABLE sales.names (name text);
CREATE TABLE sales.totals (customer int, total numeric);
CREATE VIEW sales.big AS SELECT id, amount FROM sales.orders WHERE amount > 100;
CREATE RULE changed AS ON UPDATE TO sales.orders WHERE NEW.amount <> OLD.amount
  DO ALSO INSERT INTO sales.changes (now, was, order_id) VALUES (NEW.amount, OLD.amount, OLD.id);
CREATE RULE several AS ON INSERT TO sales.orders DO ALSO (
  INSERT INTO sales.names SELECT c.name FROM sales.customers c WHERE c.id = NEW.customer;
  UPDATE sales.totals t SET total = t.total + NEW.amount WHERE t.customer = NEW.customer);
CREATE RULE "into orders" AS ON INSERT TO sales.big DO INSTEAD
  INSERT INTO sales.orders (id, amount) VALUES (NEW.id, NEW.amount * 2) RETURNING id, amount;
CREATE RULE out_of_orders AS ON DELETE TO sales.big DO INSTEAD DELETE FROM sales.orders WHERE orders.id = OLD.id;
CREATE RULE quiet AS ON DELETE TO sales.names DO INSTEAD NOTHING;
CREATE RULE off AS ON INSERT TO sales.customers DO ALSO INSERT INTO sales.names VALUES (NEW.name);
ALTER TABLE sales.customers DISABLE RULE off;`;

await describePostgres((server: PostgresAddress) => {
  test("the edges of rules are the expected ones", async () => {
    const database = await createDatabase(server, { sql: SCHEMA });
    const db = await readMetadata(database.url);
    const { definitions } = await readLineage(db);
    await database.drop();
    expect(definitions).toMatchObject({ read: 6, withGaps: 0 });
    expect(edgesOf(db, ["view"])).toEqual([
      "sales.big > sales.orders",
      "sales.big.amount > sales.orders.amount",
      "sales.big.id > sales.orders.id",
      "sales.customers > sales.names",
      "sales.customers.name > sales.names.name",
      "sales.orders > sales.big",
      "sales.orders > sales.changes",
      "sales.orders > sales.names",
      "sales.orders > sales.totals",
      "sales.orders.amount > sales.big.amount",
      "sales.orders.amount > sales.changes.now",
      "sales.orders.amount > sales.changes.was",
      "sales.orders.amount > sales.totals.total",
      "sales.orders.id > sales.big.id",
      "sales.orders.id > sales.changes.order_id",
    ]);
  });
});
