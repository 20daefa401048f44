import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Bump, bumpVersion, FIRST_VERSION, formatVersion, maxBump, parseVersion } from "../../src/index.ts";
import { SEED, SOAK } from "../samples.ts";

test.for<[from: string, bump: Bump, to: string]>([
  ["0.1", "none", "0.1"],
  ["0.1", "minor", "0.2"],
  ["0.9", "minor", "1.0"],
  // A major change adds one: 0.1 becomes 1.1, not 1.0.
  ["0.1", "major", "1.1"],
  ["1.9", "major", "2.9"],
  ["9.9", "minor", "10.0"],
])("%s and a %s change make %s", ([from, bump, to]) => {
  expect(formatVersion(bumpVersion(parseVersion(from) as number, bump))).toBe(to);
});

test("a new entity is 0.1", () => {
  expect(formatVersion(FIRST_VERSION)).toBe("0.1");
});

test("a version is read back from its text, and nothing else is one", () => {
  fc.assert(
    fc.property(fc.nat(100_000), (version) => {
      expect(parseVersion(formatVersion(version))).toBe(version);
    }),
    { seed: SEED, numRuns: 500 * SOAK },
  );
  for (const text of ["", "1", "1.", ".1", "1.10", "v1.0", "1.0 ", "-1.0", "1,0", "NaN"])
    expect(parseVersion(text)).toBeNull();
});

test("the larger of two bumps", () => {
  const bumps: Bump[] = ["none", "minor", "major"];
  for (const [a, first] of bumps.entries())
    for (const [b, second] of bumps.entries()) expect(maxBump(first, second)).toBe(bumps[Math.max(a, b)]);
});
