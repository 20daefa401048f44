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

interface Line {
  sign: "+" | "-" | "~";
  name: string;
  text: string;
}

const TINTS: { readonly [S in Line["sign"]]: Tint } = { "+": "green", "-": "red", "~": "yellow" };

function elements({ name }: FieldChange, value: Json | undefined, sign: "+" | "-"): Line[] {
  const items = Array.isArray(value) ? value : [value];
  return items.map((item) => ({ sign, name, text: valueText(item) }));
}

function updated({ name, oldValue, newValue }: FieldChange): Line {
  return { sign: "~", name, text: `${valueText(oldValue)} → ${valueText(newValue)}` };
}

function fieldLine({ sign, name, text }: Line, { paint, width }: Look, indent: string): string {
  const head = `${sign} ${safe(name)}`;
  const left = Math.max(8, width - indent.length - widthOf(head) - 2);
  return `${indent}${paint(TINTS[sign], head)}: ${cut(safe(text), left)}`;
}
