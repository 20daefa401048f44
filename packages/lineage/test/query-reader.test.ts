import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { QueryReader } from "../src/log/query-reader.ts";
import type { QueryText } from "../src/read-query.ts";
import { TestCatalog } from "./catalog-of.ts";

/** A catalog in a file, with tables `a_0` to `a_11`. */
async function catalogInFile(): Promise<TestCatalog> {
  const folder = mkdtempSync(join(tmpdir(), "hw-reader-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const catalog = new TestCatalog(join(folder, "catalog.db"));
  for (let nth = 0; nth < 12; nth += 1) catalog.table(`a_${nth}`, "x");
  await catalog.read();
  onTestFinished(() => catalog.db.close());
  return catalog;
}

const readerOf = ({ db }: TestCatalog, parsingTimeoutMs: number): QueryReader =>
  new QueryReader({ db, service: "svc", otherServices: [], dialect: "postgres", threads: 1, parsingTimeoutMs });

/** A query that takes so many times a tenth of a millisecond to read, or so. */
function longQuery(nth: number, parts: number): QueryText {
  const part = (at: number): string => `SELECT x FROM a_${nth} WHERE x IN (SELECT y FROM z_${at})`;
  const text = `INSERT INTO b_${nth} ${Array.from({ length: parts }, (_, at) => part(at)).join(" UNION ALL ")}`;
  return { text, defaults: { searchPath: ["s"] }, cut: false };
}

test("where one takes too long, those that were to be read after it are read as well, each in its place", async () => {
  const catalog = await catalogInFile();
  const reader = readerOf(catalog, 20);
  const warnings: Error[] = [];
  const warned = (warning: Error): number => warnings.push(warning);
  process.on("warning", warned);
  const batches = Array.from({ length: 16 }, (_, nth) => [longQuery(nth % 12, nth === 3 ? 4_000 : 1)]);
  const read = await Promise.all(batches.map(async (batch) => [...(await reader.read(batch))].map(({ text }) => text)));
  await reader.close();
  expect(read).toEqual(
    batches.map((batch) => batch.map(({ text }) => (text.length > 100_000 ? `${text.slice(0, 100_000)}…` : text))),
  );
  process.off("warning", warned);
  expect(warnings).toEqual([]);
});

test("where a catalog has no write-ahead log, who writes to it does not wait for statements to be read", async () => {
  const catalog = await catalogInFile();
  const { db } = catalog;
  // As on a network file system.
  expect(db.get("PRAGMA journal_mode = DELETE")).toEqual({ journal_mode: "delete" });
  const reader = readerOf(catalog, 300_000);
  const queries = Array.from({ length: 12 }, (_, nth) => longQuery(nth, 1_500));
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
  expect(longest).toBeLessThan(took / 2);
});
