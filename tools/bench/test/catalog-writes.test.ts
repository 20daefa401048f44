import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { catalogWrites } from "../src/catalog-writes.ts";

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "headwater-bench-test-"));
  file = join(folder, "catalog.db");
  run(`CREATE TABLE entity(id INTEGER PRIMARY KEY, name TEXT);
       CREATE TABLE reference(entity INTEGER, name TEXT, PRIMARY KEY(entity, name)) WITHOUT ROWID;
       CREATE TABLE run(id INTEGER PRIMARY KEY AUTOINCREMENT);
       CREATE VIRTUAL TABLE search USING fts5(name, content='', contentless_delete=1);
       INSERT INTO entity VALUES (1, 'orders'); INSERT INTO reference VALUES (1, 'customer');
       INSERT INTO search(rowid, name) VALUES (1, 'orders')`);
});
afterEach(() => rmSync(folder, { recursive: true }));

function run(sql: string): void {
  const db = new DatabaseSync(file);
  db.exec(sql);
  db.close();
}

test("finds nothing written where only run state is", async () => {
  const writes = await catalogWrites(file, async () =>
    run("INSERT INTO run DEFAULT VALUES; SELECT * FROM search('orders')"),
  );
  expect(writes).toEqual({ entity: 0, reference: 0, search: 0 });
});

test("counts rows, also those written over with what they were", async () => {
  const writes = await catalogWrites(file, async () =>
    run(`UPDATE entity SET name = name; INSERT INTO entity VALUES (2, 'customer');
         INSERT OR REPLACE INTO reference VALUES (1, 'customer'); DELETE FROM reference`),
  );
  expect(writes).toMatchObject({ entity: 2, reference: 2, search: 0 });
});

test.each([
  ["a row added", "INSERT INTO search(rowid, name) VALUES (2, 'customer')"],
  ["a row removed", "DELETE FROM search WHERE rowid = 1"],
  [
    "a row indexed anew as it was",
    "DELETE FROM search WHERE rowid = 1; INSERT INTO search(rowid, name) VALUES (1, 'orders')",
  ],
])("counts writes to the full-text index: %s", async (_, sql) => {
  expect((await catalogWrites(file, async () => run(sql)))["search"]).toBeGreaterThan(0);
});
