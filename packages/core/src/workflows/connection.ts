/** Reads a connection by its connector's schema: what the run connects with, and what may be kept of it. */
import type { z } from "zod";
import type { Connector } from "../connector/connector.ts";
import type { NodeName } from "../connector/metadata.ts";
import type { Manifest } from "../connector/manifest.ts";
import { isSecret } from "../connector/secret.ts";
import type { Json, JsonObject } from "../entities/json.ts";
import type { NameFilter } from "../topology/filter.ts";
import { TOPOLOGIES } from "../topology/topologies.ts";
import { ConfigShape } from "./config-shape.ts";
import { asWritten, type FileNode, isEmptyNode, type MapNode, type ScalarNode } from "./file-node.ts";
import { FILTER_KEYS, readFilters } from "./filter-pattern.ts";
import { KNOWN_PLACES } from "./known-places.ts";
import { nearest } from "./nearest.ts";
import type { Spot } from "./problem.ts";
import { expandScalar, type Reading, type Section, unknownKey } from "./section.ts";
import { isReference } from "./variables.ts";

/** A connection as it was read. */
export interface ReadConnection {
  /** As the connector's schema yields it; meaningless while the reading has errors. */
  config: unknown;
  /** As it may be kept with the service: references as they were written, no secret that was written out. */
  stored: JsonObject;
  /** The filters OpenMetadata lets stand in a connection: they hold where the workflow has none of its own. */
  filters: { readonly [N in NodeName]?: NameFilter };
}

/** The nodes whose filters a workflow of this connector can have. */
export function filterNodes(connector: Connector): NodeName[] {
  return TOPOLOGIES[connector.manifest.service].nodes.map(({ name }) => name);
}

/** Reads the connection in a section. What is wrong with it is recorded. */
export function readConnection(
  section: Section,
  node: MapNode,
  connector: Connector,
  type: string,
  reading: Reading,
): ReadConnection {
  const { manifest } = connector;
  const shape = ConfigShape.of(connector.config);
  const serviceType = manifest.types[type] as string;
  const given = section.text("type");
  if (given !== undefined && given.toLowerCase() !== serviceType.toLowerCase())
    reading.problems.error(
      section.placeOf("type"),
      section.pathOf("type"),
      `The connection is of type "${given}", and source.type "${type}" wants "${serviceType}".`,
      `Write type: ${serviceType}, or the source.type that belongs to ${given}.`,
    );
  const nodes = filterNodes(connector);
  const filters = readFilters(section, nodes, reading);
  const ours = new Set(["type", ...nodes.map((name) => FILTER_KEYS[name])]);

  const own = new ConnectionReader(reading, connector.manifest, ours);
  // The schema may know the keys core reads, or leave them to core.
  const kept = [...node.entries].filter(([key]) => !ours.has(key) || shape.at(key) !== null);
  const connection: MapNode = { ...node, entries: new Map(kept) };
  const raw = own.value(connection, shape, section.path, "") as JsonObject;
  const parsed = connector.config.safeParse(raw);
  if (!parsed.success) own.report(parsed.error.issues, raw, connection, section);
  const config: unknown = parsed.success ? parsed.data : undefined;

  const stored = own.stored(connection, shape, config, "") as JsonObject;
  for (const [key, { value }] of node.entries) if (ours.has(key) && !isEmptyNode(value)) stored[key] = asWritten(value);
  return { config, stored: { ...stored, type: serviceType }, filters };
}

/** Keys whose values are secrets in all likelihood, for the parts of a connection no schema describes. */
const SOUNDS_SECRET = /pass(word|phrase|wd)?$|secret|token|credential|private.?key|api.?key|access.?key|^pwd$/i;
const HOLDS_CREDENTIALS = /\/\/[^/\s@]*:[^/\s@]+@/;
const TRUE_WORDS = /^(?:true|yes|on)$/i;
const FALSE_WORDS = /^(?:false|no|off)$/i;
const NUMBER_WORDS = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

class ConnectionReader {
  readonly #reading: Reading;
  readonly #manifest: Manifest;
  /** Keys of the first level that core reads itself. */
  readonly #ours: ReadonlySet<string>;
  /** Keys that misspelt ones were taken for: that these are missing need not be said as well. */
  readonly #meant = new Set<string>();

  constructor(reading: Reading, manifest: Manifest, ours: ReadonlySet<string>) {
    this.#reading = reading;
    this.#manifest = manifest;
    this.#ours = ours;
  }

  /** Why a key OpenMetadata knows (`sslConfig.caCertificate`) is not honoured; `null` when it is, or is unknown. */
  #notHonoured(key: string): string | null {
    if (this.#manifest.ignoredConfig?.includes(key)) return `the ${this.#manifest.title} connector does not use it`;
    if (/^supports[A-Z]\w*$/.test(key)) return "what a connector can do stands in its manifest";
    return key === "sampleDataStorageConfig" ? "no sample data are read" : null;
  }

  /** A node as the plain data the schema expects. `path` is for people, `key` counts from the connection. */
  value(node: FileNode, shape: ConfigShape, path: string, key: string): Json {
    if (node.is === "list") return node.items.map((item, at) => this.value(item, shape.item, `${path}[${at}]`, key));
    if (node.is === "scalar") return this.#scalar(node, shape, path);
    const value: JsonObject = {};
    for (const [name, entry] of node.entries) {
      const [innerPath, innerKey] = [`${path}.${name}`, joined(key, name)];
      const inner = shape.at(name);
      const reason = this.#notHonoured(innerKey);
      if (reason !== null) {
        if (isFilled(entry.value))
          this.#reading.problems.warn(entry.at, innerPath, `${innerPath} is not honoured: ${reason}.`);
      }
      // A mapping where none may stand is the schema's to refuse.
      else if (inner === null && shape.keys.length === 0) return asWritten(node);
      else if (inner === null)
        this.#unknown(name, path, entry.at, key === "" ? [...shape.keys, ...this.#ours] : shape.keys);
      else if (!isEmptyNode(entry.value)) value[name] = this.value(entry.value, inner, innerPath, innerKey);
    }
    return value;
  }

  #unknown(name: string, path: string, at: Spot | null, known: readonly string[]): void {
    const near = nearest(name, known);
    if (near !== null) this.#meant.add(`${path}.${near}`);
    unknownKey(name, path, at, new Set(known), KNOWN_PLACES, this.#reading);
  }

  /** Text is what files and variables hold; numbers and truth values are made of it where the schema wants them. */
  #scalar(node: ScalarNode, shape: ConfigShape, path: string): Json {
    const text = expandScalar(node, path, this.#reading, shape.secret);
    if (shape.secret) return text;
    const { value } = node;
    if (typeof value === "number" || typeof value === "boolean")
      return shape.accepts(typeof value as "number" | "boolean") || !shape.accepts("string") ? value : text;
    if (shape.accepts("string") || shape.opaque) return text;
    if (shape.accepts("boolean") && TRUE_WORDS.test(text)) return true;
    if (shape.accepts("boolean") && FALSE_WORDS.test(text)) return false;
    if (shape.accepts("number") && NUMBER_WORDS.test(text)) return Number(text);
    return text;
  }

  /** What may be kept of a node; `undefined` for nothing. `parsed` is what the schema made of it. */
  stored(node: FileNode, shape: ConfigShape, parsed: unknown, key: string): Json | undefined {
    if (node.is === "list") {
      const items = node.items.map((item, at) => this.stored(item, shape.item, memberOf(parsed, at), key));
      const kept = items.filter((item) => item !== undefined);
      return kept.length > 0 ? kept : undefined;
    }
    if (node.is === "map") {
      const kept: JsonObject = {};
      for (const [name, { value }] of node.entries) {
        const inner = shape.at(name);
        const innerKey = joined(key, name);
        if (isEmptyNode(value) || inner === null || this.#notHonoured(innerKey) !== null) continue;
        const item = this.stored(value, inner, memberOf(parsed, name), innerKey);
        if (item !== undefined) kept[name] = item;
      }
      // What is empty without its secret would look like a form of its own: `authType: {}`.
      return key === "" || Object.keys(kept).length > 0 ? kept : undefined;
    }
    if (typeof node.value === "string" && isReference(node.text)) return node.value;
    if (shape.secret || isSecret(parsed)) return undefined;
    if (!shape.described && SOUNDS_SECRET.test(key.slice(key.lastIndexOf(".") + 1))) return undefined;
    return HOLDS_CREDENTIALS.test(node.text) ? undefined : asWritten(node);
  }

  /** Records what the schema has against the connection, in words that hold no value. */
  report(issues: readonly z.core.$ZodIssue[], raw: Json, node: MapNode, section: Section): void {
    for (const issue of issues.flatMap((each) => nearestForm(each, []))) {
      const path = issue.path.map(String);
      const full = [section.path, ...path].join(".");
      const { at: place, found } = placeOf(node, section.at, path);
      const value = path.reduce<unknown>(memberOf, raw);
      if (issue.code === "unrecognized_keys") {
        for (const key of issue.keys)
          unknownKey(key, full, placeOf(node, section.at, [...path, key]).at, new Set(), new Map(), this.#reading);
      } else if (value === undefined && !found) {
        if (!this.#meant.has(full)) this.#reading.problems.error(place, full, `${full} is missing.`);
      } else this.#reading.problems.error(place, full, ...issueWords(issue, full, value));
    }
  }
}

const joined = (key: string, name: string): string => (key === "" ? name : `${key}.${name}`);

/** Whether a node asks for anything: an empty mapping or list does not. */
function isFilled(node: FileNode): boolean {
  if (node.is === "scalar") return node.value !== null;
  return node.is === "map" ? node.entries.size > 0 : node.items.length > 0;
}

/** The issues of a value that fits none of several forms: those of the form it comes nearest to. */
function nearestForm(issue: z.core.$ZodIssue, above: readonly PropertyKey[]): z.core.$ZodIssue[] {
  const path = [...above, ...issue.path];
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return [{ ...issue, path }];
  const forms = issue.errors.map((errors) => errors.flatMap((inner) => nearestForm(inner, path)));
  // A form that is of another type altogether is farthest; of the others, the one with the fewest complaints is meant.
  const distance = (form: readonly z.core.$ZodIssue[]): number =>
    form.length +
    (form.some((inner) => inner.path.length === path.length && inner.code !== "unrecognized_keys") ? 1000 : 0);
  return forms.toSorted((a, b) => distance(a) - distance(b))[0] as z.core.$ZodIssue[];
}

const TYPE_WORDS: { readonly [type: string]: string } = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping of keys to values",
  record: "a mapping of keys to values",
};

function issueWords(issue: z.core.$ZodIssue, path: string, value: unknown): [message: string, hint?: string] {
  if (issue.code === "invalid_type") return [`${path} must be ${TYPE_WORDS[issue.expected] ?? issue.expected}.`];
  if (issue.code !== "invalid_value") return [`${path}: ${issue.message}`];
  const values = issue.values.map(String);
  const near = typeof value === "string" ? nearest(value, values) : null;
  const message = `${path} must be ${values.length === 1 ? values[0] : `one of ${values.join(", ")}`}.`;
  return near === null ? [message] : [message, `Did you mean ${near}?`];
}

function memberOf(value: unknown, key: string | number): unknown {
  if (typeof value !== "object" || value === null || isSecret(value) || !Object.hasOwn(value, key)) return undefined;
  return (value as { [key: string | number]: unknown })[key];
}

/** Where a path of the connection stands, or the last part of it that stands anywhere. */
function placeOf(root: FileNode, start: Spot | null, path: readonly string[]): { at: Spot | null; found: boolean } {
  let [node, at]: [FileNode, Spot | null] = [root, start];
  for (const step of path) {
    const entry = node.is === "map" ? node.entries.get(step) : undefined;
    const next = node.is === "list" ? node.items[Number(step)] : entry?.value;
    if (next === undefined || isEmptyNode(next)) return { at: entry?.at ?? at, found: false };
    [node, at] = [next, entry?.at ?? next.at];
  }
  return { at, found: true };
}
