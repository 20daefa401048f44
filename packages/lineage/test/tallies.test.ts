import { array, assert, boolean, constantFrom, integer, nat, property, record } from "fast-check";
import { expect, test } from "vitest";
import { Tallies } from "../src/log/tallies.ts";

const count = record({
  what: nat(40),
  day: integer({ min: -3, max: 20_000 }),
  user: constantFrom("", "ana", "bob", "etl"),
  times: constantFrom(1, 1, 3, -1),
  durationMs: nat(50),
});

test("counts are added up by what, day and user, and come in the order asked for", () => {
  const tallies = new Tallies();
  assert(
    property(array(count, { maxLength: 3_000 }), boolean(), (counts, backwards) => {
      tallies.clear();
      const expected = new Map<string, { times: number; durationMs: number }>();
      for (const { what, day, user, times, durationMs } of counts) {
        tallies.add(what, day, user, times, durationMs);
        const key = JSON.stringify([what, day, user]);
        const known = expected.get(key) ?? { times: 0, durationMs: 0 };
        expected.set(key, { times: known.times + times, durationMs: known.durationMs + durationMs });
      }
      expect(tallies.size).toBe(expected.size);
      const rank = Int32Array.from({ length: 41 }, (_, what) => (backwards ? 40 - what : what));
      const sorted = [...tallies.sorted(rank)];
      const found = sorted.map(({ what, day, user, ...sums }) => [JSON.stringify([what, day, user]), sums] as const);
      expect(new Map(found)).toEqual(expected);
      const places = sorted.map(({ day, what }) => ({ day, rank: rank[what] as number }));
      expect(places).toEqual(places.toSorted((a, b) => a.day - b.day || a.rank - b.rank));
    }),
    { numRuns: 50 },
  );
});
