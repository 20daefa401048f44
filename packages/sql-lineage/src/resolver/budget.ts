/** A statement that would take too much to resolve: it becomes a gap. */
export class ResolveLimit extends Error {}

/** Looks at relations and flows of columns that one statement may cost: about a second. */
const LIMIT = 10_000_000;

/** What is left of the work a statement may take, so that none can hold up those behind it. */
export class Budget {
  private left = LIMIT;

  /** Takes `work` from it; throws `ResolveLimit` when that is more than there is. */
  spend(work: number): void {
    this.left -= work;
    if (this.left < 0) throw new ResolveLimit("resolving it took too many steps");
  }
}
