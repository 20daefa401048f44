/** Triggers of real servers: what their functions write comes from the tables they are on. */
import { createDatabase, type PostgresAddress } from "@headwater/test-servers";
import { describePostgres } from "@headwater/test-servers/vitest";
import { expect, test } from "vitest";
import { edgesOf, readLineage, readMetadata } from "../src/read.ts";

const SCHEMA = `
CREATE SCHEMA sales; CREATE SCHEMA util;
CREATE TABLE sales.orders (id int PRIMARY KEY, customer int, amount numeric);
CREATE TABLE sales.customers (id int PRIMARY KEY, name text);
CREATE TABLE sales.totals (customer int, total numeric);
CREATE TABLE sales.names (name text);
CREATE TABLE sales.orders_was (id int, customer int, amount numeric);
CREATE TABLE util.log (op text, id int, row_was jsonb);
CREATE VIEW sales.big AS SELECT id, amount FROM sales.orders WHERE amount > 100;
CREATE FUNCTION util.audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    INSERT INTO util.log VALUES (TG_OP, OLD.id, to_jsonb(OLD));
  ELSE
    INSERT INTO util.log (op, id) SELECT TG_OP, NEW.id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON sales.orders FOR EACH ROW EXECUTE FUNCTION util.audit();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON sales.customers FOR EACH ROW EXECUTE FUNCTION util.audit();
CREATE FUNCTION sales.keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO sales.orders_was VALUES (OLD.*); RETURN OLD; END';
CREATE TRIGGER keep BEFORE DELETE ON sales.orders FOR EACH ROW WHEN (OLD.amount > 0) EXECUTE FUNCTION sales.keep();
CREATE FUNCTION sales.sum_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE sales.totals t SET total = t.total + f.amount FROM fresh f WHERE f.customer = t.customer;
  RETURN NULL;
END $$;
CREATE TRIGGER sum_up AFTER INSERT ON sales.orders REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION sales.sum_up();
CREATE FUNCTION sales.into_orders() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO sales.orders (id, amount) VALUES (NEW.id, NEW.amount * 2);
  RETURN NEW;
END $$;
CREATE TRIGGER into_orders INSTEAD OF INSERT ON sales.big FOR EACH ROW EXECUTE FUNCTION sales.into_orders();
CREATE FUNCTION sales.named() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE label text := upper(NEW.name);
BEGIN
  NEW.name := label || (SELECT max(o.customer) FROM sales.orders o);
  RETURN NEW;
END $$;
CREATE TRIGGER named BEFORE INSERT ON sales.names FOR EACH ROW EXECUTE FUNCTION sales.named();
CREATE FUNCTION sales.off() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO sales.names VALUES (NEW.name); RETURN NEW; END';
CREATE TRIGGER off AFTER INSERT ON sales.customers FOR EACH ROW EXECUTE FUNCTION sales.off();
ALTER TABLE sales.customers DISABLE TRIGGER off;
CREATE TRIGGER in_c BEFORE UPDATE ON sales.names FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
INSERT INTO sales.orders VALUES (1, 1, 10); INSERT INTO sales.customers VALUES (1, 'a'); DELETE FROM sales.orders;`;

await describePostgres((server: PostgresAddress) => {
  test("the edges of triggers are the expected ones", async () => {
    const database = await createDatabase(server, { sql: SCHEMA });
    // The server ran them: what they wrote is there.
    expect(await database.sql("SELECT op, id FROM util.log ORDER BY op")).toEqual([
      { op: "DELETE", id: 1 },
      { op: "INSERT", id: 1 },
      { op: "INSERT", id: 1 },
    ]);
    expect(await database.sql("SELECT id FROM sales.orders_was")).toEqual([{ id: 1 }]);
    const db = await readMetadata(database.url);
    expect((await readLineage(db)).definitions).toMatchObject({ withGaps: 0 });
    const edges = edgesOf(db, ["procedure"]);
    expect(edges).toEqual([
      "sales.big > sales.orders",
      "sales.big.amount > sales.orders.amount",
      "sales.big.id > sales.orders.id",
      "sales.customers > util.log",
      "sales.customers.* > util.log.row_was",
      "sales.customers.id > util.log.id",
      // What a function only reads it takes part in itself, whoever runs it.
      "sales.orders > sales.named()",
      "sales.orders > sales.names",
      "sales.orders > sales.orders_was",
      "sales.orders > sales.totals",
      "sales.orders > util.log",
      "sales.orders.* > util.log.row_was",
      "sales.orders.amount > sales.orders_was.amount",
      "sales.orders.amount > sales.totals.total",
      "sales.orders.customer > sales.names.name",
      "sales.orders.customer > sales.orders_was.customer",
      "sales.orders.id > sales.orders_was.id",
      "sales.orders.id > util.log.id",
    ]);

    await database.sql(`DROP TRIGGER audit ON sales.orders; ALTER TABLE sales.orders DISABLE TRIGGER keep;
      DROP FUNCTION sales.sum_up() CASCADE`);
    await readMetadata(database.url, db);
    await readLineage(db);
    await database.drop();
    expect(edgesOf(db, ["procedure"])).toEqual(
      edges.filter((edge) => /^sales\.(?:big|customers)|> sales\.name/.test(edge)),
    );
  });
});
