/** The workflow that reads a source's metadata: what a file says about it, ready for `runMetadata`. */
import { posix, win32 } from "node:path";
import type { Connector } from "../connector/connector.ts";
import type { Manifest } from "../connector/manifest.ts";
import type { IngestionPipelineFacts, ServiceFacts } from "../entities/facts.ts";
import { FqnError, splitFqn } from "../entities/fqn.ts";
import type { JsonObject } from "../entities/json.ts";
import { type HeadwaterError, isHeadwaterError } from "../errors.ts";
import { defaultRunOptions, type MaxDelete, type RunOptions } from "../topology/run-options.ts";
import { filterNodes, readConnection, type ReadConnection } from "./connection.ts";
import { readFilters } from "./filter-pattern.ts";
import { KNOWN_PLACES } from "./known-places.ts";
import { MAX_DELETE_WORDS, parseMaxDelete } from "./max-delete.ts";
import { METADATA_TYPES, READ_SOURCE_OPTIONS } from "./metadata-options.ts";
import { nearest } from "./nearest.ts";
import { type NamedServer, namedServer } from "./openmetadata-server.ts";
import type { Problem } from "./problem.ts";
import type { Reading, Section, Setting } from "./section.ts";
import { wrongServiceName } from "./service-name.ts";
import type { UsableConnector, WorkflowContext } from "./workflow-context.ts";

/** Everything a metadata run needs of its workflow. */
export interface MetadataWorkflow {
  kind: "metadata";
  /** The file as it was named, or the URL without its password. */
  from: string;
  connector: Connector;
  connectorVersion: string;
  /** The `source.type`: one of those the connector serves. */
  type: string;
  service: string;
  /** Its `connection` holds references and no secrets; it is absent where the workflow brings none. */
  serviceFacts: ServiceFacts;
  /** The pipeline's name below the service. */
  pipelineName: string;
  pipelineFacts: IngestionPipelineFacts;
  /** What to connect with, as the connector's schema yields it. `null`: with what is kept with the service. */
  connection: { config: unknown } | null;
  options: RunOptions;
  /** A run that finds nothing is fine. */
  allowEmpty: boolean;
  /** Whether a partial success is an error to the caller of the program. */
  raiseOnError: boolean;
  /** The OpenMetadata server the file wants its metadata on. Refuse it with `serverRefusal` unless told to ignore it. */
  server: NamedServer | null;
  /** Every option with its value and its default. */
  settings: readonly Setting[];
  /** What the file says and this version does not honour. */
  warnings: readonly Problem[];
}

/** The pipeline's name where `ingestionPipelineFQN` gives none. */
export const DEFAULT_PIPELINE = "metadata";

/** Reads a metadata workflow. What is wrong is recorded; `null` where too much is wrong to tell more. */
export function readMetadataWorkflow(
  root: Section,
  reading: Reading,
  context: WorkflowContext,
): Omit<MetadataWorkflow, "warnings"> | null {
  const source = root.section("source");
  const type = (source.text("type") ?? "").toLowerCase();
  const usable = type === "" ? missing(source, "type", reading) : findConnector(type, source, reading, context);
  const service = readServiceName(source, reading);

  const sourceConfig = source.section("sourceConfig");
  const config = sourceConfig.section("config");
  const serviceKind = usable?.connector.manifest.service ?? kindOfService(config);
  if (usable !== null) checkConfigType(config, usable.connector.manifest, reading);
  config.allow("type");
  const options = serviceKind === null ? null : READ_SOURCE_OPTIONS[serviceKind](config);
  const filters = usable === null ? {} : readFilters(config, filterNodes(usable.connector), reading);
  if (usable !== null) config.close(KNOWN_PLACES);
  sourceConfig.close(KNOWN_PLACES);

  const connection = readServiceConnection(source, usable?.connector ?? null, type, reading);
  source.close(KNOWN_PLACES);
  const own = readWorkflowConfig(root.section("workflowConfig"), reading);
  const pipelineName = readPipelineName(root, service, reading);
  readSteps(root);

  if (usable === null || options === null || service === null) return null;
  const pipelineConfig = { ...config.honoured(), type: METADATA_TYPES[usable.connector.manifest.service] };
  return {
    kind: "metadata",
    from: reading.problems.file,
    connector: usable.connector,
    connectorVersion: usable.version,
    type,
    service,
    serviceFacts: serviceFacts(usable.connector, type, connection?.stored ?? null),
    pipelineName,
    pipelineFacts: { pipelineType: "metadata", sourceConfig: { config: pipelineConfig } },
    connection: connection === null ? null : { config: connection.config },
    options: {
      ...defaultRunOptions(),
      ...options,
      filters: { ...connection?.filters, ...filters },
      successThreshold: own.successThreshold,
      maxDelete: own.maxDelete,
      acceptSource: own.acceptSource,
    },
    allowEmpty: own.allowEmpty,
    raiseOnError: own.raiseOnError,
    server: own.server,
    settings: reading.settings,
  };
}

/** What the catalog keeps about a service. Without a stored connection, what it has is kept. */
export function serviceFacts(connector: Connector, type: string, stored: JsonObject | null): ServiceFacts {
  const serviceType = connector.manifest.types[type] as string;
  return stored === null ? { serviceType } : { serviceType, connection: { config: stored } };
}

/** Records that a key is missing. */
export function missing(section: Section, key: string, { problems }: Reading): null {
  problems.error(section.at, section.pathOf(key), `${section.pathOf(key)} is missing.`);
  return null;
}

/** The connector of a `source.type`; `null`, with the reason recorded, where there is none. */
export function findConnector(
  type: string,
  source: Section,
  { problems }: Reading,
  context: WorkflowContext,
): UsableConnector | null {
  const fail = (message: string, hint?: string): null => {
    problems.error(source.placeOf("type"), source.pathOf("type"), message, hint);
    return null;
  };
  if (type.startsWith("custom-"))
    return fail(
      `source.type "${type}" runs a Python class, which cannot run here.`,
      "Write a connector package instead: it is an npm package with the keyword headwater-connector.",
    );
  try {
    return context.connectorFor(type);
  } catch (error) {
    if (!isHeadwaterError(error) || error.exit !== "usage") throw error;
    const { message, hint }: HeadwaterError = error;
    return fail(message, hint);
  }
}

/** Reads the service's name. */
export function readServiceName(source: Section, reading: Reading): string | null {
  const name = source.text("serviceName");
  if (name === undefined) return missing(source, "serviceName", reading);
  const wrong = wrongServiceName(name);
  if (wrong === null) return name;
  reading.problems.error(
    source.placeOf("serviceName"),
    source.pathOf("serviceName"),
    `A service's name cannot be ${wrong}.`,
  );
  return null;
}

/** The kind of service a `sourceConfig.config.type` is for; `null` where it says nothing. */
function kindOfService(config: Section): Manifest["service"] | null {
  const type = config.text("type")?.toLowerCase();
  const kinds = Object.entries(METADATA_TYPES) as [Manifest["service"], string][];
  return kinds.find(([, name]) => name.toLowerCase() === type)?.[0] ?? null;
}

function checkConfigType(config: Section, { service, title }: Manifest, { problems }: Reading): void {
  const named = kindOfService(config);
  if (named === null || named === service) return;
  const [type, expected] = [METADATA_TYPES[named], METADATA_TYPES[service]];
  problems.error(
    config.placeOf("type"),
    config.pathOf("type"),
    `The ${title} connector reads ${service} services: ${config.pathOf("type")} must be ${expected}, and is ${type}.`,
  );
}

/** Reads the connection a file brings; `null` where it brings none. */
export function readServiceConnection(
  source: Section,
  connector: Connector | null,
  type: string,
  reading: Reading,
): ReadConnection | null {
  const serviceConnection = source.section("serviceConnection");
  const config = serviceConnection.section("config");
  const node = serviceConnection.node("config");
  const filled = node?.is === "map" && config.given ? node : null;
  const connection =
    filled === null || connector === null ? null : readConnection(config, filled, connector, type, reading);
  serviceConnection.close(KNOWN_PLACES);
  return connection;
}

/** What `workflowConfig` says. */
export interface OwnConfig {
  successThreshold: number;
  raiseOnError: boolean;
  server: NamedServer | null;
  maxDelete: MaxDelete;
  acceptSource: boolean;
  allowEmpty: boolean;
}

/** Reads `workflowConfig`. `own` reads what else the kind of workflow has below `headwater`. */
export function readWorkflowConfig(
  section: Section,
  { problems }: Reading,
  more: (headwater: Section) => void = () => undefined,
): OwnConfig {
  const { successThreshold, maxDelete } = defaultRunOptions();
  section.notHonoured("loggerLevel", "how much is printed is the command's to say: --quiet, --events.", "INFO");
  const config = section.section("config");
  const headwater = config.section("headwater");
  const own: OwnConfig = {
    successThreshold: section.number("successThreshold", successThreshold, { min: 0, max: 100 }),
    raiseOnError: section.flag("raiseOnError", true),
    server: namedServer(section),
    maxDelete: headwater.parsed("maxDelete", maxDelete, MAX_DELETE_WORDS, parseMaxDelete),
    acceptSource: headwater.flag("acceptSource", false),
    allowEmpty: headwater.flag("allowEmpty", false),
  };
  more(headwater);
  headwater.close(KNOWN_PLACES);
  for (const key of config.keys()) {
    if (key === "headwater") continue;
    // OpenMetadata takes any key here; a near miss of ours is a mistake all the same.
    if (nearest(key, ["headwater"]) === null) config.notHonoured(key, "only the options below headwater are.");
    else
      problems.error(
        config.placeOf(key),
        config.pathOf(key),
        `Unknown key "${key}" in ${config.path}.`,
        "Did you mean headwater?",
      );
    config.allow(key);
  }
  section.close(KNOWN_PLACES);
  return own;
}

/** Reads the pipeline's name below the service. */
export function readPipelineName(
  root: Section,
  service: string | null,
  { problems }: Reading,
  otherwise: string = DEFAULT_PIPELINE,
): string {
  const fqn = root.text("ingestionPipelineFQN");
  if (fqn === undefined) return otherwise;
  const fail = (message: string): string => {
    const example = service === null ? "service.pipeline" : `${service}.${otherwise}`;
    problems.error(root.placeOf("ingestionPipelineFQN"), "ingestionPipelineFQN", message, `Write it like ${example}.`);
    return otherwise;
  };
  let names: string[];
  try {
    names = splitFqn(fqn);
  } catch (error) {
    if (!(error instanceof FqnError)) throw error;
    return fail(`ingestionPipelineFQN is no FQN: ${error.message}`);
  }
  const [first, second, ...more] = names;
  if (second === undefined || more.length > 0)
    return fail("ingestionPipelineFQN must be the service's name, a dot and the pipeline's name.");
  if (service !== null && first !== service)
    return fail(`ingestionPipelineFQN names the service "${first}", and source.serviceName is "${service}".`);
  return second;
}

/** The other parts of an OpenMetadata file: steps of its framework, and its runs. */
function readSteps(root: Section): void {
  const sink = root.section("sink");
  const sinkConfig = sink.section("config");
  sink.notHonoured("type", "metadata goes into the catalog.", "metadata-rest");
  for (const key of sinkConfig.keys()) sinkConfig.notHonoured(key, "metadata goes into the catalog.");
  sink.close(KNOWN_PLACES);
  for (const step of ["processor", "stage", "bulkSink"])
    root.notHonoured(step, "a metadata workflow has no such step.");
  root.notHonoured("pipelineRunId", "every run gets an id of its own.");
  root.notHonoured("enableStreamableLogs", "there is no server to send logs to.", false);
  root.notHonoured("ingestionRunnerName", "the run takes place where the command is given.");
}

/** A path as a workflow file writes it, from that file's folder. */
export function besideFile(file: string, path: string): string {
  if (posix.isAbsolute(path) || win32.isAbsolute(path)) return path;
  // A share (\\server) would lose one of its slashes otherwise.
  if (/^(?:[A-Za-z]:|\\\\)/.test(file)) return win32.join(win32.dirname(file), path);
  return posix.join(posix.dirname(file.replaceAll("\\", "/")), path);
}
