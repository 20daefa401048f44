import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  changesSince,
  deleteService,
  entitiesOf,
  type FeedEntry,
  firstSeq,
  historyOf,
  lastSeq,
  openDatabase,
  renameService,
  stateAt,
} from "../src/index.ts";
import { ingest, memoryCatalog, sampleSource, table } from "./ingest.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "headwater-changes-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("the sequence of changes", () => {
  test("has no gaps for whoever follows it, while several processes write, give up and are killed", async () => {
    const file = join(folder, "catalog.db");
    const db = openDatabase(file);
    await ingest(sampleSource(1, 4), db);
    const begun = lastSeq(db);
    const child = join(import.meta.dirname, "changes-child.ts");
    const [writers, times] = [3, 30];
    let left = writers + 1;
    const ended = Array.from({ length: writers + 1 }, (_, at) => {
      const spawned = spawn(
        process.execPath,
        ["--no-warnings", child, file, String(at + 1), at < writers ? String(times) : "100000"],
        {
          stdio: ["ignore", "inherit", "inherit"],
        },
      );
      // The last one never ends by itself.
      if (at === writers) setTimeout(() => spawned.kill("SIGKILL"), 700);
      return new Promise<number | null>((resolve) =>
        spawned.on("exit", (code) => {
          left -= 1;
          resolve(code);
        }),
      );
    });
    const followed: FeedEntry[] = [];
    for (;;) {
      const over = left === 0;
      const page = changesSince(db, followed.at(-1)?.seq ?? begun, 7);
      followed.push(...page);
      if (page.length === 0 && over) break;
      if (page.length === 0) await wait(5);
    }
    expect((await Promise.all(ended)).slice(0, writers)).toEqual(Array.from({ length: writers }, () => 0));
    expect(followed.map(({ seq }) => seq)).toEqual(followed.map((_, at) => begun + 1 + at));
    for (let writer = 1; writer <= writers; writer += 1) {
      const own = followed.filter(({ actor, op }) => actor === `writer ${writer}` && op === "set");
      const texts = own.map(({ change }) => change?.fieldsUpdated[0]?.newValue ?? change?.fieldsAdded[0]?.newValue);
      const kept = Array.from({ length: times }, (_, at) => at).filter((at) => at % 3 !== 2);
      // Nothing is lost, nothing that was given up is told, and each writer's changes are in their order.
      expect(texts).toEqual(kept.flatMap((at) => [`${at} a`, `${at} b`]));
    }
    // Of the killed one: whole pieces of work or nothing.
    expect(followed.filter(({ actor }) => actor === `writer ${writers + 1}`).length % 2).toBe(0);
    db.close();
  });

  test("tells of a service that got another name, and of one that was removed", async () => {
    const db = memoryCatalog();
    await ingest(sampleSource(1, 1), db);
    const before = lastSeq(db);
    renameService(db, "shop", "the.store", 1, "ana");
    deleteService(db, "the.store", 2, "ana");
    const told = { actor: "ana", run: null, type: "databaseService", fqn: '"the.store"' };
    expect(changesSince(db, before)).toMatchObject([
      { ...told, seq: before + 1, op: "renamed", type: null, fqn: null },
      { ...told, seq: before + 2, op: "removed" },
    ]);
    await ingest(sampleSource(1, 1), db);
    deleteService(db, "shop", 3);
    expect(changesSince(db, before + 1, 1)).toMatchObject([told]);
  });

  test("a service's former name stays in its history", async () => {
    const db = memoryCatalog();
    await ingest(sampleSource(1, 1), db);
    renameService(db, "shop", "store", Date.UTC(2027, 0, 1), "ana");
    const [service] = entitiesOf(db, "store");
    const [renamed, created] = historyOf(db, service?.id ?? 0);
    expect(renamed).toMatchObject({ op: "renamed", version: 1 });
    expect(service === undefined ? null : stateAt(db, service, created?.seq ?? 0)).toMatchObject({ name: "shop" });
  });

  test("is cut at its old end only", async () => {
    const db = memoryCatalog();
    const source = sampleSource(1, 3);
    const retention = { historyRows: 4, historyDays: 400, versionsPerEntity: 100, observationDays: 90, runs: 200 };
    const { CatalogStore } = await import("../src/index.ts");
    for (let n = 1; n <= 4; n += 1) {
      source.put("table", {
        path: ["db", "s1", "t1"],
        kind: "Regular",
        key: "s1.t1",
        facts: table(Array.from({ length: n }, (_, at) => `c${at}`)),
      });
      await ingest(source, db, {}, { store: new CatalogStore(db, retention) });
    }
    const numbers = changesSince(db, 0).map(({ seq }) => seq);
    expect(numbers).toEqual([firstSeq(db), firstSeq(db) + 1, firstSeq(db) + 2, lastSeq(db)]);
    expect(firstSeq(db)).toBe(lastSeq(db) - 3);
  });
});
