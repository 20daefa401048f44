import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { networkFileSystem, requireLocks } from "../src/network-file-system.ts";

const folder = mkdtempSync(join(tmpdir(), "hw-locks-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a local folder is no network file system", () => {
  expect(networkFileSystem(join(folder, "catalog.db"))).toBeNull();
});

test("a file whose locks another process sees may be used, wherever it is", () => {
  expect(() => requireLocks(join(folder, "seen.db"), "NFS")).not.toThrow();
});

test("a file whose locks nobody sees is refused, with another place to put it", () => {
  // SQLite's own way to use a file without locks (https://www.sqlite.org/vfs.html): what a mount without them does.
  const file = `file:${join(folder, "unseen.db")}?vfs=unix-none`;
  expect(() => requireLocks(file, "NFS")).toThrow("is on NFS, where processes do not see each other's locks.");
});
