import type { Entity } from "@headwater/catalog";
import {
  type Column,
  type Curated,
  documentKeys,
  formatVersion,
  type Json,
  type JsonObject,
  type Owner,
  type TableConstraint,
  type TablePartition,
  type TagLabel,
} from "@headwater/core";
import type { Details } from "../catalog/details.ts";
import { bytes, count } from "../screen/numbers.ts";
import { safe } from "../screen/safe-text.ts";
import type { Look } from "../screen/screen.ts";
import { localTime } from "../screen/times.ts";
import { columnGrid } from "./column-grid.ts";
import { byText } from "./history.ts";
import { block, code, fact, firstOf, paragraph } from "./sections.ts";
import { constraintText, ownerText, plainText, tagText } from "./values.ts";
import { countKinds, wordFor } from "./words.ts";

const MANY = 20;

/** An entity as a person wants to see it. */
export function entityLines(details: Details, look: Look): string[] {
  const { entity, children } = details;
  const { shown } = entity;
  return [
    titleLine(entity, look),
    ...aboutLines(entity, look),
    "",
    ...fact("owners", ownersText(shown["owners"]), look),
    ...fact("tags", tagsText(shown["tags"]), look),
    ...fact("rows", entity.rowCount === null ? "" : count(entity.rowCount), look),
    ...fact("size", entity.sizeBytes === null ? "" : bytes(entity.sizeBytes), look),
    ...fact("holds", countKinds(children), look),
    ...plainFacts(entity, look),
    ...fact("curated", curatedText(entity.curated), look),
    ...fact("changed", changedText(details), look),
    ...columnLines(entity, look),
    ...constraintLines(shown, look),
    ...partitionLines(shown, look),
    ...referenceLines(details, look),
    ...usageLines(details, look),
    ...sourceLines(shown["source"] as JsonObject | undefined, look),
    ...codeLines(shown, look),
  ];
}

function titleLine({ fqn, type, kind, version, deleted }: Entity, { paint }: Look): string {
  const what = `${wordFor(type, kind)} · version ${formatVersion(version)}`;
  return `${paint("bold", safe(fqn))}  ${paint("dim", what)}${deleted ? `  ${paint("red", "deleted")}` : ""}`;
}

function aboutLines({ shown }: Entity, look: Look): string[] {
  const { displayName, description } = shown;
  return [
    ...(typeof displayName === "string" ? [safe(displayName)] : []),
    ...(typeof description === "string" ? ["", ...paragraph(description.trim(), look, "  ")] : []),
  ];
}

const ownersText = (owners: Json | undefined): string =>
  ((owners ?? []) as unknown as Owner[]).map(ownerText).join(", ");
const tagsText = (tags: Json | undefined): string => ((tags ?? []) as unknown as TagLabel[]).map(tagText).join(", ");

/** Fields that have a place of their own in the view. */
const PLACED = new Set([
  "displayName",
  "description",
  "owners",
  "tags",
  "source",
  "tableType",
  "storedProcedureType",
  "columns",
  "tableConstraints",
  "tablePartition",
  "schemaDefinition",
  "storedProcedureCode",
  "sql",
  "query",
  "messageSchema",
  "charts",
  "dataModels",
  "queryUsedIn",
  "tasks",
]);

function plainFacts({ type, shown }: Entity, look: Look): string[] {
  return documentKeys(type)
    .filter((key) => !PLACED.has(key) && shown[key] !== undefined)
    .flatMap((key) => fact(key, plainText(unwrapped(shown[key] as Json)), look));
}

/** OpenMetadata puts many things into a `config` of their own. */
function unwrapped(value: Json): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.keys(value).length === 1 && value["config"] !== undefined ? value["config"] : value;
}

/** Which fields people set. */
function curatedText(curated: Curated | null): string {
  if (curated === null) return "";
  const { columns, ...own } = curated;
  return [...Object.keys(own), ...Object.keys(columns ?? {}).map((column) => `column ${column}`)].join(", ");
}

function changedText({ entity, lastChange }: Details): string {
  const at = localTime(entity.updatedAt);
  return lastChange === null ? at : `${at}, ${lastChange.op} ${byText(lastChange)}`;
}

function columnLines({ shown }: Entity, look: Look): string[] {
  const columns = shown["columns"] as unknown as Column[] | undefined;
  if (columns === undefined) return [];
  const constraints = (shown["tableConstraints"] ?? []) as unknown as TableConstraint[];
  return block(`Columns (${count(columns.length)})`, columnGrid(columns, constraints, look), look);
}

function constraintLines(shown: JsonObject, look: Look): string[] {
  const constraints = (shown["tableConstraints"] ?? []) as unknown as TableConstraint[];
  const texts = [...constraints.map(constraintText), ...otherConstraints(shown).map(plainText)];
  return block(
    "Constraints",
    texts.flatMap((text) => paragraph(text, look, "  ")),
    look,
  );
}

/** Kinds of constraints that OpenMetadata has words for, as sources spell them. */
const KEYS = new Set(["PRIMARY KEY", "UNIQUE", "FOREIGN KEY"]);

/** What the source knows beside keys: checks, exclusions. */
function otherConstraints({ source }: JsonObject): JsonObject[] {
  const own = ((source as JsonObject | undefined)?.["constraints"] ?? []) as JsonObject[];
  if (!Array.isArray(own)) return [];
  return own
    .filter(({ type }) => typeof type !== "string" || !KEYS.has(type))
    .map(({ type: _type, ...constraint }) => constraint);
}

function partitionLines(shown: JsonObject, look: Look): string[] {
  const partition = shown["tablePartition"] as unknown as TablePartition | undefined;
  const lines = (partition?.columns ?? []).map(
    ({ columnName, intervalType, interval }) =>
      `${columnName}  ${intervalType.toLowerCase()}${interval === undefined ? "" : `  ${interval}`}`,
  );
  return block(
    "Partitioned by",
    lines.flatMap((line) => paragraph(line, look, "  ")),
    look,
  );
}

function referenceLines({ entity, references, referencedBy }: Details, look: Look): string[] {
  const { paint } = look;
  const out = references.map(
    ({ to, kind, known }) =>
      `  ${safe(to)}${paint("dim", `  ${REFERENCE_WORDS[kind]}`)}${known ? "" : paint("yellow", "  not in the catalog")}`,
  );
  const others = referencedBy.filter(({ fqn }) => fqn !== entity.fqn);
  const back = others.map(
    ({ fqn, kind }) => `  ${safe(fqn)}${paint("dim", `  ${REFERENCE_WORDS[kind] ?? safe(kind)}`)}`,
  );
  return [
    ...block("Points at", firstOf(out, MANY, look), look),
    ...block("Pointed at by", firstOf(back, MANY, look), look),
  ];
}

/** Who and what uses a table, in the month up to the last day that is known of. */
function usageLines({ usage }: Details, look: Look): string[] {
  if (usage === null) return [];
  const { date, dailyStats, weeklyStats, monthlyStats, users, columns, joins } = usage;
  const first = (list: readonly string[]): string =>
    list.length > USED ? `${list.slice(0, USED).join(", ")} and ${list.length - USED} more` : list.join(", ");
  const times = ({ name, times: often }: { name: string; times: number }): string => `${name} (${count(often)})`;
  return block(
    `Usage up to ${date}`,
    [
      ...fact(
        "  queries",
        `${count(dailyStats.count)} that day, ${count(weeklyStats.count)} in the week, ${count(monthlyStats.count)} in the month`,
        look,
      ),
      ...fact("  rank", `used more than ${monthlyStats.percentileRank} % of the tables that are used`, look),
      ...fact("  users", first(users.map(times)), look),
      ...fact("  columns", first(columns.map(times)), look),
      ...fact(
        "  joined",
        first(joins.map(({ column, with: other, times: often }) => `${column} with ${other} (${count(often)})`)),
        look,
      ),
    ],
    look,
  );
}

const USED = 8;

const REFERENCE_WORDS: { readonly [kind: string]: string } = {
  foreignKey: "foreign key",
  chart: "chart",
  dataModel: "data model",
  queryUsedIn: "query",
};

function sourceLines(source: JsonObject | undefined, look: Look): string[] {
  return block(
    "From the source",
    Object.entries(source ?? {}).flatMap(([key, value]) => {
      if (key === "constraints") return [];
      const items = Array.isArray(value) ? value : [value];
      return items.flatMap((item) => paragraph(`${key}: ${plainText(item)}`, look, "  "));
    }),
    look,
  );
}

function codeLines(shown: JsonObject, look: Look): string[] {
  const { schemaDefinition, storedProcedureCode, sql, query, messageSchema } = shown;
  const routine = storedProcedureCode as { language: string; code: string } | undefined;
  const message = messageSchema as { schemaType: string; schemaText: string } | undefined;
  const texts: [title: string, text: Json | undefined][] = [
    ["Definition", schemaDefinition],
    [`Code (${routine?.language ?? ""})`, routine?.code],
    ["SQL", sql],
    ["Query", query],
    [`Message schema (${message?.schemaType ?? ""})`, message?.schemaText],
  ];
  return texts.flatMap(([title, text]) => (typeof text === "string" ? block(title, code(text), look) : []));
}
