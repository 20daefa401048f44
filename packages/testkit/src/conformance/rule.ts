import type { Subject } from "./subject.ts";

/** The levels, from what needs nothing but the package to what needs a source under load. */
export const LEVELS = ["package", "contract", "protocol", "data", "faults", "cost"] as const;

/** A level: its place in {@link LEVELS}. */
export type Level = 0 | 1 | 2 | 3 | 4 | 5;

/** What a rule found. */
export type Verdict =
  | { verdict: "passed"; figures?: Readonly<Record<string, number>>; note?: string }
  | { verdict: "failed"; saw: readonly string[] }
  | { verdict: "skipped"; reason: string };

/** One rule of the contract that can be checked. */
export interface Rule {
  /** Its level and a word: `L2.verdicts`. */
  id: `L${Level}.${string}`;
  /** What holds, in one sentence. */
  title: string;
  /** What was expected where it fails. */
  expected: string;
  /** Why it matters and how to mend it: the rule's page of the guide. */
  guide: string;
  check(subject: Subject): Promise<Verdict> | Verdict;
}

/** The rule holds. Figures go into the report. */
export function passed(figures?: Readonly<Record<string, number>>): Verdict {
  return figures === undefined ? { verdict: "passed" } : { verdict: "passed", figures };
}

/** The rule holds as far as the fixture could show. */
export function passedInPart(note: string): Verdict {
  return { verdict: "passed", note };
}

/** The rule does not hold. At most a few examples are shown. */
export function failed(saw: string | readonly string[]): Verdict {
  return { verdict: "failed", saw: typeof saw === "string" ? [saw] : saw };
}

/** The rule could not be checked. */
export function skipped(reason: string): Verdict {
  return { verdict: "skipped", reason };
}

/** Passed if nothing was seen. */
export function verdictOn(saw: readonly string[]): Verdict {
  return saw.length === 0 ? passed() : failed(saw);
}

/** The level of a rule. */
export const levelOf = ({ id }: Pick<Rule, "id">): Level => Number(id[1]) as Level;

/** Why a rule about metadata says nothing of a connector that only reads logs. */
const NO_METADATA = "Does not apply: the connector reads no metadata.";

/** A check that is about metadata. */
export function ofMetadata(check: (subject: Subject) => Promise<Verdict> | Verdict): Rule["check"] {
  return (subject) => (subject.connector.metadata === undefined ? skipped(NO_METADATA) : check(subject));
}

/** A check that reads the metadata of a source. */
export function withSource(check: (subject: Subject) => Promise<Verdict>): (subject: Subject) => Promise<Verdict> {
  const checked = ofMetadata((subject) =>
    subject.fixture.seed === undefined
      ? skipped("The fixture has no seed(): it makes no source to read.")
      : check(subject),
  );
  return async (subject) => checked(subject);
}
