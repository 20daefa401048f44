import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { backupTo, lastSeq, latestChanges, openDatabase, openReadOnly } from "../src/index.ts";
import { exported, ingest, sampleSource } from "./ingest.ts";

let folder: string;
let file: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "headwater-read-only-"));
  file = join(folder, "catalog.db");
  const db = openDatabase(file);
  await ingest(sampleSource(), db);
  db.close();
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a catalog opened for reading can be read and copied, and not written", () => {
  const before = readFileSync(file);
  const db = openReadOnly(file);
  expect(exported(db)).toContain("shop.db.s1.t1");
  expect(() => db.run("DELETE FROM entity")).toThrow(/cannot be written to/);
  backupTo(db, join(folder, "copy.db"));
  db.close();
  expect(readFileSync(file)).toEqual(before);
  const copy = openDatabase(join(folder, "copy.db"));
  expect(lastSeq(copy)).toBeGreaterThan(0);
  copy.close();
});

test("what is no catalog, or not there, is refused like elsewhere", () => {
  expect(() => openReadOnly(join(folder, "none.db"))).toThrow(/no catalog at/);
  writeFileSync(join(folder, "notes.txt"), "a text that is long enough to be taken for something else than it is");
  expect(() => openReadOnly(join(folder, "notes.txt"))).toThrow(/not even a SQLite file/);
});

test("the latest changes come newest first, and the last one has the last number", () => {
  const db = openDatabase(file);
  const changes = latestChanges(db, 3);
  expect(changes.map(({ seq }) => seq)).toEqual([lastSeq(db), lastSeq(db) - 1, lastSeq(db) - 2]);
  expect(changes[0]).toMatchObject({ op: "created", run: 1 });
  db.close();
  const empty = openDatabase(":memory:");
  expect([lastSeq(empty), latestChanges(empty)]).toEqual([0, []]);
  empty.close();
});
