import { digestOf } from "./digest.ts";
import { isOpening } from "./mysql-log.ts";

/** What a log is recognised by: the lines up to its first record, which one that grows keeps. */
function headLines(first: string): number {
  // A log of MySQL begins with three lines that are the same in all of a server's.
  if (isOpening(first)) return 4;
  // JSON lines and PostgreSQL's csvlog begin with a record, other CSV with its columns.
  return /^\s*(?:\{|\d{4}-\d\d-\d\d )/.test(first) ? 1 : 2;
}

/** How much of a log its identity and its form are told from, at most, in bytes. */
export const BEGINNING_BYTES: number = 256 * 1024;

/** What tells a log from others, from its first {@link BEGINNING_BYTES}. */
export function identityOf(beginning: Buffer): string {
  return digestOf(beginning.subarray(0, headEnd(beginning) ?? beginning.length), 32);
}

/** Whether a piece of the beginning is enough for {@link identityOf}. */
export function hasHead(beginning: Buffer): boolean {
  return headEnd(beginning) !== null;
}

function headEnd(text: Buffer): number | null {
  const lines = headLines(text.toString("latin1", 0, text.indexOf(0x0a) + 1));
  let end = 0;
  for (let line = 0; line < lines; line += 1) {
    const newline = text.indexOf(0x0a, end);
    if (newline < 0) return null;
    end = newline + 1;
  }
  return end;
}
