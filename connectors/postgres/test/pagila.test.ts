import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FACTS_SCHEMAS, type TableFacts } from "@headwater/core";
import {
  connectionOf,
  createDatabase,
  type PostgresAddress,
  splitStatements,
  Unavailable,
} from "@headwater/test-servers";
import { describeWith, sharedPostgres } from "@headwater/test-servers/vitest";
import { Client } from "pg";
import { expect, test } from "vitest";
import { readDatabase } from "./reading.ts";

const SHARED = process.env["HEADWATER_SHARED"] ?? join(import.meta.dirname, "../../../../shared");
const SCHEMA = join(SHARED, "data/databases/pagila/schema.sql");

// It needs what only version 18 has: uuidv7().
await describeWith(
  "PostgreSQL 18 with the Pagila sample",
  async () => {
    if (!existsSync(SCHEMA))
      throw new Unavailable(`there is no data/databases/pagila in ${SHARED} (set HEADWATER_SHARED)`);
    return sharedPostgres(18);
  },
  (server: PostgresAddress) => {
    test("is read whole", async () => {
      const database = await createDatabase(server);
      const client = new Client(connectionOf(database.url));
      await client.connect();
      // One statement at a time, because the extension \`vector\` may be missing and one table needs it.
      const failed: string[] = [];
      for (const statement of splitStatements(readFileSync(SCHEMA, "utf8")))
        await client.query(statement).catch(() => failed.push(statement));
      await client.end();
      expect(failed.filter((statement) => !/vector|film_embedding/.test(statement))).toEqual([]);
      const reading = await readDatabase(database.url, database.name);
      const [counted] = await database.sql<{ tables: string; views: string; routines: string }>(
        `SELECT count(*) FILTER (WHERE relkind IN ('r', 'p') AND NOT relispartition) AS tables, count(*) FILTER (WHERE relkind IN ('v', 'm')) AS views,
             (SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace) AS routines
           FROM pg_class WHERE relnamespace = 'public'::regnamespace`,
      );
      const entities = [...reading.entities.values()];
      const tables = entities.filter(({ type }) => type === "table");
      const isView = (kind: string): boolean => kind.endsWith("View");
      expect({
        tables: String(tables.filter(({ found }) => !isView(found.kind)).length),
        views: String(tables.filter(({ found }) => isView(found.kind)).length),
        routines: String(entities.filter(({ type }) => type === "storedProcedure").length),
      }).toEqual(counted);
      expect(entities.flatMap(({ type, facts }) => FACTS_SCHEMAS[type].safeParse(facts).error ?? [])).toEqual([]);
      const film = reading.entities.get(`${database.name}/public/film`)?.facts as TableFacts;
      expect(film.columns.find(({ name }) => name === "release_year")).toMatchObject({
        dataType: "INT",
        dataTypeDisplay: "public.year",
        source: { domain: { name: "public.year", type: "integer" } },
      });
      expect(film.columns.find(({ name }) => name === "special_features")).toMatchObject({
        dataType: "ARRAY",
        arrayDataType: "TEXT",
      });
      const payment = reading.entities.get(`${database.name}/public/payment`)?.facts as TableFacts;
      expect(payment.tablePartition).toEqual({
        columns: [{ columnName: "payment_date", intervalType: "TIME-UNIT" }],
      });
      await database.drop();
    });
  },
);
