import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { connectorForType, connectorForUrl, findConnectors, HeadwaterError, loadConnector } from "../../src/index.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "headwater-plugins-"));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

function write(path: string, content: string | object): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
}

const manifest = (id: string, more: object = {}): object => ({
  id,
  title: id,
  contract: 1,
  service: "database",
  types: { [id]: "CustomDatabase" },
  urlSchemes: [id],
  capabilities: { metadata: {} },
  privileges: [],
  sdks: {},
  tested: [],
  ...more,
});

/** Writes a connector package into node_modules. */
function install(
  name: string,
  json: object | string,
  parts: { code?: string; exports?: object; keywords?: string[] } = {},
): void {
  const folder = `node_modules/${name}`;
  write(`${folder}/package.json`, {
    name,
    version: "1.2.3",
    type: "module",
    keywords: parts.keywords ?? ["headwater-connector"],
    exports: parts.exports ?? { ".": "./index.js", "./manifest.json": "./manifest.json" },
  });
  write(`${folder}/manifest.json`, json);
  write(
    `${folder}/index.js`,
    parts.code ??
      `export const c = { [Symbol.for("headwater.Connector")]: true, manifest: ${JSON.stringify(json)}, metadata: {}, requests: {}, check: [] };`,
  );
}

const project = (...names: string[]): void =>
  write("package.json", { name: "project", dependencies: Object.fromEntries(names.map((name) => [name, "*"])) });

describe("finding connectors", () => {
  test("takes the dependencies of the nearest package.json, from any folder below it", () => {
    project("a", "left-pad");
    install("a", manifest("a"));
    install("left-pad", "{}", { keywords: [] });
    install("not-named", manifest("not-named"));
    mkdirSync(join(root, "deep/er"), { recursive: true });
    const search = findConnectors(join(root, "deep/er"), null);
    expect(search.installed).toMatchObject([{ packageName: "a", packageVersion: "1.2.3", manifest: { id: "a" } }]);
    expect(search.refused).toEqual([]);
  });

  test("takes what is installed beside the CLI: npx's folder and a global install", () => {
    write("npx/package.json", { dependencies: { b: "*", headwater: "*" } });
    root = join(root, "npx");
    install("b", manifest("b"));
    write("node_modules/headwater/bin.js", "");
    const beside = join(root, "node_modules/headwater/bin.js");
    root = dirname(root);
    expect(findConnectors(join(root, "elsewhere"), beside).installed).toMatchObject([{ manifest: { id: "b" } }]);

    write("lib/node_modules/.package-lock.json", {
      packages: { "node_modules/c": {}, "node_modules/@x/d": {}, "node_modules/c/node_modules/e": {} },
    });
    root = join(root, "lib");
    for (const name of ["c", "@x/d", "e"]) install(name, manifest(name.replace("@x/", "")));
    write("node_modules/headwater/bin.js", "");
    const global = join(root, "node_modules/headwater/bin.js");
    root = dirname(root);
    expect(findConnectors(tmpdir(), global).installed.map(({ manifest: { id } }) => id)).toEqual(["c", "d"]);
  });

  test("refuses with a reason a person can act on", () => {
    project("one", "two", "broken", "hidden", "newer", "older", "wrong");
    install("one", manifest("same"));
    install("two", manifest("other", { types: { same: "X" } }));
    install("broken", "{ not json");
    install("hidden", manifest("hidden"), { exports: { ".": "./index.js" } });
    install("newer", manifest("newer", { contract: 7 }));
    install("wrong", manifest("wrong", { titel: "x" }));
    const { installed, refused } = findConnectors(root, null);
    expect(installed.map(({ packageName }) => packageName)).toEqual(["one"]);
    const reasons = Object.fromEntries(refused.map(({ packageName, reason }) => [packageName, reason]));
    expect(reasons["two"]).toMatch(/"same", which one serves already/);
    expect(reasons["broken"]).toMatch(/not JSON/);
    expect(reasons["hidden"]).toMatch(/does not export ".\/manifest.json"/);
    expect(reasons["newer"]).toMatch(/contract version 7.*Update Headwater/);
    expect(reasons["wrong"]).toMatch(/titel/);
  });

  test("explains why there is none", () => {
    project();
    const search = findConnectors(root, null);
    const error = thrown(() => connectorForType(search, "postgres"));
    expect(error.message).toBe('No installed connector serves the type "postgres".');
    expect(error.hint).toMatch(/No connector is installed/);
    expect(error.hint).toContain(join(root, "package.json"));
    expect(thrown(() => connectorForUrl(search, new URL("mysql://h/d"))).message).toMatch(/mysql:\/\//);
  });
});

function thrown(work: () => unknown): HeadwaterError {
  try {
    work();
  } catch (error) {
    if (error instanceof HeadwaterError) return error;
    throw error;
  }
  throw new Error("Nothing was thrown.");
}

describe("loading a connector", () => {
  const load = (): unknown => loadConnector(connectorForType(findConnectors(root, null), "a"));

  test("gives what its package exports", () => {
    project("a");
    install("a", manifest("a"));
    expect(load()).toMatchObject({ manifest: { id: "a" } });
  });

  test.each([
    ["code that throws", "throw new Error('boom')", /loading it failed: boom/],
    ["top-level await", "await 1; export const x = 1;", /await at the top level/],
    ["no connector", "export const x = 1;", /nothing made with defineConnector/],
    ["another manifest", connectorCode({ id: "b" }, "metadata: {}"), /not the manifest.json it exports/],
    ["a capability too few", connectorCode(manifest("a"), ""), /declares metadata, and its code has none/],
    ["a capability too many", connectorCode(manifest("a"), "metadata: {}, lineage: {}"), /implements lineage/],
  ])("refuses %s", (_, code, message) => {
    project("a");
    install("a", manifest("a"), { code });
    expect(thrown(load).message).toMatch(message);
  });
});

function connectorCode(json: object, capabilities: string): string {
  return `export const c = { [Symbol.for("headwater.Connector")]: true, manifest: ${JSON.stringify(json)}, ${capabilities} };`;
}
