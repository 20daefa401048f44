import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Database, openDatabase } from "@headwater/catalog";
import { isHeadwaterError } from "@headwater/core";
import {
  createDatabase,
  type FaultProxy,
  postgresUrl,
  startFaultProxy,
  type TestDatabase,
} from "@headwater/test-servers";
import { describePostgres } from "@headwater/test-servers/vitest";
import { afterAll, beforeAll, expect, test } from "vitest";
import { entities, exported } from "../src/entities.ts";
import { ingest } from "../src/ingest.ts";
import { AFTER, BEFORE } from "../src/odd-week.ts";

/** Every how many messages the connection is cut; `npm run soak` cuts before each. */
const STEP = process.env["HEADWATER_SOAK"] === "1" ? 1 : 97;

await describePostgres((server) => {
  const folder = mkdtempSync(join(tmpdir(), "headwater-cut-"));
  const [week, copy] = [join(folder, "week.db"), join(folder, "copy.db")];
  let source: TestDatabase;
  let proxy: FaultProxy;
  /** What an undisturbed run leads to, and what is gone there. */
  let expected: string;
  let first: string;

  beforeAll(async () => {
    proxy = await startFaultProxy(server);
    source = await createDatabase(server, { sql: BEFORE });
    await withCatalog(week, () => undefined);
    first = exported(week);
    await source.sql(AFTER);
    copyFileSync(week, copy);
    await withCatalog(copy, () => undefined);
    expected = exported(copy);
  });
  afterAll(async () => {
    await proxy.stop();
    await source.drop();
    rmSync(folder, { recursive: true });
  });

  /** Ingests through the proxy into a catalog file. Returns the error it ended with, if any. */
  async function withCatalog(file: string, look: (db: Database) => void): Promise<unknown> {
    const db = openDatabase(file);
    try {
      return await ingest(db, `${postgresUrl(proxy.port, source.name)}?sslmode=disable`).then(
        ({ state }) => (state === "success" ? null : new Error(state)),
        (error: unknown) => error,
      );
    } finally {
      look(db);
      db.close();
    }
  }

  test.each(["a first run", "a run of a changed source"])(
    "%s, cut at every step: nothing is lost or deleted by it, and the next run heals",
    { timeout: 1_200_000 },
    async (which) => {
      const start = which === "a first run" ? null : week;
      const begin = (): void => {
        rmSync(copy, { force: true });
        for (const tail of ["-wal", "-shm"]) rmSync(copy + tail, { force: true });
        if (start !== null) copyFileSync(start, copy);
      };
      begin();
      proxy.cut(null);
      expect(await withCatalog(copy, () => undefined)).toBeNull();
      const messages = { toServer: proxy.toServer.messages, toClient: proxy.toClient.messages };
      let whole = "";
      await withCatalog(copy, (db) => (whole = exported(db)));
      expect(start === null || whole === expected).toBe(true);
      const really = new Set([...entities(copy)].filter(([, { deleted }]) => deleted === true).map(([fqn]) => fqn));
      expect([whole === first, really.size]).toEqual([false, start === null ? 0 : 2]);

      const ends = { broken: 0, recovered: 0 };
      for (const direction of ["toServer", "toClient"] as const)
        for (let message = 0; message < messages[direction]; message += STEP) {
          begin();
          proxy.cut({ direction, at: { message } });
          const error = await withCatalog(copy, (db) => {
            const wrong = [...entities(db)].filter(([fqn, { deleted }]) => deleted === true && !really.has(fqn));
            expect([direction, message, wrong]).toEqual([direction, message, []]);
          });
          if (error === null) ends.recovered += 1;
          else if (isHeadwaterError(error) && error.exit === "source") ends.broken += 1;
          else throw error;
          proxy.cut(null);
          expect(await withCatalog(copy, () => undefined)).toBeNull();
          expect([direction, message, exported(copy) === whole]).toEqual([direction, message, true]);
        }
      // Nearly every cut is waited out; one of the very first connection is told.
      expect(ends.broken).toBeGreaterThan(0);
      expect(ends.recovered).toBeGreaterThan(ends.broken);
    },
  );
});
