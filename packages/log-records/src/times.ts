const ZONED = /(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)$/i;

/**
 * Abbreviations that stand for one offset, in minutes: what servers write that log in their own zone. CST, IST and AST stand for
 * several. Source: PostgreSQL's manual, "Date/Time Configuration Files".
 */
const ABBREVIATIONS: ReadonlyMap<string, number> = new Map([
  ["WET", 0],
  ["WEST", 60],
  ["BST", 60],
  ["CET", 60],
  ["CEST", 120],
  ["EET", 120],
  ["EEST", 180],
  ["MSK", 180],
  ["SAST", 120],
  ["JST", 540],
  ["KST", 540],
  ["AEST", 600],
  ["AEDT", 660],
  ["NZST", 720],
  ["NZDT", 780],
  ["EST", -300],
  ["EDT", -240],
  ["CDT", -300],
  ["MST", -420],
  ["MDT", -360],
  ["PST", -480],
  ["PDT", -420],
  ["AKST", -540],
  ["AKDT", -480],
  ["HST", -600],
]);

/**
 * A time as logs write it, in Unix milliseconds: ISO 8601, with a blank instead of the T, with or without an offset (then UTC is
 * meant), or a number of seconds, milliseconds or microseconds. `null` for anything else. An abbreviation of a zone that
 * stands for several says nothing certain, and is taken for UTC.
 */
export function parseTime(text: string): number | null {
  if (text === "") return null;
  const quick = parsePlain(text);
  if (quick !== null) return quick;
  const trimmed = text.trim();
  if (trimmed === "") return null;
  if (/^\d{9,17}(?:\.\d+)?$/.test(trimmed)) return ofNumber(Number(trimmed));
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(.*)$/.exec(trimmed);
  if (match === null) return null;
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", zone = ""] = match;
  const ms = fraction === "" ? 0 : Math.floor(Number(`0.${fraction}`) * 1_000);
  const utc = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second), ms);
  if (Number(month) > 12 || Number(day) > 31 || Number(hour) > 24) return null;
  return ZONED.test(zone) ? utc - offsetMs(zone) : utc - (ABBREVIATIONS.get(zone) ?? 0) * 60_000;
}

const PLAIN = "0000-00-00 00:00:00";

/** The form nearly every log has, without a regular expression: `2026-11-20 10:00:00`, in UTC. */
function parsePlain(text: string): number | null {
  if (text.length !== PLAIN.length) return null;
  for (let at = 0; at < PLAIN.length; at += 1) {
    const code = text.charCodeAt(at);
    const wanted = PLAIN.charCodeAt(at);
    if (wanted === 48 ? code < 48 || code > 57 : code !== wanted && !(at === 10 && code === 84)) return null;
  }
  const two = (at: number): number => (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48;
  const [month, day, hour] = [two(5), two(8), two(11)];
  if (month > 12 || day > 31 || hour > 24) return null;
  return Date.UTC(two(0) * 100 + two(2), month - 1, day, hour, two(14), two(17));
}

function offsetMs(zone: string): number {
  const match = /([+-])(\d{2}):?(\d{2})?$/.exec(zone);
  if (match === null) return 0;
  const [, sign, hours = "0", minutes = "0"] = match;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

function ofNumber(value: number): number {
  if (value < 1e11) return Math.round(value * 1_000);
  return value < 1e14 ? Math.round(value) : Math.round(value / 1_000);
}
