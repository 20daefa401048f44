/**
 * The difference of two JSON values as JSON, so that history can be kept as small steps backwards.
 * `applyDelta(a, delta(a, b))` is `b`. Arrays whose elements are objects with distinct names (columns) are compared by
 * name; other arrays are replaced.
 */
import { type Json, type JsonObject, sameJson } from "./json.ts";

/**
 * A step from one value to another: `=` a new value; `~` steps per key (or per name, in a list of named things);
 * `-` keys that go; `#` the names of a list in order, where the order or the members differ.
 */
export type Delta = { "=": Json } | { "~"?: { [key: string]: Delta }; "-"?: string[]; "#"?: string[] };

/** The step from `from` to `to`; `null` when they are equal. */
export function delta(from: Json, to: Json): Delta | null {
  if (from === to) return null;
  if (isObject(from) && isObject(to)) return objectDelta(from, to);
  if (Array.isArray(from) && Array.isArray(to)) {
    const [was, is] = [byName(from), byName(to)];
    if (was !== null && is !== null) return listDelta(was, is);
  }
  return sameJson(from, to) ? null : { "=": to };
}

/** The value that a step leads to. The argument is not changed. */
export function applyDelta(from: Json, step: Delta | null): Json {
  if (step === null) return from;
  if ("=" in step) return step["="];
  const steps = Object.entries(step["~"] ?? {});
  if (Array.isArray(from)) {
    const items = byName(from) ?? new Map<string, Json>();
    for (const [name, inner] of steps) items.set(name, applyDelta(items.get(name) ?? null, inner));
    const order = step["#"] ?? [...items.keys()];
    return order.map((name) => items.get(name) as Json);
  }
  const to = new Map(Object.entries(from as JsonObject));
  for (const key of step["-"] ?? []) to.delete(key);
  for (const [key, inner] of steps) to.set(key, applyDelta(to.get(key) ?? null, inner));
  return Object.fromEntries(to);
}

const isObject = (value: Json): value is JsonObject =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** The elements by name, or `null` where they are not all objects with distinct names. */
function byName(list: readonly Json[]): Map<string, Json> | null {
  const named = new Map<string, Json>();
  for (const item of list) {
    if (!isObject(item) || typeof item["name"] !== "string" || named.has(item["name"])) return null;
    named.set(item["name"], item);
  }
  return named;
}

function objectDelta(from: JsonObject, to: JsonObject): Delta | null {
  const gone = Object.keys(from).filter((key) => !Object.hasOwn(to, key));
  const steps: [key: string, step: Delta][] = [];
  for (const [key, value] of Object.entries(to)) {
    const step = Object.hasOwn(from, key) ? delta(from[key] as Json, value) : { "=": value };
    if (step !== null) steps.push([key, step]);
  }
  if (steps.length === 0 && gone.length === 0) return null;
  return { ...byKey(steps), ...(gone.length > 0 ? { "-": gone } : {}) };
}

function listDelta(from: ReadonlyMap<string, Json>, to: ReadonlyMap<string, Json>): Delta | null {
  const steps: [name: string, step: Delta][] = [];
  for (const [name, value] of to) {
    const old = from.get(name);
    const step = old === undefined ? { "=": value } : delta(old, value);
    if (step !== null) steps.push([name, step]);
  }
  const [was, is] = [[...from.keys()], [...to.keys()]];
  const reordered = was.length !== is.length || was.some((name, at) => name !== is[at]);
  if (steps.length === 0 && !reordered) return null;
  return { ...byKey(steps), ...(reordered ? { "#": is } : {}) };
}

/** The steps as an object. Not by assignment: a column may be called __proto__. */
function byKey(steps: readonly [string, Delta][]): { "~"?: { [key: string]: Delta } } {
  return steps.length > 0 ? { "~": Object.fromEntries(steps) } : {};
}
