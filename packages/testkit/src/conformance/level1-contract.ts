/** Level 1: the connector as a value, without any source. */
import { cellType, TOPOLOGIES, z } from "@headwater/core";
import { ofMetadata, type Rule, verdictOn } from "./rule.ts";
import type { Subject } from "./subject.ts";

const CELL_TYPE = /^(text|number|boolean|json|bigint|bytes)\??$/;

function declaresRequests({ connector }: Subject): string[] {
  return Object.entries(connector.requests).flatMap(([name, { effect, columns }]) => [
    ...(effect === "read" || effect === "write" ? [] : [`The request ${name} has the effect "${String(effect)}".`]),
    ...(Object.keys(columns).length === 0 ? [`The request ${name} declares no columns.`] : []),
    ...Object.entries(columns)
      .filter(([, spec]) => !CELL_TYPE.test(cellType(spec)))
      .map(([column, spec]) => `${name}.${column} has the type "${cellType(spec)}".`),
  ]);
}

function fillsNodes({ connector }: Subject): string[] {
  if (connector.metadata === undefined) return [];
  const { nodes } = TOPOLOGIES[connector.manifest.service];
  const saw: string[] = [];
  for (const [name, node] of Object.entries(connector.metadata)) {
    const place = nodes.find((candidate) => candidate.name === name);
    if (place === undefined) saw.push(`A ${connector.manifest.service} service has no node ${name}.`);
    else if (place.parent !== null && !(place.parent in connector.metadata))
      saw.push(`${name} is filled, and its parent ${place.parent} is not: it would never be listed.`);
    if (node.kinds.length === 0) saw.push(`${name} declares no kinds.`);
  }
  return saw;
}

/** Keys of a connection whose values nobody may see. Names of files and of parts of a sign-in are not among them. */
const SECRET_KEY =
  /^(?!.*(path|file|name|type|url|uri|expir|id$)).*(password|passphrase|secret|token|private_?key|api_?key|credential)/i;

interface JsonSchema {
  secret?: unknown;
  type?: unknown;
  properties?: Record<string, JsonSchema>;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
}

function hidesSecrets({ connector }: Subject): string[] {
  const schema = z.toJSONSchema(connector.config, { io: "input", unrepresentable: "any" }) as JsonSchema;
  const open: string[] = [];
  const look = (at: JsonSchema, path: string): void => {
    for (const inner of [...(at.anyOf ?? []), ...(at.oneOf ?? []), ...(at.allOf ?? [])]) look(inner, path);
    for (const [key, value] of Object.entries(at.properties ?? {})) {
      const isText = value.properties === undefined && value.type === "string";
      if (SECRET_KEY.test(key) && isText && value.secret !== true) open.push(`${path}${key}`);
      if (value.secret !== true) look(value, `${path}${key}.`);
    }
  };
  look(schema, "");
  return open.map((key) => `${key} is plain text.`);
}

function takesUrls({ connector }: Subject): string[] {
  const schemes = connector.manifest.urlSchemes ?? [];
  if (schemes.length > 0 && connector.fromUrl === undefined)
    return [`The manifest names URLs that begin with ${schemes[0]}://, and there is no fromUrl().`];
  return schemes.length === 0 && connector.fromUrl !== undefined
    ? ["There is a fromUrl(), and the manifest names no urlSchemes."]
    : [];
}

function checksItself({ connector }: Subject): string[] {
  const saw = connector.check.flatMap(({ name, loses }, at) => [
    ...(name.trim() === "" ? [`Step ${at + 1} has no name.`] : []),
    ...(loses.trim() === "" ? [`The step "${name}" does not say what is lost without it.`] : []),
  ]);
  return connector.check.length === 0 ? ["There are no steps."] : saw;
}

const tellsItsQueries = ({ connector }: Subject): string[] =>
  connector.manifest.capabilities.metadata?.queries === undefined ? ["capabilities.metadata.queries is missing."] : [];

/** The rules of level 1. */
export const CONTRACT_RULES: readonly Rule[] = [
  {
    id: "L1.requests",
    title: "Every request says what it does and what it answers",
    expected: "an effect (read or write), at least one column, and types the contract knows",
    guide:
      "Core counts, records, replays and checks requests by these declarations, without knowing the vendor. See `RequestSpec`.",
    check: (subject) => verdictOn(declaresRequests(subject)),
  },
  {
    id: "L1.nodes",
    title: "The nodes it fills are nodes of its service, parents included",
    expected: "only nodes of the topology of its kind of service, each with its parent and its kinds",
    guide:
      "Core owns the topologies. A source without one of the levels lists a single synthetic parent, `default`, so that names have four parts everywhere.",
    check: ofMetadata((subject) => verdictOn(fillsNodes(subject))),
  },
  {
    id: "L1.secrets",
    title: "Secrets of the connection are of the type that prints as ***",
    expected: "`secret()` for every key that holds a password, token or key",
    guide:
      "A `Secret` shows as `***` in logs, errors, JSON and `console.log`, and is revealed in the one place that hands it to the driver.",
    check: (subject) => verdictOn(hidesSecrets(subject)),
  },
  {
    id: "L1.urls",
    title: "URLs are taken if and only if the manifest says so",
    expected: "both `urlSchemes` in the manifest and `fromUrl`, or neither",
    guide: "`headwater ingest URL` looks for the scheme in manifests and then calls `fromUrl`.",
    check: (subject) => verdictOn(takesUrls(subject)),
  },
  {
    id: "L1.check",
    title: "It has steps for headwater check",
    expected: "at least one step, each with a name and with what is lost without it",
    guide: "`headwater check` is what people run first. A step that fails throws a `SourceError` whose hint mends it.",
    check: ofMetadata((subject) => verdictOn(checksItself(subject))),
  },
  {
    id: "L1.formula",
    title: "The manifest says how many queries a run asks",
    expected: "`capabilities.metadata.queries`: so many per group, per slice, and per so many objects",
    guide: "People with a large or expensive source want to know beforehand. Every run is held to it; see L2.formula.",
    check: ofMetadata((subject) => verdictOn(tellsItsQueries(subject))),
  },
];
