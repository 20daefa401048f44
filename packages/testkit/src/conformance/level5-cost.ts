/** Level 5: what a large source costs. */
import { setTimeout as wait } from "node:timers/promises";
import { emptyCatalog, ending, ingest, type Ran } from "./run.ts";
import { failed, passed, type Rule, skipped, type Verdict, withSource } from "./rule.ts";
import type { SeededSource } from "./fixture.ts";
import type { Subject } from "./subject.ts";

/** How much the process may grow while it reads, in bytes. */
const GROWTH = 300 * 2 ** 20;
/** Until the first object is in the catalog, in milliseconds. */
const FIRST_MS = 10_000;
/** From Ctrl-C to the end of the run, in milliseconds. */
const CANCEL_MS = 2_000;
const MEASURE_EVERY_MS = 20;

/** A check that needs a large source. */
function onLarge(check: (subject: Subject, source: SeededSource) => Promise<Verdict>): Rule["check"] {
  return withSource(async (subject) => {
    const { many = 0 } = subject.fixture;
    if (many === 0) return skipped("The fixture does not say how many objects it can make (many).");
    return check(subject, await subject.large(many));
  });
}

/** What one run over a large source took. */
interface Measured {
  ran: Ran;
  /** How much the process grew, in bytes. */
  growth: number;
  /** When the first object was in the catalog, in milliseconds. */
  firstMs: number | null;
}

const measurements = new WeakMap<SeededSource, Promise<Measured>>();

/** Runs once and measures everything; what is asked later is answered from that. */
function measured(subject: Subject, source: SeededSource): Promise<Measured> {
  let known = measurements.get(source);
  if (known === undefined) measurements.set(source, (known = measure(subject, source)));
  return known;
}

async function measure(subject: Subject, source: SeededSource): Promise<Measured> {
  const before = process.memoryUsage.rss();
  let most = before;
  let firstMs: number | null = null;
  const began = performance.now();
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), MEASURE_EVERY_MS);
  const ran = await ingest(subject, source, emptyCatalog(), {
    onEvent: ({ event }) => {
      if (event === "read") firstMs ??= Math.round(performance.now() - began);
    },
  }).finally(() => clearInterval(timer));
  return { ran, growth: most - before, firstMs };
}

const staysSmall = onLarge(async (subject, source) => {
  const { ran, growth } = await measured(subject, source);
  if (ran.exit !== 0) return failed(`The run ended with ${ending(ran)}`);
  const megabytes = Math.round(growth / 2 ** 20);
  return growth > GROWTH ? failed(`The process grew by ${megabytes} MB.`) : passed({ megabytes });
});

const asksLittle = onLarge(async (subject, source) => {
  const { ran } = await measured(subject, source);
  const event = ran.events.findLast(({ event: name }) => name === "queries");
  if (event?.event !== "queries" || event.bound === null)
    return skipped("The manifest has no formula; see L1.formula.");
  return event.total > event.bound
    ? failed(`${event.total} queries, where the formula allows ${event.bound}.`)
    : passed({ queries: event.total, allowed: event.bound });
});

const beginsSoon = onLarge(async (subject, source) => {
  const { ran, firstMs } = await measured(subject, source);
  if (firstMs === null) return failed(`Nothing was read: ${ending(ran)}`);
  return firstMs > FIRST_MS
    ? failed(`The first object was in the catalog after ${firstMs} ms.`)
    : passed({ milliseconds: firstMs });
});

const endsSoon = onLarge(async (subject, source) => {
  const stop = new AbortController();
  let told = 0;
  const running = ingest(subject, source, emptyCatalog(), {
    signal: stop.signal,
    onEvent: ({ event }) => {
      if (event !== "listed" || told > 0) return;
      told = performance.now();
      stop.abort();
    },
  });
  const ran = await Promise.race([running, wait(FIRST_MS + CANCEL_MS, null, { ref: false })]);
  const milliseconds = Math.round(performance.now() - told);
  if (ran === null || milliseconds > CANCEL_MS) return failed(`It ended ${milliseconds} ms after it was interrupted.`);
  return ran.exit === 130 ? passed({ milliseconds }) : failed(`It was interrupted and ended with ${ending(ran)}`);
});

/** The rules of level 5. */
export const COST_RULES: readonly Rule[] = [
  {
    id: "L5.memory",
    title: "Memory stays flat",
    expected: `a process that grows by less than ${GROWTH / 2 ** 20} MB`,
    guide: "Yield what was read slice by slice and page by page; keep no list of everything.",
    check: staysSmall,
  },
  {
    id: "L5.queries",
    title: "A large source takes few queries",
    expected: "no more than the manifest's formula allows",
    guide: "See L2.sets: the number of queries grows with slices, not with objects.",
    check: asksLittle,
  },
  {
    id: "L5.first",
    title: "The first objects arrive soon",
    expected: `something in the catalog within ${FIRST_MS / 1_000} s`,
    guide: "Nothing should be read in advance for the whole source: what a slice needs is asked for the slice.",
    check: beginsSoon,
  },
  {
    id: "L5.cancel",
    title: "Ctrl-C ends a large run",
    expected: `the end of the run within ${CANCEL_MS / 1_000} s of the interruption`,
    guide: "See L2.cancel. Loops that ask nothing for long look at the signal too.",
    check: endsSoon,
  },
];
