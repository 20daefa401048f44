import { createRequire } from "node:module";
import { type Connector, isConnector } from "../connector/connector.ts";
import { CAPABILITIES, type Capability } from "../connector/manifest.ts";
import { type Json, sameJson } from "../entities/json.ts";
import { HeadwaterError } from "../errors.ts";
import type { ConnectorSearch, InstalledConnector } from "./find-connectors.ts";

/** The connector that serves a `source.type`. Throws a `HeadwaterError` that says why there is none and what to install. */
export function connectorForType(search: ConnectorSearch, type: string): InstalledConnector {
  const found = search.installed.find(({ manifest }) => Object.hasOwn(manifest.types, type));
  if (found !== undefined) return found;
  throw notFound(search, `No installed connector serves the type "${type}".`, `headwater-connector-${type}`);
}

/** The connector that a URL's scheme belongs to. Throws a `HeadwaterError` as {@link connectorForType} does. */
export function connectorForUrl(search: ConnectorSearch, url: URL): InstalledConnector {
  const scheme = url.protocol.replace(/:$/, "");
  const found = search.installed.find(({ manifest }) => manifest.urlSchemes?.includes(scheme));
  if (found !== undefined) return found;
  throw notFound(
    search,
    `No installed connector takes URLs that begin with ${scheme}://.`,
    `headwater-connector-${scheme}`,
  );
}

function notFound(search: ConnectorSearch, message: string, communityName: string): HeadwaterError {
  const installed = search.installed.map(({ manifest }) => manifest.id);
  const lines = [
    installed.length === 0 ? "No connector is installed." : `Installed: ${installed.join(", ")}.`,
    ...search.refused.map(({ packageName, reason }) => `${packageName} was refused: ${reason}`),
    search.lookedAt.length === 0
      ? "There is no package.json here or above whose dependencies could name one."
      : `Looked at the dependencies in ${search.lookedAt.join(" and ")}.`,
    `Install one with npm: ours are called @headwater/connector-NAME, others have the keyword headwater-connector (${communityName}, perhaps).`,
  ];
  return new HeadwaterError("usage", message, { hint: lines.join("\n") });
}

/**
 * Loads the code of a connector. Its driver stays unloaded until it connects. Throws a `HeadwaterError` when the code cannot
 * be loaded, is not a connector, or disagrees with its manifest.
 */
export function loadConnector(installed: InstalledConnector): Connector {
  const { packageName, manifest } = installed;
  const refuse = (reason: string, hint: string, cause?: unknown): HeadwaterError =>
    new HeadwaterError("usage", `The connector ${packageName} cannot be used: ${reason}`, { hint, cause });
  let exports: Record<string, unknown>;
  try {
    exports = createRequire(installed.namedBy)(packageName) as Record<string, unknown>;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ERR_REQUIRE_ASYNC_MODULE")
      throw refuse("it uses await at the top level of a module.", "Its author can move that into connect().", error);
    throw refuse(`loading it failed: ${message}`, `Reinstall it: npm install ${packageName}`, error);
  }
  const connector = Object.values(exports).find(isConnector);
  if (connector === undefined)
    throw refuse(
      "it exports nothing made with defineConnector().",
      "Its author can export one from the package's main file.",
    );
  if (!sameJson(connector.manifest as unknown as Json, manifest as unknown as Json))
    throw refuse(
      "the manifest in its code is not the manifest.json it exports.",
      `Its author can import manifest.json in the code instead of repeating it; for you, reinstalling may help: npm install ${packageName}`,
    );
  for (const capability of CAPABILITIES) {
    const [declared, there] = [manifest.capabilities[capability] !== undefined, implemented(connector, capability)];
    if (declared && !there) throw refuse(`its manifest declares ${capability}, and its code has none.`, AUTHOR_HINT);
    if (!declared && there)
      throw refuse(`its code implements ${capability}, and its manifest does not declare it.`, AUTHOR_HINT);
  }
  return connector;
}

const AUTHOR_HINT = "Its author can make the capabilities in manifest.json and defineConnector() agree.";

function implemented(connector: Connector, capability: Capability): boolean {
  return (connector as unknown as Record<string, unknown>)[capability] !== undefined;
}
