/**
 * What queries say, as it goes from one thread to the other: every text once, and numbers in one block of memory. Copied as they
 * are, thousands of small objects would cost both threads as much as half the reading.
 */
import type { Said } from "@headwater/catalog";
import type { ReadQuery } from "./read-query.ts";

/** What several queries say. */
export interface PackedReadings {
  texts: string[];
  /** Places in `texts` and counts, in the order {@link pack} writes them. */
  numbers: Int32Array<ArrayBuffer>;
}

/** Stands for a text that is not there. */
const NONE = -1;

/** Packs what queries say, to be sent with `numbers.buffer` handed over. */
export function pack(readings: readonly ReadQuery[]): PackedReadings {
  const texts: string[] = [];
  const known = new Map<string, number>();
  const numbers: number[] = [readings.length];
  const text = (value: string | null): void => {
    if (value === null) {
      numbers.push(NONE);
      return;
    }
    let at = known.get(value);
    if (at === undefined) known.set(value, (at = texts.push(value) - 1));
    numbers.push(at);
  };
  for (const { text: kept, said } of readings) {
    // No two are equal.
    numbers.push(texts.push(kept) - 1);
    const { flows, mentions, gaps, uses } = said;
    numbers.push(flows.length);
    for (const { source, target, columns, claims } of flows) {
      text(source);
      text(target);
      text(columns);
      text(claims);
    }
    numbers.push(mentions.length);
    for (const name of mentions) text(name);
    text(gaps);
    numbers.push(uses.length);
    for (const { table, columns, joins } of uses) {
      text(table);
      text(columns);
      text(joins);
    }
  }
  return { texts, numbers: new Int32Array(numbers) };
}

/** What was packed, in its order. */
export function* unpack({ texts, numbers }: PackedReadings): Generator<ReadQuery> {
  let at = 0;
  const number = (): number => numbers[at++] as number;
  const text = (): string => texts[number()] as string;
  const textOrNone = (): string | null => texts[number()] ?? null;
  const many = <T>(one: () => T): T[] => {
    const all: T[] = [];
    for (let left = number(); left > 0; left -= 1) all.push(one());
    return all;
  };
  const flow = (): Said["flows"][number] => ({ source: text(), target: text(), columns: text(), claims: text() });
  const use = (): Said["uses"][number] => ({ table: text(), columns: text(), joins: textOrNone() });
  for (let left = number(); left > 0; left -= 1)
    yield { text: text(), said: { flows: many(flow), mentions: many(text), gaps: textOrNone(), uses: many(use) } };
}
