/** Level 0: the package, as npm installs it and as the loader finds it. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { CAPABILITIES, CONNECTOR_KEYWORD, CONTRACT_VERSION, manifestSchema, z } from "@headwater/core";
import { failed, passed, type Rule, skipped, type Verdict, verdictOn } from "./rule.ts";
import type { Subject } from "./subject.ts";

/** What a connector may bring along, all dependencies together. */
const INSTALL_MEGABYTES = 150;

interface PackageJson {
  name?: string;
  type?: string;
  main?: string;
  keywords?: string[];
  files?: string[];
  license?: string;
  exports?: Record<string, unknown>;
  engines?: Record<string, string>;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

interface Package {
  folder: string;
  json: PackageJson;
}

/** A check that needs the package's folder. */
function inPackage(check: (found: Package, subject: Subject) => Verdict): (subject: Subject) => Verdict {
  return (subject) => {
    const { package: folder } = subject.fixture;
    if (folder === undefined) return skipped("The fixture does not say which folder the package is in.");
    const file = join(folder, "package.json");
    if (!existsSync(file)) return failed(`There is no ${file}.`);
    return check({ folder, json: readJson(file) as PackageJson }, subject);
  };
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"));

const isFoundByLoader = inPackage(({ folder, json }) => {
  const saw: string[] = [];
  const file = join(folder, "manifest.json");
  if (!json.keywords?.includes(CONNECTOR_KEYWORD)) saw.push(`package.json has not the keyword "${CONNECTOR_KEYWORD}".`);
  if (json.exports?.["./manifest.json"] === undefined) saw.push('package.json does not export "./manifest.json".');
  if (!json.files?.includes("manifest.json")) saw.push('"manifest.json" is not among the files that are published.');
  if (!existsSync(join(folder, "README.md"))) saw.push("There is no README.md.");
  if (!existsSync(file)) return failed([...saw, "There is no manifest.json."]);
  const parsed = manifestSchema.safeParse(readJson(file));
  if (!parsed.success) saw.push(...z.prettifyError(parsed.error).split("\n"));
  else if (parsed.data.contract !== CONTRACT_VERSION)
    saw.push(`It is written for contract version ${parsed.data.contract}; this testkit checks ${CONTRACT_VERSION}.`);
  return verdictOn(saw);
});

const codeAgrees = inPackage(({ folder }, { connector }) => {
  const file = join(folder, "manifest.json");
  if (!existsSync(file)) return skipped("There is no manifest.json.");
  const saw: string[] = [];
  const json = readJson(file) as { capabilities?: Record<string, unknown> };
  if (JSON.stringify(connector.manifest) !== JSON.stringify(json))
    saw.push("The manifest in the code is another one than manifest.json.");
  for (const capability of CAPABILITIES) {
    const declared = json.capabilities?.[capability] !== undefined;
    const implemented = (connector as unknown as Record<string, unknown>)[capability] !== undefined;
    if (declared && !implemented) saw.push(`manifest.json declares ${capability}, and the code has none.`);
    if (!declared && implemented) saw.push(`The code has ${capability}, and manifest.json does not declare it.`);
  }
  return verdictOn(saw);
});

/** Loads a package as the command line does, and prints every module that took. */
const LOAD = `
const { createRequire, registerHooks } = require("node:module");
const loaded = [];
registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
const began = performance.now();
let error = null;
try { createRequire(process.argv[1])(process.argv[2]); } catch (thrown) { error = { code: thrown.code, message: thrown.message }; }
const ms = performance.now() - began;
process.stdout.write(JSON.stringify({ loaded, error, ms }), () => process.exit());
`;

interface Loading {
  loaded: string[];
  error: { code?: string; message: string } | null;
  ms: number;
}

const loadings = new Map<string, Loading | string>();

/** How the package's main file loads, in a process of its own; a sentence where there is nothing to load. */
function loadingOf({ folder, json }: Package): Loading | string {
  const known = loadings.get(folder);
  if (known !== undefined) return known;
  const main = mainFile(json);
  const loading = ((): Loading | string => {
    if (main === null) return 'package.json exports no ".".';
    if (!existsSync(join(folder, main))) return `${main} is not there: build the package first.`;
    const args = ["-e", LOAD, join(folder, "package.json"), join(folder, main)];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    return stdout === "" ? `Loading it ended the process: ${stderr.trim()}` : (JSON.parse(stdout) as Loading);
  })();
  loadings.set(folder, loading);
  return loading;
}

/** The file that `exports["."]` names, with or without conditions. */
function mainFile({ exports, main }: PackageJson): string | null {
  const entry = exports?.["."] ?? main;
  if (typeof entry === "string") return entry;
  const conditions = (entry ?? {}) as Record<string, unknown>;
  const file = conditions["import"] ?? conditions["default"];
  return typeof file === "string" ? file : null;
}

const loadsAtOnce = inPackage((found) => {
  const loading = loadingOf(found);
  if (typeof loading === "string") return failed(loading);
  if (loading.error?.code === "ERR_REQUIRE_ASYNC_MODULE") return failed("A module awaits something at its top level.");
  if (loading.error !== null) return failed(`Loading it failed: ${loading.error.message}`);
  return passed({ milliseconds: Math.round(loading.ms) });
});

const loadsDriverLate = inPackage((found, { connector }) => {
  const loading = loadingOf(found);
  if (typeof loading === "string") return skipped(loading);
  const drivers = Object.keys(connector.manifest.sdks);
  const early = drivers.filter((sdk) => loading.loaded.some((url) => url.includes(`/node_modules/${sdk}/`)));
  return verdictOn(early.map((sdk) => `Importing the package already loads ${sdk}.`));
});

const dependsRightly = inPackage(({ json }, { connector }) => {
  const own = { ...json.dependencies, ...json.optionalDependencies };
  const saw = Object.keys(connector.manifest.sdks)
    .filter((sdk) => own[sdk] === undefined && json.peerDependencies?.[sdk] === undefined)
    .map((sdk) => `The manifest names ${sdk}, and package.json does not depend on it.`);
  if (json.peerDependencies?.["@headwater/core"] === undefined)
    saw.push("@headwater/core is not among the peerDependencies.");
  if (own["@headwater/core"] !== undefined) saw.push("@headwater/core is a dependency: it would be installed twice.");
  if (json.type !== "module") saw.push('package.json has not "type": "module".');
  return verdictOn(saw);
});

const installsSmall = inPackage(({ folder }) => {
  const seen = new Set<string>();
  const bytes = sizeWithDependencies(folder, seen);
  const megabytes = Math.round(bytes / 1e5) / 10;
  return megabytes > INSTALL_MEGABYTES
    ? failed(`With its dependencies it is ${megabytes} MB in ${seen.size} packages.`)
    : passed({ megabytes, packages: seen.size });
});

function sizeWithDependencies(folder: string, seen: Set<string>): number {
  const real = realpathSync(folder);
  if (seen.has(real)) return 0;
  seen.add(real);
  const json = readJson(join(real, "package.json")) as PackageJson;
  // Of the package itself, only what is published.
  let bytes =
    seen.size === 1 ? (json.files ?? []).reduce((sum, name) => sum + sizeOf(join(real, name)), 0) : sizeOf(real);
  for (const name of Object.keys({ ...json.dependencies, ...json.optionalDependencies })) {
    const bases = createRequire(join(real, "package.json")).resolve.paths(name) ?? [];
    const found = bases.map((base) => join(base, name)).find((path) => existsSync(join(path, "package.json")));
    if (found !== undefined) bytes += sizeWithDependencies(found, seen);
  }
  return bytes;
}

function sizeOf(path: string): number {
  if (!existsSync(path)) return 0;
  const { size, isDirectory } = withType(path);
  if (!isDirectory) return size;
  return readdirSync(path)
    .filter((name) => name !== "node_modules")
    .reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}

function withType(path: string): { size: number; isDirectory: boolean } {
  const stat = statSync(path);
  return { size: stat.size, isDirectory: stat.isDirectory() };
}

/** The rules of level 0. */
export const PACKAGE_RULES: readonly Rule[] = [
  {
    id: "L0.manifest",
    title: "The package is found as a connector, and its manifest is one",
    expected: `the keyword "${CONNECTOR_KEYWORD}", a README.md, and a valid manifest.json that is exported and published`,
    guide:
      "Headwater finds connectors by a keyword and reads manifest.json without loading any code. A package it cannot find might as well not be installed. Validate the file against `@headwater/core/manifest.schema.json` in your editor.",
    check: isFoundByLoader,
  },
  {
    id: "L0.agrees",
    title: "Code and manifest agree",
    expected: "the very manifest.json in the code, and exactly the capabilities it declares",
    guide:
      "What the manifest says is shown, documented and granted before any code runs; the loader refuses a connector that turns out to be another. Import manifest.json in the code instead of repeating it.",
    check: codeAgrees,
  },
  {
    id: "L0.loads",
    title: "The package loads without waiting",
    expected: "a built main file that can be required: no top-level await, no error",
    guide:
      "Connectors are loaded synchronously, so that a command that only lists them is quick. Move what has to be awaited into connect().",
    check: loadsAtOnce,
  },
  {
    id: "L0.lazy-driver",
    title: "The vendor's driver is loaded when it is used, not before",
    expected: "no module of the manifest's sdks among those that importing the package loads",
    guide:
      'Validating a file, listing connectors and replaying a recording need no driver, and drivers are slow to load. Import it where you connect: `const { default: driver } = await import("…")`; `import type` is fine anywhere.',
    check: loadsDriverLate,
  },
  {
    id: "L0.dependencies",
    title: "Drivers are dependencies, core is a peer",
    expected: 'every sdk in dependencies, @headwater/core in peerDependencies only, "type": "module"',
    guide:
      "With core as a peer the connector speaks with the Headwater that is installed; with core as a dependency a second copy comes along.",
    check: dependsRightly,
  },
  {
    id: "L0.size",
    title: "Installing it stays small",
    expected: `at most ${INSTALL_MEGABYTES} MB with all dependencies`,
    guide:
      "Everybody who reads one source installs all of it. Vendors often publish a smaller package for the one service you need.",
    check: installsSmall,
  },
];
