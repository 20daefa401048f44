/**
 * Which characters are one character to Python's IGNORECASE. It is spelt out in the translated pattern rather than left to
 * JavaScript's flag `i`: Python also takes the Turkish i's for one letter, and V8 (14.6) forgets the flag behind a group
 * that turns it off.
 */

/** An unbroken run of code points. */
export interface CharRange {
  from: number;
  to: number;
}

/** The ranges and every other case of what is in them, in order and without overlaps. */
export function withOtherCases(ranges: readonly CharRange[], ascii: boolean): CharRange[] {
  const all = [...ranges];
  if (ascii) for (const range of ranges) all.push(...shifted(range, 65, 90, 32), ...shifted(range, 97, 122, -32));
  else {
    table ??= letterTable();
    for (const { char, others } of table)
      if (ranges.some(({ from, to }) => from <= char && char <= to))
        for (const other of others) all.push({ from: other, to: other });
  }
  return joined(all);
}

function shifted({ from, to }: CharRange, first: number, last: number, by: number): CharRange[] {
  const [low, high] = [Math.max(from, first), Math.min(to, last)];
  return low <= high ? [{ from: low + by, to: high + by }] : [];
}

function joined(ranges: readonly CharRange[]): CharRange[] {
  const result: CharRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = result[result.length - 1];
    if (last !== undefined && range.from <= last.to + 1) last.to = Math.max(last.to, range.to);
    else result.push({ ...range });
  }
  return result;
}

let table: readonly { char: number; others: readonly number[] }[] | undefined;
/** No character beyond this one has another case. */
const LAST_CASED = 0x1e943;

/** Python compares characters in lower case, and takes lower-case characters with one upper case for the same. */
function letterTable(): readonly { char: number; others: readonly number[] }[] {
  const groups = new Map<string, number[]>();
  for (let char = 0; char <= LAST_CASED; char += 1) {
    const text = String.fromCodePoint(char);
    const upper = text === "İ" ? "I" : text.toLowerCase().toUpperCase();
    if (upper === text && text.toLowerCase() === text) continue;
    const group = groups.get(upper);
    if (group === undefined) groups.set(upper, [char]);
    else group.push(char);
  }
  return [...groups.values()].flatMap((group) =>
    group.length === 1 ? [] : group.map((char) => ({ char, others: group.filter((other) => other !== char) })),
  );
}
