/** The candidate a misspelt word most likely means; `null` when none is near enough to suggest. */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  let best: string | null = null;
  let bestDistance = Math.max(2, Math.ceil(word.length / 4)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(fold(word), fold(candidate));
    // Two words of two letters are always near each other.
    if (distance < bestDistance && distance < candidate.length / 2) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Case, dashes and underscores are the commonest slips: they count as nothing. */
const fold = (word: string): string => word.toLowerCase().replaceAll(/[-_ ]/g, "");

/** Insertions, deletions, replacements and swaps of neighbours that lead from one word to the other. */
function editDistance(a: string, b: string): number {
  let [beforeLast, last]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (last[column] as number) + 1,
        (current[column - 1] as number) + 1,
        (last[column - 1] as number) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        cost = Math.min(cost, (beforeLast[column - 2] as number) + 1);
      current.push(cost);
    }
    [beforeLast, last] = [last, current];
  }
  return last[b.length] as number;
}
