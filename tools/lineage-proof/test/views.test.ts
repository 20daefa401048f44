import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { applyWeekLater, loadSampleDatabase } from "@headwater/sample-database";
import {
  connectionOf,
  createDatabase,
  type PostgresAddress,
  splitStatements,
  type TestDatabase,
  Unavailable,
} from "@headwater/test-servers";
import { describePostgres, describeWith, sharedPostgres } from "@headwater/test-servers/vitest";
import { lineageGaps } from "@headwater/catalog";
import { Client } from "pg";
import { expect, test } from "vitest";
import { compare, DEPENDENCIES, type Dependency } from "../src/compare.ts";
import { edgesOf, readLineage, readMetadata } from "../src/read.ts";

const SHARED = process.env["HEADWATER_SHARED"] ?? join(import.meta.dirname, "../../../../shared");
const PAGILA = join(SHARED, "data/databases/pagila/schema.sql");

async function differences(database: TestDatabase): Promise<{ views: number; columns: number; differ: object }> {
  const db = await readMetadata(database.url);
  await readLineage(db);
  expect(lineageGaps(db, null, 100).statements.filter(({ origin }) => origin === "view")).toEqual([]);
  const compared = compare(db, database.name, await database.sql<Dependency>(DEPENDENCIES));
  const differ = compared.filter(({ missing, extra }) => missing.length + extra.length > 0);
  return {
    views: compared.length,
    columns: compared.reduce((sum, { agreed }) => sum + agreed, 0),
    differ: Object.fromEntries(differ.map(({ view, missing, extra }) => [view, { missing, extra }])),
  };
}

async function withClient(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client(connectionOf(url));
  await client.connect();
  await work(client).finally(() => client.end());
}

await describePostgres((server: PostgresAddress) => {
  test("the sample database: every view has the source columns the server knows, before and after a week", async () => {
    const database = await createDatabase(server);
    await withClient(database.url, loadSampleDatabase);
    const before = await differences(database);
    await withClient(database.url, applyWeekLater);
    const after = await differences(database);
    await database.drop();
    expect({ before, after }).toMatchInlineSnapshot(`
        {
          "after": {
            "columns": 92,
            "differ": {},
            "views": 11,
          },
          "before": {
            "columns": 89,
            "differ": {},
            "views": 11,
          },
        }
      `);
  });
});

const CALLS = `
CREATE SCHEMA sales;
CREATE TABLE sales.orders (id int, amount numeric, note text);
CREATE FUNCTION public.rate(n numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT n * 2';
CREATE FUNCTION sales.is_large(n numeric) RETURNS boolean LANGUAGE plpgsql STABLE AS 'BEGIN RETURN n > 7; END';
CREATE FUNCTION sales."Odd.name"(n int) RETURNS int LANGUAGE sql AS 'SELECT n';
CREATE FUNCTION sales.several() RETURNS SETOF int LANGUAGE sql AS 'SELECT id FROM sales.orders';
CREATE FUNCTION sales.lower(t text) RETURNS text LANGUAGE sql AS 'SELECT t';
CREATE FUNCTION sales.twice(n int) RETURNS int LANGUAGE sql AS 'SELECT n';
CREATE FUNCTION sales.twice(n text) RETURNS text LANGUAGE sql AS 'SELECT n';
CREATE AGGREGATE sales.joined(text) (sfunc = textcat, stype = text, initcond = '');
CREATE VIEW sales.selected AS SELECT public.rate(amount) AS rated, coalesce(note, '-') AS note, sales.twice(id) AS id FROM sales.orders;
CREATE VIEW sales.filtered AS SELECT o.id, sales."Odd.name"(o.id) AS odd FROM sales.orders o
  WHERE sales.is_large(o.amount) AND o.id IN (SELECT max(several) FROM sales.several());
CREATE VIEW sales.grouped AS SELECT sales.lower(note) AS note, lower(sales.joined(note)) AS notes FROM sales.orders
  GROUP BY sales.lower(note) HAVING count(*) > sales."Odd.name"(3);
CREATE MATERIALIZED VIEW sales.kept AS WITH w AS (SELECT id, public.rate(amount) AS rated FROM sales.orders) SELECT * FROM w;`;

await describePostgres((server: PostgresAddress) => {
  test("views come from the functions they call, as the server knows them", async () => {
    const database = await createDatabase(server, { sql: CALLS });
    const db = await readMetadata(database.url);
    await readLineage(db);
    const compared = compare(db, database.name, await database.sql<Dependency>(DEPENDENCIES));
    await database.drop();
    expect(compared.filter(({ missing, extra }) => missing.length + extra.length > 0)).toEqual([]);
    expect(edgesOf(db, ["view"]).filter((edge) => edge.includes(")"))).toEqual([
      "public.rate(numeric) > sales.kept",
      "public.rate(numeric) > sales.selected",
      "sales.Odd.name(integer) > sales.filtered",
      "sales.Odd.name(integer) > sales.grouped",
      "sales.is_large(numeric) > sales.filtered",
      "sales.joined(text) > sales.grouped",
      "sales.lower(text) > sales.grouped",
      "sales.several() > sales.filtered",
    ]);
  });
});

// Its schema needs what version 18 brought.
await describeWith(
  "PostgreSQL 18 with the Pagila sample",
  async () => {
    if (!existsSync(PAGILA))
      throw new Unavailable(`there is no data/databases/pagila in ${SHARED} (set HEADWATER_SHARED)`);
    return sharedPostgres(18);
  },
  (server: PostgresAddress) => {
    test("Pagila: every view has the source columns the server knows", async () => {
      const database = await createDatabase(server);
      await withClient(database.url, async (client) => {
        // One statement at a time, because the extension `vector` may be missing and one table needs it.
        for (const statement of splitStatements(readFileSync(PAGILA, "utf8")))
          await client.query(statement).catch((error: Error) => {
            if (!/vector|film_embedding/.test(statement)) throw error;
          });
      });
      const found = await differences(database);
      await database.drop();
      expect(found).toMatchInlineSnapshot(`
        {
          "columns": 113,
          "differ": {},
          "views": 8,
        }
      `);
    });
  },
);
