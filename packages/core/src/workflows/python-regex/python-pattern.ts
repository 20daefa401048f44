import type { Pattern } from "../../topology/filter.ts";
import { emitJavaScript } from "./emit.ts";
import { parsePythonRegex } from "./parse.ts";
import { PatternError, type Regex } from "./syntax.ts";

/**
 * A pattern as OpenMetadata applies it, `re.match(text, name, re.IGNORECASE)` of Python 3.11: anchored at the start and
 * not at the end. Throws {@link PatternError} for what Python refuses or JavaScript cannot do.
 *
 * Letter case follows Python for all letters; a back-reference compares it by Unicode's simple folding.
 */
export function pythonPattern(text: string): Pattern {
  const source = emitJavaScript(parsePythonRegex(text));
  try {
    const regex = new RegExp(`^(?:${source})`, "u");
    // The engine compiles on first use, and again after it: only then does it say that a pattern is too large.
    for (let use = 0; use < 3; use += 1) regex.test("name");
    return { text, regex };
  } catch (error) {
    // The reason stands last, behind the whole pattern.
    const { message } = error as Error;
    throw new PatternError("untranslatable", `JavaScript says: ${message.split(": ").at(-1)}`);
  }
}

/**
 * Whether a pattern repeats something that itself repeats without end: for some names such a pattern tries a number of
 * ways that doubles with every letter, in Python as here.
 */
export function mayTakeLong(text: string): boolean {
  return repeatsRepetition(parsePythonRegex(text), false);
}

/** More rounds than this are as good as endless. */
const MANY = 20;

function repeatsRepetition(regex: Regex, repeated: boolean): boolean {
  switch (regex.is) {
    case "sequence":
    case "alternatives":
      return regex.parts.some((part) => repeatsRepetition(part, repeated));
    case "capture":
    case "look":
      return repeatsRepetition(regex.body, repeated);
    // What never tries again takes one way only, whatever is inside it; but it may itself be tried at many places.
    case "atomic":
      return repeatsRepetition(regex.body, false);
    case "repeat": {
      const long = regex.max > MANY;
      if (long && repeated && regex.mode !== "possessive") return true;
      return repeatsRepetition(regex.body, regex.mode === "possessive" ? false : repeated || long);
    }
    default:
      return false;
  }
}
