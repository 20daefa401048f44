import { HeadwaterError, type InstalledConnector, nearest } from "@headwater/core";

/** A connector by its id or a type it serves. Throws a `HeadwaterError` (`usage`) where none is installed. */
export function findConnector(installed: readonly InstalledConnector[], id: string): InstalledConnector {
  const found = installed.find(({ manifest }) => manifest.id === id || Object.hasOwn(manifest.types, id));
  if (found !== undefined) return found;
  const ids = installed.map(({ manifest }) => manifest.id);
  const near = nearest(id, ids);
  const there = ids.length === 0 ? "None is installed." : `Installed: ${ids.join(", ")}.`;
  throw new HeadwaterError("usage", `No connector called ${id} is installed.`, {
    hint: near === null ? `${there} headwater connectors says where was looked.` : `Did you mean ${near}?`,
  });
}
