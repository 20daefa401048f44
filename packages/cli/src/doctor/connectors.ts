import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type InstalledConnector, isHeadwaterError, loadConnector } from "@headwater/core";
import { installedConnectors } from "../run/installed-connectors.ts";
import type { Finding } from "./finding.ts";

/** Looks at every connector: whether it loads, and whether the vendors' packages it wants are there. */
export function* aboutConnectors(): Generator<Finding> {
  const { installed, refused, lookedAt } = installedConnectors();
  if (installed.length === 0)
    yield {
      verdict: "odd",
      about: "connectors",
      text: "None is installed: there is nothing to read sources with.",
      hint: `Install one with npm: npm install @headwater/connector-postgres. Looked at: ${lookedAt.join(", ") || "no package.json"}`,
    };
  for (const connector of installed) {
    yield aboutOne(connector);
    for (const [name, tested] of Object.entries(connector.manifest.sdks)) {
      const finding = aboutPackage(connector, name, tested);
      if (finding !== null) yield finding;
    }
    const other = otherCore(connector);
    if (other !== null) yield other;
  }
  for (const { packageName, reason } of refused)
    yield { verdict: "broken", about: `connector ${packageName}`, text: reason };
}

function aboutOne(connector: InstalledConnector): Finding {
  const { manifest, packageName, packageVersion, folder } = connector;
  const about = `connector ${manifest.id}`;
  try {
    loadConnector(connector);
    return { verdict: "well", about, text: `${packageName} ${packageVersion}, from ${folder}` };
  } catch (error) {
    if (!isHeadwaterError(error)) throw error;
    const { message, hint } = error;
    return { verdict: "broken", about, text: message, ...(hint === undefined ? {} : { hint }) };
  }
}

/** The version of a package as a connector would load it; `null` where it is not installed. */
function installedVersion(connector: InstalledConnector, name: string): string | null {
  for (const base of createRequire(join(connector.folder, "package.json")).resolve.paths(name) ?? []) {
    const file = join(base, name, "package.json");
    if (existsSync(file)) return (JSON.parse(readFileSync(file, "utf8")) as { version?: string }).version ?? null;
  }
  return null;
}

function aboutPackage(connector: InstalledConnector, name: string, tested: string): Finding | null {
  const about = `connector ${connector.manifest.id}`;
  const there = installedVersion(connector, name);
  if (there === null)
    return {
      verdict: "broken",
      about,
      text: `Its package ${name} is not installed.`,
      hint: `npm install ${name}@${tested}`,
    };
  if (there.split(".")[0] === tested.split(".")[0]) return null;
  return {
    verdict: "odd",
    about,
    text: `It uses ${name} ${there}, and was tested with ${tested}.`,
    hint: `npm install ${name}@${tested}, should something be amiss`,
  };
}

/** A connector may bring a copy of core of its own: that works as long as both speak one contract. */
function otherCore(connector: InstalledConnector): Finding | null {
  const theirs = installedVersion(connector, "@headwater/core");
  const own = createRequire(import.meta.url).resolve.paths("@headwater/core") ?? [];
  const ours = own.map((base) => join(base, "@headwater/core", "package.json")).find((file) => existsSync(file));
  if (theirs === null || ours === undefined) return null;
  const { version } = JSON.parse(readFileSync(ours, "utf8")) as { version?: string };
  if (version === theirs) return null;
  return {
    verdict: "odd",
    about: `connector ${connector.manifest.id}`,
    text: `It brings @headwater/core ${theirs} of its own; this one is ${version ?? "?"}. Both speak contract ${connector.manifest.contract}.`,
  };
}
