/** A miss or a difference that somebody has to judge. */
export interface Difference {
  /** A label missed, a TPC column missed, a statement not read to the end, changes in a procedure not found, a silent difference. */
  readonly kind: "label" | "tpc" | "read" | "procedure" | "silent";
  readonly dialect: string;
  readonly id: string;
  /** The statement, what we say and what others say. */
  readonly text: string;
}

/** What a difference is called in the triage: stays the same from run to run. */
export function keyOf({ kind, dialect, id }: Difference): string {
  return `${kind} ${dialect} ${id}`;
}

/** Who is wrong: the engine, the others (or the label), or nobody. */
const VERDICTS = ["ours", "theirs", "convention"];

/** The differences that are judged in a triage page: rows of `| difference | verdict | why |`, verdict by its number. */
export function judgedIn(page: string): ReadonlyMap<string, string> {
  const judged = new Map<string, string>();
  for (const [, key, verdict] of page.matchAll(/^\| `([^`]+)` \| (\w+) \|/gm))
    if (VERDICTS.includes(verdict!)) judged.set(key!, verdict!);
  return judged;
}

/** Differences as text, for people who judge them. */
export function toTriage(differences: readonly Difference[]): string {
  return differences.map((difference) => `${keyOf(difference)}\n${difference.text}\n`).join("\n");
}
