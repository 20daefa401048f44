import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  buildFqn,
  childFqn,
  decodeName,
  encodeName,
  FqnError,
  parentFqn,
  quoteName,
  splitFqn,
} from "../../src/index.ts";
import { SEED, SOAK } from "../samples.ts";
import { name } from "./arbitraries.ts";

const runs = { seed: SEED, numRuns: 2_000 * SOAK };
const names = fc.array(name, { minLength: 1, maxLength: 5 });
/** Names made of nothing but pieces of the reserved words. */
const tricky = fc
  .array(
    fc.constantFrom(
      "_",
      "__",
      "reserved",
      "__reserved",
      "__reserved__",
      "colon",
      "quote",
      "reserved__",
      ":",
      "::",
      ">",
      '"',
      "\n",
      "\r",
      "\t",
      ".",
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((pieces) => pieces.join(""));

describe("names and FQNs by OpenMetadata's rules", () => {
  test.for<[names: string[], fqn: string]>([
    [["shop"], "shop"],
    [["shop", "public", "orders"], "shop.public.orders"],
    [["my.service", "db"], '"my.service".db'],
    [["s", "a.b", "c"], 's."a.b".c'],
    [["s", "."], 's."."'],
    [["s", "with space", "ütf-8"], "s.with space.ütf-8"],
    [["s", 'a"b'], "s.a__reserved__quote__b"],
    [["s", 'a".b'], 's."a__reserved__quote__.b"'],
    [["s", "a::b"], "s.a__reserved__colon__b"],
    [["s", "a:b"], "s.a:b"],
    [["s", "a>b"], "s.a__reserved__arrow__b"],
    [["s", "a\nb\rc\td"], "s.a__reserved__newline__b__reserved__carriage_return__c__reserved__tab__d"],
    // A name that already holds a reserved word is escaped again.
    [["s", "a__reserved__quote__b"], "s.a__reserved__reserved____quote__b"],
    [["s", "area(numeric, numeric)"], "s.area(numeric, numeric)"],
  ])("%j is %s", ([parts, fqn]) => {
    expect(buildFqn(...parts)).toBe(fqn);
    expect(splitFqn(fqn)).toEqual(parts);
  });

  test("a part quoted without need is unquoted", () => {
    expect(splitFqn('s."abc".d')).toEqual(["s", "abc", "d"]);
  });

  test.for<[fqn: string, message: RegExp]>([
    ["", /empty at character 1/],
    ["a..b", /empty at character 3/],
    [".a", /empty at character 1/],
    ["a.", /empty at character 3/],
    ['a.""', /empty/],
    ['"a', /character 1 .*never closed/],
    ['"a"b', /Expected a dot at character 4/],
    ['a"b', /character 2/],
    ['a."b"".c', /Expected a dot at character 6/],
  ])("%s is no FQN", ([fqn, message]) => {
    expect(() => splitFqn(fqn)).toThrow(FqnError);
    expect(() => splitFqn(fqn)).toThrow(message);
  });
});

describe("whatever the names", () => {
  test.for([
    ["any names", name],
    ["names of reserved words", tricky],
  ] as const)("%s are decoded to what was encoded, and an FQN never holds what it may not", ([, each]) => {
    fc.assert(
      fc.property(each, (raw) => {
        const encoded = encodeName(raw);
        expect(decodeName(encoded)).toBe(raw);
        expect(encoded).not.toMatch(/::|[">\n\r\t]/);
        expect(quoteName(raw).startsWith('"')).toBe(raw.includes("."));
      }),
      runs,
    );
  });

  test("different names have different encodings", () => {
    fc.assert(
      fc.property(fc.tuple(fc.oneof(name, tricky), fc.oneof(name, tricky)), ([a, b]) => {
        fc.pre(a !== b);
        expect(encodeName(a)).not.toBe(encodeName(b));
        expect(quoteName(a)).not.toBe(quoteName(b));
      }),
      runs,
    );
  });

  test("splitting is the inverse of building, child by child", () => {
    fc.assert(
      fc.property(fc.oneof(names, fc.array(tricky, { minLength: 1, maxLength: 4 })), (parts) => {
        const fqn = buildFqn(...parts);
        expect(splitFqn(fqn)).toEqual(parts);
        const [first, ...rest] = parts as [string, ...string[]];
        expect(rest.reduce(childFqn, buildFqn(first))).toBe(fqn);
        expect(parentFqn(fqn)).toBe(rest.length === 0 ? null : buildFqn(...parts.slice(0, -1)));
      }),
      runs,
    );
  });

  test("any text is an FQN that is built again from its names, or refused as none", () => {
    const text = fc.string({ unit: fc.constantFrom(...Array.from('."_>ab:\n'), "__reserved__quote__") });
    fc.assert(
      fc.property(text, (fqn) => {
        let parts: string[];
        try {
          parts = splitFqn(fqn);
        } catch (error) {
          return error instanceof FqnError;
        }
        return splitFqn(buildFqn(...parts)).join("\0") === parts.join("\0");
      }),
      runs,
    );
    expect(splitFqn("a")).toEqual(["a"]);
  });
});
