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
