import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeDollars, expandVariables, isReference } from "../../src/workflows/variables.ts";
import { SEED, SOAK } from "../samples.ts";

const variables = {
  env: { NAME: "value", A_1: "one", EMPTY: "", lower: "low", DOLLAR: "$NAME", _X: "x" },
  readFile: (path: string): string => {
    const files: Record<string, string> = {
      "pw.txt": "secret\n",
      "two.txt": "a\nb\n\n",
      "crlf.txt": "w\r\n",
      "no.txt": "n",
    };
    const text = files[path];
    if (text === undefined) throw new Error("ENOENT");
    return text;
  },
};

test.for<[text: string, expanded: string]>([
  ["plain", "plain"],
  ["$NAME", "value"],
  ["${NAME}", "value"],
  ["a-$NAME-b", "a-value-b"],
  ["${NAME}${A_1}", "valueone"],
  ["$A_1", "one"],
  ["$_X", "x"],
  ["$EMPTY", ""],
  ["${lower}", "low"],
  // Only capitals need no braces; a dollar before anything else is a dollar.
  ["$lower", "$lower"],
  ["$Name", "$Name"],
  ["$NAMEs", "$NAMEs"],
  ["$1", "$1"],
  ["^sales$", "^sales$"],
  ["a$|b$", "a$|b$"],
  ["$", "$"],
  ["$$", "$"],
  ["$$NAME", "$NAME"],
  ["$$$NAME", "$value"],
  ["pa$$$$word", "pa$$word"],
  ["$${NAME}", "${NAME}"],
  // What is put in is not looked through again.
  ["$DOLLAR", "$NAME"],
  ["${file:pw.txt}", "secret"],
  ["${file:two.txt}", "a\nb\n"],
  ["${file:crlf.txt}", "w"],
  ["x${file:no.txt}y", "xny"],
])("%s becomes %s", ([text, expanded]) => {
  expect(expandVariables(text, variables)).toEqual({ text: expanded, unresolved: [] });
});

test.for<[text: string, message: RegExp]>([
  ["$MISSING", /environment variable MISSING is not set/],
  ["${MISSING}", /MISSING is not set/],
  ["${missing}", /missing is not set/],
  ["${}", /neither the name of a variable/],
  ["${not a name}", /neither the name of a variable/],
  ["${NAME", /never closed/],
  ["${file:gone.txt}", /The file gone\.txt cannot be read: ENOENT/],
  ["${toString}", /toString is not set/],
])("%s cannot be resolved", ([text, message]) => {
  const { unresolved } = expandVariables(text, variables);
  expect(unresolved).toEqual([
    { message: expect.stringMatching(message) as string, hint: expect.any(String) as string },
  ]);
});

test("every reference that cannot be resolved is reported", () => {
  expect(expandVariables("$ONE and ${TWO}", variables).unresolved).toHaveLength(2);
});

describe("what is only a reference", () => {
  test.for(["$NAME", "${NAME}", "${file:/run/secrets/pw}", "${A}${B}", "$A$B"])("%s is", (text) => {
    expect(isReference(text)).toBe(true);
  });
  test.for(["", "literal", "x$NAME", "$NAME ", "$$", "$$NAME", "$name", "${A", "$NAMEx", "${A}-${B}"])(
    "%s is not",
    (text) => {
      expect(isReference(text)).toBe(false);
    },
  );
});

test("escaped text means itself", () => {
  const text = fc.string({ unit: fc.constantFrom(..."$${}NAMEab_1:.fil ".split("")) });
  fc.assert(
    fc.property(text, (value) => {
      expect(expandVariables(escapeDollars(value), variables)).toEqual({ text: value, unresolved: [] });
      expect(isReference(escapeDollars(value))).toBe(false);
    }),
    { seed: SEED, numRuns: 1_000 * SOAK },
  );
});
