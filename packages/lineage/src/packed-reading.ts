/**
 * What queries say, as it goes from one thread to the other: every text once, and numbers in one block of memory. Copied as they
 * are, thousands of small objects would cost both threads as much as half the reading.
 */
import type { Claim, StatementGap, Sure, Use } from "@headwater/catalog";
import type { Reading } from "./read-statement.ts";

/** Readings of several queries. */
export interface PackedReadings {
  texts: string[];
  /** How many claims there are. */
  claims: number;
  /** Places in `texts`, spans and counts, in the order {@link pack} writes them. */
  numbers: Int32Array<ArrayBuffer>;
}

/** Packs readings, to be sent with `numbers.buffer` handed over. */
export function pack(readings: readonly Reading[]): PackedReadings {
  const texts: string[] = [];
  const known = new Map<string, number>();
  const numbers: number[] = [readings.length];
  let count = 0;
  const text = (value: string): void => {
    let at = known.get(value);
    if (at === undefined) known.set(value, (at = texts.push(value) - 1));
    numbers.push(at);
  };
  const several = (values: readonly string[]): void => {
    numbers.push(values.length);
    for (const value of values) text(value);
  };
  for (const { claims, mentions, gaps, uses } of readings) {
    numbers.push(claims.length);
    count += claims.length;
    for (const { source, sourceColumn, target, targetColumn, how, sure, rule, span } of claims) {
      text(source);
      text(sourceColumn);
      text(target);
      text(targetColumn);
      text(how);
      text(sure);
      text(rule);
      numbers.push(span[0], span[1]);
    }
    several(mentions);
    numbers.push(gaps.length);
    for (const { reason, detail, at } of gaps) {
      text(reason);
      text(detail);
      numbers.push(at);
    }
    numbers.push(uses.length);
    for (const { table, columns, joins } of uses) {
      text(table);
      several(columns);
      several(joins.flat());
    }
  }
  return { texts, claims: count, numbers: new Int32Array(numbers) };
}

/** The readings that were packed, in their order. */
export function* unpack({ texts, numbers }: PackedReadings): Generator<Reading> {
  let at = 0;
  const number = (): number => numbers[at++] as number;
  const text = (): string => texts[number()] as string;
  const many = <T>(one: () => T): T[] => {
    const all: T[] = [];
    for (let left = number(); left > 0; left -= 1) all.push(one());
    return all;
  };
  const claim = (): Claim => ({
    source: text(),
    sourceColumn: text(),
    target: text(),
    targetColumn: text(),
    how: text(),
    sure: text() as Sure,
    rule: text(),
    span: [number(), number()],
  });
  const gap = (): StatementGap => ({ reason: text(), detail: text(), at: number() });
  const use = (): Use => ({ table: text(), columns: many(text), joins: pairs(many(text)) });
  for (let left = number(); left > 0; left -= 1)
    yield { claims: many(claim), mentions: many(text), gaps: many(gap), uses: many(use) };
}

function pairs(values: readonly string[]): (readonly [string, string])[] {
  const all: [string, string][] = [];
  for (let at = 0; at < values.length; at += 2) all.push([values[at] as string, values[at + 1] as string]);
  return all;
}
