import {
  type ChangeDescription,
  diffDocuments,
  type Document,
  type EntityType,
  type FieldChange,
  recordField,
} from "@headwater/core";
import { diffLines } from "diff";
import { counted } from "../screen/numbers.ts";
import { safe, safeLines } from "../screen/safe-text.ts";
import type { Look } from "../screen/screen.ts";
import { paragraph } from "./sections.ts";
import { fieldChangeLines } from "./field-changes.ts";

/** An entity at one of its versions, as readers saw it. */
export interface Side {
  name: string;
  deleted: boolean;
  shown: Document;
}

/** What differs between two versions of an entity. */
export function changesBetween(type: EntityType, before: Side, after: Side): ChangeDescription {
  const change = diffDocuments(type, before.shown, after.shown);
  if (before.name !== after.name) recordField(change, "name", before.name, after.name, "major");
  if (before.deleted !== after.deleted) recordField(change, "deleted", before.deleted, after.deleted);
  return change;
}

const SHORT = 60;

/** A difference to read: short values side by side, longer texts one below the other, many lines as a line by line diff. */
export function diffView(change: ChangeDescription, look: Look): string[] {
  const long = change.fieldsUpdated.map(longField).filter((field) => field !== null);
  const short = { ...change, fieldsUpdated: change.fieldsUpdated.filter((field) => longField(field) === null) };
  return [...fieldChangeLines(short, look, ""), ...long.flatMap((field) => longFieldLines(field, look))];
}

/** A text that takes the place of another, too long to stand beside it. */
interface LongField {
  name: string;
  before: string;
  after: string;
}

function longField({ name, oldValue: before, newValue: after }: FieldChange): LongField | null {
  if (typeof before !== "string" || typeof after !== "string") return null;
  const long = Math.max(before.length, after.length) > SHORT || before.includes("\n") || after.includes("\n");
  return long ? { name, before, after } : null;
}

function longFieldLines({ name, before, after }: LongField, look: Look): string[] {
  const { paint } = look;
  const head = paint("yellow", `~ ${safe(name)}`);
  if (!before.includes("\n") && !after.includes("\n"))
    return [
      head,
      ...paragraph(before, look, "  - ").map((line) => paint("red", line)),
      ...paragraph(after, look, "  + ").map((line) => paint("green", line)),
    ];
  const parts = diffLines(before, after);
  return [
    head,
    ...parts.flatMap(({ value, added, removed }, at) => {
      const lines = safeLines(value.replace(/\n$/, ""));
      if (added) return lines.map((line) => paint("green", `  + ${line}`));
      if (removed) return lines.map((line) => paint("red", `  - ${line}`));
      return context(lines, at > 0, at < parts.length - 1, look);
    }),
  ];
}

const CONTEXT = 3;

/** Lines that did not change: only those next to a change. */
function context(lines: readonly string[], changedBefore: boolean, changedAfter: boolean, { paint }: Look): string[] {
  const head = changedBefore ? CONTEXT : 0;
  const tail = changedAfter ? CONTEXT : 0;
  const show = (line: string): string => `    ${line}`.trimEnd();
  if (lines.length <= head + tail) return lines.map(show);
  const same = lines.length - head - tail;
  const skipped = paint("dim", `    … ${counted(same, "line")} that ${same === 1 ? "is" : "are"} the same`);
  return [...lines.slice(0, head).map(show), skipped, ...lines.slice(lines.length - tail).map(show)];
}
