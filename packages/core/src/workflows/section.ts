/**
 * Reads one mapping of a file strictly: every key is asked for by name, and what nobody asked for is an error with the
 * nearest key that would be understood.
 */
import type { Json, JsonObject } from "../entities/json.ts";
import { asWritten, type FileNode, isEmptyNode, type MapNode, nodeWords, type ScalarNode } from "./file-node.ts";
import { nearest } from "./nearest.ts";
import type { Problems, Spot } from "./problem.ts";
import { expandVariables, type Variables } from "./variables.ts";

/** What reading a file gathers and needs, beside the values themselves. */
export interface Reading {
  problems: Problems;
  variables: Variables;
  /** Every option that was asked for, with its value: what `headwater validate` compares with the defaults. */
  settings: Setting[];
}

/** An option as it came out of a file. */
export interface Setting {
  path: string;
  value: Json;
  default: Json;
}

/** What numbers are accepted. */
export interface NumberRule {
  min: number;
  max?: number;
  integer?: boolean;
}

/** A mapping of the file, or the place where one could be: then every key of it is absent. */
export class Section {
  readonly path: string;
  readonly at: Spot | null;
  readonly #node: MapNode | null;
  readonly #reading: Reading;
  readonly #known = new Set<string>();
  readonly #ignored = new Set<string>();

  constructor(node: MapNode | null, path: string, at: Spot | null, reading: Reading) {
    this.#node = node;
    this.path = path;
    this.at = at;
    this.#reading = reading;
  }

  /** Whether the mapping is there and has a key. */
  get given(): boolean {
    return this.#node !== null && this.#node.entries.size > 0;
  }

  keys(): string[] {
    return [...(this.#node?.entries.keys() ?? [])];
  }

  /** Where a key stands, or where it could stand. */
  placeOf(key: string): Spot | null {
    return this.#node?.entries.get(key)?.at ?? this.at;
  }

  pathOf(key: string): string {
    return this.path === "" ? key : `${this.path}.${key}`;
  }

  /** The node of a key, whatever it is; `undefined` where there is none or it is empty. */
  node(key: string): FileNode | undefined {
    this.#known.add(key);
    const node = this.#node?.entries.get(key)?.value;
    return isEmptyNode(node) ? undefined : node;
  }

  section(key: string): Section {
    const node = this.node(key);
    const at = this.placeOf(key);
    if (node !== undefined && node.is !== "map") {
      // What stands in its place may be a secret: a whole connection on one line.
      const path = this.pathOf(key);
      this.#reading.problems.error(
        node.at,
        path,
        `${path} must be a mapping of keys to values, and is ${nodeWords(node)}.`,
      );
    }
    return new Section(node?.is === "map" ? node : null, this.pathOf(key), at, this.#reading);
  }

  /** A text, with its references replaced. `undefined` where there is none. */
  text(key: string): string | undefined {
    const node = this.node(key);
    if (node === undefined) return undefined;
    if (node.is !== "scalar") return this.#mustBe(key, "text", node);
    const text = this.expand(key, node);
    return text === "" ? undefined : text;
  }

  flag(key: string, otherwise: boolean): boolean {
    const value = this.#flag(key) ?? otherwise;
    this.#setting(key, value, otherwise);
    return value;
  }

  #flag(key: string): boolean | undefined {
    const node = this.node(key);
    if (node === undefined) return undefined;
    if (node.is !== "scalar") return this.#mustBe(key, "true or false", node);
    const text = this.expand(key, node).toLowerCase();
    if (TRUE.has(text)) return true;
    if (FALSE.has(text)) return false;
    return this.#mustBe(key, "true or false", node);
  }

  number(key: string, otherwise: number, rule: NumberRule): number {
    const value = this.#number(key, rule) ?? otherwise;
    this.#setting(key, value, otherwise);
    return value;
  }

  #number(key: string, { min, max, integer }: NumberRule): number | undefined {
    const node = this.node(key);
    if (node === undefined) return undefined;
    const words = `a ${integer ? "whole " : ""}number ${max === undefined ? `of at least ${min}` : `from ${min} to ${max}`}`;
    if (node.is !== "scalar") return this.#mustBe(key, words, node);
    const text = this.expand(key, node).trim();
    const value = text === "" ? Number.NaN : Number(text);
    const fits = value >= min && value <= (max ?? Number.MAX_SAFE_INTEGER) && (!integer || Number.isInteger(value));
    return fits ? value : this.#mustBe(key, words, node);
  }

  /** A value of another form: `parse` returns `null` for what is not `words`. */
  parsed<T extends Json>(key: string, otherwise: T, words: string, parse: (text: string) => T | null): T {
    const node = this.node(key);
    let value: T | null = otherwise;
    if (node !== undefined) value = node.is === "scalar" ? parse(this.expand(key, node)) : null;
    if (value === null) {
      this.#mustBe(key, words, node as FileNode);
      value = otherwise;
    }
    this.#setting(key, value, otherwise);
    return value;
  }

  /** The text of a scalar with its references replaced; what cannot be resolved is recorded. */
  expand(key: string, node: ScalarNode): string {
    return expandScalar(node, this.pathOf(key), this.#reading);
  }

  #setting(key: string, value: Json, otherwise: Json): void {
    this.#reading.settings.push({ path: this.pathOf(key), value, default: otherwise });
  }

  #mustBe(key: string, words: string, node: FileNode): undefined {
    const is = node.is === "scalar" && node.value !== null ? JSON.stringify(shorten(node.text)) : nodeWords(node);
    this.#reading.problems.error(node.at, this.pathOf(key), `${this.pathOf(key)} must be ${words}, and is ${is}.`);
  }

  /**
   * A key OpenMetadata knows and this version does not honour: a warning, unless it has the one value that asks for what
   * happens anyway.
   */
  notHonoured(key: string, because: string, unless?: boolean | string): void {
    this.#known.add(key);
    this.#ignored.add(key);
    const entry = this.#node?.entries.get(key);
    if (entry === undefined || isEmptyNode(entry.value)) return;
    const { value } = entry;
    if (value.is === "scalar" && unless !== undefined && value.text.toLowerCase() === String(unless).toLowerCase())
      return;
    if (value.is === "map" && value.entries.size === 0) return;
    if (value.is === "list" && value.items.length === 0) return;
    this.#reading.problems.warn(entry.at, this.pathOf(key), `${this.pathOf(key)} is not honoured: ${because}`);
  }

  /** Keys that are nobody's business here and need no word. */
  allow(...keys: string[]): void {
    for (const key of keys) this.#known.add(key);
  }

  /** Reports every key nobody asked for. `elsewhere` says where a key that is known in another place belongs. */
  close(elsewhere: ReadonlyMap<string, string> = NOWHERE): void {
    for (const key of this.keys())
      if (!this.#known.has(key)) unknownKey(key, this.path, this.placeOf(key), this.#known, elsewhere, this.#reading);
  }

  /** What was honoured, as it was written: references stay references. */
  honoured(): JsonObject {
    const written: JsonObject = {};
    for (const [key, { value }] of this.#node?.entries ?? [])
      if (this.#known.has(key) && !this.#ignored.has(key) && !isEmptyNode(value)) written[key] = asWritten(value);
    return written;
  }
}

const NOWHERE: ReadonlyMap<string, string> = new Map();
const TRUE = new Set(["true", "yes", "on", "y", "t", "1"]);
const FALSE = new Set(["false", "no", "off", "n", "f", "0"]);
const LISTED_KEYS = 12;

/** Records a key that is not understood where it stands, with the nearest one that would be. */
export function unknownKey(
  key: string,
  path: string,
  at: Spot | null,
  known: ReadonlySet<string>,
  elsewhere: ReadonlyMap<string, string>,
  { problems }: Reading,
): void {
  const full = path === "" ? key : `${path}.${key}`;
  const where = path === "" ? "" : ` in ${path}`;
  const colon = key.indexOf(":");
  if (colon >= 0) {
    // `{password:hunter2}` is one key: what stands behind the colon may be a secret.
    const shown = shorten(key.slice(0, colon));
    problems.error(at, `${path}.${shown}`, `Unknown key "${shown}:…"${where}.`, "A blank is missing behind the colon.");
    return;
  }
  problems.error(at, full, `Unknown key "${shorten(key)}"${where}.`, keyHint(key, path, known, elsewhere));
}

function keyHint(
  key: string,
  path: string,
  known: ReadonlySet<string>,
  elsewhere: ReadonlyMap<string, string>,
): string | undefined {
  const near = nearest(key, known);
  if (near !== null) return `Did you mean ${near}?`;
  const home = elsewhere.get(key);
  if (home !== undefined && home !== path) return `It belongs in ${home === "" ? "the file's first level" : home}.`;
  return known.size === 0 || known.size > LISTED_KEYS ? undefined : `Known here: ${[...known].join(", ")}.`;
}

/**
 * The text of a scalar with its references replaced; what cannot be resolved is recorded. Of a secret nothing is said but
 * the names of the variables it asks for.
 */
export function expandScalar(node: ScalarNode, path: string, { problems, variables }: Reading, secret = false): string {
  const { text, unresolved } = expandVariables(node.text, variables);
  for (const { message, hint } of unresolved) problems.error(node.at, path, message, hint);
  const [, lower] = secret ? [] : (/\$([a-z_][A-Za-z0-9_]*)/.exec(node.text) ?? []);
  if (lower !== undefined && Object.hasOwn(variables.env, lower))
    problems.warn(node.at, path, `$${lower} is left as it stands; the variable of that name is \${${lower}}.`);
  return text;
}

const shorten = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}…` : text);
