import type { ChangeDescription, FieldChange, Json } from "@headwater/core";
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
    ...change.fieldsAdded.flatMap((field) => elements(field, field.newValue, "+")),
    ...change.fieldsUpdated.map(updated),
    ...change.fieldsDeleted.flatMap((field) => elements(field, field.oldValue, "-")),
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

function updated({ name, oldValue, newValue }: FieldChange): Line {
  return { sign: "~", name, texts: [valueText(oldValue), valueText(newValue)] };
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
