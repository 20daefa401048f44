/**
 * Server logs of PostgreSQL as files: with `log_destination = 'csvlog,jsonlog'` every record is in two, which are called alike but for
 * their ends. Source: PostgreSQL's manual, "Where to Log".
 */
import { parseTime } from "./times.ts";

const NAME = /\.(csv|json)((?:\.\d+)?(?:\.gz)?)$/i;
/** How a record begins; a statement's lines may look so, too, but hardly the last ones of a log. */
const CSV_RECORD = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[^,"]*),/;
const JSON_RECORD = /^\{"timestamp":"([^"]+)"/;

/** What the file is called that has the records of a server's log in the other form; `null` for other names. */
export function twinOf(path: string): string | null {
  const match = NAME.exec(path);
  if (match === null) return null;
  const [end, form, rest] = match as unknown as [string, string, string];
  return `${path.slice(0, -end.length)}.${form.toLowerCase() === "csv" ? "json" : "csv"}${rest}`;
}

/** What the file is called that the server writes as text beside a log of its, which has nothing that can be read as a log. */
export function textBeside(path: string): string {
  return path.replace(NAME, ".log$2");
}

/** When the first record of a server's log was written, by its first bytes: Unix milliseconds, `null` where that is not understood; `undefined` for other files. */
export function firstTime(path: string, beginning: Buffer): number | null | undefined {
  const form = NAME.exec(path)?.[1]?.toLowerCase();
  const line = beginning.toString("latin1", 0, Math.min(beginning.length, HEAD_BYTES));
  const match = form === "csv" ? CSV_RECORD.exec(line) : form === "json" ? JSON_RECORD.exec(line) : null;
  return match === null ? undefined : parseTime(match[1] as string);
}

/** When the last record of a server's log was written, by what stands at its end. */
export function lastTime(end: Buffer): number | null {
  for (const line of end.toString("latin1").split("\n").toReversed()) {
    const match = CSV_RECORD.exec(line) ?? JSON_RECORD.exec(line);
    const time = match === null ? null : parseTime(match[1] as string);
    if (time !== null) return time;
  }
  return null;
}

/** Enough for a time. */
const HEAD_BYTES = 100;
