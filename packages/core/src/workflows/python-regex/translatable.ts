/** What Python's engine does and JavaScript's cannot: found before a pattern is translated. */
import { PatternError, type Regex } from "./syntax.ts";

/** Throws a {@link PatternError} if a pattern would mean something else to JavaScript. */
export function checkTranslatable(regex: Regex): void {
  checkBackreferences(regex, new Set());
  checkEmptyRounds(regex, referencedGroups(regex), { decided: false, maybeEmpty: false });
}

/**
 * Python fails where a back-reference's group took no part; JavaScript then matches nothing at all. Such patterns are
 * refused: only groups that must have matched on every way to the reference are fine. Returns the groups certain after.
 */
function checkBackreferences(regex: Regex, certain: ReadonlySet<number>): ReadonlySet<number> {
  switch (regex.is) {
    case "literal":
    case "any":
    case "set":
    case "at":
      return certain;
    case "sequence":
      return regex.parts.reduce((known, part) => checkBackreferences(part, known), certain);
    case "alternatives": {
      const [first, ...others] = regex.parts.map((part) => checkBackreferences(part, certain));
      return new Set([...(first ?? [])].filter((group) => others.every((other) => other.has(group))));
    }
    case "capture":
      return new Set([...checkBackreferences(regex.body, certain), regex.group]);
    case "look": {
      const inside = checkBackreferences(regex.body, certain);
      return regex.negative ? certain : inside;
    }
    case "atomic":
      return checkBackreferences(regex.body, certain);
    case "repeat": {
      const inside = checkBackreferences(regex.body, certain);
      return regex.min === 0 ? certain : inside;
    }
    case "backreference":
      if (certain.has(regex.group)) return certain;
      throw new PatternError("untranslatable", "it refers back to a group that may have taken no part in the match");
  }
}

/** Where a part of the pattern stands. */
interface Surroundings {
  /** Only the first way to match it counts: in an atomic group, or where a look-ahead captures. */
  decided: boolean;
  /** In a repetition whose rounds may be empty. */
  maybeEmpty: boolean;
}

/**
 * A round of a repetition that matches nothing ends the repetition in Python, and is undone in JavaScript, which then
 * looks for another way. That shows only where the first way decides, or where a group in the round is referred to.
 */
function checkEmptyRounds(regex: Regex, referenced: ReadonlySet<number>, { decided, maybeEmpty }: Surroundings): void {
  switch (regex.is) {
    case "sequence":
    case "alternatives":
      for (const part of regex.parts) checkEmptyRounds(part, referenced, { decided, maybeEmpty });
      return;
    case "capture":
      if (maybeEmpty && referenced.has(regex.group))
        throw new PatternError("untranslatable", "it refers back into a repetition that may match nothing");
      return checkEmptyRounds(regex.body, referenced, { decided, maybeEmpty });
    case "look": {
      const captures = [...capturedGroups(regex.body)].some((group) => referenced.has(group));
      return checkEmptyRounds(regex.body, referenced, { decided: captures, maybeEmpty });
    }
    case "atomic":
      return checkEmptyRounds(regex.body, referenced, { decided: true, maybeEmpty });
    case "repeat": {
      const possessive = regex.mode === "possessive";
      const rounds = regex.min < regex.max && mayBeEmpty(regex.body);
      if (rounds && decided && !possessive)
        throw new PatternError("untranslatable", "it repeats what may match nothing inside an atomic group");
      return checkEmptyRounds(regex.body, referenced, {
        decided: decided || possessive,
        maybeEmpty: maybeEmpty || rounds,
      });
    }
    default:
  }
}

function mayBeEmpty(regex: Regex): boolean {
  switch (regex.is) {
    case "literal":
    case "any":
    case "set":
      return false;
    case "at":
    case "look":
    case "backreference":
      return true;
    case "sequence":
      return regex.parts.every(mayBeEmpty);
    case "alternatives":
      return regex.parts.some(mayBeEmpty);
    case "capture":
    case "atomic":
      return mayBeEmpty(regex.body);
    case "repeat":
      return regex.min === 0 || mayBeEmpty(regex.body);
  }
}

const referencedGroups = (regex: Regex): Set<number> => groupsOf(regex, "backreference");
const capturedGroups = (regex: Regex): Set<number> => groupsOf(regex, "capture");

function groupsOf(regex: Regex, is: "capture" | "backreference", found: Set<number> = new Set()): Set<number> {
  if ((regex.is === "capture" || regex.is === "backreference") && regex.is === is) found.add(regex.group);
  if ("body" in regex) groupsOf(regex.body, is, found);
  if ("parts" in regex) for (const part of regex.parts) groupsOf(part, is, found);
  return found;
}
