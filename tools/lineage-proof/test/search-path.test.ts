/** What names mean in a session, as it is read from a real server's log, beside what the server itself says. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { openDatabase } from "@headwater/catalog";
import { queryLog } from "@headwater/connector-query-log";
import { connectionOf, type PostgresServer, startPostgres } from "@headwater/test-servers";
import { describeWith } from "@headwater/test-servers/vitest";
import { Client } from "pg";
import { afterAll, expect, test } from "vitest";
import { LOGS_STATEMENTS } from "../src/logging-settings.ts";
import { readLineage } from "../src/read.ts";

const SCHEMAS = ["a", "b", "c", "a, b", "Mixed", "mixed", "it's"];
const OF_SESSION = [
  "SET search_path = a, b",
  "SET search_path TO b,c;",
  "SET SESSION search_path = 'a, b', c",
  `SET search_path TO "$user", "Mixed", public`,
  "SET search_path TO Mixed, a",
  "SET search_path TO 'it''s', b",
  "SET search_path = pg_catalog, b",
  "SET search_path = ''",
  "SET search_path TO DEFAULT",
  "SET SCHEMA 'b'",
  `SELECT set_config('search_path', 'b, "Mixed"', false)`,
  "RESET search_path",
  "RESET ALL",
];
const OF_TRANSACTION = [
  "SET LOCAL search_path = c, a",
  "SET LOCAL search_path TO DEFAULT",
  "SELECT pg_catalog.set_config('search_path', 'c,a', true)",
  "SAVEPOINT here",
];

await describeWith(
  "PostgreSQL whose sessions set paths",
  () =>
    startPostgres({
      settings: {
        ...LOGS_STATEMENTS,
        log_destination: "csvlog",
      },
    }),
  (server: PostgresServer) => {
    afterAll(() => server.stop());

    test("names mean what the server says, however often reading stops in between", async () => {
      const client = new Client(connectionOf(server.url()));
      await client.connect();
      for (const schema of SCHEMAS) await client.query(`CREATE SCHEMA ${client.escapeIdentifier(schema)}`);
      let seed = 5;
      const oneOf = (texts: readonly string[]): string => {
        seed = (seed * 16_807) % 2_147_483_647;
        return texts[seed % texts.length] as string;
      };
      const said: Record<string, string[]> = {};
      const run = async (text: string): Promise<void> => {
        await client.query(text);
        const name = `m${Object.keys(said).length}`;
        await client.query(`SELECT 1 AS ${name}`);
        const { rows } = await client.query<{ path: string[] }>("SELECT to_json(current_schemas(false)) AS path");
        said[name] = rows[0]?.path ?? [];
      };
      for (let round = 0; round < 60; round += 1) {
        await run(oneOf(OF_SESSION));
        await run("BEGIN");
        for (const _ of [1, 2]) await run(oneOf(OF_TRANSACTION));
        // What a session set in a transaction is not followed back.
        if (round % 2 === 0) await run("ROLLBACK");
        else {
          await run(oneOf(OF_SESSION));
          await run(oneOf(["COMMIT", "END"]));
        }
      }
      await client.end();

      const folder = join(server.dataFolder, "log");
      const path = join(folder, readdirSync(folder).find((name) => name.endsWith(".csv")) ?? "");
      const db = openDatabase(":memory:");
      for (let stopped = true; stopped;) {
        const log = { connector: queryLog, config: {}, path, pageRows: 17, maxQueries: 1 };
        stopped = (await readLineage(db, [], log)).log?.stopped === "limit";
      }
      const kept = db.all<{ name: string; path: string }>(
        `SELECT substr(text, instr(text, 'm')) AS name, defaults ->> 'searchPath' AS path FROM statement WHERE text LIKE 'SELECT _ AS m%'`,
      );
      const read = kept.map(({ name, path: schemas }) => [name, JSON.parse(schemas) as string[]] as const);
      expect(Object.fromEntries(read)).toEqual(
        // The server's own is searched in any case, and says no more than that there is no other.
        Object.fromEntries(
          Object.entries(said).map(([name, schemas]) => {
            const others = schemas.filter((schema) => schema !== "pg_catalog");
            return [name, others.length === 0 ? ["pg_catalog"] : others];
          }),
        ),
      );
    });
  },
);
