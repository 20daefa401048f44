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

/** Why a name is left out, in words; `null` when it is kept. */
export function leftOutBy(filter: NameFilter | undefined, name: string): string | null {
  if (filter === undefined) return null;
  const excluded = filter.excludes.find(({ regex }) => regex.test(name));
  if (excluded !== undefined) return `excluded by "${excluded.text}"`;
  if (filter.includes.length === 0 || filter.includes.some(({ regex }) => regex.test(name))) return null;
  return filter.includes.length === 1
    ? `not included by "${filter.includes[0]?.text}"`
    : `not included by any of ${filter.includes.length} patterns`;
}
