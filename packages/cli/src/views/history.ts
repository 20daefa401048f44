import type { FeedEntry, HistoryEntry } from "@headwater/catalog";
import { type FieldChange, formatVersion, type Json, type JsonObject, splitFqn } from "@headwater/core";
import { safe } from "../screen/safe-text.ts";
import type { Look } from "../screen/screen.ts";
import { localTime } from "../screen/times.ts";
import { fieldChangeLines } from "./field-changes.ts";
import { wordFor } from "./words.ts";

/** Who made a change: `by run 12`, `by ana`. */
export function byText({ run, actor }: Pick<HistoryEntry, "run" | "actor">): string {
  if (run !== null) return `by run ${run}`;
  return actor === null ? "by somebody" : `by ${actor}`;
}

/** The history of an entity, newest first. */
export function historyLines(entries: readonly HistoryEntry[], look: Look): string[] {
  return entries.flatMap((entry) => [
    `${look.paint("bold", formatVersion(entry.version))}  ${whenAndWho(entry)}`,
    ...(entry.change === null ? [] : fieldChangeLines(entry.change, look, "     ")),
  ]);
}

/** The latest changes of everything, newest first. */
export function feedLines(entries: readonly FeedEntry[], look: Look): string[] {
  return entries.flatMap((entry) => [
    `${look.paint("bold", safe(entry.fqn ?? "something removed since"))}  ${look.paint("dim", entry.type === null ? "" : wordFor(entry.type))} ${formatVersion(entry.version)}`,
    `     ${whenAndWho(entry)}`,
    ...(entry.change === null ? [] : fieldChangeLines(entry.change, look, "     ", FIELDS)),
  ]);
}

const FIELDS = 12;

const whenAndWho = (entry: HistoryEntry): string => `${localTime(entry.at)}  ${entry.op} ${safe(byText(entry))}`;

/** What happened to one column of an entity: entries without any other field. Versions without it are left out. */
export function onlyColumn(entries: readonly HistoryEntry[], column: string): HistoryEntry[] {
  const [name] = splitFqn(column);
  const about = (field: FieldChange): FieldChange[] => {
    if (field.name === `columns.${column}` || field.name.startsWith(`columns.${column}.`)) return [field];
    if (field.name !== "columns") return [];
    const own = (value: Json | undefined): Json[] =>
      (Array.isArray(value) ? value : []).filter((item) => (item as JsonObject)["name"] === name);
    const [oldValue, newValue] = [own(field.oldValue), own(field.newValue)];
    if (oldValue.length > 0) return [{ ...field, oldValue }];
    return newValue.length > 0 ? [{ ...field, newValue }] : [];
  };
  return entries.flatMap((entry) => {
    const { change } = entry;
    if (change === null) return entry.op === "created" ? [entry] : [];
    const own = {
      ...change,
      fieldsAdded: change.fieldsAdded.flatMap(about),
      fieldsUpdated: change.fieldsUpdated.flatMap(about),
      fieldsDeleted: change.fieldsDeleted.flatMap(about),
    };
    const fields = own.fieldsAdded.length + own.fieldsUpdated.length + own.fieldsDeleted.length;
    return fields === 0 ? [] : [{ ...entry, change: own }];
  });
}
