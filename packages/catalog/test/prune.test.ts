import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { NameFilter } from "@headwater/core";
import { describe, expect, test } from "vitest";
import {
  CatalogStore,
  curate,
  type Database,
  entitiesOf,
  historyOf,
  openDatabase,
  prunable,
  prune,
  renameService,
  restoreDeleted,
} from "../src/index.ts";
import { APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION } from "../src/schema.ts";
import { exported, ingest, memoryCatalog, sampleSource } from "./ingest.ts";

const ALL = { service: "shop", pipeline: null };
const ANA = { run: null, actor: "ana", at: Date.UTC(2026, 5, 1) };

const excluding = (pattern: string): NameFilter => ({
  includes: [],
  excludes: [{ text: pattern, regex: new RegExp(`^(?:${pattern})`, "i") }],
});

const outOfScope = (db: Database, what: Parameters<typeof prunable>[1] = ALL): string[] =>
  prunable(db, what).entities.map(({ fqn }) => fqn);

const isDeleted = (db: Database, fqn: string): boolean | undefined => entitiesOf(db, fqn)[0]?.deleted;

describe("what is out of scope", () => {
  test("is what the last run left out, told with its reason and what is below it", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    await ingest(source, db);
    expect(outOfScope(db)).toEqual([]);
    await ingest(source, db, { filters: { table: excluding("t1"), databaseSchema: excluding("s2") } });
    expect(prunable(db, ALL).entities).toMatchObject([
      { fqn: "shop.db.s1.t1", type: "table", reason: 'excluded by "t1"', below: 0 },
      { fqn: "shop.db.s2", type: "databaseSchema", reason: 'excluded by "s2"', below: 3 },
    ]);
    await ingest(source, db);
    expect(outOfScope(db)).toEqual([]);
  });

  test("has what the source no longer has, where a filter keeps it from being deleted", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    await ingest(source, db);
    source.drop("table", ["db", "s1", "t1"]);
    await ingest(source, db, { filters: { table: excluding("t1") } });
    expect(outOfScope(db)).toEqual(["shop.db.s1.t1", "shop.db.s2.t1"]);
  });

  test("a run that did not end says nothing about it", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    await ingest(source, db);
    const interrupt = new AbortController();
    source.before = ({ name }) => {
      if (name === "read") interrupt.abort();
    };
    await ingest(source, db, { filters: { table: excluding("t[12]") } }, { signal: interrupt.signal });
    expect(outOfScope(db)).toEqual([]);
  });

  test("is not what another pipeline of the service covers", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    await ingest(source, db);
    await ingest(source, db, { filters: { databaseSchema: excluding("s2") } }, { pipelineName: "nightly" });
    expect(prunable(db, ALL)).toEqual({ entities: [], coveredElsewhere: 1 });
    expect(outOfScope(db, { service: "shop", pipeline: "shop.nightly" })).toEqual(["shop.db.s2"]);
    // One leaves out the schema, the other a table in it: nobody covers the table.
    await ingest(source, db, { filters: { table: excluding("t1") } });
    expect(outOfScope(db)).toEqual(["shop.db.s2.t1"]);
    await ingest(source, db, { filters: { databaseSchema: excluding("s2") } });
    expect(outOfScope(db)).toEqual(["shop.db.s2"]);
  });

  test("moves with the service's new name", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    await ingest(source, db);
    await ingest(source, db, { filters: { table: excluding("t1") } });
    renameService(db, "shop", "the.store", Date.now());
    expect(outOfScope(db, { service: "the.store", pipeline: null })).toEqual([
      '"the.store".db.s1.t1',
      '"the.store".db.s2.t1',
    ]);
  });
});

describe("pruning", () => {
  test("marks deleted what was shown, for the history, and the next run leaves it so", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    await ingest(source, db);
    const filters = { databaseSchema: excluding("s2") };
    await ingest(source, db, { filters });
    curate(db, entitiesOf(db, "shop.db.s2.t1")[0]?.id ?? 0, null, [{ field: "displayName", value: "One" }], ANA);
    const gone = prune(db, ALL, prunable(db, ALL).entities, ANA);
    expect(gone.map(({ type }) => type)).toEqual(["databaseSchema", "table", "table", "table"]);
    const [table] = entitiesOf(db, "shop.db.s2.t1");
    expect(table?.deleted).toBe(true);
    expect(historyOf(db, table?.id ?? 0)[0]).toMatchObject({ op: "deleted", actor: "ana", run: null });
    const before = exported(db);
    await ingest(source, db, { filters });
    expect([exported(db), outOfScope(db)]).toEqual([before, []]);

    // All of it comes back with the schema, with what people had set.
    const restored = restoreDeleted(db, entitiesOf(db, "shop.db.s2")[0]?.id ?? 0, ANA);
    expect(restored.map(({ fqn }) => fqn)).toEqual(["shop.db.s2", "shop.db.s2.t1", "shop.db.s2.t2", "shop.db.s2.t3"]);
    expect(entitiesOf(db, "shop.db.s2.t1")[0]?.shown["displayName"]).toBe("One");
    await ingest(source, db, { filters });
    expect(outOfScope(db)).toEqual(["shop.db.s2"]);
  });

  test("the whole filter gone, everything is there again", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    await ingest(source, db);
    await ingest(source, db, { filters: { databaseSchema: excluding("s2") } });
    prune(db, ALL, prunable(db, ALL).entities, ANA);
    const run = await ingest(source, db);
    expect(run.counts).toMatchObject({ databaseSchema: { restored: 1 }, table: { restored: 3 } });
    expect(outOfScope(db)).toEqual([]);
  });

  test("removes nothing when something else is out of scope by now", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    await ingest(source, db);
    await ingest(source, db, { filters: { table: excluding("t1") } });
    const shown = prunable(db, ALL).entities;
    await ingest(source, db, { filters: { table: excluding("t[12]") } });
    const before = exported(db);
    expect(() => prune(db, ALL, shown, ANA)).toThrow("What is out of scope changed since it was shown");
    expect(exported(db)).toBe(before);
  });

  test("waits for no run: one under way is told", async () => {
    const db = memoryCatalog();
    const source = sampleSource();
    await ingest(source, db);
    await ingest(source, db, { filters: { table: excluding("t1") } });
    const lease = await new CatalogStore(db).lease("shop", Date.now());
    expect(() => prune(db, ALL, prunable(db, ALL).entities, ANA)).toThrow(/Another run of the service shop/);
    await lease.release();
    expect(prune(db, ALL, prunable(db, ALL).entities, ANA)).toHaveLength(2);
  });
});

test("a catalog of the first version is migrated, with a copy kept", async () => {
  const folder = mkdtempSync(join(tmpdir(), "headwater-migrate-"));
  try {
    const file = join(folder, "catalog.db");
    const old = new DatabaseSync(file);
    old.exec(`${MIGRATIONS[0] ?? ""} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 1;`);
    old.close();
    const db = openDatabase(file);
    expect(db.get("PRAGMA user_version")).toEqual({ user_version: SCHEMA_VERSION });
    await ingest(sampleSource(), db);
    expect(isDeleted(db, "shop.db.s1.t1")).toBe(false);
    db.close();
    expect(existsSync(`${file}.version-1.bak`)).toBe(true);
    copyFileSync(`${file}.version-1.bak`, join(folder, "copy.db"));
    openDatabase(join(folder, "copy.db")).close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
