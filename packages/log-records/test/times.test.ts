import { expect, test } from "vitest";
import { parseTime } from "../src/times.ts";

const at = Date.UTC(2026, 10, 20, 10, 0, 0);

test.for<[text: string, ms: number | null]>([
  ["2026-11-20 10:00:00", at],
  ["2026-11-20T10:00:00Z", at],
  ["2026-11-20 10:00:00.123456", at + 123],
  ["2026-11-20 11:00:00+01:00", at],
  ["2026-11-20 05:30:00-0430", at],
  ["2026-11-20 12:00:00 +02", at],
  ["2026-11-20 10:00:00 UTC", at],
  ["2026-11-20 11:00:00.000 CET", at],
  ["2026-11-20 12:00:00 CEST", at],
  ["2026-11-20 05:00:00.000 EST", at],
  ["2026-11-20 10:00:00 IST", at],
  ["2026-11-20", Date.UTC(2026, 10, 20)],
  [String(at / 1_000), at],
  [String(at), at],
  [String(at * 1_000), at],
  ["yesterday", null],
  ["", null],
  ["2026-13-07 10:00:00", null],
])("%s", ([text, ms]) => {
  expect(parseTime(text)).toBe(ms);
});
