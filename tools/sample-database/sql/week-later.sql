-- What a week of ordinary work did to the database of schema.sql.

-- The shop's release: consent is recorded, the fax number goes, half stars, a name that says what is weighed.
ALTER TABLE shop.customer ADD COLUMN marketing_consent_at timestamp with time zone;
COMMENT ON COLUMN shop.customer.marketing_consent_at IS 'When the customer agreed to marketing mail; empty means never. Replaces preferences.newsletter.';
ALTER TABLE shop.customer DROP COLUMN fax;
ALTER TABLE shop.product RENAME COLUMN weight_grams TO net_weight_grams;
ALTER TABLE shop.review ALTER COLUMN rating TYPE numeric(2, 1);
COMMENT ON COLUMN shop.review.rating IS 'Stars, 1 to 5 in halves.';
CREATE OR REPLACE VIEW shop.product_catalogue AS
SELECT p.product_id, p.sku, p.name, c.name AS category, p.list_price, p.currency, p.net_weight_grams AS weight_grams,
       (SELECT round(avg(r.rating), 1) FROM shop.review r WHERE r.product_id = p.product_id) AS stars
FROM shop.product p
JOIN shop.category c USING (category_id)
WHERE p.on_sale @> CURRENT_DATE;
COMMENT ON VIEW shop.product_catalogue IS 'Products that can be ordered today, with their stars, as the shop''s front page shows them.';
ALTER TYPE shop.order_status ADD VALUE 'backordered' AFTER 'paid';
ALTER TABLE shop.coupon ADD CONSTRAINT coupon_limit CHECK (usage_limit > 0);
COMMENT ON COLUMN shop.orders.channel IS 'Where the order came from. Orders by e-mail count as phone.';

-- Gift cards.
CREATE TABLE shop.gift_card (
  code character(16) PRIMARY KEY,
  bought_by bigint REFERENCES shop.customer (customer_id),
  amount shop.money_amount NOT NULL,
  balance shop.money_amount NOT NULL,
  expires_on date NOT NULL,
  CONSTRAINT gift_card_balance CHECK (balance::numeric <= amount::numeric)
);
COMMENT ON TABLE shop.gift_card IS 'Gift cards sold since November 2026. They expire at the end of the third year.';
COMMENT ON COLUMN shop.gift_card.balance IS 'What is left to spend.';
ALTER TABLE shop.gift_card OWNER TO fernhill_shop;
INSERT INTO shop.gift_card (code, bought_by, amount, balance, expires_on)
SELECT upper(substr(md5(n::text), 1, 16)), n, 50, 50 - n % 3 * 10, '2029-12-31' FROM generate_series(1, 30) n;

-- Prices need a currency now.
DROP FUNCTION shop.price_on(bigint, date);

-- Next month's partition, and the orders of a week.
CREATE TABLE shop.orders_2026_12 PARTITION OF shop.orders FOR VALUES FROM ('2026-12-01 00:00+00') TO ('2027-01-01 00:00+00');
ALTER TABLE shop.orders_2026_12 OWNER TO fernhill_shop;
INSERT INTO shop.orders (ordered_at, customer_id, ship_to)
SELECT timestamptz '2026-11-20 08:00+00' + n * interval '50 minutes', customer_id, billing_address
FROM generate_series(1, 200) n JOIN shop.customer ON customer_id = 1 + n * 13 % 400;

-- The warehouse renamed a table; the data team took one over and dropped one that nobody loads any more.
ALTER TABLE inventory.carrier RENAME TO delivery_partner;
COMMENT ON TABLE inventory.delivery_partner IS 'Who carries our parcels, bicycle couriers included.';
ALTER TABLE finance.exchange_rate OWNER TO fernhill_data;
DROP TABLE staging.supplier_price_list;

-- Returns no longer count as revenue.
CREATE OR REPLACE PROCEDURE analytics.load_fact_sales(from_day date, to_day date)
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
  WHERE o.status NOT IN ('cancelled', 'returned') AND o.ordered_at::date BETWEEN from_day AND to_day;
$$;
CREATE OR REPLACE VIEW analytics.sales_by_channel AS
SELECT month_name, channel, sum(quantity) AS pieces, sum(revenue_eur) AS revenue_eur,
       round(sum(revenue_eur) / count(DISTINCT customer_id), 2) AS revenue_per_customer
FROM analytics.sales
GROUP BY month_name, channel;

-- Segments are built beside the old table and swapped in, so that readers never see it empty.
CREATE TABLE analytics.customer_segment_new (
  customer_id bigint PRIMARY KEY,
  segment text NOT NULL,
  revenue_eur numeric(12, 2),
  computed_on date NOT NULL
);
COMMENT ON TABLE analytics.customer_segment_new IS 'Segment of each customer by recency and spending; rebuilt every Sunday.';
COMMENT ON COLUMN analytics.customer_segment_new.segment IS 'champion, regular, sleeping or new.';
COMMENT ON COLUMN analytics.customer_segment_new.revenue_eur IS 'What the customer spent in the last 90 days.';
ALTER TABLE analytics.customer_segment_new OWNER TO fernhill_data;
INSERT INTO analytics.customer_segment_new (customer_id, segment, revenue_eur, computed_on)
SELECT customer_id, segment, revenue_eur, '2026-11-27' FROM analytics.customer_value WHERE segment IS NOT NULL;
ALTER TABLE analytics.customer_segment RENAME TO customer_segment_old;
ALTER TABLE analytics.customer_segment_new RENAME TO customer_segment;
-- A view follows the table it was built on, not the name: without this it would go on reading the old one.
CREATE OR REPLACE VIEW analytics.customer_value AS
SELECT s.customer_id, g.segment, min(s.day) AS first_order, max(s.day) AS last_order, sum(s.revenue_eur) AS revenue_eur
FROM analytics.sales s
LEFT JOIN analytics.customer_segment g USING (customer_id)
GROUP BY s.customer_id, g.segment;

ANALYZE;
