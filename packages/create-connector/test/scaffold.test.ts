import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Refusal, scaffold } from "../src/scaffold.ts";

const PACKAGE = dirname(import.meta.dirname);
const TOOLS = join(PACKAGE, "node_modules");
const PATH = [join(TOOLS, ".bin"), join(PACKAGE, "..", "..", "node_modules", ".bin"), process.env["PATH"]].join(
  delimiter,
);

let folder: string;
let made: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "headwater-create-")));
  made = join(folder, "headwater-connector-my-lake");
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a program that has to go well, and returns what it printed. */
function done(cwd: string, command: string, ...args: string[]): string {
  const env = { ...process.env, PATH, NO_COLOR: "1", VITEST: undefined, HEADWATER_CATALOG: undefined };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8", env });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

/** Puts packages of the workspace where npm install would put them. */
function link(project: string, ...names: string[]): void {
  for (const name of names) {
    const place = join(project, "node_modules", name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(realpathSync(join(TOOLS, name)), place, "dir");
  }
}

test("a connector is scaffolded from the packed package, under its own name", () => {
  done(PACKAGE, "pnpm", "pack", "--out", join(folder, "create.tgz"));
  done(folder, "tar", "-xzf", "create.tgz");
  const said = done(folder, process.execPath, "package/dist/main.mjs", "my-lake", "--title", "My Lake");
  expect(said).toContain("cd headwater-connector-my-lake\n");
  const json = JSON.parse(readFileSync(join(made, "package.json"), "utf8")) as Record<string, Record<string, string>>;
  expect(json).toMatchObject({
    name: "headwater-connector-my-lake",
    peerDependencies: { "@headwater/core": "^0.0.0" },
  });
  // Whoever scaffolds gets what it was published with.
  expect(Object.values(json["devDependencies"] ?? {}).filter((version) => !/^\^?\d/.test(version))).toEqual([]);
  expect(readFileSync(join(made, ".gitignore"), "utf8")).toContain("node_modules");
  expect(JSON.parse(readFileSync(join(made, "manifest.json"), "utf8"))).toMatchObject({
    id: "my-lake",
    title: "My Lake",
  });
  expect(spawnSync("grep", ["-ril", "acme", made], { encoding: "utf8" }).stdout).toBe("");
});

test("it builds, and keeps its contract at once", { timeout: 120_000 }, () => {
  link(made, "@headwater/core", "@headwater/testkit", "@types/node", "headwater", "tsdown", "typescript", "vitest");
  expect(done(made, "npm", "test")).toMatch(/Tests +\d+ passed/);
  const report = JSON.parse(done(made, "headwater-testkit", ".", "--json", "--up-to", "2")) as {
    results: { id: string; verdict: { verdict: string } }[];
  };
  const skipped = report.results.filter(({ verdict }) => verdict.verdict !== "passed").map(({ id }) => id);
  // A folder hides nothing and has no log, and it takes a larger one to see whether answers have bounds.
  expect(skipped).toEqual(["L2.visibility", "L2.bounded", "L2.log-window", "L2.log-pages"]);
});

test("it is packed, installed and ingests", { timeout: 60_000 }, () => {
  done(made, "npm", "pack", "--pack-destination", folder);
  const project = join(folder, "project");
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), '{ "name": "project", "private": true }');
  const tarball = join(folder, "headwater-connector-my-lake-0.1.0.tgz");
  done(project, "npm", "install", "--offline", "--no-audit", "--no-fund", "--legacy-peer-deps", tarball);
  link(project, "@headwater/core");
  expect(existsSync(join(project, "node_modules", "headwater-connector-my-lake", "test"))).toBe(false);
  const source = `my-lake://${join(made, "example")}`;
  expect(done(project, "headwater", "ingest", source)).toContain("Everything was read.");
  expect(done(project, "headwater", "show", "orders")).toContain("What the customer wrote");
  // Its own author needs no installation.
  expect(done(made, "headwater", "ingest", source)).toContain("Everything was read.");
});

test("what cannot be made is refused in a sentence", () => {
  const wanted = { title: undefined, folder: join(folder, "new") };
  expect(() => scaffold({ ...wanted, id: "No Id" })).toThrow(Refusal);
  expect(() => scaffold({ ...wanted, id: "lake", folder })).toThrow("is there already");
  const { status, stdout } = spawnSync(process.execPath, [join(PACKAGE, "dist", "main.mjs")], { encoding: "utf8" });
  expect([status, stdout]).toEqual([2, expect.stringContaining("npm create headwater-connector NAME")]);
});
