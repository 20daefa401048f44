/**
 * A small source of several kinds of objects, and what becomes of it: something new, changed, renamed, swapped, moved, gone.
 * Two databases' worth of work is not needed: every step of a run occurs.
 */
export const BEFORE: string = `
  CREATE SCHEMA sales; CREATE SCHEMA stock; CREATE SCHEMA empty;
  CREATE TYPE sales.state AS ENUM ('open', 'closed');
  CREATE TABLE sales.orders (id integer PRIMARY KEY, state sales.state DEFAULT 'open', total numeric(10,2) CHECK (total >= 0));
  COMMENT ON TABLE sales.orders IS 'All of them';
  CREATE TABLE sales.lines (id integer, "order" integer REFERENCES sales.orders, note varchar(20));
  CREATE TABLE sales.swapped (id integer);
  CREATE VIEW sales.open_orders AS SELECT * FROM sales.orders WHERE state = 'open';
  CREATE MATERIALIZED VIEW sales.totals AS SELECT state, sum(total) FROM sales.orders GROUP BY state;
  CREATE TABLE stock.items (id integer PRIMARY KEY, at date) PARTITION BY RANGE (id);
  CREATE TABLE stock.items_1 PARTITION OF stock.items FOR VALUES FROM (1) TO (100);
  CREATE TABLE stock.moves (id integer, item integer);
  CREATE TABLE stock.old (id integer);
  CREATE FUNCTION sales.total(a integer) RETURNS numeric LANGUAGE sql AS 'SELECT 1.0';
  CREATE FUNCTION stock.gone() RETURNS integer LANGUAGE sql AS 'SELECT 1';`;

/** A week later. */
export const AFTER: string = `
  ALTER TABLE sales.lines ADD COLUMN price numeric, ALTER COLUMN note TYPE varchar(10);
  COMMENT ON TABLE sales.orders IS 'Every order';
  ALTER TABLE sales.swapped RENAME TO swapped_old; CREATE TABLE sales.swapped (id bigint, more text);
  ALTER VIEW sales.open_orders RENAME TO current_orders;
  CREATE TABLE stock.items_2 PARTITION OF stock.items FOR VALUES FROM (100) TO (200);
  ALTER TABLE stock.moves SET SCHEMA empty;
  DROP TABLE stock.old; DROP FUNCTION stock.gone();
  CREATE OR REPLACE FUNCTION sales.total(a integer) RETURNS numeric LANGUAGE sql AS 'SELECT 2.0';
  CREATE SCHEMA fresh; CREATE TABLE fresh.first (id integer);
  ALTER SCHEMA empty RENAME TO full_now;`;
