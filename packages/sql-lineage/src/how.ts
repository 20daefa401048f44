import type { Transformation } from "./result.ts";

/**
 * How a source column takes part in a value, in one small integer: a kind in the low four bits, flags above. Kept as a
 * number because every column of every expression carries one.
 */
export type How = number;

export const IDENTITY = 1;
export const TRANSFORMATION = 2;
export const AGGREGATION = 3;
export const JOIN = 4;
export const FILTER = 5;
export const GROUP_BY = 6;
export const SORT = 7;
export const WINDOW = 8;
export const CONDITIONAL = 9;

const KIND = 15;
/** The value cannot be told from the result: a hash, a count. */
export const MASKING = 16;
/** Tokens around it were skipped. */
export const RECOVERED = 32;
/** It may come from elsewhere. */
export const AMBIGUOUS = 64;

/** The number of different values. */
export const HOW_COUNT = 128;

/** The kind without flags. */
export function kindOf(how: How): number {
  return how & KIND;
}

/**
 * What a column does to a value when it goes in by `inner` and the result of that goes in by `outer`: what only decides
 * about a value never becomes part of it again; a sum of a sum is a sum.
 */
export function compose(inner: How, outer: How): How {
  if (outer === IDENTITY) return inner;
  const innerKind = inner & KIND;
  const outerKind = outer & KIND;
  const kind =
    innerKind > AGGREGATION
      ? innerKind
      : outerKind > AGGREGATION
        ? outerKind
        : innerKind > outerKind
          ? innerKind
          : outerKind;
  return kind | ((inner | outer) & ~KIND);
}

const NAMES: readonly (readonly [Transformation["type"], Transformation["subtype"]])[] = [
  ["DIRECT", "IDENTITY"],
  ["DIRECT", "IDENTITY"],
  ["DIRECT", "TRANSFORMATION"],
  ["DIRECT", "AGGREGATION"],
  ["INDIRECT", "JOIN"],
  ["INDIRECT", "FILTER"],
  ["INDIRECT", "GROUP_BY"],
  ["INDIRECT", "SORT"],
  ["INDIRECT", "WINDOW"],
  ["INDIRECT", "CONDITIONAL"],
];

/** OpenLineage's words for it. */
export function transformationOf(how: How): Transformation {
  const [type, subtype] = NAMES[how & KIND]!;
  return { type, subtype, masking: (how & MASKING) !== 0 };
}
