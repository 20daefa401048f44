import { type Answer, compatibleColumns, sameColumns, sameTables } from "../answer.ts";
import type { PlainStatement } from "../data.ts";

/** Systems of one family share code or ideas: two of them agreeing is worth no more than one. */
export const FAMILIES: Readonly<Record<string, string>> = {
  ours: "ours",
  sqlglot: "glot",
  polyglot: "glot",
  sqllineage: "sqllineage",
  openlineage: "openlineage",
  libpg: "libpg",
};

export interface Asked {
  readonly statement: PlainStatement;
  /** By system; those that refused are missing. */
  readonly answers: ReadonlyMap<string, Answer>;
}

/** What others agree on, and whether a system that was sure says the same. */
export interface Verdict {
  readonly asked: Asked;
  readonly system: string;
  readonly agreed: Answer;
  readonly level: "columns" | "tables";
  readonly by: readonly string[];
  readonly differs: boolean;
  /** As `differs`, had a star been a claim to know what it stands for. */
  readonly differsInStars: boolean;
}

/**
 * Judges a system by the others: wherever two of different families - none of them its own - give the same lineage, a system that
 * was sure and gave another was silently wrong (or they were; that is what triage is for). Columns and tables where two agree
 * on both, else tables alone.
 */
export function judge(system: string, all: readonly Asked[]): Verdict[] {
  const own = FAMILIES[system];
  const verdicts: Verdict[] = [];
  for (const asked of all) {
    const answer = asked.answers.get(system);
    if (answer === undefined || !answer.sure) continue;
    const others = [...asked.answers].filter(
      ([name, other]) => FAMILIES[name] !== own && other.sure && isConsistent(other),
    );
    // Two that found nothing do not vouch for there being nothing.
    const told = others.filter(([, other]) => other.columns !== null && other.columns.length > 0);
    const full = agreement(told, (one, other) => sameTables(one, other) && sameColumns(one, other));
    if (full !== null) {
      const inTables = !sameTables(answer, full.answer);
      verdicts.push({
        asked,
        system,
        agreed: full.answer,
        level: "columns",
        by: full.by,
        differs: inTables || !compatibleColumns(answer, full.answer),
        differsInStars: inTables || !compatibleColumns(answer, full.answer, "sure"),
      });
      continue;
    }
    const tables = agreement(
      others.filter(([, other]) => other.sources.length + other.targets.length > 0),
      sameTables,
    );
    if (tables !== null) {
      const differs = !sameTables(answer, tables.answer);
      verdicts.push({
        asked,
        system,
        agreed: tables.answer,
        level: "tables",
        by: tables.by,
        differs,
        differsInStars: differs,
      });
    }
  }
  return verdicts;
}

/**
 * Whether an answer takes columns only from tables it says are read (or written). One that does not - it took an alias, a CTE or a
 * column's field for a table - contradicts itself and vouches for nothing.
 */
export function isConsistent({ sources, targets, columns }: Answer): boolean {
  return (columns ?? []).every((edge) => {
    const source = edge.slice(0, edge.lastIndexOf(".", edge.indexOf(">")));
    return source === "?" || sources.includes(source) || targets.includes(source);
  });
}

/** The answer that systems of most families - at least two - give; null when none or more than one is. */
function agreement(
  others: readonly (readonly [string, Answer])[],
  equal: (one: Answer, other: Answer) => boolean,
): { answer: Answer; by: string[] } | null {
  let best: { answer: Answer; by: string[]; families: number } | null = null;
  let tied = false;
  for (const [, answer] of others) {
    if (best !== null && equal(best.answer, answer)) continue;
    const by = others.filter(([, other]) => equal(answer, other)).map(([name]) => name);
    const families = new Set(by.map((name) => FAMILIES[name])).size;
    if (families < 2) continue;
    if (best === null || families > best.families) {
      tied = false;
      best = { answer, by, families };
    } else if (families === best.families) tied = true;
  }
  return best === null || tied ? null : best;
}

/** Differences among the verdicts, in percent; null when there are none to judge by. */
export function rate(
  verdicts: readonly Verdict[],
  of: (verdict: Verdict) => boolean = ({ differs }) => differs,
): number | null {
  return verdicts.length === 0 ? null : (100 * verdicts.filter(of).length) / verdicts.length;
}
