import type { MaxDelete } from "../topology/run-options.ts";

/** What {@link parseMaxDelete} accepts, in words. */
export const MAX_DELETE_WORDS = 'a number of objects, or a share like "20%"';

/** Reads `--max-delete` and `maxDelete`: a number of objects, or a percentage. `null` for anything else. */
export function parseMaxDelete(text: string): MaxDelete | null {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(%?)\s*$/.exec(text);
  if (match === null) return null;
  const value = Number(match[1]);
  if (match[2] === "%") return value <= 100 ? { percent: value } : null;
  return Number.isSafeInteger(value) ? { objects: value } : null;
}
