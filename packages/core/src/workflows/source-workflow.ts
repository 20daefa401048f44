/** What workflows of every kind have: a source with its connector and service, a connection, a pipeline, its own settings. */
import type { Connector } from "../connector/connector.ts";
import type { IngestionPipelineFacts, ServiceFacts } from "../entities/facts.ts";
import { FqnError, splitFqn } from "../entities/fqn.ts";
import type { JsonObject } from "../entities/json.ts";
import { type HeadwaterError, isHeadwaterError } from "../errors.ts";
import { defaultRunOptions, type MaxDelete } from "../topology/run-options.ts";
import { readConnection, type ReadConnection } from "./connection.ts";
import { KNOWN_PLACES } from "./known-places.ts";
import { MAX_DELETE_WORDS, parseMaxDelete } from "./max-delete.ts";
import { nearest } from "./nearest.ts";
import { type NamedServer, namedServer } from "./openmetadata-server.ts";
import type { Problem } from "./problem.ts";
import type { Reading, Section, Setting } from "./section.ts";
import { wrongServiceName } from "./service-name.ts";
import type { UsableConnector, WorkflowContext } from "./workflow-context.ts";

/** What a workflow of any kind says. */
export interface SourceWorkflow {
  /** The file as it was named, or the URL without its password. */
  from: string;
  connector: Connector;
  connectorVersion: string;
  /** The `source.type`, without the suffix of its kind: one of those the connector serves. */
  type: string;
  service: string;
  /** Its `connection` holds references and no secrets; it is absent where the workflow brings none. */
  serviceFacts: ServiceFacts;
  /** The pipeline's name below the service. */
  pipelineName: string;
  pipelineFacts: IngestionPipelineFacts;
  /** What to connect with, as the connector's schema yields it. `null`: with what is kept with the service. */
  connection: { config: unknown } | null;
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

/** What the catalog keeps about a service. Without a stored connection, what it has is kept. */
export function serviceFacts(connector: Connector, type: string, stored: JsonObject | null): ServiceFacts {
  const serviceType = connector.manifest.types[type] as string;
  return stored === null ? { serviceType } : { serviceType, connection: { config: stored } };
}

function missing(section: Section, key: string, { problems }: Reading): null {
  problems.error(section.at, section.pathOf(key), `${section.pathOf(key)} is missing.`);
  return null;
}

/** The connector of a `source.type`; `null`, with the reason recorded, where there is none. */
export function readConnector(
  type: string,
  source: Section,
  reading: Reading,
  context: WorkflowContext,
): UsableConnector | null {
  if (type === "") return missing(source, "type", reading);
  const { problems } = reading;
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
  otherwise: string,
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

/** The keys of an OpenMetadata file that are about its own runs. */
export function readRunKeys(root: Section): void {
  root.notHonoured("pipelineRunId", "every run gets an id of its own.");
  root.notHonoured("enableStreamableLogs", "there is no server to send logs to.", false);
  root.notHonoured("ingestionRunnerName", "the run takes place where the command is given.");
}
