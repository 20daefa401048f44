import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { writePackage } from "./shelf/package.ts";

const CLI = join(dirname(import.meta.dirname), "dist", "cli.mjs");
const folder = writePackage();
afterAll(() => rmSync(folder, { recursive: true }));

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [CLI, ...args], { cwd: folder, encoding: "utf8" });
}

test("checks the package in a folder, and explains what fails", () => {
  const { status, stdout } = run();
  expect(status).toBe(1);
  expect(stdout).toMatch(/^Shelf \(shelf\) on no source\n\nL0 package\n {2}✓ L0\.manifest/);
  // The package on disk is one that loads; it has no steps for headwater check.
  expect(stdout).toContain(`  ✗ L1.check  It has steps for headwater check
      expected: at least one step, each with a name and with what is lost without it
      seen:     There are no steps.
      guide:    RULES.md#l1check`);
  expect(stdout).toContain("skipped: The fixture has no seed()");
  expect(stdout).toMatch(/\d+ of \d+ rules hold, \d+ do not, \d+ were skipped\.\n$/);
});

test("takes a fixture, levels, and writes JSON and a badge", () => {
  mkdirSync(join(folder, "test"));
  writeFileSync(join(folder, "test", "fixture.mjs"), 'export const fixture = { source: "a drawer" };');
  const { status, stdout } = run(".", "--up-to", "0", "--json", "--badge", "badge.json");
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ connector: "shelf", source: "a drawer", results: { length: 6 } });
  expect(JSON.parse(readFileSync(join(folder, "badge.json"), "utf8"))).toEqual({
    schemaVersion: 1,
    label: "headwater conformance",
    message: "L0",
    color: "yellow",
  });
});

test("says what is wrong with the call", () => {
  expect(run("--up-to", "9")).toMatchObject({ status: 2, stderr: "--up-to must be 0 to 5, and is 9.\n" });
  expect(run("nowhere")).toMatchObject({ status: 2, stderr: expect.stringContaining("There is no package.json in") });
  expect(run("--what")).toMatchObject({ status: 2, stderr: expect.stringContaining("--what") });
  expect(run("--help").stdout).toContain("npx @headwater/testkit [FOLDER]");
});
