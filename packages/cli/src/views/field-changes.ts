import type { ChangeDescription, FieldChange, Json, JsonObject } from "@headwater/core";
import { counted } from "../screen/numbers.ts";
import { safe } from "../screen/safe-text.ts";
import type { Look, Tint } from "../screen/screen.ts";
import { cut, widthOf } from "../screen/width.ts";
import { valueText } from "./values.ts";

/** The fields that changed, one line each, at most `limit` of them: `~ description: "a" → "b"`. */
export function fieldChangeLines(
  change: ChangeDescription,
  look: Look,
  indent: string,
  limit: number = Infinity,
): string[] {
  const lines = [
    ...keysOnce(change.fieldsAdded, "newValue").flatMap((field) => elements(field, field.newValue, "+")),
    ...change.fieldsUpdated.map(updated),
    ...keysOnce(change.fieldsDeleted, "oldValue").flatMap((field) => elements(field, field.oldValue, "-")),
  ];
  const shown = lines.slice(0, limit).map((line) => fieldLine(line, look, indent));
  if (lines.length > limit)
    shown.push(`${indent}${look.paint("dim", `… ${counted(lines.length - limit, "more field")}`)}`);
  return shown;
}

/** One line: a value that came or went, or the two sides of one that changed. */
interface Line {
  sign: "+" | "-" | "~";
  name: string;
  texts: readonly string[];
}

const TINTS: { readonly [S in Line["sign"]]: Tint } = { "+": "green", "-": "red", "~": "yellow" };

function elements({ name }: FieldChange, value: Json | undefined, sign: "+" | "-"): Line[] {
  const items = Array.isArray(value) ? value : [value];
  return items.map((item) => ({ sign, name, texts: [valueText(item)] }));
}

/**
 * A key is told in OpenMetadata's words and in the source's own. Where as many of a kind came (or went) in both, the second
 * say nothing new.
 */
function keysOnce(fields: readonly FieldChange[], side: "oldValue" | "newValue"): readonly FieldChange[] {
  const items = (name: string): JsonObject[] => {
    const value = fields.find((field) => field.name === name)?.[side];
    return Array.isArray(value) ? (value as JsonObject[]) : [];
  };
  const [keys, own] = [items("tableConstraints"), items("constraints")];
  const word = (value: Json | undefined): string => (typeof value === "string" ? value.replace(" ", "_") : "");
  const typeOf = ({ type }: JsonObject): string => word(type);
  const count = (among: readonly string[], type: string): number => among.filter((other) => other === type).length;
  const [told, again] = [keys.map(({ constraintType }) => word(constraintType)), own.map(typeOf)];
  const more = own.filter((item) => {
    const type = typeOf(item);
    return count(told, type) !== count(again, type);
  });
  if (more.length === own.length) return fields;
  return fields.flatMap((field) => {
    if (field.name !== "constraints") return [field];
    return more.length === 0 ? [] : [{ ...field, [side]: more }];
  });
}

function updated({ name, oldValue, newValue }: FieldChange): Line {
  const apart = firstDifference(oldValue, newValue);
  return { sign: "~", name, texts: apart ?? [valueText(oldValue), valueText(newValue)] };
}

const MANY_LINES = 2;

/** Of two texts of many lines, the first lines that differ: their beginnings are mostly the same. */
function firstDifference(before: Json | undefined, after: Json | undefined): [string, string] | null {
  if (typeof before !== "string" || typeof after !== "string") return null;
  const [old, fresh] = [before.trimEnd().split("\n"), after.trimEnd().split("\n")];
  if (Math.min(old.length, fresh.length) <= MANY_LINES) return null;
  const at = old.findIndex((line, number) => line !== fresh[number]);
  const line = at < 0 ? old.length : at;
  const text = (lines: readonly string[]): string =>
    line < lines.length ? `"${lines[line]?.trim() ?? ""}"` : "nothing";
  return [`line ${line + 1} ${text(old)}`, text(fresh)];
}

const ARROW = " → ";

function fieldLine({ sign, name, texts }: Line, { paint, width }: Look, indent: string): string {
  const head = `${sign} ${safe(name)}`;
  const left = Math.max(8, width - indent.length - widthOf(head) - 2 - ARROW.length * (texts.length - 1));
  const safeTexts = texts.map(safe);
  const total = safeTexts.reduce((sum, text) => sum + widthOf(text), 0);
  // Both sides give way, so that it can still be seen that they differ.
  const each = total <= left ? Infinity : Math.floor(left / texts.length);
  return `${indent}${paint(TINTS[sign], head)}: ${safeTexts.map((text) => cut(text, each)).join(ARROW)}`;
}
