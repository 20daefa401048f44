/** Rows of a child set that belong to no base row: something was created or dropped between two queries. */
export interface Assembled<Child> {
  /** The children of each base key, in the order they came. */
  of(key: string): readonly Child[];
  /** How many children had a key that the base does not have. */
  orphans: number;
}

const NONE: readonly never[] = [];

/** Joins a child row set to the keys of a base row set in one pass, so that connectors never ask per object. */
export function assemble<Child>(
  baseKeys: Iterable<string>,
  children: Iterable<Child>,
  key: (child: Child) => string,
): Assembled<Child> {
  const groups = new Map<string, Child[]>();
  for (const base of baseKeys) groups.set(base, []);
  let orphans = 0;
  for (const child of children) {
    const group = groups.get(key(child));
    if (group === undefined) orphans += 1;
    else group.push(child);
  }
  return { of: (base) => groups.get(base) ?? NONE, orphans };
}
