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
import { readLineage, readMetadata } from "../src/read.ts";

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
