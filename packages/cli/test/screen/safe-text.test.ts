import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeJson, safe, safeJson, safeLines } from "../../src/screen/safe-text.ts";
import { HOSTILE } from "../looks.ts";

// What a terminal obeys or what reorders text; the characters that join emoji and letters are neither.
const DANGEROUS = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}[\p{Cf}--[\u200c\u200d]]]/v;

describe("safe", () => {
  test.each([
    ["\u001b[31mred", "\\x1b[31mred"],
    ["a\nb\tc\rd", "a\\nb\\tc\\rd"],
    ["\u009b2J", "\\x9b2J"],
    ["\u202eevil", "\\u{202e}evil"],
    ["\u{e0041}", "\\u{e0041}"],
    ["half \ud800", "half \\u{d800}"],
    ["Bücher 表 👩‍👩‍👧 می‌خواهم", "Bücher 表 👩‍👩‍👧 می‌خواهم"],
  ])("shows %j as %j", (raw, visible) => {
    expect(safe(raw)).toBe(visible);
  });

  test("leaves nothing a terminal obeys, and no text without such things is changed", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(DANGEROUS.test(safe(text))).toBe(false);
        expect(DANGEROUS.test(text) || safe(text) === text).toBe(true);
      }),
    );
    for (const text of HOSTILE) expect(DANGEROUS.test(safe(text))).toBe(false);
  });
});

test("safeLines keeps line breaks and indentation, and makes the rest safe", () => {
  expect(safeLines("SELECT 1\r\n\tFROM t  \n\n\u001b[2J")).toEqual(["SELECT 1", "    FROM t", "", "\\x1b[2J"]);
});

describe("safeJson", () => {
  test("is the same value, without a character a terminal obeys", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: "binary" }), (value, text) => {
        const json = safeJson({ value, text, hostile: HOSTILE });
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ value, text, hostile: HOSTILE })));
        expect(DANGEROUS.test(json)).toBe(false);
      }),
    );
  });

  test("keeps the line breaks between its parts", () => {
    expect(escapeJson('{\n "a": "\u009b"\n}')).toBe('{\n "a": "\\u009b"\n}');
  });
});
