import { createDatabase, type TestDatabase } from "@headwater/test-servers";
import { describePostgres } from "@headwater/test-servers/vitest";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { applyWeekLater, loadSampleDatabase } from "../src/index.ts";

const OURS = "('shop', 'inventory', 'finance', 'support', 'staging', 'analytics', 'archive')";

await describePostgres((server) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase(server);
    await withClient(database.url, loadSampleDatabase);
  });
  afterAll(() => database.drop());

  const one = async (sql: string): Promise<unknown> => Object.values((await database.sql(sql))[0] ?? {})[0];
  const count = async (from: string): Promise<number> => Number(await one(`SELECT count(*) FROM ${from}`));

  describe("as loaded", () => {
    test("holds every kind of relation, and a description of each", async () => {
      const kinds = await database.sql<{ kind: string; described: string; relations: string }>(`
        SELECT c.relkind AS kind, count(obj_description(c.oid, 'pg_class')) AS described, count(*) AS relations
        FROM pg_class c WHERE c.relnamespace::regnamespace::text IN ${OURS}
          AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition GROUP BY 1 ORDER BY 1`);
      expect(Object.fromEntries(kinds.map((row) => [row.kind, Number(row.relations)]))).toEqual({
        f: 1,
        m: 1,
        p: 2,
        r: 35,
        v: 10,
      });
      for (const row of kinds) expect(row).toHaveProperty("described", row.relations);
    });

    test("has rows in every table and every view", async () => {
      const relations = await database.sql<{ name: string }>(`
        SELECT c.oid::regclass::text AS name FROM pg_class c
        WHERE c.relnamespace::regnamespace::text IN ${OURS} AND c.relkind IN ('r', 'p', 'v', 'm') ORDER BY 1`);
      const counts = await Promise.all(relations.map(async ({ name }) => [name, await count(name)] as const));
      expect(counts.filter(([, rows]) => rows === 0).map(([name]) => name)).toEqual(["shop.orders_other"]);
      expect(await count("inventory.carrier_tracking")).toBe(0);
    });

    test("has the row counts of an ANALYZE", async () => {
      expect(await one("SELECT reltuples::integer FROM pg_class WHERE oid = 'shop.order_line'::regclass")).toBe(
        await count("shop.order_line"),
      );
    });

    test("keeps the books balanced", async () => {
      expect(await one("SELECT sum(balance)::text FROM finance.trial_balance")).toBe("0.00");
      expect(Number(await one("SELECT balance FROM finance.trial_balance WHERE account_no = '1200'"))).toBeGreaterThan(
        0,
      );
    });

    test("shows agents the tickets of their own team only", async () => {
      const team = "SET LOCAL ROLE fernhill_agent; SET LOCAL fernhill.team = 'wholesale';";
      const [seen] = await database.sql<{ teams: string }>(
        `BEGIN; ${team} SELECT string_agg(DISTINCT team, ',') AS teams FROM support.ticket`,
      );
      expect(seen).toEqual({ teams: "wholesale" });
      expect(await one("SELECT string_agg(DISTINCT team, ',') FROM support.ticket")).toBe("private,wholesale");
    });

    test("is loaded once: a second time fails and changes nothing", async () => {
      const orders = await count("shop.orders");
      await expect(withClient(database.url, loadSampleDatabase)).rejects.toThrow('schema "shop" already exists');
      expect(await count("shop.orders")).toBe(orders);
    });
  });

  describe("a week later", () => {
    beforeAll(() => withClient(database.url, applyWeekLater));

    const columns = (table: string): Promise<unknown> =>
      one(`SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute
           WHERE attrelid = '${table}'::regclass AND attnum > 0 AND NOT attisdropped`);
    const exists = async (table: string): Promise<boolean> => (await one(`SELECT to_regclass('${table}')`)) !== null;

    test("columns were added, dropped, renamed and retyped", async () => {
      expect(await columns("shop.customer")).toMatch(/ marketing_consent_at$/);
      expect(await columns("shop.customer")).not.toContain("fax");
      expect(await columns("shop.product")).toContain(" net_weight_grams ");
      expect(await columns("shop.product")).not.toContain(" weight_grams ");
      expect(await columns("shop.product_catalogue")).toMatch(/ weight_grams stars$/);
      expect(
        await one(`SELECT format_type(atttypid, atttypmod) FROM pg_attribute
                   WHERE attrelid = 'shop.review'::regclass AND attname = 'rating'`),
      ).toBe("numeric(2,1)");
    });

    test("tables came, went, were renamed and swapped", async () => {
      expect(await exists("shop.gift_card")).toBe(true);
      expect(await exists("shop.orders_2026_12")).toBe(true);
      expect(await exists("staging.supplier_price_list")).toBe(false);
      expect(await exists("inventory.carrier")).toBe(false);
      expect(await count("inventory.delivery_partner")).toBe(2);
      expect(await columns("analytics.customer_segment")).toBe("customer_id segment revenue_eur computed_on");
      expect(await columns("analytics.customer_segment_old")).toBe("customer_id segment computed_on");
      expect(await one("SELECT pg_get_viewdef('analytics.customer_value'::regclass)")).not.toContain("segment_old");
    });

    test("an owner, a comment, a view, two routines and the rows changed", async () => {
      expect(await one("SELECT tableowner FROM pg_tables WHERE tablename = 'exchange_rate'")).toBe("fernhill_data");
      expect(await one("SELECT col_description('shop.orders'::regclass, 5)")).toContain("Orders by e-mail");
      expect(await columns("analytics.sales_by_channel")).toMatch(/ revenue_per_customer$/);
      expect(await one("SELECT count(*)::integer FROM pg_proc WHERE proname = 'price_on'")).toBe(1);
      expect(await one("SELECT prosrc FROM pg_proc WHERE proname = 'load_fact_sales'")).toContain("'returned'");
      expect(await count("shop.orders")).toBe(2200);
    });
  });
});

async function withClient(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await work(client).finally(() => client.end());
}
