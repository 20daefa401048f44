import { HeadwaterError } from "../errors.ts";
import type { Section } from "./section.ts";
import type { Spot } from "./problem.ts";

/** A workflow file's wish to keep its metadata on an OpenMetadata server. */
export interface NamedServer {
  /** Where the file names it. */
  at: Spot | null;
  /** As written: references are not replaced, nothing of it is used. */
  hostPort: string | null;
}

/** The server a file names in `workflowConfig.openMetadataServerConfig`; `null` where it names none. */
export function namedServer(workflowConfig: Section): NamedServer | null {
  const node = workflowConfig.node("openMetadataServerConfig");
  if (node === undefined) return null;
  const hostPort = node.is === "map" ? node.entries.get("hostPort")?.value : undefined;
  const written = hostPort?.is === "scalar" && hostPort.value !== null ? hostPort.text : null;
  return { at: workflowConfig.placeOf("openMetadataServerConfig"), hostPort: written };
}

/** The refusal of a file that names a server while metadata can only be kept in the catalog. */
export function serverRefusal(file: string, server: NamedServer): HeadwaterError {
  const place = server.at === null ? file : `${file}:${server.at.line}:${server.at.column}`;
  const which = server.hostPort === null ? "an OpenMetadata server" : `the OpenMetadata server ${server.hostPort}`;
  return new HeadwaterError(
    "usage",
    `${place}: This file keeps its metadata on ${which}, and this version of Headwater keeps metadata in its own catalog only.`,
    { hint: "To read the source into the catalog instead and leave that server alone, add --store catalog." },
  );
}
