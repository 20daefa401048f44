import { DatabaseSync } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";
import { importLines, openDatabase } from "@headwater/catalog";
import {
  createDatabase,
  type FaultProxy,
  postgresUrl,
  startFaultProxy,
  type TestDatabase,
} from "@headwater/test-servers";
import { describePostgres, testedMajors } from "@headwater/test-servers/vitest";
import { afterAll, beforeAll, expect, test } from "vitest";
import { differences, exported } from "../src/entities.ts";
import { AFTER, BEFORE } from "../src/odd-week.ts";
import type { Ran } from "@headwater/test-project";
import { newProject } from "../src/project.ts";
import { seeded } from "../src/seeded.ts";

/** How many times a run is killed on all servers together; `npm run soak` asks for more. */
const KILLS = process.env["HEADWATER_SOAK"] === "1" ? 200 : 12;

const TEAM = '{"entityType":"team","fullyQualifiedName":"data","name":"data","version":"0.1","deleted":false}';

/** A call while somebody else writes to the catalog. It takes all its patience, so the other tests run meanwhile. */
const locked = newProject();
const inUse = startInUse();

function startInUse(): Promise<Ran> {
  const db = openDatabase(locked.catalog);
  importLines(db, [TEAM], { run: null, actor: null, at: 1 });
  db.close();
  const writer = new DatabaseSync(locked.catalog);
  writer.exec("BEGIN IMMEDIATE");
  return locked.start("ingest", "postgres://u:p@127.0.0.1:1/d").ended.finally(() => writer.close());
}

await describePostgres((server) => {
  const kills = Math.ceil(KILLS / testedMajors().length);
  let proxy: FaultProxy;
  let source: TestDatabase;
  let url: string;
  let expected: string;
  beforeAll(async () => {
    proxy = await startFaultProxy(server);
    // Slow enough for a kill to land anywhere in a run.
    proxy.delay(5);
    source = await createDatabase(server, { sql: BEFORE });
    url = `${postgresUrl(proxy.port, source.name)}?sslmode=disable`;
    const undisturbed = newProject();
    await undisturbed.succeed("ingest", url, "--service", "shop");
    await source.sql(AFTER);
    await undisturbed.succeed("ingest", url, "--service", "shop");
    expected = exported(undisturbed.catalog);
  });
  afterAll(async () => {
    await proxy.stop();
    await source.drop();
  });

  /** The first week once more, or the week after it. */
  const become = (after: boolean): Promise<unknown> =>
    source.sql(after ? AFTER : `DROP SCHEMA IF EXISTS sales, stock, empty, full_now, fresh CASCADE; ${BEFORE}`);

  test(
    `the command killed ${kills} times, and the next run at once, ends in the catalog of an uninterrupted one`,
    { timeout: 60_000 + kills * 10_000 },
    async () => {
      const random = seeded(server.major);
      let [killed, inTheMiddle] = [0, 0];
      while (killed < kills) {
        const project = newProject();
        for (const after of [false, true]) {
          await become(after);
          // Two kills of each run, one of them surely while it reads, then one that may end.
          for (let go = 0; go < 2; go += 1) {
            const run = project.start("ingest", url, "--service", "shop");
            await run.said(go === 0 ? "Catalog: " : "connected").catch(() => undefined);
            await Promise.race([wait(random() * 450), run.ended]);
            run.child.kill("SIGKILL");
            const { code, stderr } = await run.ended;
            expect({ code, stderr }).toMatchObject({ code: expect.toBeOneOf([null, 0]) as null });
            if (code === null) killed += 1;
            if (code === null && stderr.includes("connected")) inTheMiddle += 1;
          }
          const next = await project.run("ingest", url, "--service", "shop");
          expect([next.code, next.stderr.includes("another run")]).toEqual([0, false]);
        }
        expect(differences(exported(project.catalog), expected)).toEqual([]);
        const db = new DatabaseSync(project.catalog);
        expect(db.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
        db.close();
      }
      expect(inTheMiddle).toBeGreaterThan(kills / 4);
    },
  );
});

test("a catalog another process writes to: 8, and nothing is lost", async () => {
  const { code, stdout, stderr } = await inUse;
  expect([code, stdout]).toEqual([8, ""]);
  expect(stderr).toContain("is in use: another process has been writing to it for 15 seconds");
  expect(differences(exported(locked.catalog), TEAM)).toEqual([]);
});
