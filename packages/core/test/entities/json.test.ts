import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Json, sameJson, sortKeys } from "../../src/index.ts";
import { SEED, SOAK } from "../samples.ts";
import { json } from "./arbitraries.ts";

const runs = { seed: SEED, numRuns: 1_000 * SOAK };

test("sorted keys lose nothing and make equal values equal texts", () => {
  fc.assert(
    fc.property(json, (value) => {
      const sorted = sortKeys(value);
      expect(sorted).toEqual(value);
      expect(JSON.stringify(sortKeys(backwards(value)))).toBe(JSON.stringify(sorted));
      expect(JSON.stringify(sortKeys(sorted))).toBe(JSON.stringify(sorted));
    }),
    runs,
  );
});

test("equality is that of values", () => {
  fc.assert(
    fc.property(json, json, (a, b) => {
      expect(sameJson(a, backwards(a))).toBe(true);
      expect(sameJson(a, b)).toBe(JSON.stringify(sortKeys(a)) === JSON.stringify(sortKeys(b)));
    }),
    runs,
  );
  expect(sameJson(undefined, undefined)).toBe(true);
  expect(sameJson(undefined, null)).toBe(false);
  expect(sameJson([], {})).toBe(false);
});

/** The same value with the keys of every object in the opposite order. */
function backwards(value: Json): Json {
  if (Array.isArray(value)) return value.map(backwards);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, backwards(inner)]),
  );
}
