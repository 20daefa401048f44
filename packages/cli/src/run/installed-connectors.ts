import { fileURLToPath } from "node:url";
import { type ConnectorSearch, findConnectors } from "@headwater/core";

/** The connectors of the project around the working folder, then those beside this CLI. */
export function installedConnectors(): ConnectorSearch {
  return findConnectors(process.cwd(), fileURLToPath(import.meta.url));
}
