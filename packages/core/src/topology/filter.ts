/** Which names a run covers. Patterns are already translated; see `workflows/filter-pattern.ts`. */

/** One pattern, as it was written and as it is applied. */
export interface Pattern {
  text: string;
  regex: RegExp;
}

/** The patterns of one level. A name is kept if it matches some include (or there are none) and no exclude. */
export interface NameFilter {
  includes: readonly Pattern[];
  excludes: readonly Pattern[];
}

/** What one filter says of a name, in words. */
export interface FilterVerdict {
  kept: boolean;
  /** The rule that decides: `excluded by "^tmp_"`; `null` where there is no filter, or none that speaks of the name. */
  rule: string | null;
}

/** What a filter says of a name, and by which rule. */
export function verdictOnName(filter: NameFilter | undefined, name: string): FilterVerdict {
  if (filter === undefined) return { kept: true, rule: null };
  const matching = (patterns: readonly Pattern[]): Pattern | undefined =>
    patterns.find(({ regex }) => regex.test(name));
  const excluded = matching(filter.excludes);
  if (excluded !== undefined) return { kept: false, rule: `excluded by "${excluded.text}"` };
  const included = matching(filter.includes);
  if (included !== undefined) return { kept: true, rule: `included by "${included.text}"` };
  const [only, second] = filter.includes;
  if (only === undefined) return { kept: true, rule: "not excluded by any pattern" };
  return {
    kept: false,
    rule:
      second === undefined
        ? `not included by "${only.text}"`
        : `not included by any of ${filter.includes.length} patterns`,
  };
}

/** Why a filter leaves a name out, in words; `null` when it is kept. */
export function leftOutBy(filter: NameFilter | undefined, name: string): string | null {
  const { kept, rule } = verdictOnName(filter, name);
  return kept ? null : rule;
}
