import type { Column, Json, JsonObject, TableConstraint } from "@headwater/core";
import { grid } from "../screen/grid.ts";
import type { Look } from "../screen/screen.ts";
import { plainText, tagText, typeText } from "./values.ts";

/** The columns of a table, one line each. `constraints` tell which are keys. */
export function columnGrid(columns: readonly Column[], constraints: readonly TableConstraint[], look: Look): string[] {
  const rows = flatten(columns, "").map(({ column, indent }) => [
    { text: indent + column.name, tint: "bold" as const },
    { text: typeText(column), tint: "cyan" as const },
    nullText(column),
    indent === "" ? keyText(column, constraints) : "",
    defaultText(column),
    aboutText(column),
  ]);
  return grid(
    [
      { title: "NAME", shrinkTo: 12 },
      { title: "TYPE", shrinkTo: 10 },
      { title: "NULL", spare: 2 },
      { title: "KEY" },
      { title: "DEFAULT", shrinkTo: 8, spare: 1 },
      { title: "DESCRIPTION", shrinkTo: 12 },
    ],
    rows,
    look,
    "  ",
  );
}

function flatten(columns: readonly Column[], indent: string): { column: Column; indent: string }[] {
  return columns.flatMap((column) => [{ column, indent }, ...flatten(column.children ?? [], `${indent}  `)]);
}

/** Whether a column may be empty: `yes`, `no`, or nothing where the source does not say. */
export function nullText({ constraint, source }: Column): string {
  if (constraint === "NULL") return "yes";
  // A column that is unique has room for no other word, and its source may still say it.
  return constraint === "NOT_NULL" || constraint === "PRIMARY_KEY" || source?.["notNull"] === true ? "no" : "";
}

function keyText({ name, constraint }: Column, constraints: readonly TableConstraint[]): string {
  const within = (type: TableConstraint["constraintType"]): boolean =>
    constraints.some(({ constraintType, columns }) => constraintType === type && columns.includes(name));
  const keys = [
    constraint === "PRIMARY_KEY" || within("PRIMARY_KEY") ? "PK" : "",
    within("FOREIGN_KEY") ? "FK" : "",
    constraint === "UNIQUE" || within("UNIQUE") ? "UQ" : "",
  ];
  return keys.filter((key) => key !== "").join(" ");
}

const text = (value: Json | undefined): string => (value === undefined || value === null ? "" : plainText(value));

/** How a value comes about that nobody gives: a default, a formula, a sequence. */
function defaultText({ source }: Column): string {
  const { default: value, generated, identity } = source ?? {};
  if (generated != null) return `generated: ${text(isObject(generated) ? generated["expression"] : generated)}`;
  if (identity != null) return `identity ${text(identity)}`;
  return text(value);
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What has a name is called by it; the view of the column tells the rest. */
function briefly(value: Json): string {
  return isObject(value) && typeof value["name"] === "string" ? value["name"] : text(value);
}

const SAID_ELSEWHERE = new Set(["default", "generated", "identity", "notNull"]);

function aboutText({ displayName, description, tags, source }: Column): string {
  const rest = Object.entries(source ?? {}).filter(([key]) => !SAID_ELSEWHERE.has(key));
  return [
    displayName ?? "",
    firstLine(description ?? ""),
    (tags ?? []).map((tag) => `#${tagText(tag)}`).join(" "),
    rest.map(([key, value]) => `${key}: ${briefly(value)}`).join(", "),
  ]
    .filter((part) => part !== "")
    .join(" · ");
}

const firstLine = (description: string): string => {
  const [line = "", ...more] = description.trim().split(/\r?\n/);
  return more.length > 0 ? `${line} …` : line;
};
