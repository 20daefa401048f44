/** Reads YAML and JSON (which is YAML too) into nodes. No value is ever part of a message: it may be a secret. */
import { createRequire } from "node:module";
import type { Document, Node, Pair, YAMLMap } from "yaml";
import type { FileNode, MapEntry, MapNode } from "./file-node.ts";
import type { Problems, Spot } from "./problem.ts";

const require = createRequire(import.meta.url);

let loaded: typeof import("yaml") | undefined;
/** Loaded with the first file: most commands read none, and loading takes 20 ms. */
const yaml = (): typeof import("yaml") => (loaded ??= require("yaml") as typeof import("yaml"));

const MAX_CHARACTERS = 1_000_000;
const MAX_DEPTH = 60;
const MAX_VALUES = 20_000;

/** The root mapping of a file. What keeps it from being read is recorded, and `null` returned. */
export function parseFile(text: string, problems: Problems): MapNode | null {
  if (text.length > MAX_CHARACTERS) {
    problems.error(null, "", `The file is longer than ${MAX_CHARACTERS} characters: it cannot be a workflow.`);
    return null;
  }
  const lines = new (yaml().LineCounter)();
  let documents: Document.Parsed[];
  try {
    documents = [...yaml().parseAllDocuments(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false })];
  } catch (error) {
    // The parser recurses; nothing else is known to make it throw.
    if (!(error instanceof RangeError)) throw error;
    problems.error(null, "", TOO_DEEP);
    return null;
  }
  const spot = (offset: number | undefined): Spot | null => {
    if (offset === undefined) return null;
    const { line, col } = lines.linePos(offset);
    return line === 0 ? null : { line, column: col };
  };
  const [document, second] = documents.filter(({ contents }) => contents !== null);
  const found = documents.flatMap(({ errors, warnings }) => [...errors, ...warnings]);
  const written = found.length > 0 ? text.split("\n") : [];
  for (const { code, pos } of found) {
    const at = spot(pos[0]);
    problems.error(at, "", YAML_ERRORS[code] ?? "This is not YAML.", hintFor(written[(at?.line ?? 0) - 1]));
  }
  if (problems.failed) return null;
  if (document === undefined) {
    problems.error(null, "", "The file is empty.");
    return null;
  }
  if (second !== undefined) {
    problems.error(spot(second.range[0]), "", "A second document begins here.", "Write one workflow per file.");
    return null;
  }
  const root = new Converter(document, problems, spot).convert(document.contents, "", 0);
  if (problems.failed) return null;
  if (root.is === "map") return root;
  problems.error(root.at, "", "A workflow file is a mapping of keys to values; this one is not.");
  return null;
}

/** What a line that is no YAML most likely lacks. */
function hintFor(line = ""): string | undefined {
  const [before = "", ...references] = line.split("${");
  if (references.length === 0 || !/[[{,]/.test(before) || /["']$/.test(before)) return undefined;
  return 'Within braces and brackets a reference wants quotes: "${NAME}".';
}

const TOO_MANY = `The file holds more than ${MAX_VALUES} values, aliases counted each time.`;
const TOO_DEEP = `Values are nested more than ${MAX_DEPTH} levels deep.`;

const YAML_ERRORS: { readonly [code: string]: string } = {
  BAD_ALIAS: "This is not a usable alias.",
  BAD_DQ_ESCAPE: 'This escape is not known in text in "double quotes".',
  BAD_INDENT: "This line is indented differently from what it belongs to.",
  BAD_SCALAR_START: "A value cannot begin with this character unless it is quoted.",
  BLOCK_AS_IMPLICIT_KEY: "A key is followed by a second key on the same line; a value with a colon wants quotes.",
  BLOCK_IN_FLOW: "Indented YAML cannot stand inside brackets or braces.",
  MISSING_CHAR: "A character is missing here: a closing quote, bracket or brace, a comma, or the blank after a colon.",
  MULTILINE_IMPLICIT_KEY: "A key cannot go over several lines; perhaps a colon is missing.",
  TAB_AS_INDENT: "Tabs cannot indent YAML; use blanks.",
  TAG_RESOLVE_FAILED: "Tags (a word that begins with !) are not understood here.",
  UNEXPECTED_TOKEN: "This does not belong here.",
};

class Converter {
  readonly #document: Document.Parsed;
  readonly #problems: Problems;
  readonly #spot: (offset: number | undefined) => Spot | null;
  #values = 0;

  constructor(document: Document.Parsed, problems: Problems, spot: (offset: number | undefined) => Spot | null) {
    this.#document = document;
    this.#problems = problems;
    this.#spot = spot;
  }

  /** Whether there are more values than a file may hold: the rest is not looked at. */
  get #isFull(): boolean {
    return this.#values > MAX_VALUES;
  }

  convert(node: Node | null, path: string, depth: number): FileNode {
    const at = this.#spot(node?.range?.[0]);
    const empty: FileNode = { is: "scalar", at, value: null, text: "" };
    if (node === null || this.#isFull) return empty;
    this.#values += 1;
    if (depth > MAX_DEPTH || this.#isFull) {
      this.#problems.error(at, "", depth > MAX_DEPTH ? TOO_DEEP : TOO_MANY);
      return empty;
    }
    if (yaml().isAlias(node)) {
      const target = node.resolve(this.#document);
      if (target !== undefined) return this.convert(target, path, depth + 1);
      this.#problems.error(at, path, "This alias has no anchor before it.");
      return empty;
    }
    if (yaml().isMap(node)) return this.#map(node, at, path, depth);
    if (yaml().isSeq(node)) {
      const items: FileNode[] = [];
      for (const [index, item] of node.items.entries()) {
        if (this.#isFull) break;
        items.push(this.convert(item as Node, `${path}[${index}]`, depth + 1));
      }
      return { is: "list", at, items };
    }
    if (!yaml().isScalar(node)) return empty;
    const { value } = node;
    if (value === null) return empty;
    if (typeof value === "string") return { is: "scalar", at, value, text: value };
    const written = node.source ?? "";
    if (typeof value === "number" || typeof value === "boolean") return { is: "scalar", at, value, text: written };
    return { is: "scalar", at, value: written, text: written };
  }

  #map(map: YAMLMap, at: Spot | null, path: string, depth: number): MapNode {
    const entries = new Map<string, MapEntry>();
    const merged = new Map<string, MapEntry>();
    for (const pair of map.items as Pair<Node, Node | null>[]) {
      const keyAt = this.#spot(pair.key.range?.[0]);
      const key = keyText(pair.key);
      if (key === null || key === "__proto__") {
        this.#problems.error(keyAt, path, "A key must be a word, and not __proto__.");
        continue;
      }
      const keyPath = path === "" ? key : `${path}.${key}`;
      const value = this.convert(pair.value, keyPath, depth + 1);
      if (key === "<<") {
        for (const from of value.is === "list" ? value.items : [value])
          if (from.is === "map")
            for (const [name, entry] of from.entries) if (!merged.has(name)) merged.set(name, entry);
        continue;
      }
      if (entries.has(key)) this.#problems.warn(keyAt, keyPath, `"${key}" is given twice; the last one counts.`);
      entries.set(key, { at: keyAt, value });
    }
    for (const [name, entry] of merged) if (!entries.has(name)) entries.set(name, entry);
    return { is: "map", at, entries };
  }
}

function keyText(key: Node | null): string | null {
  if (!yaml().isScalar(key) || key.value === null) return null;
  return typeof key.value === "string" ? key.value : (key.source ?? null);
}
