/** Values of facts as short texts. They are not safe yet: what prints them makes them so. */
import type { Column, Json, JsonObject, Owner, SetEdit, TableConstraint, TagLabel } from "@headwater/core";
import { counted } from "../screen/numbers.ts";

const MANY_LINES = 2;

/** The value of a field of a document or of a change. */
export function valueText(value: Json | undefined): string {
  if (value === undefined || value === null) return "empty";
  if (typeof value === "string") return stringText(value);
  if (Array.isArray(value)) return value.map(valueText).join(", ");
  if (typeof value !== "object") return String(value);
  return objectText(value);
}

/** A value where no quotes are needed to see where it ends. */
export function plainText(value: Json): string {
  if (Array.isArray(value)) return value.map(plainText).join(", ");
  return typeof value === "string" ? value : valueText(value);
}

function stringText(text: string): string {
  const lines = text.trimEnd().split("\n");
  if (lines.length <= MANY_LINES) return `"${text}"`;
  return `"${(lines[0] ?? "").trimEnd()} …" (${counted(lines.length, "line")})`;
}

function objectText(value: JsonObject): string {
  if (typeof value["tagFQN"] === "string") return value["tagFQN"];
  if (typeof value["constraintType"] === "string") return constraintText(value as unknown as TableConstraint);
  if (typeof value["dataType"] === "string" && typeof value["name"] === "string") {
    const column = value as unknown as Column;
    return `${column.name} ${typeText(column)}`;
  }
  if (isOwner(value)) return ownerText(value as unknown as Owner);
  if (Object.keys(value).every((key) => key === "add" || key === "remove")) return setEditText(value);
  return freeText(value);
}

/** An object of the source's own making: its name and definition first, where it has them, the rest in brackets. */
function freeText({ name, definition, ...rest }: JsonObject): string {
  const head = [name, definition].filter((part) => typeof part === "string").join(": ");
  const more = Object.entries(rest)
    .map(([key, value]) => `${key}: ${isObject(value) ? `(${objectText(value)})` : plainText(value)}`)
    .join(", ");
  if (head === "") return more;
  return more === "" ? head : `${head} (${more})`;
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isOwner = (value: JsonObject): boolean =>
  Object.keys(value).length === 2 && typeof value["type"] === "string" && typeof value["name"] === "string";

function setEditText({ add = [], remove = [] }: SetEdit<Json>): string {
  return [...add.map((item) => `+${valueText(item)}`), ...remove.map((item) => `-${valueText(item)}`)].join(" ");
}

/** An owner as `set` takes it: `role:shop_owner`. */
export function ownerText({ type, name }: Owner): string {
  return `${type}:${name}`;
}

/** A tag, with how it came about where nobody confirmed it. */
export function tagText({ tagFQN, state, labelType }: TagLabel): string {
  return state === "Suggested" ? `${tagFQN} (suggested, ${labelType.toLowerCase()})` : tagFQN;
}

/** The type of a column as the source spells it. */
export function typeText(column: Column): string {
  if (column.dataTypeDisplay != null) return column.dataTypeDisplay;
  const { dataType, arrayDataType, dataLength, precision, scale } = column;
  if (dataType === "ARRAY") return `${(arrayDataType ?? "unknown").toLowerCase()}[]`;
  const limits = [dataLength ?? precision, scale].filter((limit) => limit != null);
  return dataType.toLowerCase() + (limits.length > 0 ? `(${limits.join(",")})` : "");
}

const WORDS: { readonly [T in TableConstraint["constraintType"]]: string } = {
  PRIMARY_KEY: "primary key",
  UNIQUE: "unique",
  FOREIGN_KEY: "foreign key",
  SORT_KEY: "sort key",
  DIST_KEY: "distribution key",
  CLUSTER_KEY: "cluster key",
};

/** A constraint in words: `foreign key (customer_id) → shop.shop.sales.customers.id`. */
export function constraintText({ constraintType, columns, referredColumns }: TableConstraint): string {
  const targets = (referredColumns ?? []).map((to) => (typeof to === "string" ? to : to.join(".")));
  return `${WORDS[constraintType]} (${columns.join(", ")})${targets.length === 0 ? "" : ` → ${targets.join(", ")}`}`;
}
