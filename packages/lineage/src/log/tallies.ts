/** How often what was run, by day and by whom, until it is committed: a few numbers each, for a log has hundreds of thousands. */

/** One count. */
export interface Count {
  /** What was run, as a place in the caller's list. */
  what: number;
  /** Days since 1970, UTC. */
  day: number;
  user: string;
  times: number;
  durationMs: number;
}

const FIRST_SIZE = 1_024;
const EMPTY = -1;

/** Counts, in a hash table of numbers. */
export class Tallies {
  #what: Int32Array = new Int32Array(0);
  #day: Int32Array = new Int32Array(0);
  #user: Int32Array = new Int32Array(0);
  #times: Float64Array = new Float64Array(0);
  #durationMs: Float64Array = new Float64Array(0);
  /** Places of counts by hash, twice as many as there is room for counts. */
  #slots: Int32Array = new Int32Array(0);
  readonly #users: string[] = [];
  readonly #userNumbers = new Map<string, number>();
  #size = 0;

  /** How many counts there are. */
  get size(): number {
    return this.#size;
  }

  add(what: number, day: number, user: string, times: number, durationMs: number): void {
    const number = this.#userNumber(user);
    if (this.#size === this.#what.length) this.#grow();
    let at = this.#slot(what, day, number);
    for (;;) {
      const found = this.#slots[at] as number;
      if (found === EMPTY) break;
      if (this.#what[found] === what && this.#day[found] === day && this.#user[found] === number) {
        this.#times[found] = (this.#times[found] as number) + times;
        this.#durationMs[found] = (this.#durationMs[found] as number) + durationMs;
        return;
      }
      at = (at + 1) & (this.#slots.length - 1);
    }
    const place = this.#size;
    this.#slots[at] = place;
    this.#size += 1;
    this.#what[place] = what;
    this.#day[place] = day;
    this.#user[place] = number;
    this.#times[place] = times;
    this.#durationMs[place] = durationMs;
  }

  #userNumber(user: string): number {
    let number = this.#userNumbers.get(user);
    if (number === undefined) {
      number = this.#users.push(user) - 1;
      this.#userNumbers.set(user, number);
    }
    return number;
  }

  /** Where to look first. */
  #slot(what: number, day: number, user: number): number {
    let hash = Math.imul(what, 0x9e3779b1) ^ Math.imul(day, 0x85ebca6b) ^ Math.imul(user, 0xc2b2ae35);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    return (hash ^ (hash >>> 13)) & (this.#slots.length - 1);
  }

  #grow(): void {
    const room = Math.max(FIRST_SIZE, this.#what.length * 2);
    const longer = <Numbers extends Int32Array | Float64Array>(into: Numbers, from: Numbers): Numbers => {
      into.set(from);
      return into;
    };
    this.#what = longer(new Int32Array(room), this.#what);
    this.#day = longer(new Int32Array(room), this.#day);
    this.#user = longer(new Int32Array(room), this.#user);
    this.#times = longer(new Float64Array(room), this.#times);
    this.#durationMs = longer(new Float64Array(room), this.#durationMs);
    this.#slots = new Int32Array(room * 2).fill(EMPTY);
    for (let place = 0; place < this.#size; place += 1) {
      let at = this.#slot(this.#what[place] as number, this.#day[place] as number, this.#user[place] as number);
      while (this.#slots[at] !== EMPTY) at = (at + 1) & (this.#slots.length - 1);
      this.#slots[at] = place;
    }
  }

  /** The counts by day, and those of a day by `rank`, which gives a place for everything counted: so they are kept. */
  *sorted(rank: Int32Array): Generator<Count> {
    const byDay = new Map<number, number[]>();
    for (let place = 0; place < this.#size; place += 1) {
      const day = this.#day[place] as number;
      // The rank and the place in one number, which sorts without asking back.
      const key = (rank[this.#what[place] as number] as number) * PLACES + place;
      const keys = byDay.get(day);
      if (keys === undefined) byDay.set(day, [key]);
      else keys.push(key);
    }
    for (const [day, keys] of [...byDay].toSorted(([a], [b]) => a - b))
      for (const key of Float64Array.from(keys).toSorted()) {
        const place = key % PLACES;
        yield {
          what: this.#what[place] as number,
          day,
          user: this.#users[this.#user[place] as number] as string,
          times: this.#times[place] as number,
          durationMs: this.#durationMs[place] as number,
        };
      }
  }

  /** Forgets all counts, and keeps the room they took. */
  clear(): void {
    this.#slots.fill(EMPTY);
    this.#users.length = 0;
    this.#userNumbers.clear();
    this.#size = 0;
  }
}

const PLACES = 2 ** 24;
