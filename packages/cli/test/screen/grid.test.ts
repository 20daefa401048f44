import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { grid, type GridColumn } from "../../src/screen/grid.ts";
import { widthOf } from "../../src/screen/width.ts";
import { marked, narrow, wide } from "../looks.ts";

const COLUMNS: GridColumn[] = [
  { title: "NAME", shrinkTo: 8 },
  { title: "ROWS", align: "right" },
  { title: "EMPTY" },
  { title: "DESCRIPTION", shrinkTo: 10 },
];
const ROWS = [
  ["customers", "12,345", "", "Who buys, one row per person, never deleted"],
  ["表の名前", "7", "", ""],
];

describe("grid", () => {
  test("sets columns under titles and leaves empty ones out", () => {
    expect(grid(COLUMNS, ROWS, wide)).toEqual([
      "NAME         ROWS  DESCRIPTION",
      "customers  12,345  Who buys, one row per person, never deleted",
      "表の名前        7",
    ]);
  });

  test("cuts the widest columns that may be cut until it fits", () => {
    expect(grid(COLUMNS, ROWS, narrow)).toEqual([
      "NAME         ROWS  DESCRIPTION",
      "customers  12,345  Who buys, one row pe…",
      "表の名前        7",
    ]);
  });

  test("leaves out what can be spared, the least wanted first, rather than what stands last", () => {
    const columns: GridColumn[] = [
      { title: "ID" },
      { title: "STARTED", spare: 2 },
      { title: "TOOK", spare: 1 },
      { title: "STATE" },
    ];
    const rows = [["1", "2026-01-01 00:00:00", "0.1 s", "partialSuccess"]];
    expect(grid(columns, rows, { ...wide, width: 40 })).toEqual([
      "ID  STARTED              STATE",
      "1   2026-01-01 00:00:00  partialSuccess",
    ]);
    expect(grid(columns, rows, { ...wide, width: 20 })[1]).toBe("1   partialSuccess");
    expect(grid(columns, rows, { ...wide, width: 9 })[1]).toBe("1   part…");
  });

  test("tints whole cells, titles too, and makes texts safe", () => {
    expect(grid([{ title: "A" }], [[{ text: "x\u001b[1m", tint: "red" }]], marked)).toEqual([
      "<dim>A</dim>",
      "<red>x\\x1b[1m</red>",
    ]);
  });

  test("never is wider than the screen", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.string({ unit: "grapheme" }), { minLength: 4, maxLength: 4 }), {
          minLength: 1,
          maxLength: 5,
        }),
        fc.integer({ min: 1, max: 80 }),
        (rows, width) => {
          for (const line of grid(COLUMNS, rows, { ...wide, width })) expect(widthOf(line)).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});
