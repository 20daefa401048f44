import { type ChildProcessByStdio, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

let temporary: string;
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), "headwater-demo-test-"));
  // As root, the server runs as somebody else and has to come through.
  chmodSync(temporary, 0o755);
});
afterEach(() => rmSync(temporary, { recursive: true, force: true }));

interface Demo {
  child: ChildProcessByStdio<null, Readable, Readable>;
  /** Everything it has said so far. */
  said: () => string;
  ended: Promise<number | null>;
}

function startDemo(): Demo {
  const env = { ...process.env, TMPDIR: temporary, NO_COLOR: "1" };
  const child = spawn(process.execPath, [MAIN], { env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (said += text));
  return { child, said: () => said, ended: new Promise((resolve) => child.on("close", resolve)) };
}

test("tells the whole story and leaves nothing running", { timeout: 60_000 }, async () => {
  const demo = startDemo();
  const code = await demo.ended;
  const said = demo.said();
  expect(said).not.toContain("Error");
  expect(code).toBe(0);
  expect(said).toMatch(/supplier_price_list is gone/);
  expect(said).toMatch(/inventory\.carrier is fernhill\.production\.inventory\.delivery_partner now/);
  expect(said).toMatch(/analytics\.fact_sales {2}table · by a definition/);
  expect(said).toMatch(/✗ analytics\.fact_sales {2}table · directly/);
  // The table was swapped for another one; what was set before that is shown after it.
  const after = said.slice(said.lastIndexOf("$ npx headwater show"));
  expect(after).toContain("Segments the newsletter is sent by.");
  expect(after).toContain("revenue_eur");
  expect(said.trimEnd()).toMatch(/npx headwater ingest postgres:\/\/USER@HOST\/DATABASE$/);
  expect(said).not.toContain("reader-of-the-demo");
  expect(readdirSync(temporary)).toEqual([]);
});

test.each(["PostgreSQL", "$ npx headwater ingest"])(
  'stops all when it is interrupted at "%s"',
  { timeout: 60_000 },
  async (moment) => {
    const demo = startDemo();
    await expect.poll(demo.said, { timeout: 30_000, interval: 5 }).toContain(moment);
    const [folder] = readdirSync(temporary);
    demo.child.kill("SIGINT");
    expect(await demo.ended).toBe(130);
    expect(demo.said()).toContain("Nothing is left running.");
    expect(existsSync(join(temporary, folder as string))).toBe(false);
    expect(readdirSync(temporary)).toEqual([]);
  },
);
