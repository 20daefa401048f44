import { describe, expect, test } from "vitest";
import { bytes, count, counted } from "../../src/screen/numbers.ts";
import { duration, localTime } from "../../src/screen/times.ts";
import { cut, pad, widthOf, wrap } from "../../src/screen/width.ts";

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [4_200_000, "4.2 MB"],
  [123_456, "123 kB"],
  [9e15, "9.0 PB"],
])("%d bytes are %s", (value, text) => {
  expect(bytes(value)).toBe(text);
});

test("counts", () => {
  expect([count(1_234_567), counted(1, "table"), counted(2, "query", "queries")]).toEqual([
    "1,234,567",
    "1 table",
    "2 queries",
  ]);
});

test.each([
  [-5, "0.0 s"],
  [840, "0.8 s"],
  [42_400, "42 s"],
  [185_000, "3 min 05 s"],
  [7_800_000, "2 h 10 min"],
])("%d milliseconds are %s", (ms, text) => {
  expect(duration(ms)).toBe(text);
});

describe("local times", () => {
  test("have their offset from UTC", () => {
    const text = localTime(Date.UTC(2026, 10, 20, 13, 3, 7));
    expect(text).toMatch(/^2026-11-\d\d \d\d:03:07 [+-]\d\d:\d\d$/);
    expect(new Date(text.replace(" ", "T").replace(" ", "")).getTime()).toBe(Date.UTC(2026, 10, 20, 13, 3, 7));
  });

  test("that are none say so", () => {
    expect(localTime(Number.NaN)).toBe("?");
  });
});

test("widths count columns, not characters", () => {
  expect([widthOf("表"), widthOf("👩‍👩‍👧"), widthOf("é")]).toEqual([2, 2, 1]);
  expect([cut("表の名前", 5), cut("short", 5), pad("表", 4), pad("7", 3, "right")]).toEqual([
    "表の…",
    "short",
    "表  ",
    "  7",
  ]);
  expect(wrap("one two three", 10)).toEqual(["one two", "three"]);
  expect(wrap("one two three", Infinity)).toEqual(["one two three"]);
});
