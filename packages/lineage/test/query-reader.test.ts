import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { QueryReader } from "../src/log/query-reader.ts";
import { TestCatalog } from "./catalog-of.ts";

test("where a catalog has no write-ahead log, who writes to it does not wait for statements to be read", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hw-reader-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const catalog = new TestCatalog(join(folder, "catalog.db"));
  for (let nth = 0; nth < 12; nth += 1) catalog.table(`a_${nth}`, "x");
  await catalog.read();
  const { db } = catalog;
  // As on a network file system.
  expect(db.get("PRAGMA journal_mode = DELETE")).toEqual({ journal_mode: "delete" });
  const reader = new QueryReader({
    db,
    service: "svc",
    otherServices: [],
    dialect: "postgres",
    threads: 1,
    parsingTimeoutMs: 300_000,
  });
  const long = (nth: number): string =>
    Array.from({ length: 1_500 }, (_, at) => `SELECT x FROM a_${nth} WHERE x IN (SELECT y FROM z_${at})`).join(
      " UNION ALL ",
    );
  const queries = Array.from({ length: 12 }, (_, nth) => ({
    text: `INSERT INTO b_${nth} ${long(nth)}`,
    defaults: { searchPath: ["s"] },
    cut: false,
  }));
  // Once the thread is there.
  await reader.read(queries.slice(0, 1));
  const done = new AbortController();
  const began = performance.now();
  const reading = reader.read(queries).finally(() => done.abort());
  let longest = 0;
  while (!done.signal.aborted) {
    await wait(10);
    const before = performance.now();
    db.run("INSERT INTO place(fqn) VALUES (?)", String(before));
    longest = Math.max(longest, performance.now() - before);
  }
  const took = performance.now() - began;
  expect([...(await reading)]).toHaveLength(queries.length);
  await reader.close();
  db.close();
  expect(longest).toBeLessThan(took / 2);
});
