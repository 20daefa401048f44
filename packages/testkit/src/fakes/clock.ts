/** Time as a fake has it: it stands still until somebody moves it. */
export class FakeClock {
  #now: number;

  /** Begins at a time, ISO 8601. */
  constructor(start: string = "2026-01-05T08:00:00Z") {
    this.#now = Date.parse(start);
  }

  /** Unix time in milliseconds. */
  now(): number {
    return this.#now;
  }

  /** Moves time on. */
  advance(by: { minutes?: number; seconds?: number }): void {
    this.#now += (by.minutes ?? 0) * 60_000 + (by.seconds ?? 0) * 1_000;
  }
}
