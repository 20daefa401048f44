/**
 * Which connectors are there: among the dependencies of the nearest package.json, then beside the CLI. A connector is an npm
 * package with the keyword `headwater-connector` that exports `./manifest.json`. Nothing is loaded and no folder is scanned.
 */
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { CONTRACT_VERSION, type Manifest, manifestSchema } from "../connector/manifest.ts";

/** The keyword that makes an npm package a connector. */
export const CONNECTOR_KEYWORD = "headwater-connector";

/** A connector that is installed and can be loaded. */
export interface InstalledConnector {
  manifest: Manifest;
  packageName: string;
  packageVersion: string;
  /** The package's folder. */
  folder: string;
  /** The file whose dependencies named it, which its name is resolved from. */
  namedBy: string;
}

/** A package that wants to be a connector and cannot be one, with a sentence that says why. */
export interface RefusedConnector {
  packageName: string;
  namedBy: string;
  reason: string;
}

/** Everything that was looked at, for `headwater connectors` and for explaining why one was not found. */
export interface ConnectorSearch {
  installed: InstalledConnector[];
  refused: RefusedConnector[];
  /** The files whose dependencies were looked at, nearest first. */
  lookedAt: string[];
}

/** Finds the connectors for a working folder and a CLI. `besideCli` is any file of the running CLI. */
export function findConnectors(workingFolder: string, besideCli: string | null): ConnectorSearch {
  const search: ConnectorSearch = { installed: [], refused: [], lookedAt: [] };
  const seen = new Set<string>();
  for (const list of [projectPackages(workingFolder), besideCli === null ? null : packagesBeside(besideCli)]) {
    if (list === null || search.lookedAt.includes(list.file)) continue;
    search.lookedAt.push(list.file);
    for (const name of list.names) addConnector(search, seen, name, list.file);
  }
  search.installed.sort((a, b) => (a.manifest.id < b.manifest.id ? -1 : 1));
  return search;
}

interface PackageList {
  file: string;
  names: string[];
}

/** The dependencies of the nearest package.json, walking up; and the package itself, for whoever writes a connector. */
function projectPackages(folder: string): PackageList | null {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const file = join(at, "package.json");
    if (existsSync(file)) return { file, names: [...ownName(file), ...dependenciesOf(file)] };
    if (dirname(at) === at) return null;
  }
}

const ownName = (file: string): string[] => {
  if (!existsSync(file)) return [];
  const { name, exports } = readJson(file) as { name?: string; exports?: unknown };
  // Only a package with exports can name itself.
  return name === undefined || exports === undefined ? [] : [name];
};

/**
 * What is installed beside the CLI: with npx, the dependencies of the folder npx made; with a global install, the packages
 * of npm's own list of it.
 */
function packagesBeside(cliFile: string): PackageList | null {
  for (let at = dirname(realpathSync(cliFile)); dirname(at) !== at; at = dirname(at)) {
    if (!at.endsWith("node_modules")) continue;
    const owner = join(dirname(at), "package.json");
    if (existsSync(owner)) return { file: owner, names: dependenciesOf(owner) };
    const list = join(at, ".package-lock.json");
    if (!existsSync(list)) continue;
    const { packages = {} } = readJson(list) as { packages?: Record<string, unknown> };
    const names = Object.keys(packages)
      .map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path)?.[1])
      .filter((name) => name !== undefined);
    return { file: join(at, "package.json"), names };
  }
  return null;
}

function dependenciesOf(file: string): string[] {
  const json = readJson(file) as Record<string, Record<string, string> | undefined>;
  const names = ["dependencies", "devDependencies", "optionalDependencies"].flatMap((key) =>
    Object.keys(json[key] ?? {}),
  );
  return [...new Set(names)];
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, "utf8"));
}

function addConnector(search: ConnectorSearch, seen: Set<string>, packageName: string, namedBy: string): void {
  const folder = packageFolder(packageName, namedBy);
  if (folder === null || seen.has(folder)) return;
  seen.add(folder);
  const { keywords, version } = readJson(join(folder, "package.json")) as { keywords?: unknown; version?: string };
  if (!Array.isArray(keywords) || !keywords.includes(CONNECTOR_KEYWORD)) return;

  const refuse = (reason: string): void => void search.refused.push({ packageName, namedBy, reason });
  let manifestFile: string;
  try {
    manifestFile = createRequire(namedBy).resolve(`${packageName}/manifest.json`);
  } catch {
    return refuse(
      `It has the keyword "${CONNECTOR_KEYWORD}" but does not export "./manifest.json" in its package.json.`,
    );
  }
  let json: unknown;
  try {
    json = readJson(manifestFile);
  } catch (error) {
    return refuse(`Its manifest is not JSON: ${(error as Error).message}.`);
  }
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) return refuse(`Its manifest is wrong: ${z.prettifyError(parsed.error).replaceAll("\n", " ")}`);
  const manifest = parsed.data;
  if (manifest.contract !== CONTRACT_VERSION)
    return refuse(
      manifest.contract > CONTRACT_VERSION
        ? `It speaks contract version ${manifest.contract}; this Headwater speaks ${CONTRACT_VERSION}. Update Headwater.`
        : `It speaks contract version ${manifest.contract}; this Headwater speaks ${CONTRACT_VERSION}. Update the connector.`,
    );
  for (const type of Object.keys(manifest.types)) {
    const other = search.installed.find((installed) => Object.hasOwn(installed.manifest.types, type));
    if (other !== undefined)
      return refuse(
        `It serves the type "${type}", which ${other.packageName} serves already. Uninstall one of the two.`,
      );
  }
  search.installed.push({ manifest, packageName, packageVersion: version ?? "0.0.0", folder, namedBy });
}

/** Where a package is installed, as seen from the file that names it; `null` when it is not. */
function packageFolder(packageName: string, namedBy: string): string | null {
  if (ownName(namedBy).includes(packageName)) return realpathSync(dirname(namedBy));
  for (const base of createRequire(namedBy).resolve.paths(packageName) ?? []) {
    const folder = join(base, packageName);
    if (existsSync(join(folder, "package.json"))) return realpathSync(folder);
  }
  return null;
}
