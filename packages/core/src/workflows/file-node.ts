/** A configuration file as a tree that remembers where each value stands and how it was written. */
import type { Json, JsonObject } from "../entities/json.ts";
import type { Spot } from "./problem.ts";

/** One value of a file. */
export type FileNode = MapNode | ListNode | ScalarNode;

/** A mapping. Of a key given twice the last one counts, as it does in OpenMetadata. */
export interface MapNode {
  is: "map";
  at: Spot | null;
  entries: ReadonlyMap<string, MapEntry>;
}

/** A key's place and its value. */
export interface MapEntry {
  at: Spot | null;
  value: FileNode;
}

/** A list. */
export interface ListNode {
  is: "list";
  at: Spot | null;
  items: readonly FileNode[];
}

/** A single value. `text` is how it was written, so that `007` can still be a name. */
export interface ScalarNode {
  is: "scalar";
  at: Spot | null;
  value: null | boolean | number | string;
  text: string;
}

/** Whether a node says nothing: absent, or a key without a value. */
export function isEmptyNode(node: FileNode | undefined): boolean {
  return node === undefined || (node.is === "scalar" && node.value === null);
}

/** A node as plain data, as it was written: references to variables stay, keys without a value are left out. */
export function asWritten(node: FileNode): Json {
  switch (node.is) {
    case "map": {
      const written: JsonObject = {};
      for (const [key, { value }] of node.entries) if (!isEmptyNode(value)) written[key] = asWritten(value);
      return written;
    }
    case "list":
      return node.items.map(asWritten);
    case "scalar":
      return typeof node.value === "number" && !Number.isFinite(node.value) ? node.text : node.value;
  }
}

/** Plain data as nodes without places, for a connection that does not come from a file. */
export function nodeOfJson(value: Json): FileNode {
  if (Array.isArray(value)) return { is: "list", at: null, items: value.map(nodeOfJson) };
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value).map(([key, inner]) => [key, { at: null, value: nodeOfJson(inner) }] as const);
    return { is: "map", at: null, entries: new Map(entries) };
  }
  return { is: "scalar", at: null, value, text: String(value) };
}

/** What kind of value a node holds, in words. */
export function nodeWords(node: FileNode): string {
  if (node.is === "map") return "a mapping";
  if (node.is === "list") return "a list";
  if (node.value === null) return "empty";
  return { string: "text", number: "a number", boolean: "true or false" }[typeof node.value as "string"];
}
