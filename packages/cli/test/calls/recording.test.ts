import { existsSync, rmSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import type { MemorySource } from "@headwater/testkit";
import type { Project } from "@headwater/test-project";
import { newProject, writeShelf, writeWorkflow } from "../headwater.ts";
import { sampleShop } from "../sample-shop.ts";

let project: Project;
let shop: MemorySource;
beforeEach(() => {
  project = newProject();
  shop = sampleShop();
  writeShelf(project, shop);
  writeWorkflow(project);
});

const exportOf = async (catalog: string): Promise<string> =>
  (await project.run("export", "--catalog", project.path(catalog))).stdout;

test("a recorded run is replayed without its source, byte for byte, with one session or many", async () => {
  const made = await project.run("ingest", "-c", "shop.yaml", "--record", "shop.recording", "--keep-literals");
  expect([made.code, made.stderr]).toEqual([0, expect.stringContaining("Recorded in shop.recording: names, literals")]);
  rmSync(project.path("shelf.json"));
  rmSync(project.path("shop.yaml"));
  for (const threads of ["1", "7"]) {
    const options = ["--replay", "shop.recording", "--threads", threads, "--catalog", `${threads}.db`];
    const replayed = await project.run("ingest", ...options);
    expect([replayed.code, replayed.stdout]).toEqual([0, expect.stringContaining("✓ shop.metadata")]);
  }
  const whole = await exportOf(".headwater/catalog.db");
  expect(whole).toContain("Who buys");
  expect(await exportOf("1.db")).toBe(whole);
  expect(await exportOf("7.db")).toBe(whole);
});

test("a recording says what is in it", async () => {
  await project.run("ingest", "-c", "shop.yaml", "--record", "shop.recording");
  const { stdout } = await project.run("recording", "inspect", "shop.recording");
  expect(stdout).toContain("the service shop, recorded with shelf@1.2.3");
  expect(stdout).toContain("literals, comments and credentials are replaced");
  expect(stdout).toMatch(/REQUEST +ANSWERS +ROWS/);
  const { stdout: json } = await project.run("recording", "inspect", "shop.recording", "--json");
  expect(JSON.parse(json)).toMatchObject({
    header: { connector: "shelf@1.2.3", literals: "replaced", run: { service: "shop" } },
    requests: [{ request: "hello", answers: 1, rows: 1, errors: 0 }, { request: "list" }, { request: "read" }],
  });
});

test("what does not go together, and what is no recording, is said before anything runs", async () => {
  const said = async (...args: string[]): Promise<unknown> => {
    const { code, stderr } = await project.run(...args);
    return [code, stderr];
  };
  expect(await said("ingest", "-c", "shop.yaml", "--replay", "x")).toEqual([2, expect.stringContaining("no source")]);
  expect(await said("ingest", "--replay", "x", "--record", "y")).toEqual([2, expect.stringContaining("together")]);
  expect(await said("ingest", "--replay", "shop.yaml")).toEqual([2, expect.stringContaining("is no recording")]);
  expect(await said("ingest", "-c", "shop.yaml", "--keep-literals")).toEqual([2, expect.stringContaining("--record")]);
  expect(await said("ingest", "-c", "shop.yaml", "--budget", "5")).toEqual([2, expect.stringContaining("queries=500")]);
  expect(await said("recording", "show", "x")).toEqual([2, expect.stringContaining("recording inspect FILE")]);
  expect(existsSync(project.catalog)).toBe(false);
});

test("where nothing was recorded, no file is left", async () => {
  const unwritable = await project.run("ingest", "-c", "shop.yaml", "--record", "no/such/folder");
  expect([unwritable.code, unwritable.stderr]).toEqual([2, expect.stringContaining("cannot be written")]);
  const refused = await project.run("ingest", "-c", "shop.yaml", "--store", "nowhere", "--record", "x.recording");
  expect([refused.code, existsSync(project.path("x.recording.unfinished"))]).toEqual([2, false]);
});

test("a budget stops the run; with a new one it goes on from there", async () => {
  const stopped = await project.run("ingest", "-c", "shop.yaml", "--budget", "queries=3,bytes=1GB");
  expect([stopped.code, stopped.stderr]).toEqual([6, expect.stringContaining("The budget of 3 queries is used up")]);
  const whole = await project.run("ingest", "-c", "shop.yaml");
  expect([whole.code, whole.stderr]).toEqual([0, expect.stringContaining("shop.metadata")]);
  const { stdout } = await project.run("ls", "shop.shop.sales");
  expect(stdout).toContain("customers");
});
