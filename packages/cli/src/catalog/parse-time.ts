import { HeadwaterError } from "@headwater/core";

/** `2026-11-20`, `2026-11-20 14:03`, `2026-11-20T14:03:07+01:00`: ISO 8601, and as Headwater prints it. */
const FORM = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d(?:\.\d+)?)? ?(Z|[+-]\d\d:\d\d)?)?$/;

/**
 * A time as people type it, in Unix milliseconds. Without an offset it is local; a day stands for its beginning. Throws a
 * `HeadwaterError` (`usage`).
 */
export function parseTime(typed: string): number {
  const [, day, minute = "00:00", second = ":00", offset = ""] = FORM.exec(typed.trim()) ?? [];
  const ms = day === undefined ? Number.NaN : Date.parse(`${day}T${minute}${second}${offset}`);
  if (!Number.isNaN(ms) && isDay(day ?? "")) return ms;
  throw new HeadwaterError("usage", `"${typed}" is not a time.`, {
    hint: 'Write a day or a time: 2026-11-20, "2026-11-20 14:03", 2026-11-20T14:03:07+01:00. Without an offset it is local time.',
  });
}

/** `Date.parse` takes the 31st of every month. */
const isDay = (day: string): boolean => new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
