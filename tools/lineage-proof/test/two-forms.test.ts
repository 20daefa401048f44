/** A real server that logs in one form, then in two, then in the other one: each statement counts once, whoever reads what when. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { postgres } from "@headwater/connector-postgres";
import { queryLog } from "@headwater/connector-query-log";
import type { Database } from "@headwater/catalog";
import { systemClock } from "@headwater/core";
import { type PostgresServer, runSql, startPostgres } from "@headwater/test-servers";
import { describeWith } from "@headwater/test-servers/vitest";
import { afterAll, expect, test, vi } from "vitest";
import { LOGS_STATEMENTS } from "../src/logging-settings.ts";
import { configOf, readLineage, readMetadata } from "../src/read.ts";

/** By then nobody takes a file for written to that nothing was added to since. */
const LATER = { ...systemClock, now: () => Date.now() + 2 * 3_600_000 };

const WAIT = { timeout: 30_000, interval: 20 };

await describeWith(
  "PostgreSQL whose log_destination is changed",
  () =>
    startPostgres({
      settings: {
        ...LOGS_STATEMENTS,
        log_destination: "csvlog",
        // One name for all time, as a name by the day is one for the day.
        log_filename: "server.log",
      },
    }),
  (server: PostgresServer) => {
    const folder = join(server.dataFolder, "log");
    afterAll(() => server.stop());

    const logTo = async (destination: string): Promise<void> => {
      await runSql(server.url(), `ALTER SYSTEM SET log_destination = '${destination}'`);
      await runSql(server.url(), "SELECT pg_reload_conf()");
      await vi.waitFor(async () => {
        expect(await runSql(server.url(), "SHOW log_destination")).toEqual([{ log_destination: destination }]);
      }, WAIT);
    };
    const run = async (...names: string[]): Promise<void> => {
      for (const name of names) await runSql(server.url(), `CREATE TABLE ${name} AS SELECT id FROM source`);
    };
    /** What of the tables was counted how often. */
    const counted = (db: Database): string[] =>
      db
        .all<{ name: string; times: number }>(
          `SELECT substr(text, 14, 2) AS name, times FROM statement WHERE text LIKE 'CREATE TABLE %FROM source' ORDER BY 1`,
        )
        .map(({ name, times }) => `${name} ${times}`);
    const ofFiles = { connector: queryLog, config: {}, path: folder };
    const throughSql = { connector: postgres, config: configOf(server.url()), path: null };

    let [early, middle]: Database[] = [];
    test("a form that comes beside another has nothing that the other has not", async () => {
      await runSql(server.url(), "CREATE TABLE source (id int)");
      await run("a1", "a2");
      early = await readMetadata(server.url());
      await readLineage(early, [], ofFiles);
      await logTo("csvlog,jsonlog");
      await vi.waitFor(() => expect(existsSync(join(folder, "server.json"))).toBe(true), WAIT);
      await run("b1", "b2");
      middle = await readMetadata(server.url());
      await readLineage(middle, [], throughSql);
      expect(counted(middle)).toEqual(["a1 1", "a2 1", "b1 1", "b2 1"]);
    });

    const everything = ["a1 1", "a2 1", "b1 1", "b2 1", "c1 1", "c2 1"];

    test("what is in one of the files only is read there, and what is in both once", async () => {
      await logTo("jsonlog");
      await run("c1", "c2");
      const db = await readMetadata(server.url());
      // Beside them is what the server writes as text.
      expect(existsSync(join(folder, "server.log"))).toBe(true);
      const result = await readLineage(db, [], ofFiles, postgres, LATER);
      expect(result).toMatchObject({ state: "success", log: { unread: 0 } });
      expect(counted(db)).toEqual(everything);
      await readLineage(db, [], ofFiles, postgres, LATER);
      expect(counted(db)).toEqual(everything);
    });

    test("also where the first one was read before, as a file or through SQL", async () => {
      await readLineage(early as Database, [], ofFiles);
      expect(counted(early as Database)).toEqual(everything.slice(0, 4));
      await readLineage(early as Database, [], ofFiles, postgres, LATER);
      expect(counted(early as Database)).toEqual(everything);
      // The server says jsonlog now: what was read of the csvlog is known by its name.
      await readLineage(middle as Database, [], throughSql);
      expect(counted(middle as Database)).toEqual(everything);
    });
  },
);
