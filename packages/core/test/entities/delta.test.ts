import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applyDelta, type Delta, delta, type Json, sameJson, sortKeys } from "../../src/index.ts";
import { SEED, SOAK } from "../samples.ts";
import { json } from "./arbitraries.ts";

const runs = { seed: SEED, numRuns: 3_000 * SOAK };
const copy = (value: Json): Json => JSON.parse(JSON.stringify(value)) as Json;
/** A text in which the order of keys does not show. */
const textOf = (value: Json): string => JSON.stringify(sortKeys(value));

describe("steps between values", () => {
  test.for<[what: string, from: Json, to: Json, step: unknown]>([
    ["nothing", { a: 1 }, { a: 1 }, null],
    ["another order of keys", { a: 1, b: 2 }, { b: 2, a: 1 }, null],
    ["a new value", 1, 2, { "=": 2 }],
    ["a changed key", { a: 1, b: 2 }, { a: 1, b: 3 }, { "~": { b: { "=": 3 } } }],
    ["a key more and one less", { a: 1 }, { b: 1 }, { "~": { b: { "=": 1 } }, "-": ["a"] }],
    ["a list of plain values", [1, 2], [1, 3], { "=": [1, 3] }],
    [
      "a named thing that changed",
      [{ name: "a", x: 1 }, { name: "b" }],
      [{ name: "a", x: 2 }, { name: "b" }],
      { "~": { a: { "~": { x: { "=": 2 } } } } },
    ],
    [
      "named things in another order",
      [{ name: "a" }, { name: "b" }],
      [{ name: "b" }, { name: "a" }],
      { "#": ["b", "a"] },
    ],
    ["a named thing less", [{ name: "a" }, { name: "b" }], [{ name: "b" }], { "#": ["b"] }],
    ["a name given twice", [{ name: "a" }], [{ name: "a" }, { name: "a" }], { "=": [{ name: "a" }, { name: "a" }] }],
  ])("%s", ([, from, to, step]) => {
    expect(delta(from, to)).toEqual(step);
    expect(textOf(applyDelta(from, delta(from, to)))).toBe(textOf(to));
  });
});

describe("whatever the values", () => {
  test("the step from one to the other leads there, also after a trip through JSON", () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        const step = delta(a, b);
        const travelled = step === null ? null : (JSON.parse(JSON.stringify(step)) as Delta);
        expect(textOf(applyDelta(copy(a), travelled))).toBe(textOf(b));
      }),
      runs,
    );
  });

  test("there is no step between equal values, and one between others", () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(delta(a, copy(a))).toBeNull();
        expect(delta(a, b) === null).toBe(sameJson(a, b));
      }),
      runs,
    );
  });

  test("applying a step changes neither the value nor the step", () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        const [before, step] = [copy(a), delta(a, b)];
        const stepBefore = JSON.stringify(step);
        applyDelta(a, step);
        expect(textOf(a)).toBe(textOf(before));
        expect(JSON.stringify(step)).toBe(stepBefore);
      }),
      runs,
    );
  });

  test("a history walked backwards ends where it began", () => {
    fc.assert(
      fc.property(fc.array(json, { minLength: 2, maxLength: 5 }), (versions) => {
        const backwards = versions.slice(1).map((version, at) => delta(version, versions[at] as Json));
        const first = backwards.toReversed().reduce<Json>(applyDelta, versions.at(-1) as Json);
        expect(textOf(first)).toBe(textOf(versions[0] as Json));
      }),
      { ...runs, numRuns: 500 * SOAK },
    );
  });
});
