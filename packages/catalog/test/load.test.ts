import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { type Column, formatVersion } from "@headwater/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  CatalogStore,
  type Database,
  entitiesOf,
  exportLines,
  historyOf,
  lastSeq,
  openDatabase,
  runs,
} from "../src/index.ts";
import { ingest, memoryCatalog, sampleSource, table, testClock } from "./ingest.ts";

const SOAK = process.env["HEADWATER_SOAK"] === "1";
const DAY = 86_400_000;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "headwater-load-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const descriptionOf = (db: Database, fqn: string): unknown => entitiesOf(db, fqn)[0]?.source["description"];

const [READERS, WRITERS, SECONDS] = SOAK ? [20, 4, 60] : [3, 2, 2];
test(
  `${READERS} readers and ${WRITERS} writers of different services, ${SECONDS} seconds: no error, no lost change`,
  { timeout: 300_000 },
  async () => {
    const file = join(folder, "busy.db");
    openDatabase(file).close();
    const workers = Array.from({ length: READERS + WRITERS }, (_, number) => {
      const role = number < WRITERS ? "writer" : "reader";
      const worker = new Worker(new URL("load-worker.ts", import.meta.url), { workerData: { file, role, number } });
      const ended = new Promise<{ role: string; number: number; done: number }>((resolve, reject) => {
        worker.on("message", resolve).on("error", reject);
      });
      return { worker, role, ended };
    });
    const all = Promise.all(workers.map(({ ended }) => ended));
    // What goes wrong is known at once.
    await Promise.race([wait(SECONDS * 1_000), all]);
    for (const { worker, role } of workers) if (role === "writer") worker.postMessage("stop");
    await Promise.all(workers.filter(({ role }) => role === "writer").map(({ ended }) => ended));
    for (const { worker, role } of workers) if (role === "reader") worker.postMessage("stop");
    const done = await all;
    const db = openDatabase(file);
    const [written, seen] = [
      done.filter(({ role }) => role === "writer"),
      done.filter(({ role }) => role === "reader"),
    ];
    expect(seen.map(({ done: last }) => last)).toEqual(seen.map(() => lastSeq(db)));
    expect(Math.min(...written.map(({ done: changes }) => changes))).toBeGreaterThan(0);
    const kept = written.map(({ number }) => {
      const fqn = `service${number}.db.s1.t1`;
      return [historyOf(db, entitiesOf(db, fqn)[0]?.id ?? 0)[0]?.version, descriptionOf(db, fqn)];
    });
    expect(kept).toEqual(written.map(({ done: changes }) => [changes, `description ${changes - 1}`]));
    expect(runs(db, 1_000_000).every(({ state }) => state === "success")).toBe(true);
    db.close();
    await Promise.all(workers.map(({ worker }) => worker.terminate()));
  },
);

/** Numbers that look random and are the same every time (a linear congruential generator: Numerical Recipes). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** What the catalog should say of a table. */
interface Expected {
  columns: string[];
  version: number;
  deleted: boolean;
}

describe("many runs one after the other", () => {
  const RUNS = SOAK ? 500 : 40;
  const retention = { historyRows: 600, historyDays: 400, versionsPerEntity: 10, observationDays: 5, runs: 15 };

  test(
    `${RUNS} of random changes: every version is right, and the size is bounded by retention`,
    { timeout: 600_000 },
    async () => {
      const pick = random(42);
      const db = openDatabase(join(folder, "many.db"));
      const source = sampleSource(1, 0);
      const tables = new Map<string, Expected>();
      const clock = testClock();
      const sizes: number[] = [];
      for (let run = 0; run < RUNS; run += 1) {
        for (let change = 0; change < 12; change += 1) changeOne(`t${pick(40)}`);
        const { state } = await ingest(
          source,
          db,
          { maxDelete: { percent: 100 } },
          { store: new CatalogStore(db, retention), clock },
        );
        expect(state).toBe("success");
        sizes.push(db.get<{ page_count: number }>("PRAGMA page_count")?.page_count ?? 0);
      }
      const kept = Object.fromEntries(
        [...exportLines(db)].flatMap((line) => {
          const { entityType, name, version, deleted, columns } = JSON.parse(line) as {
            [key: string]: unknown;
            columns?: Column[];
          };
          return entityType === "table"
            ? [[name, [version, deleted, (columns ?? []).map((column) => column.name)]]]
            : [];
        }),
      );
      const expected = [...tables].map(([name, { version, deleted, columns }]) => [
        name,
        [formatVersion(version), deleted, columns],
      ]);
      expect(kept).toEqual(Object.fromEntries(expected));

      const count = (from: string): number => db.get<{ n: number }>(`SELECT count(*) AS n FROM ${from}`)?.n ?? 0;
      expect(count("history")).toBeLessThanOrEqual(retention.historyRows);
      expect(count("run")).toBeLessThanOrEqual(retention.runs);
      expect(count("run_event WHERE run NOT IN (SELECT id FROM run)")).toBe(0);
      expect(["stage", "unit", "scope", "postponed"].map(count)).toEqual([0, 0, 0, 0]);
      // Once everything that is kept is there, the file stays as large as it is.
      const [half, end] = [sizes[Math.floor(RUNS / 2)] ?? 0, sizes.at(-1) ?? 0];
      expect(end).toBeLessThanOrEqual(half * (SOAK ? 1.1 : 2));
      db.close();

      function changeOne(name: string): void {
        const before = tables.get(name);
        const path = ["db", "s1", name];
        if (before !== undefined && !before.deleted && pick(4) === 0) {
          source.drop("table", path);
          pending(name, before, { ...before, deleted: true });
          return;
        }
        const columns = ["a", "b", "c", "d", "e"].filter(() => pick(2) === 0);
        const now = { columns: ["id", ...columns], deleted: false };
        source.put("table", { path, kind: "Regular", facts: table(now.columns) });
        pending(name, before, { ...now, version: 0 });
      }

      /** What a run will make of it: several changes of one table in one run are one. */
      function pending(name: string, before: Expected | undefined, now: Expected): void {
        const committed = committedBefore(name, before);
        if (committed === undefined) {
          if (now.deleted) tables.delete(name);
          else tables.set(name, { ...now, version: 1 });
          return;
        }
        const [had, has] = [new Set(committed.columns), new Set(now.columns)];
        if (now.deleted) {
          const version = committed.deleted ? committed.version : committed.version + 1;
          tables.set(name, { columns: committed.columns, deleted: true, version });
          return;
        }
        const lost = committed.columns.some((column) => !has.has(column));
        const gained = now.columns.some((column) => !had.has(column));
        const bump = lost ? 10 : gained || committed.deleted ? 1 : 0;
        tables.set(name, { ...now, version: committed.version + bump });
      }

      function committedBefore(name: string, before: Expected | undefined): Expected | undefined {
        if (before === undefined) return undefined;
        const [entity] = entitiesOf(db, `shop.db.s1.${name}`);
        if (entity === undefined) return undefined;
        const columns = ((entity.source["columns"] ?? []) as unknown as Column[]).map((column) => column.name);
        return { columns, version: entity.version, deleted: entity.deleted };
      }
    },
  );
});

describe("a clock that is set back", () => {
  test("leaves versions, history and feed in their order, and loses nothing to retention", async () => {
    const db = memoryCatalog();
    const source = sampleSource(1, 2);
    const start = Date.UTC(2026, 5, 1);
    const retention = { historyRows: 1_000, historyDays: 10, versionsPerEntity: 100, observationDays: 90, runs: 200 };
    const on = (day: number, description: string): Promise<unknown> => {
      source.put("table", {
        path: ["db", "s1", "t1"],
        kind: "Regular",
        key: "s1.t1",
        facts: table(["id"], { description }),
      });
      return ingest(source, db, {}, { clock: testClock(start + day * DAY), store: new CatalogStore(db, retention) });
    };
    await on(30, "future");
    await on(0, "present");
    await on(1, "a day later");
    const [entity] = entitiesOf(db, "shop.db.s1.t1");
    const history = historyOf(db, entity?.id ?? 0);
    expect(history.map(({ version }) => version)).toEqual([3, 2, 1]);
    expect(history.map(({ seq }) => seq)).toEqual(history.map(({ seq }) => seq).toSorted((a, b) => b - a));
    expect(entity?.source["description"]).toBe("a day later");
  });

  test("a run that broke in the future begins anew, and a lease of then is no obstacle", async () => {
    const db = memoryCatalog();
    const source = sampleSource(1, 2);
    const interrupt = new AbortController();
    source.before = ({ name }) => {
      if (name === "read") interrupt.abort();
    };
    const future = Date.UTC(2026, 6, 1);
    const broken = await ingest(source, db, {}, { clock: testClock(future), signal: interrupt.signal });
    expect(broken.state).toBe("interrupted");
    source.before = () => undefined;
    // A holder on another host, last seen in what is the future now.
    const holder = JSON.stringify({ host: "elsewhere", pid: 1, started: "" });
    db.run("UPDATE lease SET holder = ?, beat_at = ? WHERE service = 'shop'", holder, future);
    const run = await ingest(source, db, {}, { clock: testClock(future - 30 * DAY) });
    expect(run).toMatchObject({ state: "success" });
    expect(run.runId).not.toBe(broken.runId);
    expect(run.counts.table).toMatchObject({ created: 2 });
  });
});
