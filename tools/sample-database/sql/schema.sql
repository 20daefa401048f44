-- Fernhill, a coffee roaster: its web shop, its two warehouses, its books, and the star schema its analysts work on.
-- Runs on PostgreSQL 12 and later, in an empty database, as a superuser. Roles belong to the whole server, so they are
-- created only when they are not there yet; everything else expects to be new.

-- ---------------------------------------------------------------- roles

DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY[
    'fernhill_shop', 'fernhill_warehouse', 'fernhill_finance', 'fernhill_support', 'fernhill_agent', 'fernhill_data', 'fernhill_archive'
  ] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL; -- another database of this server brought it
    END;
  END LOOP;
  EXECUTE format(
    'COMMENT ON DATABASE %I IS %L',
    current_database(),
    'Fernhill Coffee: web shop, warehouses, finance and analytics in one database. The shop writes around the clock; the analytics schema is rebuilt every night at 02:30 UTC.'
  );
END
$$;

-- ---------------------------------------------------------------- schemas

CREATE SCHEMA shop AUTHORIZATION fernhill_shop;
CREATE SCHEMA inventory AUTHORIZATION fernhill_warehouse;
CREATE SCHEMA finance AUTHORIZATION fernhill_finance;
CREATE SCHEMA support AUTHORIZATION fernhill_support;
CREATE SCHEMA staging AUTHORIZATION fernhill_data;
CREATE SCHEMA analytics AUTHORIZATION fernhill_data;
CREATE SCHEMA archive AUTHORIZATION fernhill_archive;

COMMENT ON SCHEMA shop IS 'The web shop: customers, catalogue, orders and payments. Only the shop application writes here.';
COMMENT ON SCHEMA inventory IS 'What lies where in the Leeds and Rotterdam warehouses, from the purchase order to the parcel.';
COMMENT ON SCHEMA finance IS 'Double-entry ledger and invoices. Amounts are in the currency of the row; reports are in euros.';
COMMENT ON SCHEMA support IS 'Customer service. Rows are visible by team, see the policies on ticket.';
COMMENT ON SCHEMA staging IS 'Raw files and events as they arrived. Emptied and filled by the nightly load; do not build on it.';
COMMENT ON SCHEMA analytics IS 'The star schema for reporting: dimensions, facts, and the views dashboards read.';
COMMENT ON SCHEMA archive IS 'Tables of retired systems, read-only. Kept for the tax office until 2030.';

-- ---------------------------------------------------------------- types

CREATE TYPE shop.order_status AS ENUM ('placed', 'paid', 'packed', 'shipped', 'delivered', 'cancelled', 'returned');
COMMENT ON TYPE shop.order_status IS 'The life of an order, in the order things happen.';
CREATE TYPE shop.sales_channel AS ENUM ('web', 'app', 'phone', 'wholesale');
CREATE TYPE shop.postal_address AS (line1 text, line2 text, postcode text, city text, country_code character(2));
COMMENT ON TYPE shop.postal_address IS 'An address as it is printed on a label.';
CREATE DOMAIN shop.email_address AS text CHECK (VALUE LIKE '%_@_%');
CREATE DOMAIN shop.money_amount AS numeric(12, 2) CHECK (VALUE >= 0);
COMMENT ON DOMAIN shop.money_amount IS 'An amount that is never negative. Refunds have a table of their own.';
CREATE DOMAIN shop.sku AS character varying(12) CHECK (VALUE ~ '^[A-Z]{3}-[0-9]{4}$');
COMMENT ON DOMAIN shop.sku IS 'Stock keeping unit: product line and number, ESP-0001.';

CREATE TYPE inventory.movement_kind AS ENUM ('receipt', 'pick', 'return', 'correction', 'transfer');
CREATE TYPE inventory.temperature_range AS RANGE (subtype = numeric);
CREATE TYPE inventory.box_size AS (length_mm integer, width_mm integer, height_mm integer);

CREATE DOMAIN finance.currency_code AS character(3) CHECK (VALUE ~ '^[A-Z]{3}$');
COMMENT ON DOMAIN finance.currency_code IS 'ISO 4217 code of a currency.';

CREATE TYPE support.ticket_priority AS ENUM ('low', 'normal', 'high', 'urgent');

-- ---------------------------------------------------------------- shop

CREATE TABLE shop.customer (
  customer_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email shop.email_address NOT NULL CONSTRAINT customer_email_unique UNIQUE,
  full_name text NOT NULL,
  search_name text GENERATED ALWAYS AS (lower(full_name)) STORED,
  phone character varying(24),
  fax character varying(24),
  billing_address shop.postal_address,
  interests text[] NOT NULL DEFAULT '{}',
  preferences jsonb NOT NULL DEFAULT '{"newsletter": false}',
  vat_number character varying(14),
  referred_by bigint REFERENCES shop.customer (customer_id),
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  deleted_at timestamp with time zone,
  CONSTRAINT customer_not_own_referrer CHECK (referred_by <> customer_id)
);
COMMENT ON TABLE shop.customer IS 'Everyone who ever registered, private people and cafés alike. Personal data: ask before you copy it anywhere.';
COMMENT ON COLUMN shop.customer.email IS 'Sign-in name and address for receipts. Lower-cased by the application.';
COMMENT ON COLUMN shop.customer.search_name IS 'Lower-cased full name, for the search box of customer service.';
COMMENT ON COLUMN shop.customer.fax IS 'From the order form of 2011. Nobody reads it.';
COMMENT ON COLUMN shop.customer.interests IS 'Tags the customer ticked: espresso, filter, decaf, equipment.';
COMMENT ON COLUMN shop.customer.preferences IS 'Settings of the account page, as the front end stores them.';
COMMENT ON COLUMN shop.customer.vat_number IS 'Present for business customers in the EU. Checked against VIES at sign-up.';
COMMENT ON COLUMN shop.customer.deleted_at IS 'Set on an erasure request; name and e-mail are overwritten 30 days later.';

CREATE TABLE shop.category (
  category_id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  parent_id integer REFERENCES shop.category (category_id),
  name text NOT NULL,
  slug text NOT NULL UNIQUE
);
COMMENT ON TABLE shop.category IS 'The tree of shop departments. Two levels today, but nothing forbids a third.';
COMMENT ON COLUMN shop.category.slug IS 'The part of the URL that names the category.';

CREATE TABLE shop.product (
  product_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  sku shop.sku NOT NULL UNIQUE,
  name text NOT NULL,
  description text,
  category_id integer NOT NULL REFERENCES shop.category (category_id),
  list_price shop.money_amount NOT NULL,
  currency finance.currency_code NOT NULL DEFAULT 'EUR',
  weight_grams integer NOT NULL CHECK (weight_grams > 0),
  attributes jsonb NOT NULL DEFAULT '{}',
  labels character varying(20)[],
  on_sale daterange NOT NULL DEFAULT daterange(CURRENT_DATE, NULL),
  updated_at timestamp with time zone NOT NULL DEFAULT now()
);
COMMENT ON TABLE shop.product IS 'What can be put into the basket. Discontinued products stay, with on_sale ended.';
COMMENT ON COLUMN shop.product.list_price IS 'Price before discounts, VAT included. History is in product_price.';
COMMENT ON COLUMN shop.product.weight_grams IS 'Weight of the goods without packaging.';
COMMENT ON COLUMN shop.product.attributes IS 'Free-form facts per product line: roast, process, grind, wattage.';
COMMENT ON COLUMN shop.product.labels IS 'Certificates shown as badges: organic, fairtrade, women-grown.';
COMMENT ON COLUMN shop.product.on_sale IS 'Days on which the product can be ordered; open end means until further notice.';

CREATE TABLE shop.product_price (
  product_id bigint NOT NULL REFERENCES shop.product (product_id) ON DELETE CASCADE,
  currency finance.currency_code NOT NULL,
  valid daterange NOT NULL,
  amount shop.money_amount NOT NULL,
  PRIMARY KEY (product_id, currency, valid)
);
COMMENT ON TABLE shop.product_price IS 'Price history, one row for each product, currency and span of days.';

CREATE TABLE shop.coupon (
  code character varying(20) PRIMARY KEY,
  percent_off numeric(4, 1) NOT NULL,
  usable tstzrange NOT NULL,
  usage_limit integer,
  CONSTRAINT coupon_percent CHECK (percent_off > 0 AND percent_off <= 50)
);
COMMENT ON TABLE shop.coupon IS 'Discount codes of the marketing team.';

CREATE TABLE shop.orders (
  order_id bigint GENERATED ALWAYS AS IDENTITY,
  ordered_at timestamp with time zone NOT NULL,
  customer_id bigint NOT NULL REFERENCES shop.customer (customer_id),
  status shop.order_status NOT NULL DEFAULT 'placed',
  channel shop.sales_channel NOT NULL DEFAULT 'web',
  currency finance.currency_code NOT NULL DEFAULT 'EUR',
  coupon_code character varying(20) REFERENCES shop.coupon (code),
  ship_to shop.postal_address NOT NULL,
  gift_message text,
  PRIMARY KEY (order_id, ordered_at)
) PARTITION BY RANGE (ordered_at);
COMMENT ON TABLE shop.orders IS 'One row for each order, partitioned by month. The totals are in order_line.';
COMMENT ON COLUMN shop.orders.order_id IS 'Printed on the parcel. Unique by itself; ordered_at is in the key for the partitions'' sake.';
COMMENT ON COLUMN shop.orders.status IS 'Where the order stands. Changes are announced on the message bus.';
COMMENT ON COLUMN shop.orders.channel IS 'Where the order came from.';
COMMENT ON COLUMN shop.orders.ship_to IS 'Copied when the order is placed, so that a later move does not rewrite history.';

CREATE TABLE shop.orders_2026_09 PARTITION OF shop.orders FOR VALUES FROM ('2026-09-01 00:00+00') TO ('2026-10-01 00:00+00');
CREATE TABLE shop.orders_2026_10 PARTITION OF shop.orders FOR VALUES FROM ('2026-10-01 00:00+00') TO ('2026-11-01 00:00+00');
CREATE TABLE shop.orders_2026_11 PARTITION OF shop.orders FOR VALUES FROM ('2026-11-01 00:00+00') TO ('2026-12-01 00:00+00');
CREATE TABLE shop.orders_other PARTITION OF shop.orders DEFAULT;
COMMENT ON TABLE shop.orders_other IS 'Catches orders of months without a partition. Should be empty: an alarm goes off when it is not.';
CREATE INDEX orders_by_customer ON shop.orders (customer_id, ordered_at DESC);

CREATE TABLE shop.order_line (
  order_id bigint NOT NULL,
  ordered_at timestamp with time zone NOT NULL,
  line_no smallint NOT NULL,
  product_id bigint NOT NULL REFERENCES shop.product (product_id),
  quantity integer NOT NULL DEFAULT 1 CHECK (quantity BETWEEN 1 AND 500),
  unit_price shop.money_amount NOT NULL,
  discount_percent numeric(4, 1) NOT NULL DEFAULT 0,
  line_total numeric(12, 2) GENERATED ALWAYS AS (round(quantity * unit_price::numeric * (1 - discount_percent / 100), 2)) STORED,
  PRIMARY KEY (order_id, line_no),
  CONSTRAINT order_line_order FOREIGN KEY (order_id, ordered_at) REFERENCES shop.orders (order_id, ordered_at) ON DELETE CASCADE
);
COMMENT ON TABLE shop.order_line IS 'What was ordered, at the price of that moment.';
COMMENT ON COLUMN shop.order_line.unit_price IS 'Price of one piece when the order was placed, VAT included.';
COMMENT ON COLUMN shop.order_line.line_total IS 'quantity × unit_price less discount, rounded to cents.';

CREATE TABLE shop.payment (
  payment_id uuid PRIMARY KEY DEFAULT md5(random()::text || clock_timestamp()::text)::uuid,
  order_id bigint NOT NULL,
  ordered_at timestamp with time zone NOT NULL,
  provider text NOT NULL CHECK (provider IN ('adyen', 'paypal', 'invoice')),
  amount shop.money_amount NOT NULL,
  captured_at timestamp with time zone,
  provider_answer json,
  FOREIGN KEY (order_id, ordered_at) REFERENCES shop.orders (order_id, ordered_at)
);
COMMENT ON TABLE shop.payment IS 'Payments and attempts at them. No card numbers here, ever: the provider keeps those.';
COMMENT ON COLUMN shop.payment.captured_at IS 'When the money was taken; empty while it is only reserved.';
COMMENT ON COLUMN shop.payment.provider_answer IS 'The provider''s last answer, word for word, for disputes.';

CREATE TABLE shop.review (
  review_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  product_id bigint NOT NULL REFERENCES shop.product (product_id),
  customer_id bigint NOT NULL REFERENCES shop.customer (customer_id),
  rating smallint NOT NULL CHECK (rating BETWEEN 1 AND 5),
  body text,
  written_on date NOT NULL DEFAULT CURRENT_DATE,
  CONSTRAINT review_once UNIQUE (product_id, customer_id)
);
COMMENT ON TABLE shop.review IS 'Product reviews. One for each customer and product; a second one replaces the first.';
COMMENT ON COLUMN shop.review.rating IS 'Stars, 1 to 5.';

CREATE VIEW shop.product_catalogue AS
SELECT p.product_id, p.sku, p.name, c.name AS category, p.list_price, p.currency, p.weight_grams
FROM shop.product p
JOIN shop.category c USING (category_id)
WHERE p.on_sale @> CURRENT_DATE;
COMMENT ON VIEW shop.product_catalogue IS 'Products that can be ordered today, as the shop''s front page shows them.';

CREATE VIEW shop.order_overview AS
SELECT o.order_id, o.ordered_at, o.status, o.channel, o.currency, c.customer_id, c.full_name AS customer,
       count(l.line_no) AS line_count, sum(l.line_total) AS order_total
FROM shop.orders o
JOIN shop.customer c USING (customer_id)
JOIN shop.order_line l USING (order_id, ordered_at)
GROUP BY o.order_id, o.ordered_at, o.status, o.channel, o.currency, c.customer_id, c.full_name;
COMMENT ON VIEW shop.order_overview IS 'Orders with customer and total: the list customer service works from.';
COMMENT ON COLUMN shop.order_overview.order_total IS 'Sum of the line totals in the order''s currency, before shipping.';

CREATE VIEW shop.open_order AS
SELECT order_id, ordered_at, customer, order_total, now() - ordered_at AS age
FROM shop.order_overview
WHERE status IN ('placed', 'paid', 'packed');
COMMENT ON VIEW shop.open_order IS 'Orders that have not left the warehouse. Built on order_overview.';

CREATE FUNCTION shop.order_total(wanted_order bigint) RETURNS numeric
LANGUAGE sql STABLE AS $$
  SELECT sum(line_total) FROM shop.order_line WHERE order_id = wanted_order
$$;
COMMENT ON FUNCTION shop.order_total(bigint) IS 'Total of one order in its own currency, before shipping.';

CREATE FUNCTION shop.price_on(wanted_product bigint, day date) RETURNS numeric
LANGUAGE sql STABLE AS $$
  SELECT amount FROM shop.product_price WHERE product_id = wanted_product AND currency = 'EUR' AND valid @> day
$$;
COMMENT ON FUNCTION shop.price_on(bigint, date) IS 'Price in euros on a day.';

CREATE FUNCTION shop.price_on(wanted_product bigint, day date, wanted_currency text) RETURNS numeric
LANGUAGE sql STABLE AS $$
  SELECT amount FROM shop.product_price WHERE product_id = wanted_product AND currency = wanted_currency AND valid @> day
$$;
COMMENT ON FUNCTION shop.price_on(bigint, date, text) IS 'Price in any currency on a day.';

CREATE FUNCTION shop.touch_updated_at() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END
$$;
CREATE TRIGGER product_touched BEFORE UPDATE ON shop.product FOR EACH ROW EXECUTE FUNCTION shop.touch_updated_at();

CREATE PROCEDURE shop.cancel_order(wanted_order bigint, reason text DEFAULT 'customer request')
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE shop.orders SET status = 'cancelled' WHERE order_id = wanted_order AND status IN ('placed', 'paid');
  IF NOT FOUND THEN
    RAISE EXCEPTION 'order % cannot be cancelled any more', wanted_order USING HINT = 'Ask for a return instead.';
  END IF;
  RAISE NOTICE 'order % cancelled: %', wanted_order, reason;
END
$$;
COMMENT ON PROCEDURE shop.cancel_order(bigint, text) IS 'Cancels an order that is not packed yet.';

-- ---------------------------------------------------------------- inventory

CREATE TABLE inventory.warehouse (
  warehouse_id smallint PRIMARY KEY,
  name text NOT NULL UNIQUE,
  address shop.postal_address NOT NULL,
  position point,
  opening_hours time without time zone[] NOT NULL DEFAULT '{07:00,18:00}'
);
COMMENT ON TABLE inventory.warehouse IS 'Our own buildings. Roasting happens in Leeds only.';
COMMENT ON COLUMN inventory.warehouse.position IS 'Longitude and latitude of the loading dock.';

CREATE TABLE inventory.bin (
  warehouse_id smallint NOT NULL REFERENCES inventory.warehouse (warehouse_id),
  aisle character(1) NOT NULL,
  shelf smallint NOT NULL,
  inner_size inventory.box_size,
  kept_at inventory.temperature_range,
  flags bit(4) NOT NULL DEFAULT B'0000',
  PRIMARY KEY (warehouse_id, aisle, shelf)
);
COMMENT ON TABLE inventory.bin IS 'A place on a shelf. Its label is warehouse-aisle-shelf, as in 1-C-4.';
COMMENT ON COLUMN inventory.bin.kept_at IS 'Temperature in °C the bin is held at; green coffee wants 10 to 15.';
COMMENT ON COLUMN inventory.bin.flags IS 'From left: fragile, food grade, floor level, out of use.';

CREATE TABLE inventory.supplier (
  supplier_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  country_code character(2) NOT NULL,
  lead_time interval NOT NULL DEFAULT '14 days',
  contact_emails shop.email_address[],
  rating real
);
COMMENT ON TABLE inventory.supplier IS 'Importers of green coffee and makers of equipment.';
COMMENT ON COLUMN inventory.supplier.lead_time IS 'Usual time between order and delivery, from the last twelve months.';

CREATE TABLE inventory.purchase_order (
  purchase_order_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  supplier_id integer NOT NULL REFERENCES inventory.supplier (supplier_id),
  warehouse_id smallint NOT NULL REFERENCES inventory.warehouse (warehouse_id),
  placed_on date NOT NULL,
  expected daterange,
  total_amount shop.money_amount NOT NULL,
  currency finance.currency_code NOT NULL
);
COMMENT ON TABLE inventory.purchase_order IS 'Orders we placed with suppliers.';
COMMENT ON COLUMN inventory.purchase_order.expected IS 'The days between which the supplier promised to deliver.';

CREATE TABLE inventory.lot (
  lot_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  product_id bigint NOT NULL REFERENCES shop.product (product_id),
  purchase_order_id integer REFERENCES inventory.purchase_order (purchase_order_id),
  roasted_on date NOT NULL,
  best_before date GENERATED ALWAYS AS (roasted_on + 540) STORED,
  origins text[] NOT NULL,
  cupping_score numeric(4, 2),
  roast_curve double precision[][],
  label_scan bytea
);
COMMENT ON TABLE inventory.lot IS 'A roast batch, or a delivery of equipment. Recalls go by lot.';
COMMENT ON COLUMN inventory.lot.origins IS 'Countries of the beans, the largest share first.';
COMMENT ON COLUMN inventory.lot.cupping_score IS 'Score of our tasting panel, 0 to 100; 80 and more is specialty coffee.';
COMMENT ON COLUMN inventory.lot.roast_curve IS 'Pairs of seconds and °C from the roaster''s probe.';

CREATE TABLE inventory.stock (
  warehouse_id smallint NOT NULL,
  aisle character(1) NOT NULL,
  shelf smallint NOT NULL,
  lot_id bigint NOT NULL REFERENCES inventory.lot (lot_id),
  quantity integer NOT NULL CHECK (quantity >= 0),
  reserved integer NOT NULL DEFAULT 0,
  counted_at timestamp without time zone,
  PRIMARY KEY (warehouse_id, aisle, shelf, lot_id),
  CONSTRAINT stock_bin FOREIGN KEY (warehouse_id, aisle, shelf) REFERENCES inventory.bin (warehouse_id, aisle, shelf),
  CONSTRAINT stock_reserved CHECK (reserved BETWEEN 0 AND quantity)
);
COMMENT ON TABLE inventory.stock IS 'How many pieces of a lot lie in a bin right now.';
COMMENT ON COLUMN inventory.stock.reserved IS 'Pieces promised to orders that are not picked yet.';
COMMENT ON COLUMN inventory.stock.counted_at IS 'Last stocktaking, local time of the warehouse.';

CREATE TABLE inventory.stock_movement (
  movement_id bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY,
  warehouse_id smallint NOT NULL REFERENCES inventory.warehouse (warehouse_id),
  lot_id bigint NOT NULL REFERENCES inventory.lot (lot_id),
  kind inventory.movement_kind NOT NULL,
  quantity integer NOT NULL CHECK (quantity <> 0),
  moved_at timestamp with time zone NOT NULL DEFAULT now(),
  scanned_by inet,
  PRIMARY KEY (warehouse_id, movement_id)
) PARTITION BY LIST (warehouse_id);
COMMENT ON TABLE inventory.stock_movement IS 'Every change of stock, one partition for each warehouse. Never updated, only added to.';
COMMENT ON COLUMN inventory.stock_movement.quantity IS 'Pieces added (positive) or taken (negative).';
COMMENT ON COLUMN inventory.stock_movement.scanned_by IS 'Address of the handheld scanner.';
CREATE TABLE inventory.stock_movement_leeds PARTITION OF inventory.stock_movement FOR VALUES IN (1);
CREATE TABLE inventory.stock_movement_rotterdam PARTITION OF inventory.stock_movement FOR VALUES IN (2);

CREATE TABLE inventory.carrier (
  carrier_id smallint PRIMARY KEY,
  name text NOT NULL,
  tracking_url text
);
COMMENT ON TABLE inventory.carrier IS 'Who carries our parcels.';
COMMENT ON COLUMN inventory.carrier.tracking_url IS 'Address of the tracking page; {number} stands for the parcel number.';

CREATE TABLE inventory.shipment (
  shipment_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id bigint NOT NULL,
  ordered_at timestamp with time zone NOT NULL,
  carrier_id smallint NOT NULL REFERENCES inventory.carrier (carrier_id),
  parcel_number character varying(40) NOT NULL,
  handed_over_at timestamp with time zone,
  gross_weight_grams integer,
  customs_form xml,
  CONSTRAINT shipment_order FOREIGN KEY (order_id, ordered_at) REFERENCES shop.orders (order_id, ordered_at),
  CONSTRAINT shipment_parcel UNIQUE (carrier_id, parcel_number)
);
COMMENT ON TABLE inventory.shipment IS 'Parcels. An order may travel in more than one.';
COMMENT ON COLUMN inventory.shipment.customs_form IS 'Only for parcels that leave the EU or the United Kingdom.';

CREATE EXTENSION IF NOT EXISTS file_fdw;
CREATE SERVER carrier_feed FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE inventory.carrier_tracking (
  parcel_number text,
  event text,
  happened_at timestamp with time zone
) SERVER carrier_feed OPTIONS (program 'echo parcel_number,event,happened_at', format 'csv', header 'true');
COMMENT ON FOREIGN TABLE inventory.carrier_tracking IS 'The carriers'' tracking feed, fetched anew at each read. Empty outside their office hours.';

CREATE VIEW inventory.stock_on_hand AS
SELECT l.product_id, p.sku, p.name, s.warehouse_id, sum(s.quantity) AS on_hand, sum(s.quantity - s.reserved) AS available,
       min(l.best_before) AS earliest_best_before
FROM inventory.stock s
JOIN inventory.lot l USING (lot_id)
JOIN shop.product p USING (product_id)
GROUP BY l.product_id, p.sku, p.name, s.warehouse_id;
COMMENT ON VIEW inventory.stock_on_hand IS 'Stock of each product in each warehouse.';

CREATE VIEW inventory.low_stock AS
SELECT sku, name, sum(available) AS available
FROM inventory.stock_on_hand
GROUP BY sku, name
HAVING sum(available) < 50;
COMMENT ON VIEW inventory.low_stock IS 'Products to buy or roast this week. Built on stock_on_hand.';

CREATE FUNCTION inventory.available_quantity(wanted_product bigint) RETURNS bigint
LANGUAGE sql STABLE AS $$
  SELECT coalesce(sum(available), 0)::bigint FROM inventory.stock_on_hand WHERE product_id = wanted_product
$$;
COMMENT ON FUNCTION inventory.available_quantity(bigint) IS 'Pieces that can still be promised, over all warehouses.';

CREATE PROCEDURE inventory.receive_lot(arrived_lot bigint, at_warehouse smallint, pieces integer)
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO inventory.stock_movement (warehouse_id, lot_id, kind, quantity)
  VALUES (at_warehouse, arrived_lot, 'receipt', pieces);
  INSERT INTO inventory.stock (warehouse_id, aisle, shelf, lot_id, quantity)
  VALUES (at_warehouse, 'A', 1, arrived_lot, pieces)
  ON CONFLICT (warehouse_id, aisle, shelf, lot_id) DO UPDATE SET quantity = stock.quantity + excluded.quantity;
END
$$;
COMMENT ON PROCEDURE inventory.receive_lot(bigint, smallint, integer) IS 'Books a delivery into the goods-in shelf, A-1.';

-- ---------------------------------------------------------------- finance

CREATE TABLE finance.account (
  account_no character(4) PRIMARY KEY,
  name text NOT NULL,
  kind "char" NOT NULL CHECK (kind IN ('A', 'L', 'E', 'I', 'X'))
);
COMMENT ON TABLE finance.account IS 'Chart of accounts.';
COMMENT ON COLUMN finance.account.kind IS 'A asset, L liability, E equity, I income, X expense.';

CREATE TABLE finance.exchange_rate (
  currency finance.currency_code NOT NULL,
  day date NOT NULL,
  euros_per_unit numeric(18, 9) NOT NULL CHECK (euros_per_unit > 0),
  PRIMARY KEY (currency, day)
);
COMMENT ON TABLE finance.exchange_rate IS 'Reference rates of the European Central Bank, published on working days at 16:00 CET.';
COMMENT ON COLUMN finance.exchange_rate.euros_per_unit IS 'What one unit of the currency was worth in euros.';

CREATE TABLE finance.journal_entry (
  entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  booked_on date NOT NULL,
  description text NOT NULL,
  source_document text,
  posted_by name NOT NULL DEFAULT CURRENT_USER
);
COMMENT ON TABLE finance.journal_entry IS 'One booking. Its lines balance: sum of debits equals sum of credits.';

CREATE TABLE finance.journal_line (
  entry_id bigint NOT NULL REFERENCES finance.journal_entry (entry_id) ON DELETE CASCADE,
  line_no smallint NOT NULL,
  account_no character(4) NOT NULL REFERENCES finance.account (account_no),
  debit numeric(14, 2) NOT NULL DEFAULT 0,
  credit numeric(14, 2) NOT NULL DEFAULT 0,
  PRIMARY KEY (entry_id, line_no),
  CONSTRAINT journal_line_one_side CHECK ((debit = 0) <> (credit = 0))
);
COMMENT ON TABLE finance.journal_line IS 'Debits and credits in euros.';

CREATE TABLE finance.invoice (
  invoice_no character varying(14) PRIMARY KEY,
  order_id bigint NOT NULL,
  ordered_at timestamp with time zone NOT NULL,
  issued_on date NOT NULL,
  due_on date NOT NULL,
  net_amount shop.money_amount NOT NULL,
  vat_amount shop.money_amount NOT NULL,
  gross_amount numeric(13, 2) GENERATED ALWAYS AS (net_amount::numeric + vat_amount::numeric) STORED,
  paid_on date,
  CONSTRAINT invoice_order FOREIGN KEY (order_id, ordered_at) REFERENCES shop.orders (order_id, ordered_at),
  CONSTRAINT invoice_due CHECK (due_on >= issued_on)
);
COMMENT ON TABLE finance.invoice IS 'Invoices to business customers. Numbers have no gaps: the tax office checks.';
COMMENT ON COLUMN finance.invoice.invoice_no IS 'Year and running number, 2026-000123.';

CREATE VIEW finance.trial_balance AS
SELECT a.account_no, a.name, sum(l.debit) AS debit, sum(l.credit) AS credit, sum(l.debit - l.credit) AS balance
FROM finance.account a
LEFT JOIN finance.journal_line l USING (account_no)
GROUP BY a.account_no, a.name;
COMMENT ON VIEW finance.trial_balance IS 'Balance of each account since the books were opened.';

CREATE VIEW finance.open_invoice AS
SELECT i.invoice_no, c.full_name AS customer, i.gross_amount, i.due_on, CURRENT_DATE - i.due_on AS days_overdue
FROM finance.invoice i
JOIN shop.orders o USING (order_id, ordered_at)
JOIN shop.customer c USING (customer_id)
WHERE i.paid_on IS NULL;
COMMENT ON VIEW finance.open_invoice IS 'Unpaid invoices for the reminder letters.';

CREATE FUNCTION finance.to_euros(amount numeric, from_currency text, on_day date) RETURNS numeric
LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN from_currency = 'EUR' THEN amount ELSE round(amount * (
    SELECT euros_per_unit FROM finance.exchange_rate
    WHERE currency = from_currency AND day <= on_day ORDER BY day DESC LIMIT 1), 2) END
$$;
COMMENT ON FUNCTION finance.to_euros(numeric, text, date) IS 'Converts at the rate of the day, or of the last day before it that has one.';

CREATE PROCEDURE finance.post_daily_sales(sales_day date)
LANGUAGE plpgsql AS $$
DECLARE
  new_entry bigint;
BEGIN
  INSERT INTO finance.journal_entry (booked_on, description)
  VALUES (sales_day, 'Web shop sales of ' || sales_day)
  RETURNING entry_id INTO new_entry;
  INSERT INTO finance.journal_line (entry_id, line_no, account_no, debit)
  SELECT new_entry, 1, '1200', sum(finance.to_euros(p.amount, o.currency, sales_day))
  FROM shop.payment p
  JOIN shop.orders o USING (order_id, ordered_at)
  WHERE p.captured_at::date = sales_day
  HAVING count(*) > 0;
  INSERT INTO finance.journal_line (entry_id, line_no, account_no, credit)
  SELECT new_entry, 2, '8000', debit FROM finance.journal_line WHERE entry_id = new_entry AND line_no = 1;
END
$$;
COMMENT ON PROCEDURE finance.post_daily_sales(date) IS 'Books the payments captured on a day to the ledger. Run once for each day.';

-- ---------------------------------------------------------------- support

CREATE TABLE support.ticket (
  ticket_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES shop.customer (customer_id),
  order_id bigint,
  team text NOT NULL,
  subject text NOT NULL,
  priority support.ticket_priority NOT NULL DEFAULT 'normal',
  opened_at timestamp with time zone NOT NULL DEFAULT now(),
  first_answer_after interval,
  solved boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE support.ticket IS 'Questions and complaints. Agents see the tickets of their own team, see the policy ticket_team.';
COMMENT ON COLUMN support.ticket.order_id IS 'The order it is about. Not a foreign key: customers mistype it.';
COMMENT ON COLUMN support.ticket.first_answer_after IS 'Time to our first answer; the promise is four office hours.';
ALTER TABLE support.ticket ENABLE ROW LEVEL SECURITY;
CREATE POLICY ticket_team ON support.ticket TO fernhill_agent USING (team = current_setting('fernhill.team', true));
COMMENT ON POLICY ticket_team ON support.ticket IS 'The session setting fernhill.team says which team is asking.';

CREATE TABLE support.ticket_message (
  ticket_id bigint NOT NULL REFERENCES support.ticket (ticket_id) ON DELETE CASCADE,
  message_no integer NOT NULL,
  from_customer boolean NOT NULL,
  body text NOT NULL,
  body_words tsvector GENERATED ALWAYS AS (to_tsvector('english', body)) STORED,
  PRIMARY KEY (ticket_id, message_no)
);
COMMENT ON TABLE support.ticket_message IS 'What was written in a ticket, by both sides.';

-- ---------------------------------------------------------------- staging

CREATE UNLOGGED TABLE staging.web_event (
  received_at timestamp with time zone NOT NULL DEFAULT now(),
  event jsonb NOT NULL
);
COMMENT ON TABLE staging.web_event IS 'Clicks and page views of the last 48 hours, unparsed. Unlogged: gone after a crash.';

CREATE TABLE staging.exchange_rate_feed (
  "Currency" text,
  "Date" text,
  "Rate" text
);
COMMENT ON TABLE staging.exchange_rate_feed IS 'The central bank''s file as it came, all text.';

CREATE TABLE staging.supplier_price_list (
  supplier_name text,
  article text,
  price_text text,
  valid_from text
);
COMMENT ON TABLE staging.supplier_price_list IS 'Price lists suppliers send by e-mail, pasted in by hand. Nobody has loaded one since spring.';

CREATE TABLE staging."ERP_ItemMaster" (
  "ItemNo" character varying(20) NOT NULL,
  "Description 1" character varying(80),
  "Gross Weight (g)" numeric(10, 3),
  "LastModified" timestamp without time zone,
  PRIMARY KEY ("ItemNo")
);
COMMENT ON TABLE staging."ERP_ItemMaster" IS 'Nightly copy of the ERP''s item table, names as the ERP spells them.';
COMMENT ON COLUMN staging."ERP_ItemMaster"."ItemNo" IS 'The ERP''s item number; equals shop.product.sku since the migration of 2021.';

CREATE PROCEDURE staging.load_exchange_rates()
LANGUAGE sql AS $$
  INSERT INTO finance.exchange_rate (currency, day, euros_per_unit)
  SELECT f."Currency"::finance.currency_code, f."Date"::date, 1 / f."Rate"::numeric
  FROM staging.exchange_rate_feed f
  WHERE f."Rate" <> 'N/A'
  ON CONFLICT (currency, day) DO UPDATE SET euros_per_unit = excluded.euros_per_unit;
$$;
COMMENT ON PROCEDURE staging.load_exchange_rates() IS 'Feed to finance.exchange_rate. The feed quotes units per euro, we keep euros per unit.';

-- ---------------------------------------------------------------- analytics

CREATE TABLE analytics.dim_date (
  date_key integer PRIMARY KEY,
  day date NOT NULL UNIQUE,
  iso_week smallint NOT NULL,
  month_name text NOT NULL,
  is_weekend boolean NOT NULL
);
COMMENT ON TABLE analytics.dim_date IS 'Calendar, one row for each day of 2026.';
COMMENT ON COLUMN analytics.dim_date.date_key IS 'The day as a number, 20261120.';

CREATE TABLE analytics.dim_customer (
  customer_key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id bigint NOT NULL,
  country_code character(2),
  is_business boolean NOT NULL,
  valid_from timestamp with time zone NOT NULL,
  valid_to timestamp with time zone,
  UNIQUE (customer_id, valid_from)
);
COMMENT ON TABLE analytics.dim_customer IS 'Customers without personal data, a new row for each change (slowly changing dimension, type 2).';
COMMENT ON COLUMN analytics.dim_customer.customer_id IS 'shop.customer.customer_id. Not a foreign key: erased customers stay in the figures.';
COMMENT ON COLUMN analytics.dim_customer.valid_to IS 'Empty in the row that holds today.';

CREATE TABLE analytics.dim_product (
  product_key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  product_id bigint NOT NULL UNIQUE,
  sku text NOT NULL,
  name text NOT NULL,
  category text NOT NULL,
  department text
);
COMMENT ON TABLE analytics.dim_product IS 'Products with category and department flattened in.';

CREATE TABLE analytics.fact_sales (
  order_id bigint NOT NULL,
  line_no smallint NOT NULL,
  date_key integer NOT NULL REFERENCES analytics.dim_date (date_key),
  customer_key bigint NOT NULL REFERENCES analytics.dim_customer (customer_key),
  product_key bigint NOT NULL REFERENCES analytics.dim_product (product_key),
  channel text NOT NULL,
  quantity integer NOT NULL,
  revenue_eur numeric(12, 2) NOT NULL,
  PRIMARY KEY (order_id, line_no)
);
COMMENT ON TABLE analytics.fact_sales IS 'One row for each order line that was not cancelled. Grain: order line.';
COMMENT ON COLUMN analytics.fact_sales.revenue_eur IS 'Line total in euros at the rate of the order''s day, VAT included.';

CREATE TABLE analytics.fact_stock_day (
  date_key integer NOT NULL REFERENCES analytics.dim_date (date_key),
  product_key bigint NOT NULL REFERENCES analytics.dim_product (product_key),
  warehouse_id smallint NOT NULL,
  on_hand integer NOT NULL,
  PRIMARY KEY (date_key, product_key, warehouse_id)
);
COMMENT ON TABLE analytics.fact_stock_day IS 'Stock at the end of each day. Do not sum over days.';

CREATE TABLE analytics.customer_segment (
  customer_id bigint PRIMARY KEY,
  segment text NOT NULL,
  computed_on date NOT NULL
);
COMMENT ON TABLE analytics.customer_segment IS 'Segment of each customer by recency and spending; rebuilt every Sunday.';
COMMENT ON COLUMN analytics.customer_segment.segment IS 'champion, regular, sleeping or new.';

CREATE TABLE analytics.etl_run (
  run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  step text NOT NULL,
  started_at timestamp with time zone NOT NULL DEFAULT clock_timestamp(),
  row_count bigint
);
COMMENT ON TABLE analytics.etl_run IS 'Log of the nightly load.';

CREATE VIEW analytics.sales AS
SELECT d.day, d.iso_week, d.month_name, p.sku, p.name AS product, p.category, p.department, c.country_code, c.is_business,
       c.customer_id, f.channel, f.quantity, f.revenue_eur
FROM analytics.fact_sales f
JOIN analytics.dim_date d USING (date_key)
JOIN analytics.dim_product p USING (product_key)
JOIN analytics.dim_customer c USING (customer_key);
COMMENT ON VIEW analytics.sales IS 'The star, joined: start here for any question about sales.';

CREATE VIEW analytics.sales_by_channel AS
SELECT month_name, channel, sum(quantity) AS pieces, sum(revenue_eur) AS revenue_eur
FROM analytics.sales
GROUP BY month_name, channel;
COMMENT ON VIEW analytics.sales_by_channel IS 'Monthly revenue by channel, for the board''s dashboard.';

CREATE VIEW analytics.customer_value AS
SELECT s.customer_id, g.segment, min(s.day) AS first_order, max(s.day) AS last_order, sum(s.revenue_eur) AS revenue_eur
FROM analytics.sales s
LEFT JOIN analytics.customer_segment g USING (customer_id)
GROUP BY s.customer_id, g.segment;
COMMENT ON VIEW analytics.customer_value IS 'What each customer has brought in so far.';

CREATE MATERIALIZED VIEW analytics.revenue_by_month AS
SELECT month_name, category, country_code, sum(revenue_eur) AS revenue_eur, count(DISTINCT customer_id) AS customers
FROM analytics.sales
GROUP BY month_name, category, country_code
WITH NO DATA;
COMMENT ON MATERIALIZED VIEW analytics.revenue_by_month IS 'Revenue by month, category and country. Refreshed at the end of the nightly load.';
COMMENT ON COLUMN analytics.revenue_by_month.customers IS 'Different customers in that cell; do not add up over cells.';

CREATE PROCEDURE analytics.load_dim_customer()
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE analytics.dim_customer d
  SET valid_to = now()
  FROM shop.customer c
  WHERE d.customer_id = c.customer_id AND d.valid_to IS NULL
    AND (d.country_code, d.is_business) IS DISTINCT FROM ((c.billing_address).country_code, c.vat_number IS NOT NULL);
  INSERT INTO analytics.dim_customer (customer_id, country_code, is_business, valid_from)
  SELECT c.customer_id, (c.billing_address).country_code, c.vat_number IS NOT NULL, c.created_at
  FROM shop.customer c
  WHERE NOT EXISTS (SELECT FROM analytics.dim_customer d WHERE d.customer_id = c.customer_id AND d.valid_to IS NULL);
END
$$;
COMMENT ON PROCEDURE analytics.load_dim_customer() IS 'Closes rows that changed and adds the new state.';

CREATE PROCEDURE analytics.load_dim_product()
LANGUAGE sql AS $$
  INSERT INTO analytics.dim_product (product_id, sku, name, category, department)
  SELECT p.product_id, p.sku, p.name, c.name, d.name
  FROM shop.product p
  JOIN shop.category c USING (category_id)
  LEFT JOIN shop.category d ON d.category_id = c.parent_id
  ON CONFLICT (product_id) DO UPDATE
    SET sku = excluded.sku, name = excluded.name, category = excluded.category, department = excluded.department;
$$;

CREATE PROCEDURE analytics.load_fact_sales(from_day date, to_day date)
LANGUAGE sql AS $$
  DELETE FROM analytics.fact_sales
  WHERE date_key BETWEEN to_char(from_day, 'YYYYMMDD')::integer AND to_char(to_day, 'YYYYMMDD')::integer;
  INSERT INTO analytics.fact_sales (order_id, line_no, date_key, customer_key, product_key, channel, quantity, revenue_eur)
  SELECT l.order_id, l.line_no, to_char(o.ordered_at, 'YYYYMMDD')::integer, c.customer_key, p.product_key, o.channel::text,
         l.quantity, finance.to_euros(l.line_total, o.currency, o.ordered_at::date)
  FROM shop.order_line l
  JOIN shop.orders o USING (order_id, ordered_at)
  JOIN analytics.dim_customer c ON c.customer_id = o.customer_id AND c.valid_to IS NULL
  JOIN analytics.dim_product p ON p.product_id = l.product_id
  WHERE o.status <> 'cancelled' AND o.ordered_at::date BETWEEN from_day AND to_day;
$$;
COMMENT ON PROCEDURE analytics.load_fact_sales(date, date) IS 'Loads the order lines of some days anew. May be repeated.';

CREATE PROCEDURE analytics.snapshot_stock(on_day date)
LANGUAGE sql AS $$
  INSERT INTO analytics.fact_stock_day (date_key, product_key, warehouse_id, on_hand)
  SELECT to_char(on_day, 'YYYYMMDD')::integer, p.product_key, s.warehouse_id, s.on_hand
  FROM inventory.stock_on_hand s
  JOIN analytics.dim_product p USING (product_id)
  ON CONFLICT (date_key, product_key, warehouse_id) DO UPDATE SET on_hand = excluded.on_hand;
$$;

CREATE PROCEDURE analytics.rebuild_segments(on_day date)
LANGUAGE sql AS $$
  DELETE FROM analytics.customer_segment;
  INSERT INTO analytics.customer_segment (customer_id, segment, computed_on)
  SELECT customer_id,
         CASE WHEN revenue_eur > 300 THEN 'champion' WHEN last_order < on_day - 45 THEN 'sleeping'
              WHEN first_order > on_day - 14 THEN 'new' ELSE 'regular' END,
         on_day
  FROM analytics.customer_value;
$$;

CREATE PROCEDURE analytics.nightly(on_day date)
LANGUAGE plpgsql AS $$
DECLARE
  loaded bigint;
BEGIN
  CALL analytics.load_dim_customer();
  CALL analytics.load_dim_product();
  CALL analytics.load_fact_sales(on_day - 90, on_day);
  CALL analytics.snapshot_stock(on_day);
  CALL analytics.rebuild_segments(on_day);
  REFRESH MATERIALIZED VIEW analytics.revenue_by_month;
  SELECT count(*) INTO loaded FROM analytics.fact_sales;
  INSERT INTO analytics.etl_run (step, row_count) VALUES ('nightly', loaded);
END
$$;
COMMENT ON PROCEDURE analytics.nightly(date) IS 'The whole nightly load, in order. Started by cron at 02:30 UTC.';

-- ---------------------------------------------------------------- archive

CREATE TABLE archive."Orders 2019" (
  "orderNo" integer PRIMARY KEY,
  "Customer E-Mail" text,
  "Total (£)" money,
  "Paid?" boolean,
  ordered date
);
COMMENT ON TABLE archive."Orders 2019" IS 'Last export of the shop we had before. "Total (£)" includes 20 % VAT.';

-- ---------------------------------------------------------------- owners and rights

DO $$
DECLARE
  found record;
BEGIN
  FOR found IN
    SELECT c.oid::regclass AS name, pg_get_userbyid(n.nspowner) AS owner,
           CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END AS kind
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname IN ('shop', 'inventory', 'finance', 'support', 'staging', 'analytics', 'archive')
      AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  LOOP
    EXECUTE format('ALTER %s %s OWNER TO %I', found.kind, found.name, found.owner);
  END LOOP;
  FOR found IN
    SELECT p.oid::regprocedure AS name, pg_get_userbyid(n.nspowner) AS owner
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname IN ('shop', 'inventory', 'finance', 'support', 'staging', 'analytics', 'archive')
  LOOP
    EXECUTE format('ALTER ROUTINE %s OWNER TO %I', found.name, found.owner);
  END LOOP;
END
$$;

GRANT USAGE ON SCHEMA shop, inventory, finance TO fernhill_data;
GRANT SELECT ON ALL TABLES IN SCHEMA shop, inventory, finance TO fernhill_data;
GRANT INSERT, UPDATE ON finance.exchange_rate TO fernhill_data;
GRANT USAGE ON SCHEMA support TO fernhill_agent;
GRANT SELECT ON ALL TABLES IN SCHEMA support TO fernhill_agent;
GRANT USAGE ON SCHEMA shop TO fernhill_warehouse, fernhill_finance, fernhill_support;
GRANT SELECT, REFERENCES ON ALL TABLES IN SCHEMA shop TO fernhill_warehouse, fernhill_finance, fernhill_support;
