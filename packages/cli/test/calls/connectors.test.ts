import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { BIN, newProject } from "../headwater.ts";

describe("connectors", () => {
  test("in this repository are all that it has", () => {
    const root = join(import.meta.dirname, "..", "..", "..", "..");
    const { stdout } = spawnSync(process.execPath, [BIN, "connectors", "--json"], { cwd: root, encoding: "utf8" });
    const { connectors } = JSON.parse(stdout) as { connectors: { folder: string }[] };
    expect(connectors.map(({ folder }) => basename(folder))).toEqual(readdirSync(join(root, "connectors")).toSorted());
  });

  test("lists those of the project, and says where was looked", async () => {
    const project = newProject();
    const { code, stdout, stderr } = await project.run("connectors");
    expect([code, stdout.split("\n")[1]]).toEqual([
      0,
      "shelf  Shelf of JSON  1.2.3    metadata      headwater-connector-shelf",
    ]);
    expect(stderr).toBe(`Looked at the dependencies in ${project.path("package.json")}.\n`);
    const json: unknown = JSON.parse((await project.run("connectors", "--json")).stdout);
    expect(json).toMatchObject({
      connectors: [{ manifest: { id: "shelf" } }],
      refused: [],
      lookedAt: [project.path("package.json")],
    });
  });

  test("are loaded without their drivers", () => {
    const root = join(import.meta.dirname, "..", "..", "..", "..");
    const log = join(import.meta.dirname, "..", "fixtures", "log-modules.js");
    const words = ["--import", log, BIN, "connectors", "info", "postgres"];
    const { status, stderr } = spawnSync(process.execPath, words, { cwd: root, encoding: "utf8" });
    expect(status).toBe(0);
    expect(stderr).toMatch(/^loaded file:.*connectors\/postgres\/dist\/index\.mjs$/m);
    expect(stderr).not.toMatch(/^loaded .*node_modules\/pg/m);
  });

  test("says when there is none, and why one is refused", async () => {
    const project = newProject({});
    const none = await project.run("connectors");
    expect([none.code, none.stdout, none.stderr]).toEqual([
      0,
      "",
      expect.stringContaining("npm install @headwater/connector-NAME"),
    ]);
    project.write("package.json", '{ "dependencies": { "headwater-connector-x": "*" } }');
    project.write(
      "node_modules/headwater-connector-x/package.json",
      '{ "name": "headwater-connector-x", "keywords": ["headwater-connector"] }',
    );
    expect((await project.run("connectors")).stderr).toContain(
      'Refused: headwater-connector-x. It has the keyword "headwater-connector" but',
    );
  });

  test("tells all about one, by its id or a type", async () => {
    const project = newProject();
    const { code, stdout } = await project.run("connectors", "info", "shelf");
    expect([code, stdout]).toEqual([0, expect.stringContaining("    GRANT READ ON SHELF TO {role}\n")]);
    expect(JSON.parse((await project.run("connectors", "info", "shelf", "--json")).stdout)).toMatchObject({
      problem: null,
    });
    const near = await project.run("connectors", "info", "shlef");
    expect([near.code, near.stderr]).toEqual([2, expect.stringContaining("Did you mean shelf?")]);
  });

  test("tells why one that is there cannot be used", async () => {
    const project = newProject({});
    project.write("package.json", '{ "dependencies": { "headwater-connector-x": "*" } }');
    const folder = "node_modules/headwater-connector-x";
    project.write(
      `${folder}/package.json`,
      '{ "name": "headwater-connector-x", "version": "1.0.0", "keywords": ["headwater-connector"], "exports": { ".": "./index.js", "./manifest.json": "./manifest.json" } }',
    );
    project.write(
      `${folder}/manifest.json`,
      '{ "id": "x", "title": "X", "contract": 1, "service": "database", "types": { "x": "X" }, "capabilities": {}, "privileges": [], "sdks": {}, "tested": [] }',
    );
    project.write(`${folder}/index.js`, "module.exports = {};");
    const { code, stderr } = await project.run("connectors", "info", "x");
    expect([code, stderr]).toEqual([2, expect.stringContaining("exports nothing made with defineConnector()")]);
  });
});
