import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SEED, SOAK } from "../samples.ts";
import { mayTakeLong, pythonPattern } from "../../src/workflows/python-regex/python-pattern.ts";
import { PatternError } from "../../src/workflows/python-regex/syntax.ts";

const matches = (pattern: string, name: string): boolean => pythonPattern(pattern).regex.test(name);

/** Why a pattern is refused; `null` when it is not. */
function refusal(pattern: string): Pick<PatternError, "reason" | "message"> | null {
  try {
    pythonPattern(pattern);
    return null;
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    const { reason, message } = error;
    return { reason, message };
  }
}

describe("what a pattern matches", () => {
  test.for<[pattern: string, name: string, matched: boolean]>([
    // Anchored at the start, not at the end; without regard to letter case.
    ["sales", "sales_old", true],
    ["sales", "old_sales", false],
    ["^sales$", "SALES", true],
    ["^sales$", "sales_old", false],
    ["", "anything", true],
    ["a|b", "b", true],
    ["^a$|^b", "bc", true],
    [".*_tmp", "x_TMP2", true],
    ["[a-c]x", "Bx", true],
    ["(?i)sales", "Sales", true],
    ["(?-i:S)ales", "sales", false],
    ["(?-i:S)ales", "SALES", true],
    // `$` also before a final line feed, `\Z` not.
    ["a$", "a\n", true],
    ["a\\Z", "a\n", false],
    ["\\Aa\\Z", "a", true],
    ["(?m)a$", "a\nb", true],
    ["(?s).b", "\nb", true],
    [".b", "\nb", false],
    // Unicode classes.
    ["\\w+$", "täbelle_٣", true],
    ["\\d", "٣", true],
    ["\\d", "²", false],
    ["\\w", "²", true],
    ["\\w", "\u0345", false],
    ["\\s", "\u2003", true],
    ["\\s", "\ufeff", false],
    ["(?a)\\w", "ä", false],
    ["x\\b", "xä", false],
    ["x\\B", "xä", true],
    // Letter case beyond ASCII.
    ["é", "É", true],
    ["straße", "STRAẞE", true],
    ["k", "\u212a", true],
    ["i", "ı", true],
    ["İ", "I", true],
    ["[^i]", "İ", false],
    ["(?a:k)", "\u212a", false],
    // Groups.
    ["(?P<q>['\"]).*(?P=q)$", "'x'", true],
    ["(?P<q>['\"]).*(?P=q)$", "'x\"", false],
    ["(a)(b)\\2", "abB", true],
    ["(?-i:(a)\\1)(b)\\2", "aabB", true],
    ["(?-i:(a)\\1)(b)\\2", "aAbB", false],
    ["(a)\\1(?-i:b)", "aAB", false],
    ["(?=.*_x)a", "a_x", true],
    ["(?!tmp)", "tmp1", false],
    ["a(?<=a)b", "ab", true],
    ["(?>a+)a", "aaa", false],
    ["a++b", "aaab", true],
    ["a*+a", "aaa", false],
    ["(?:ab?)?+b", "ab", false],
    ["(?:a?b?[ab]){2}+", "ab", false],
    ["(?:a??)++a", "a", true],
    // Braces that repeat, and braces that do not.
    ["a{,2}$", "aa", true],
    ["a{,2}$", "aaa", false],
    ["a{2,}$", "aaa", true],
    ["a{x}", "a{x}", true],
    ["a{}", "a{}", true],
    ["a{1", "a{1", true],
    // Escapes.
    ["\\101", "a", true],
    ["\\07", "\x07", true],
    ["\\x61", "A", true],
    ["\\u0061", "a", true],
    ["\\U00000061", "a", true],
    ["[\\101-\\103]", "b", true],
    ["[\\b]", "\b", true],
    ["a\\.b", "a.b", true],
    ["a\\.b", "axb", false],
    ["a\\-b\\_c\\ d", "a-b_c d", true],
    ["[]x]", "]", true],
    ["[^]x]", "]", false],
    ["[a-]", "-", true],
    ["[[a]", "[", true],
    ["[\\w.-]+$", "a.b-c_d", true],
    ["[^\\W_]+$", "ab", true],
    ["[^\\W_]+$", "a_b", false],
    ["\u{1F600}.", "\u{1F600}x", true],
    ["[\u{1F600}]$", "\u{1F600}", true],
    // Verbose mode.
    ["(?x) a b  # a comment\n c", "abc", true],
    ["(?x) a\\ b [ ]", "a b ", true],
    ["(?x: a ) b", "a b", true],
    ["(?#nothing)a", "a", true],
  ])("%s on %s: %s", ([pattern, name, matched]) => {
    expect(matches(pattern, name)).toBe(matched);
  });
});

describe("what is refused", () => {
  test.for<[pattern: string, reason: "invalid" | "untranslatable", message: RegExp]>([
    ["[a", "invalid", /never closed/],
    ["(a", "invalid", /never closed/],
    ["a)", "invalid", /no opening one/],
    ["*a", "invalid", /nothing to repeat/],
    ["^*", "invalid", /nothing to repeat/],
    ["a**", "invalid", /repeated without parentheses/],
    ["a{2}{3}", "invalid", /repeated without parentheses/],
    ["a{3,2}", "invalid", /larger number first/],
    ["a{9999999999}", "invalid", /too large/],
    ["\\q", "invalid", /no escape/],
    ["\\", "invalid", /backslash/],
    ["\\1", "invalid", /not there/],
    ["(a\\1)", "invalid", /itself/],
    ["\\777", "invalid", /octal/],
    ["[z-a]", "invalid", /no range/],
    ["[a-\\d]", "invalid", /no range/],
    ["(?<=a+)b", "invalid", /fixed length/],
    ["(?P<a>x)(?P<a>y)", "invalid", /two groups/],
    ["(?P<1>x)", "invalid", /name of a group/],
    ["(?P=a)", "invalid", /no group is called/],
    ["(?<a>x)", "invalid", /unknown group/],
    ["a(?i)b", "invalid", /at its start/],
    ["(?L)a", "invalid", /bytes/],
    ["(?au)a", "invalid", /exclude/],
    ["(?-i)a", "invalid", /for a group/],
    ["(?i-i:a)", "invalid", /on and off/],
    ["(a)(?(1)b|c)", "untranslatable", /conditional/],
    ["\\N{BULLET}", "untranslatable", /\\uXXXX/],
    ["(a)?\\1", "untranslatable", /no part/],
    ["(?:(a)|b)\\1", "untranslatable", /no part/],
    ["(?!(a))\\1", "untranslatable", /no part/],
    ["(".repeat(200) + ")".repeat(200), "invalid", /nested/],
    ["(?>(?:a??|b)*)c", "untranslatable", /atomic/],
    ["(?:(a??)+b)++", "untranslatable", /atomic/],
    ["(?:(a?)b?)*\\1", "untranslatable", /no part/],
    ["(?:(a?)b?)+\\1", "untranslatable", /match nothing/],
    ["(?=((?:a??)*))\\1", "untranslatable", /atomic/],
    ["(?:(?:(a?){1000}){1000}){1000}", "untranslatable", /^JavaScript says: Maximum call stack/],
  ])("%s", ([pattern, reason, message]) => {
    expect(refusal(pattern)).toEqual({ reason, message: expect.stringMatching(message) as string });
  });
});

describe("patterns that may take long", () => {
  test.for(["(a+)+$", "(?:\\w*)*x", "(a|b*)+", "(?:a{1,50}){1,50}"])("%s is warned of", (pattern) => {
    expect(mayTakeLong(pattern)).toBe(true);
  });
  test.for(["a+b+", "(?:ab)+", "(?:a++)+", "(?>a+)*", "^.*_(tmp|old)$", "(?:a{1,3})+"])("%s is not", (pattern) => {
    expect(mayTakeLong(pattern)).toBe(false);
  });
});

// --- Against Python itself -------------------------------------------------------------------------------------------

const ORACLE = fileURLToPath(new URL("python-re.py", import.meta.url));

interface Answers {
  version: number[];
  /** One for each pattern. */
  answers: Answer[];
}
/** Which names it matched, Python's complaint, or `null` where Python ran into a fault of its own. */
type Answer = boolean[] | string | null;

/** What Python says, or why it cannot be asked. */
function askPython(patterns: readonly string[], names: readonly string[]): Answers | string {
  const input = patterns.map((pattern) => JSON.stringify({ pattern, names })).join("\n");
  const { stdout, error, status, stderr } = spawnSync("python3", [ORACLE], { input, maxBuffer: 1e9, encoding: "utf8" });
  if (error !== undefined && "code" in error && error.code === "ENOENT") return "python3 is not on the PATH";
  if (error !== undefined || status !== 0) throw new Error(stderr, { cause: error });
  const [version, ...answers] = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
  return { version: version as number[], answers: answers as Answer[] };
}

const letters = (text: string): string[] => Array.from(text);
const NAMES = [
  letters("aAbBkKiIsS1_-.#&]{ßéÉẞİıſ٣ \n\t\u212a\u{1F600}\u0345\u00a0\ufeff\x1c"),
  ["", "ab", "AB", "ba", "aab", "aaa", "abab", "aaaaaaab", "a1", "a\n", "a\nb", "\na", " a", "a b", "a-b"],
  ["a.b", "..", "{2}", "a{2}", "sales_2024", "tmp"],
].flat();

const ATOMS = [
  letters("abAkis1_-.éßİı& #\n,~/\u{1F600}"),
  "\\d|\\w|\\s|\\D|\\W|\\S|\\x61|\\u0061|\\101|\\07|\\.|\\-|\\n|[ab]|[^a]|[a-z]|[A-k]".split("|"),
  "[\\w-]|[^\\W_]|[\\d.]|[]a]|[^]]|[a\\-b]|[é-ı]|[^\\s\\d]|[\\b]".split("|"),
].flat();
const EDGES = ["^", "$", "\\A", "\\Z", "\\b", "\\B"];
const QUANTIFIERS = ["*", "+", "?", "*?", "+?", "??", "*+", "++", "?+", "{2}", "{,2}", "{1,}", "{1,2}?", "{2}+"];
const OPENINGS = [
  "(",
  "(",
  "(?:",
  "(?P<n>",
  "(?=",
  "(?!",
  "(?<=",
  "(?<!",
  "(?>",
  "(?i:",
  "(?-i:",
  "(?a:",
  "(?s:",
  "(?x:",
];

/** Patterns whose parentheses fit, most of which are valid. */
const { pattern: structured } = fc.letrec<{ pattern: string; piece: string }>((tie) => ({
  piece: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 6, arbitrary: fc.constantFrom(...ATOMS) },
    { weight: 1, arbitrary: fc.constantFrom(...EDGES, "\\1", "\\2", "(?P=n)", "(?#c)", "{", "}") },
    {
      weight: 3,
      arbitrary: fc.tuple(fc.constantFrom(...OPENINGS), tie("pattern")).map(([open, body]) => `${open}${body})`),
    },
  ),
  pattern: fc
    .array(
      fc
        .tuple(tie("piece"), fc.option(fc.constantFrom(...QUANTIFIERS), { freq: 2, nil: "" }))
        .map((parts) => parts.join("")),
      { minLength: 1, maxLength: 4 },
    )
    .chain((parts) => fc.constantFrom("", "", "", "|").map((bar) => parts.join(bar))),
}));
const withFlags = fc
  .tuple(fc.constantFrom("", "", "", "(?i)", "(?x)", "(?a)", "(?s)", "(?m)", "(?u)", "(?ms)"), structured)
  .map((parts) => parts.join(""));

/** Any text, most of which is no pattern. */
const loose = fc.string({
  unit: fc.constantFrom(...Array.from("ab(|)[]*+?.^$\\{}1,2-:=!<>PimsxAdDwWbB #\n")),
  minLength: 1,
  maxLength: 9,
});

test("any pattern means to us what it means to Python", { timeout: 120_000 * SOAK }, ({ skip }) => {
  const patterns = [
    ...fc.sample(withFlags, { seed: SEED, numRuns: 2_000 * SOAK }),
    ...fc.sample(loose, { seed: SEED + 1, numRuns: 1_500 * SOAK }),
  ];
  const said = askPython(patterns, NAMES);
  if (typeof said === "string") return skip(said);
  const [major = 0, minor = 0, micro = 0] = said.version;
  if (major !== 3 || minor < 11 || minor > 13)
    return skip(`Python ${said.version.join(".")} has another grammar than 3.11`);
  // Python 3.11 matched possessive repetitions wrongly until 3.11.5 (CPython gh-106052); later ones tell what is meant.
  const possessiveIsWrong = minor === 11 && micro < 5;
  const wrong: string[] = [];
  const counts = { compared: 0, refused: 0, untranslatable: 0, faults: 0 };
  for (const [at, text] of patterns.entries()) {
    const answer = said.answers[at] as Answer;
    const ours = refusal(text);
    if (answer === null) counts.faults += 1;
    else if (ours?.reason === "untranslatable") counts.untranslatable += 1;
    else if (typeof answer === "string" && ours !== null) counts.refused += 1;
    else if (typeof answer === "string" || ours !== null)
      wrong.push(`${JSON.stringify(text)}: Python says ${JSON.stringify(answer)}, we say ${JSON.stringify(ours)}`);
    else if (!possessiveIsWrong || !/[*+?}]\+/u.test(text)) {
      counts.compared += 1;
      const { regex } = pythonPattern(text);
      for (const name of NAMES.filter((each, index) => regex.test(each) !== answer[index]))
        wrong.push(`${JSON.stringify(text)} on ${JSON.stringify(name)}: we say ${regex.test(name)}, Python does not`);
    }
  }
  expect(wrong).toEqual([]);
  // The test would mean nothing if hardly any pattern were valid.
  expect(counts.compared).toBeGreaterThan(patterns.length / 4);
  expect(counts.refused).toBeGreaterThan(patterns.length / 20);
  expect(counts.untranslatable).toBeLessThan(patterns.length / 5);
  expect(counts.faults).toBeLessThan(patterns.length / 1_000);
});
