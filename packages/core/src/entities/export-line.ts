/**
 * The canonical export: one line of JSON per entity in OpenMetadata's shape, ordered by FQN. It holds the current state of
 * both layers and nothing that differs between two catalogs of the same source: no internal ids, run ids or clocks.
 */
import { z } from "zod";
import { type Document, documentKeys, toDocument } from "./document.ts";
import { ENTITY_TYPES, isEntityType } from "./entity-types.ts";
import type { EntityType } from "./facts.ts";
import { buildFqn, childFqn, splitFqn } from "./fqn.ts";
import type { Json, JsonObject } from "./json.ts";
import { type Curated, type IsExclusive, mergeLayers } from "./layers.ts";
import { CURATED_SCHEMA, FACTS_SCHEMAS } from "./schemas.ts";
import type { Column } from "./table.ts";
import { formatVersion, parseVersion, type Version } from "./version.ts";

/** One entity as a catalog holds it, without anything internal to that catalog. */
export interface ExportedEntity {
  type: EntityType;
  fqn: string;
  version: Version;
  deleted: boolean;
  source: Document;
  curated: Curated | null;
}

/** One entity in OpenMetadata's JSON shape; what it has no field for stands under `extension.headwater`. */
export function toEntityJson(entity: ExportedEntity, isExclusive?: IsExclusive): JsonObject {
  const names = splitFqn(entity.fqn);
  const shown = mergeLayers(entity.source, entity.curated, isExclusive);
  const json: JsonObject = {
    entityType: entity.type,
    fullyQualifiedName: entity.fqn,
    name: names[names.length - 1] as string,
    version: formatVersion(entity.version),
    deleted: entity.deleted,
  };
  const extension: JsonObject = {};
  for (const key of documentKeys(entity.type)) {
    const value = shown[key];
    if (value === undefined) continue;
    if (key === "source") extension["source"] = value;
    else if (key === "columns") json["columns"] = columnsOut(value as unknown as Column[], entity.fqn, extension);
    else json[key] = value;
  }
  Object.assign(json, parentReferences(entity.type, names));
  if (entity.curated !== null) {
    extension["curated"] = entity.curated as unknown as Json;
    const hidden = hiddenSource(entity.type, entity.source, shown);
    if (Object.keys(hidden).length > 0) extension["hidden"] = hidden;
  }
  if (Object.keys(extension).length > 0) json["extension"] = { headwater: extension };
  return json;
}

function columnsOut(columns: readonly Column[], parent: string, extension: JsonObject): JsonObject[] {
  return columns.map((column) => {
    const { source, children, ...plain } = column;
    const fqn = childFqn(parent, column.name);
    if (source != null) {
      const sources = (extension["columns"] ??= {}) as JsonObject;
      sources[fqn] = source;
    }
    return {
      ...(plain as unknown as JsonObject),
      fullyQualifiedName: fqn,
      ...(children ? { children: columnsOut(children, fqn, extension) } : {}),
    };
  });
}

function parentReferences(type: EntityType, names: readonly string[]): JsonObject {
  const { parents, infix } = ENTITY_TYPES[type];
  const out: JsonObject = {};
  // A tag may be in another tag; its classification is the first name all the same.
  const above = type === "tag" ? names.slice(0, 1) : names.slice(0, infix === undefined ? -1 : -2);
  parents.forEach((parent, level) => {
    const path = above.slice(0, above.length - level);
    const key = parent.endsWith("Service") ? "service" : parent;
    out[key] = { type: parent, name: path[path.length - 1] as string, fullyQualifiedName: buildFqn(...path) };
  });
  return out;
}

/** The source's values of fields that the curated layer changes: with them an import can rebuild the source layer. */
function hiddenSource(type: EntityType, source: Document, shown: Document): JsonObject {
  const hidden: JsonObject = {};
  for (const key of documentKeys(type)) if (source[key] !== shown[key]) hidden[key] = source[key] ?? null;
  return hidden;
}

/** Thrown for a line that is not an exported entity; the message says what is wrong with which field. */
export class ExportLineError extends Error {
  override name = "ExportLineError";
}

/** Reads an entity back from {@link toEntityJson}'s shape. Throws {@link ExportLineError}. */
export function fromEntityJson(json: JsonObject): ExportedEntity {
  const type = json["entityType"];
  const fqn = json["fullyQualifiedName"];
  if (typeof type !== "string" || !isEntityType(type))
    throw new ExportLineError(`"entityType" is ${JSON.stringify(type)}, which is no type of entity Headwater knows.`);
  if (typeof fqn !== "string") throw new ExportLineError(`"fullyQualifiedName" is missing.`);
  const names = namesOf(fqn);
  checkDepth(type, fqn, names.length);
  const version = versionOf(json["version"]);
  if (version === null)
    throw new ExportLineError(`${fqn}: "version" is ${JSON.stringify(json["version"])}; expected a form like "0.1".`);

  const extension = ((json["extension"] as JsonObject | undefined)?.["headwater"] ?? {}) as JsonObject;
  const hidden = (extension["hidden"] ?? {}) as JsonObject;
  const source: Document = {};
  for (const key of documentKeys(type)) {
    let value: Json | undefined;
    if (Object.hasOwn(hidden, key)) value = hidden[key] ?? undefined;
    else if (key === "source") value = extension["source"];
    else if (key === "columns" && Array.isArray(json["columns"]))
      value = columnsIn(json["columns"], (extension["columns"] ?? {}) as JsonObject);
    else value = json[key];
    if (value !== undefined && value !== null) source[key] = value;
  }
  const checked = FACTS_SCHEMAS[type].safeParse(source);
  if (!checked.success) throw new ExportLineError(`${fqn}: ${z.prettifyError(checked.error)}`);
  const curated = (extension["curated"] ?? null) as Curated | null;
  if (curated !== null) {
    const parsed = CURATED_SCHEMA.safeParse(curated);
    if (!parsed.success)
      throw new ExportLineError(`${fqn}: extension.headwater.curated: ${z.prettifyError(parsed.error)}`);
  }
  return {
    type,
    fqn,
    version,
    deleted: json["deleted"] === true,
    // Not what the schema made of it: zod leaves out keys called __proto__.
    source: toDocument(type, names[0] as string, source),
    curated,
  };
}

/** A name that is too short or too long is in no place the catalog can show. Tags may be nested. */
function checkDepth(type: EntityType, fqn: string, length: number): void {
  const { parents, infix } = ENTITY_TYPES[type];
  const wanted = parents.length + (infix === undefined ? 1 : 2);
  if (length === wanted || (type === "tag" && length > wanted)) return;
  throw new ExportLineError(`${fqn}: the full name of a ${type} has ${wanted} parts, and this one ${length}.`);
}

function namesOf(fqn: string): string[] {
  try {
    return splitFqn(fqn);
  } catch (error) {
    throw new ExportLineError(`"fullyQualifiedName" is ${fqn}: ${(error as Error).message}`, { cause: error });
  }
}

/** A version as Headwater writes it (`"1.0"`) or as OpenMetadata does (`1`, `0.1`). */
function versionOf(version: Json | undefined): Version | null {
  if (typeof version === "string") return parseVersion(version);
  if (typeof version !== "number") return null;
  const text = version.toFixed(1);
  return Number(text) === version ? parseVersion(text) : null;
}

function columnsIn(columns: readonly Json[], sources: JsonObject): Json[] {
  return columns.map((column) => {
    // The schema says what is wrong with it.
    if (column === null || typeof column !== "object" || Array.isArray(column)) return column;
    const { fullyQualifiedName, children, ...plain } = column;
    const source = typeof fullyQualifiedName === "string" ? sources[fullyQualifiedName] : undefined;
    return {
      ...plain,
      ...(Array.isArray(children) ? { children: columnsIn(children, sources) } : {}),
      ...(source === undefined ? {} : { source }),
    };
  });
}
