-- Rows for the tables of schema.sql: the same ones each time, so that counts can be relied on.

INSERT INTO shop.category (category_id, parent_id, name, slug)
VALUES (1, NULL, 'Coffee', 'coffee'), (2, NULL, 'Equipment', 'equipment'),
       (3, 1, 'Espresso', 'espresso'), (4, 1, 'Filter', 'filter'), (5, 1, 'Decaf', 'decaf'),
       (6, 2, 'Grinders', 'grinders'), (7, 2, 'Kettles', 'kettles'), (8, 2, 'Cups', 'cups');
SELECT setval(pg_get_serial_sequence('shop.category', 'category_id'), 8);

INSERT INTO shop.product (sku, name, description, category_id, list_price, weight_grams, attributes, labels, on_sale, updated_at)
SELECT (ARRAY['ESP', 'FIL', 'DEC', 'GRI', 'KET', 'CUP'])[1 + n % 6] || '-' || to_char(n, 'FM0000'),
       (ARRAY['Yirgacheffe', 'Huila', 'Sidamo', 'Antigua', 'Mandheling', 'Cerrado', 'Nyeri', 'Tarrazú'])[1 + n % 8]
         || ' ' || (ARRAY['Espresso', 'Filter', 'Decaf', 'Hand Grinder', 'Gooseneck Kettle', 'Cup'])[1 + n % 6],
       CASE WHEN n % 3 = 0 THEN 'Roasted in Leeds every Tuesday.' END,
       3 + n % 6, 6.5 + n % 17 * 2.25, 250 + n % 5 * 125,
       jsonb_build_object('roast', n % 4 + 1), CASE WHEN n % 4 = 0 THEN '{organic,fairtrade}'::varchar[] END,
       daterange('2026-01-01', CASE WHEN n % 15 = 0 THEN '2026-10-01'::date END), '2026-09-01 08:00+00'
FROM generate_series(1, 60) n;

INSERT INTO shop.product_price (product_id, currency, valid, amount)
SELECT product_id, 'EUR', daterange('2026-01-01', '2026-07-01'), list_price * 0.95 FROM shop.product
UNION ALL SELECT product_id, 'EUR', daterange('2026-07-01', NULL), list_price FROM shop.product
UNION ALL SELECT product_id, 'GBP', daterange('2026-01-01', NULL), list_price * 0.87 FROM shop.product;

INSERT INTO shop.customer (email, full_name, phone, billing_address, interests, preferences, vat_number, referred_by, created_at)
SELECT 'customer' || n || '@mail.example',
       (ARRAY['Ines', 'Tom', 'Aylin', 'Jonas', 'Priya', 'Marek', 'Chloé'])[1 + n % 7] || ' '
         || (ARRAY['Brandt', 'O''Neill', 'Kaya', 'Visser', 'Shah', 'Nowak', 'Dubois', 'Smith', 'Rossi'])[1 + n % 9],
       '+44 20 7946 ' || to_char(n, 'FM0000'),
       ROW((n % 80 + 1) || ' Mill Lane', NULL, 'LS' || (n % 20 + 1), 'Leeds', (ARRAY['GB', 'NL', 'DE', 'FR'])[1 + n % 4])::shop.postal_address,
       CASE n % 3 WHEN 0 THEN '{espresso}'::text[] WHEN 1 THEN '{filter,equipment}' ELSE '{}' END,
       jsonb_build_object('newsletter', n % 2 = 0),
       CASE WHEN n % 12 = 0 THEN 'GB' || (100000000 + n) END,
       CASE WHEN n % 10 = 0 THEN n / 10 END, timestamptz '2025-01-01 09:00+00' + n * interval '31 hours'
FROM generate_series(1, 400) n;

INSERT INTO shop.coupon (code, percent_off, usable, usage_limit)
VALUES ('AUTUMN26', 10, '[2026-09-15 00:00+00,2026-11-15 00:00+00)', 500), ('WELCOME', 5, '[2026-01-01 00:00+00,)', NULL);

INSERT INTO shop.orders (ordered_at, customer_id, status, channel, currency, coupon_code, ship_to)
SELECT timestamptz '2026-09-01 06:00+00' + n * interval '57 minutes', c.customer_id,
       CASE WHEN n > 1950 THEN 'paid' WHEN n % 41 = 0 THEN 'cancelled' WHEN n % 53 = 0 THEN 'returned' ELSE 'delivered' END::shop.order_status,
       (ARRAY['web', 'web', 'app', 'web', 'phone', 'wholesale'])[1 + n % 6]::shop.sales_channel,
       CASE WHEN (c.billing_address).country_code = 'GB' THEN 'GBP' ELSE 'EUR' END,
       CASE WHEN n % 25 = 0 THEN 'AUTUMN26' END, c.billing_address
FROM generate_series(1, 2000) n JOIN shop.customer c ON c.customer_id = 1 + n * 7 % 400
ORDER BY n;

INSERT INTO shop.order_line (order_id, ordered_at, line_no, product_id, quantity, unit_price, discount_percent)
SELECT o.order_id, o.ordered_at, line, p.product_id, 1 + (o.order_id + line) % 3, p.list_price, CASE WHEN o.coupon_code IS NULL THEN 0 ELSE 10 END
FROM shop.orders o
CROSS JOIN generate_series(1, 3) line
JOIN shop.product p ON p.product_id = 1 + (o.order_id * 5 + line * 11) % 60
WHERE line <= 1 + o.order_id % 3;

INSERT INTO shop.payment (payment_id, order_id, ordered_at, provider, amount, captured_at, provider_answer)
SELECT md5('payment ' || order_id)::uuid, order_id, ordered_at, (ARRAY['adyen', 'paypal', 'adyen', 'invoice'])[1 + order_id % 4],
       sum(line_total), ordered_at + interval '4 minutes', '{"result": "Authorised"}'
FROM shop.order_line GROUP BY order_id, ordered_at;

INSERT INTO shop.review (product_id, customer_id, rating, body, written_on)
SELECT 1 + n % 60, 1 + n * 3 % 400, 1 + n % 5, CASE WHEN n % 2 = 0 THEN 'Arrived fresh and on time.' END, date '2026-09-05' + n % 60
FROM generate_series(1, 240) n;

INSERT INTO inventory.warehouse (warehouse_id, name, address, position)
VALUES (1, 'Leeds', ROW('Canal Wharf 4', NULL, 'LS11 5PS', 'Leeds', 'GB')::shop.postal_address, '(-1.55,53.79)'),
       (2, 'Rotterdam', ROW('Maashaven 12', NULL, '3072 AE', 'Rotterdam', 'NL')::shop.postal_address, '(4.49,51.90)');
INSERT INTO inventory.bin (warehouse_id, aisle, shelf, inner_size, kept_at)
SELECT w, chr(64 + a), s, ROW(600, 400, 300)::inventory.box_size, '[10,15]'
FROM generate_series(1, 2) w, generate_series(1, 6) a, generate_series(1, 5) s;
INSERT INTO inventory.supplier (name, country_code, lead_time, contact_emails, rating)
VALUES ('Northport Green Coffee', 'NL', '9 days', '{orders@northport.example}', 4.6), ('Kaldi & Daughters', 'ET', '42 days', '{hello@kaldi.example}', 4.9),
       ('Burrworks', 'DE', '21 days', '{sales@burrworks.example}', 4.1);
INSERT INTO inventory.purchase_order (supplier_id, warehouse_id, placed_on, expected, total_amount, currency)
SELECT 1 + n % 3, 1 + n % 2, date '2026-06-01' + n * 4, daterange(date '2026-06-20' + n * 4, date '2026-06-27' + n * 4), 900 + n * 13.5, 'EUR'
FROM generate_series(1, 36) n;
INSERT INTO inventory.lot (product_id, purchase_order_id, roasted_on, origins, cupping_score, roast_curve)
SELECT 1 + n % 60, 1 + n % 36, date '2026-08-04' + n % 14 * 7, '{Ethiopia,Colombia}', 80 + n % 10 * 0.75, '{{0,180},{300,150},{600,205}}'
FROM generate_series(1, 120) n;
INSERT INTO inventory.stock (warehouse_id, aisle, shelf, lot_id, quantity, reserved, counted_at)
SELECT 1 + lot_id % 2, chr((65 + lot_id % 6)::integer), 1 + lot_id % 5, lot_id, 10 + lot_id % 40, lot_id % 4, '2026-11-01 06:00' FROM inventory.lot;
INSERT INTO inventory.stock_movement (warehouse_id, lot_id, kind, quantity, moved_at, scanned_by)
SELECT 1 + n % 2, 1 + n % 120, CASE WHEN n % 5 = 0 THEN 'receipt' ELSE 'pick' END::inventory.movement_kind, CASE WHEN n % 5 = 0 THEN 40 ELSE -2 END,
       timestamptz '2026-09-01 05:00+00' + n * interval '25 minutes', '10.20.0.14'
FROM generate_series(1, 4500) n;
INSERT INTO inventory.carrier (carrier_id, name, tracking_url)
VALUES (1, 'PostNL', 'https://postnl.example/track/{number}'), (2, 'Royal Mail', 'https://royalmail.example/{number}');
INSERT INTO inventory.shipment (order_id, ordered_at, carrier_id, parcel_number, handed_over_at, gross_weight_grams)
SELECT order_id, ordered_at, 1 + order_id % 2, '3SFERN' || to_char(order_id, 'FM00000000'), ordered_at + interval '27 hours', 400 + order_id % 9 * 150
FROM shop.orders WHERE status IN ('delivered', 'returned');

INSERT INTO finance.account (account_no, name, kind)
VALUES ('1200', 'Bank', 'A'), ('1400', 'Receivables', 'A'), ('1600', 'Payables', 'L'), ('8000', 'Web shop sales', 'I'), ('5000', 'Green coffee', 'X');
INSERT INTO staging.exchange_rate_feed ("Currency", "Date", "Rate")
SELECT c, day::date::text, CASE WHEN extract(isodow FROM day) > 5 THEN 'N/A' ELSE rate END
FROM generate_series(timestamp '2026-08-31', timestamp '2026-11-20', '1 day') day, (VALUES ('GBP', '0.8712'), ('USD', '1.1630')) r (c, rate);
CALL staging.load_exchange_rates();
INSERT INTO finance.invoice (invoice_no, order_id, ordered_at, issued_on, due_on, net_amount, vat_amount, paid_on)
SELECT '2026-' || to_char(row_number() OVER (ORDER BY o.order_id), 'FM000000'), o.order_id, o.ordered_at, o.ordered_at::date, o.ordered_at::date + 30,
       round(t.order_total / 1.2, 2), round(t.order_total / 6, 2), CASE WHEN o.order_id % 5 > 0 THEN o.ordered_at::date + 21 END
FROM shop.orders o JOIN shop.order_overview t USING (order_id, ordered_at) WHERE o.channel = 'wholesale';
CALL finance.post_daily_sales('2026-11-02');
CALL finance.post_daily_sales('2026-11-03');

INSERT INTO support.ticket (customer_id, order_id, team, subject, priority, opened_at, first_answer_after, solved)
SELECT 1 + n * 11 % 400, n * 30, CASE WHEN n % 3 = 0 THEN 'wholesale' ELSE 'private' END, 'Where is my order?', (ARRAY['low', 'normal', 'high'])[1 + n % 3]::support.ticket_priority,
       timestamptz '2026-09-10 10:00+00' + n * interval '19 hours', n % 5 * interval '50 minutes', n % 4 > 0
FROM generate_series(1, 60) n;
INSERT INTO support.ticket_message (ticket_id, message_no, from_customer, body)
SELECT ticket_id, m, m % 2 = 1, CASE WHEN m = 1 THEN 'My parcel has not arrived yet.' ELSE 'It is on its way; sorry for the wait.' END
FROM support.ticket, generate_series(1, 2) m;

INSERT INTO staging.web_event (received_at, event)
SELECT timestamptz '2026-11-19 00:00+00' + n * interval '3 minutes', jsonb_build_object('page', '/product/' || 1 + n % 60, 'session', md5(n::text))
FROM generate_series(1, 800) n;
INSERT INTO staging.supplier_price_list (supplier_name, article, price_text, valid_from)
SELECT 'Burrworks', 'BW-' || n, '€ ' || 20 + n || ',–', '1.4.26' FROM generate_series(1, 25) n;
INSERT INTO staging."ERP_ItemMaster" ("ItemNo", "Description 1", "Gross Weight (g)", "LastModified")
SELECT sku, name, weight_grams * 1.1, '2026-11-18 23:10' FROM shop.product;
INSERT INTO archive."Orders 2019" ("orderNo", "Customer E-Mail", "Total (£)", "Paid?", ordered)
SELECT n, 'old' || n || '@mail.example', (15 + n % 30)::money, true, date '2019-01-02' + n % 360 FROM generate_series(1, 1200) n;

INSERT INTO analytics.dim_date (date_key, day, iso_week, month_name, is_weekend)
SELECT to_char(day, 'YYYYMMDD')::integer, day::date, extract(week FROM day), to_char(day, 'Month'), extract(isodow FROM day) > 5
FROM generate_series(timestamp '2026-01-01', timestamp '2026-12-31', '1 day') day;
CALL analytics.nightly('2026-11-20');

-- Row counts are estimates of the last ANALYZE. Run from here because the background process would come to it a minute late.
ANALYZE;
