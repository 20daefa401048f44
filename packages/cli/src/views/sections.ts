/** The pieces views of single things are made of: a title, labelled facts, headed blocks. */
import { safe, safeLines } from "../screen/safe-text.ts";
import type { Look } from "../screen/screen.ts";
import { pad, wrap } from "../screen/width.ts";

const LABEL = 12;

/** A labelled fact; its value goes on below itself where it is too long. Nothing for an empty value. */
export function fact(label: string, value: string, { width, paint }: Look): string[] {
  if (value === "") return [];
  const lines = wrap(safe(value), width - LABEL);
  return lines.map((line, at) => paint("dim", pad(at === 0 ? label : "", LABEL)) + line);
}

/** A paragraph of any text, broken into lines. */
export function paragraph(text: string, look: Look, indent = ""): string[] {
  return safeLines(text).flatMap((line) => wrap(line, look.width - indent.length).map((part) => indent + part));
}

/** A headed block, with a blank line before it; nothing for a block without lines. */
export function block(title: string, lines: readonly string[], { paint }: Look): string[] {
  return lines.length === 0 ? [] : ["", paint("bold", title), ...lines];
}

/** Code as it stands: lines are cut by nobody. */
export function code(text: string): string[] {
  return safeLines(text.trimEnd()).map((line) => `  ${line}`);
}

/** The first of many lines, and how many are left out. */
export function firstOf(lines: readonly string[], limit: number, { paint }: Look): string[] {
  if (lines.length <= limit) return [...lines];
  return [...lines.slice(0, limit), paint("dim", `  … and ${lines.length - limit} more`)];
}
