import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { Spool } from "../src/spool.ts";

const folder = mkdtempSync(join(tmpdir(), "hw-spool-"));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

test("gives back what it took, in order, and leaves no file behind even while it is open", async () => {
  vi.stubEnv("TMPDIR", folder);
  const spool = await Spool.open();
  const pieces = Array.from({ length: 50 }, (_, at) => ({ at, text: "☃".repeat(at * 100) }));
  for (const piece of pieces) await spool.add(piece);
  expect(readdirSync(folder)).toEqual([]);
  for (let again = 0; again < 2; again += 1) {
    const read: unknown[] = [];
    for await (const piece of spool.pieces()) read.push(piece);
    expect(read).toEqual(pieces);
  }
  await spool.close();
});
