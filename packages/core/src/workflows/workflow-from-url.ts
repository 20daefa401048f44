import { isSecret } from "../connector/secret.ts";
import { isSourceError } from "../connector/source-error.ts";
import type { Json } from "../entities/json.ts";
import { type HeadwaterError, isHeadwaterError } from "../errors.ts";
import { defaultRunOptions } from "../topology/run-options.ts";
import { readConnection } from "./connection.ts";
import { nodeOfJson } from "./file-node.ts";
import { everythingConfig } from "./metadata-options.ts";
import { DEFAULT_PIPELINE, type MetadataWorkflow } from "./metadata-workflow.ts";
import { serviceFacts } from "./source-workflow.ts";
import { Problems, workflowError } from "./problem.ts";
import { type Reading, Section } from "./section.ts";
import { wrongServiceName } from "./service-name.ts";
import type { UsableConnector } from "./workflow-context.ts";
import { escapeDollars } from "./variables.ts";

/** What the command line can say beside a URL. */
export interface UrlNames {
  /** The service's name; otherwise {@link serviceNameOf} makes one. */
  service?: string | undefined;
  /** The pipeline's name below the service. */
  pipeline?: string | undefined;
}

/**
 * The metadata workflow a bare URL stands for: everything is read, everything that is gone may go. Nothing in a URL is a
 * reference; a password in it connects and is not kept. Throws a configuration error that does not hold the password.
 */
export function workflowFromUrl(
  url: URL,
  { connector, version }: UsableConnector,
  names: UrlNames = {},
): MetadataWorkflow {
  const from = shownUrl(url);
  const problems = new Problems(from);
  const { manifest } = connector;
  const types = Object.keys(manifest.types);
  const sourceType = types.find((name) => `${name}:` === url.protocol) ?? types[0] ?? manifest.id;
  const service = names.service ?? serviceNameOf(manifest.id, url);

  const fail = (message: string, hint?: string): HeadwaterError => {
    problems.error(null, "", message, hint);
    return workflowError(problems.all());
  };
  const wrong = wrongServiceName(service);
  if (wrong !== null) throw fail(`A service's name cannot be ${wrong}.`);
  if (connector.fromUrl === undefined)
    throw fail(`The ${manifest.title} connector takes no URLs.`, "Use a workflow file.");
  let written: Record<string, unknown>;
  try {
    written = connector.fromUrl(new URL(url));
  } catch (error) {
    if (isHeadwaterError(error) || isSourceError(error)) throw fail(withoutPassword(error.message, url), error.hint);
    if (!(error instanceof URIError)) throw error;
    throw fail("A percent sign in the URL escapes nothing.", "Write it %25.");
  }
  const node = nodeOfJson(literal(written));
  if (node.is !== "map") throw fail("The URL names no connection.");
  const reading: Reading = { problems, variables: { env: {}, readFile: unreadable }, settings: [] };
  const section = new Section(node, "connection", null, reading);
  const { config, stored, filters } = readConnection(section, node, connector, sourceType, reading);
  problems.throwIfFailed();

  return {
    kind: "metadata",
    from,
    connector,
    connectorVersion: version,
    type: sourceType,
    service,
    serviceFacts: serviceFacts(connector, sourceType, stored),
    pipelineName: names.pipeline ?? DEFAULT_PIPELINE,
    pipelineFacts: { pipelineType: "metadata", sourceConfig: { config: everythingConfig(manifest.service) } },
    connection: { config },
    options: { ...defaultRunOptions(), filters },
    allowEmpty: false,
    raiseOnError: true,
    server: null,
    settings: reading.settings,
    warnings: problems.warnings(),
  };
}

/**
 * A service name for a URL: the connector, the host, a port that is written out (another port is another server), and the
 * first part of the path (a database). `postgres://me@db.example.com/shop` is `postgres_db_example_com_shop`.
 */
export function serviceNameOf(connectorId: string, url: URL): string {
  const database = url.pathname.split("/").find((part) => part !== "") ?? "";
  const parts = [connectorId, url.hostname.toLowerCase(), url.port, unescaped(database)];
  return parts
    .map((part) => part.replaceAll(/[^\p{L}\p{N}-]+/gu, "_").replaceAll(/^_+|_+$/g, ""))
    .filter((part) => part !== "")
    .join("_");
}

/** A URL as it may be shown: without password, and without what stands behind the path. */
function shownUrl(url: URL): string {
  const user = url.username === "" ? "" : `${url.username}@`;
  return `${url.protocol}//${user}${url.host}${url.pathname}`;
}

function withoutPassword(message: string, { password, href, search }: URL): string {
  const secrets = [href, password, unescaped(password), search].filter((text) => text !== "");
  return secrets.reduce((text, secret) => text.replaceAll(secret, "***"), message);
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not an escape after all: the text means itself.
    return text;
  }
}

/** The connection as data in which every dollar stays a dollar when it is read as a file, now and when it is kept. */
function literal(value: unknown): Json {
  if (isSecret(value)) return escapeDollars(value.reveal());
  if (typeof value === "string") return escapeDollars(value);
  if (Array.isArray(value)) return value.map(literal);
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value !== "object" || value === null) return null;
  const given = Object.entries(value).filter(([, inner]) => inner !== undefined && inner !== null);
  return Object.fromEntries(given.map(([key, inner]) => [key, literal(inner)]));
}

function unreadable(path: string): never {
  throw new Error(`${path}: nothing in a URL refers to a file`);
}
