import { createHash } from "node:crypto";
import { isOpening } from "./mysql-log.ts";

/** What a log is recognised by: its first lines, which one that grows keeps. */
const HEAD_LINES = 2;
/** A log of MySQL begins with three lines that are the same in all of a server's. */
const HEAD_LINES_OPENED = 4;

/** How much of a log its identity and its form are told from, at most, in bytes. */
export const BEGINNING_BYTES: number = 256 * 1024;

/** What tells a log from others, from its first {@link BEGINNING_BYTES}. */
export function identityOf(beginning: Buffer): string {
  return createHash("sha256")
    .update(beginning.subarray(0, headEnd(beginning) ?? beginning.length))
    .digest("hex")
    .slice(0, 32);
}

/** Whether a piece of the beginning is enough for {@link identityOf}. */
export function hasHead(beginning: Buffer): boolean {
  return headEnd(beginning) !== null;
}

function headEnd(text: Buffer): number | null {
  const lines = isOpening(text.toString("latin1", 0, text.indexOf(0x0a) + 1)) ? HEAD_LINES_OPENED : HEAD_LINES;
  let end = 0;
  for (let line = 0; line < lines; line += 1) {
    const newline = text.indexOf(0x0a, end);
    if (newline < 0) return null;
    end = newline + 1;
  }
  return end;
}
