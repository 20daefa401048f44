/** Level 4: what becomes of a run when the source fails it, at every step. */
import {
  type Connector,
  type Decorator,
  driverAround,
  injectFaults,
  type MetadataNode,
  type NodeName,
  SourceError,
  type SourceErrorCode,
  type Step,
} from "@headwater/core";
import type { SeededSource } from "./fixture.ts";
import { leafOf } from "./level2-protocol.ts";
import { emptyCatalog, ending, exported, ingest, type Ran, type RunHow, total } from "./run.ts";
import { type Rule, type Verdict, verdictOn, withSource } from "./rule.ts";
import type { Subject } from "./subject.ts";

/** What a healthy run does, to compare with. */
interface Healthy {
  source: SeededSource;
  lines: readonly string[];
  requests: number;
}

const healthy = new WeakMap<Subject, Promise<Healthy>>();

/** Reads the sample once as it should be read. */
function healthyRun(subject: Subject): Promise<Healthy> {
  let known = healthy.get(subject);
  if (known === undefined) healthy.set(subject, (known = readHealthy(subject)));
  return known;
}

async function readHealthy(subject: Subject): Promise<Healthy> {
  const source = await subject.sample();
  const db = emptyCatalog();
  let requests = 0;
  const ran = await ingest(subject, source, db, { options: ONE, decorators: [onRequests(() => void (requests += 1))] });
  if (ran.exit !== 0) throw new Error(`A run without any fault ended with ${ending(ran)}`);
  return { source, lines: exported(db), requests };
}

/** One session, so that the n-th request is the same in every run. */
const ONE = { threads: 1 };

const onRequests = (fault: (step: Step) => void): Decorator =>
  injectFaults((step) => {
    // The greeting is no part of the run's own work.
    if (step.at === "request" && step.work !== "hello") fault(step);
  });

/** What a fault may do to a run. */
interface Allowed {
  /** Exit codes other than success. */
  exits: readonly number[];
  /** Whether the run has to succeed all the same. */
  recovers?: boolean;
}

/** Ways a run may end that cannot read everything: source unreachable, or some objects failed. */
const TOLD: Allowed = { exits: [3, 4] };

/**
 * Runs with a fault into an empty catalog, heals the source and runs again, then runs with the fault over what is known. Says
 * what went wrong: a success that is none, a loss nobody was told of, a deletion of what is there.
 */
async function survives(subject: Subject, how: () => RunHow, allowed: Allowed, name: string): Promise<string[]> {
  const { source, lines } = await healthyRun(subject);
  const saw: string[] = [];
  const db = emptyCatalog();
  const first = await ingest(subject, source, db, { options: ONE, ...how() });
  saw.push(...misjudged(first, allowed));
  const stored = exported(db);
  if (first.exit === 0 && !same(stored, lines)) saw.push(`It calls itself a success, and ${lossOf(lines, stored)}.`);
  const healed = await ingest(subject, source, db, { options: ONE, fresh: true });
  if (healed.exit !== 0) saw.push(`The next run, without a fault, ended with ${ending(healed)}.`);
  else if (!same(exported(db), lines)) saw.push(`After the next run, without a fault, ${lossOf(lines, exported(db))}.`);
  const again = await ingest(subject, source, db, { options: ONE, ...how() });
  saw.push(...misjudged(again, allowed));
  const deleted = total(again, (counts) => counts.deleted);
  if (deleted > 0) saw.push(`It marked ${deleted} objects deleted that are still there.`);
  else if (!same(exported(db), lines)) saw.push(`What was known before changed: ${lossOf(lines, exported(db))}.`);
  const vanished = total(again, (counts) => counts.vanished);
  if (again.exit === 0 && vanished > 0) saw.push(`It calls itself a success, and ${vanished} objects were not read.`);
  db.close();
  return [...new Set(saw)].map((line) => `${name}: ${line}`);
}

function misjudged(ran: Ran, { exits, recovers = false }: Allowed): string[] {
  if (ran.exit === 0 || (!recovers && exits.includes(ran.exit))) return [];
  return [`It ended with ${ending(ran)}.`];
}

const same = (a: readonly string[], b: readonly string[]): boolean => a.join("\n") === b.join("\n");

function lossOf(wanted: readonly string[], got: readonly string[]): string {
  const there = new Set(got);
  const missing = wanted.filter((line) => !there.has(line));
  const known = new Set(wanted);
  const foreign = got.filter((line) => !known.has(line));
  return `${missing.length} of ${wanted.length} entities are not as they are (${[...missing, ...foreign]
    .slice(0, 2)
    .map(nameOf)
    .join(", ")})`;
}

const nameOf = (line: string): string =>
  (JSON.parse(line) as { fullyQualifiedName?: string }).fullyQualifiedName ?? line.slice(0, 80);

/** The requests of a run at which something is tried. */
function spread({ fixture }: Subject, requests: number): number[] {
  const every = Math.max(1, Math.ceil(requests / (fixture.faultSteps ?? requests)));
  return Array.from({ length: Math.ceil(requests / every) }, (_, at) => at * every);
}

/** Fails requests with an error: one of them, or all from one on. */
function failing(code: SourceErrorCode, from: number, through: number): Decorator {
  let at = -1;
  return onRequests(() => {
    at += 1;
    if (at >= from && at <= through)
      throw new SourceError(code, `A fault of the conformance suite: ${code}.`, { retryAfterMs: 1 });
  });
}

/** Tries a fault at every request. */
function atEveryRequest(fault: (at: number) => RunHow, allowed: Allowed): (subject: Subject) => Promise<Verdict> {
  return withSource(async (subject) => {
    const { requests } = await healthyRun(subject);
    const saw: string[] = [];
    for (const at of spread(subject, requests))
      saw.push(...(await survives(subject, () => fault(at), allowed, `at request ${at + 1} of ${requests}`)));
    return verdictOn(saw);
  });
}

/** Hands on half of the n-th page, then the connection is gone. */
function cutPage(n: number): Decorator {
  let pages = -1;
  return (connect) => async (config, options) => {
    const driver = await connect(config, options);
    let work = "";
    return driverAround(driver, {
      async begin(signal, unit) {
        work = unit ?? "";
        await driver.begin(signal, unit);
      },
      async *request(name, args, signal, after) {
        for await (const page of driver.request(name, args, signal, after)) {
          if (work !== "hello") pages += 1;
          if (pages !== n || work === "hello") yield page;
          else {
            pages += 1;
            yield { ...page, rows: page.rows.slice(0, Math.floor(page.rows.length / 2)) };
            throw new SourceError(
              "unreachable",
              "A fault of the conformance suite: the connection broke within a page.",
            );
          }
        }
      },
    });
  };
}

/** Changes the rows of pages. */
const onPages = (change: (rows: unknown[][], step: Step, nth: number) => unknown[][] | null): Decorator => {
  let nth = -1;
  return injectFaults((step, page) => {
    if (step.at !== "page" || page === null || step.work === "hello" || page.rows.length === 0) return undefined;
    nth += 1;
    const rows = change(page.rows, step, nth);
    return rows === null ? undefined : { ...page, rows: rows as typeof page.rows };
  });
};

/** Whether a step belongs to a listing: core names units of work so. */
const isListing = ({ work }: Step): boolean => work.startsWith('["list"');

const unreadableObject = withSource(async (subject) => {
  const { source, lines } = await healthyRun(subject);
  const leaf = leafOf(subject);
  const how = (): RunHow => {
    const state = { reading: false };
    return {
      connector: watchingReads(subject.connector, leaf, "t005", state),
      decorators: [
        onRequests(() => {
          if (state.reading) throw new SourceError("refused", "A fault of the conformance suite: unreadable.");
        }),
      ],
    };
  };
  const saw = await survives(subject, how, { exits: [4] }, "t005");
  const db = emptyCatalog();
  const ran = await ingest(subject, source, db, { options: ONE, ...how() });
  const failed = ran.events.flatMap((event) => (event.event === "failed" ? [event.fqn] : []));
  if (failed.length !== 1 || !failed[0]?.endsWith("t005"))
    saw.push(`t005 could not be read, and reported as failed were: ${failed.join(", ") || "none"}.`);
  if (exported(db).length !== lines.length - 1)
    saw.push(`It cost ${lines.length - exported(db).length} objects, not one.`);
  return verdictOn(saw);
});

/** A connector that tells when it reads a slice with an object of this name in it. */
function watchingReads(connector: Connector, leaf: NodeName, name: string, state: { reading: boolean }): Connector {
  const node = connector.metadata?.[leaf];
  const read = node?.read?.bind(node);
  if (node === undefined || read === undefined) return connector;
  const watched: MetadataNode = {
    ...node,
    async *read(session, slice) {
      state.reading = slice.members.some((member) => member.name === name);
      try {
        yield* read(session, slice);
      } finally {
        state.reading = false;
      }
    },
  };
  return { ...connector, metadata: { ...connector.metadata, [leaf]: watched } };
}

const expiredToken = withSource(async (subject) => {
  const { source, requests } = await healthyRun(subject);
  const saw: string[] = [];
  for (const at of spread(subject, requests)) {
    const name = `at request ${at + 1} of ${requests}`;
    saw.push(...(await survives(subject, () => ({ decorators: [failing("signIn", at, Infinity)] }), TOLD, name)));
    let asked = 0;
    await ingest(subject, source, emptyCatalog(), {
      options: ONE,
      decorators: [failing("signIn", at, Infinity), onRequests(() => void (asked += 1))],
    });
    if (asked > requests) saw.push(`${name}: it asked ${asked} times, more often than signed in.`);
  }
  return verdictOn(saw);
});

const YEAR_MS = 365 * 24 * 60 * 60 * 1_000;

const skewedClock = withSource(async (subject) => {
  const saw: string[] = [];
  for (const [name, shift] of [
    ["a clock a year behind", -YEAR_MS],
    ["a clock a year ahead", YEAR_MS],
  ] as const) {
    const { connector } = subject;
    const skewed: Connector = {
      ...connector,
      async hello(session) {
        const facts = await connector.hello(session);
        const now = facts.now === null ? Date.now() : Date.parse(facts.now);
        return { ...facts, now: new Date(now + shift).toISOString() };
      },
    };
    saw.push(...(await survives(subject, () => ({ connector: skewed }), { exits: [], recovers: true }, name)));
  }
  return verdictOn(saw);
});

/** The rules of level 4. */
export const FAULT_RULES: readonly Rule[] = [
  {
    id: "L4.cut",
    title: "A connection that breaks once is opened again",
    expected: "a run that recovers and ends with everything, wherever the connection breaks",
    guide:
      'Throw `SourceError("unreachable")` and let core try again: what is caught and dropped in the connector is lost in silence.',
    check: atEveryRequest((at) => ({ decorators: [failing("unreachable", at, at)] }), { exits: [], recovers: true }),
  },
  {
    id: "L4.gone",
    title: "A source that goes away for good ends the run, and nothing is deleted",
    expected: "exit 3 or 4 with what failed named; nothing marked deleted; the next run ends with everything",
    guide:
      "A scope whose listing broke must not get the verdict `listed`: what was not seen yet would be taken as gone. Let the error pass through list().",
    check: atEveryRequest((at) => ({ decorators: [failing("unreachable", at, Infinity)] }), TOLD),
  },
  {
    id: "L4.throttled",
    title: "A source that says later is asked later",
    expected: "a run that ends with everything",
    guide:
      'Throw `SourceError("throttled")` with `retryAfterMs` where the source says so. Switch retries of the driver off.',
    check: atEveryRequest((at) => ({ decorators: [failing("throttled", at, at)] }), { exits: [], recovers: true }),
  },
  {
    id: "L4.slow",
    title: "A statement that times out is tried again or reported",
    expected: "a run that ends with everything, or names what timed out",
    guide: 'Throw `SourceError("timeout")`: core tries again, then halves the slice.',
    check: atEveryRequest((at) => ({ decorators: [failing("timeout", at, at)] }), TOLD),
  },
  {
    id: "L4.truncated",
    title: "An answer that breaks off is not taken for a whole one",
    expected: "a run that asks again and ends with everything",
    guide:
      "Rows that came before an error prove nothing. Do not yield a verdict in `finally`, and do not keep rows across calls.",
    check: atEveryRequest((at) => ({ decorators: [cutPage(at)] }), { exits: [], recovers: true }),
  },
  {
    id: "L4.unreadable",
    title: "One object that cannot be read costs itself",
    expected: "exactly this object reported as failed, all others read",
    guide:
      "Throw what the source says. Core halves the slice until the culprit is alone; a connector that catches the error and goes on loses the object without a word.",
    check: unreadableObject,
  },
  {
    id: "L4.permission",
    title: "Permission lost in the middle is reported, and nothing is deleted",
    expected: "exit 3 or 4 with what was denied named; nothing marked deleted",
    guide:
      'An empty answer and no permission are not the same. Throw `SourceError("denied")`, or yield `{ denied, error }` for the parents concerned.',
    check: atEveryRequest((at) => ({ decorators: [failing("denied", at, Infinity)] }), TOLD),
  },
  {
    id: "L4.token",
    title: "An expired sign-in is reported and not tried again and again",
    expected: "exit 3 or 4, fewer requests than a healthy run makes, nothing marked deleted",
    guide: 'Throw `SourceError("signIn")`. It is never tried again: repeated attempts lock accounts.',
    check: expiredToken,
  },
  {
    id: "L4.clock",
    title: "The source's clock may be wrong",
    expected: "the same catalog with a clock a year behind or ahead",
    guide: "Times of the source are compared with times of the source only, and tokens for equality only.",
    check: skewedClock,
  },
  {
    id: "L4.malformed",
    title: "A malformed row is reported",
    expected: "exit 3 or 4 with what failed named; nothing marked deleted",
    guide: "A row with a cell too few means that request and answer do not belong together. Let the error through.",
    check: atEveryRequest(
      (at) => ({
        decorators: [
          onPages((rows, _step, nth) => (nth === at ? [...rows.slice(0, -1), rows.at(-1)?.slice(1) ?? []] : null)),
        ],
      }),
      TOLD,
    ),
  },
  {
    id: "L4.duplicate",
    title: "A name that is listed twice is kept once",
    expected: "one entity per name, and the second mention reported",
    guide:
      "Names that are equal to the source are equal to the catalog. What the vendor folds, list as the vendor spells it.",
    check: withSource(async (subject) => {
      const twice = (): RunHow => ({
        decorators: [onPages((rows, step) => (isListing(step) ? rows.flatMap((row) => [row, row]) : null))],
      });
      return verdictOn(await survives(subject, twice, { exits: [4] }, "with every row of every listing twice"));
    }),
  },
];
