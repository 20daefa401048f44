/** Level 2: how it lists, reads and stops, on a source that is well. */
import { setTimeout as wait } from "node:timers/promises";
import {
  count,
  type Decorator,
  driverAround,
  injectFaults,
  isSourceError,
  type Json,
  type NodeName,
  noSessionCounts,
  TOPOLOGIES,
} from "@headwater/core";
import type { SeededSource } from "./fixture.ts";
import { emptyCatalog, ending, exported, ingest } from "./run.ts";
import { failed, passed, passedInPart, type Rule, skipped, type Verdict, verdictOn, withSource } from "./rule.ts";
import { object, objects, SAMPLE } from "./seeds.ts";
import type { Subject } from "./subject.ts";
import { isFound, type ListCall, objectsOf, pathOfItem, walk } from "./walk.ts";
import { pathOf } from "../reader.ts";

const shown = (path: readonly string[]): string => JSON.stringify(path);

/** The node whose objects a seed makes: tables, topics. */
export function leafOf({ connector }: Subject): NodeName {
  const leaf = TOPOLOGIES[connector.manifest.service].nodes.find(({ counted }) => counted);
  if (leaf === undefined) throw new Error("Every topology has a node that is counted.");
  return leaf.name;
}

const answersForParents = withSource(async (subject) => {
  const { lists } = await walk(subject, await subject.sample());
  return verdictOn(lists.flatMap(verdictsOf));
});

function verdictsOf({ node, parents, items }: ListCall): string[] {
  const saw: string[] = [];
  const given = new Map(parents.map((parent) => [shown(parent), 0]));
  for (const item of items) {
    const parent = shown("listed" in item ? item.listed : "denied" in item ? item.denied : item.parent);
    if (!given.has(parent)) saw.push(`${node}: it answered for ${parent}, which it was not asked for.`);
    else if (!isFound(item)) given.set(parent, (given.get(parent) ?? 0) + 1);
  }
  for (const [parent, times] of given)
    if (times !== 1) saw.push(`${node}: ${times === 0 ? "no verdict" : `${times} verdicts`} on ${parent}.`);
  return saw;
}

const listsAll = withSource(async (subject) => {
  const source = await subject.sample();
  const { lists } = await walk(subject, source);
  const leaf = leafOf(subject);
  const found = lists.filter(({ node }) => node === leaf).flatMap(({ items }) => items.filter(isFound).map(pathOf));
  const wanted = SAMPLE.flatMap(({ scope, objects: of }) => of.map(({ name }) => [...source.path(scope), name]));
  return verdictOn(differences(wanted.map(shown), found.map(shown)));
});

function differences(wanted: readonly string[], got: readonly string[]): string[] {
  const times = new Map<string, number>();
  for (const name of got) times.set(name, (times.get(name) ?? 0) + 1);
  return [
    ...wanted.filter((name) => !times.has(name)).map((name) => `${name} is there and was not listed.`),
    ...[...times].filter(([, n]) => n > 1).map(([name, n]) => `${name} was listed ${n} times.`),
  ];
}

/** Hands every answer on one row at a time, as a source with small pages would. */
const oneRowAtATime = withSource(async (subject) => {
  const source = await subject.sample();
  const whole = await walk(subject, source);
  const small = await walk(subject, source, { decorators: [singleRows] });
  const names = (seen: typeof whole): string[] =>
    seen.lists.flatMap(({ node, items }) => items.filter(isFound).map((found) => `${node} ${shown(pathOf(found))}`));
  const saw = differences(names(whole), names(small));
  const [before, after] = [objectsOf(whole), objectsOf(small)];
  for (const [name, { object: one }] of before)
    if (JSON.stringify(after.get(name)?.object.rows) !== JSON.stringify(one.rows))
      saw.push(`${name} was read otherwise.`);
  return verdictOn(saw);
});

const singleRows: Decorator = (connect) => async (config, options) => {
  const driver = await connect(config, options);
  return driverAround(driver, {
    async *request(name, args, signal, after) {
      for await (const page of driver.request(name, args, signal, after)) {
        if (page.rows.length === 0) yield page;
        for (const row of page.rows) yield { ...page, rows: [row] };
      }
    },
  });
};

const listsInTwo = withSource(async (subject) => {
  const { lists } = await walk(subject, await subject.sample());
  return verdictOn(
    lists
      .filter(({ queries }) => queries > 2)
      .map(({ node, parents, queries }) => `${node}: ${queries} requests for one call with ${parents.length} parents.`),
  );
});

const readsMembers = withSource(async (subject) => {
  const { reads } = await walk(subject, await subject.sample(), { slice: 5 });
  const saw: string[] = [];
  for (const { node, members, items } of reads) {
    const asked = new Set(members.map((member) => shown(pathOf(member))));
    const got = items.map((item) => shown(pathOfItem(item)));
    for (const name of got) if (!asked.has(name)) saw.push(`${node}: it read ${name}, which was not in the slice.`);
    saw.push(...differences([], got).map((line) => line.replace("listed", "read")));
    for (const name of asked) if (!got.includes(name)) saw.push(`${node}: ${name} was in the slice and was not read.`);
  }
  return verdictOn(saw);
});

const readsAlike = withSource(async (subject) => {
  const source = await subject.sample();
  const whole = objectsOf(await walk(subject, source));
  const saw: string[] = [];
  for (const [how, options] of [
    ["a second time", {}],
    ["in slices of one", { slice: 1 }],
    ["backwards", { backwards: true }],
  ] as const) {
    const again = objectsOf(await walk(subject, source, options));
    for (const [name, { object: one }] of whole) {
      const other = again.get(name)?.object;
      if (other === undefined) saw.push(`${name} was not read ${how}.`);
      else if (JSON.stringify(other.rows) !== JSON.stringify(one.rows)) saw.push(`${name} had other rows ${how}.`);
    }
  }
  return verdictOn(saw);
});

const ROUNDS = 4;

const isIndependentOfTiming = withSource(async (subject) => {
  const source = await subject.sample();
  const texts = new Map<string, string>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const threads = [1, 2, 5, 9][round % 4] as number;
    let step = round * 7;
    const dawdle = injectFaults(async () => {
      // Waits that are the same in every run of the suite, and other ones in every round.
      step = (step * 31 + 17) % 101;
      if (round > 0) await wait(step % 4);
    });
    const db = emptyCatalog();
    const ran = await ingest(subject, source, db, { options: { threads }, decorators: [dawdle] });
    if (ran.exit !== 0) return failed(`With ${threads} sessions the run ended with ${ending(ran)}`);
    texts.set(exported(db).join("\n"), `${threads} sessions`);
    db.close();
  }
  return texts.size === 1
    ? passed()
    : failed(`The catalog differs between runs with ${[...texts.values()].join(" and ")}.`);
});

const FEW = 4;
const MORE = 44;

const asksBySets = withSource(async (subject) => {
  const asked: Map<string, number>[] = [];
  for (const size of [FEW, MORE]) {
    const source = await subject.seed([{ scope: "size", objects: objects(size) }]);
    const counts = noSessionCounts();
    const ran = await ingest(subject, source, emptyCatalog(), { decorators: [count(counts)] });
    if (ran.exit !== 0) return failed(`Reading ${size} objects ended with ${ending(ran)}`);
    asked.push(counts.byRequest);
  }
  const [few, more] = asked as [Map<string, number>, Map<string, number>];
  // A quarter of a query per object more is more than any batching needs.
  const slope = (MORE - FEW) / 4;
  return verdictOn(
    [...more]
      .filter(([name, times]) => times - (few.get(name) ?? 0) > slope)
      .map(([name, times]) => `${name}: ${few.get(name) ?? 0} times for ${FEW} objects, ${times} times for ${MORE}.`),
  );
});

const keepsFormula = withSource(async (subject) => {
  const ran = await ingest(subject, await subject.sample(), emptyCatalog());
  const event = ran.events.findLast(({ event: name }) => name === "queries");
  if (event?.event !== "queries") return skipped(`The run did not come to its end: ${ending(ran)}`);
  if (event.bound === null) return skipped("The manifest has no formula; see L1.formula.");
  return event.total > event.bound
    ? failed(`${event.total} queries, where the formula allows ${event.bound}.`)
    : passed({ queries: event.total, allowed: event.bound });
});

/** How long a cancelled request may take to end: time enough to tell the server, and not to wait for it. */
const CANCEL_MS = 3_000;

const stopsWhenTold = withSource(async (subject) => {
  const source = await subject.seed([{ scope: "size", objects: objects(FEW) }]);
  const { request, group, args } = await lastRequest(subject, source);
  const saw: string[] = [];
  for (const stalled of source.stall === undefined ? [false] : [false, true]) {
    const driver = await subject.connector.connect(subject.config(source.connection), {
      intent: "metadata",
      group,
      signal: new AbortController().signal,
    });
    const stop = new AbortController();
    await driver.begin(stop.signal);
    const goOn = stalled ? await source.stall?.() : undefined;
    if (!stalled) stop.abort();
    else setTimeout(() => stop.abort(), 50);
    const drain = async (): Promise<"ended"> => {
      const pages = driver.request(request, args, stop.signal)[Symbol.asyncIterator]();
      while ((await pages.next()).done !== true) continue;
      return "ended";
    };
    const when = stalled ? "while the source is silent" : "before the request is made";
    const ended = await Promise.race([
      drain().catch((error: unknown) => error),
      wait(CANCEL_MS + 50, "late" as const, { ref: false }),
    ]);
    await goOn?.();
    if (ended === "late") saw.push(`Cancelled ${when}, it was still waiting after ${CANCEL_MS} ms.`);
    else if (ended === "ended") saw.push(`Cancelled ${when}, it went on and answered as if nothing were.`);
    else if (!isInterruption(ended)) saw.push(`Cancelled ${when}, it threw ${String(ended)}.`);
    // What an ignored cancelling leaves open cannot be closed in good order.
    if (ended !== "late") await driver.close().catch(ignoreSourceError);
  }
  return saw.length === 0 && source.stall === undefined
    ? passedInPart("Only before a request is made: the fixture cannot silence its source (stall()).")
    : verdictOn(saw);
});

function ignoreSourceError(error: unknown): void {
  if (!isSourceError(error)) throw error;
}

const isInterruption = (thrown: unknown): boolean =>
  (isSourceError(thrown) && thrown.code === "interrupted") || (thrown instanceof Error && thrown.name === "AbortError");

/** One request as the connector makes it. */
interface Asked {
  request: string;
  group: string;
  args: Json;
}

/** The last request of a whole walk. */
async function lastRequest(subject: Subject, source: SeededSource): Promise<Asked> {
  const asked: Asked[] = [];
  const look = injectFaults(({ at, request, group, args }) => {
    if (at === "request" && request !== null) asked.push({ request, group, args });
  });
  await walk(subject, source, { decorators: [look] });
  const last = asked.at(-1);
  if (last === undefined) throw new Error("Reading the source made no request.");
  return last;
}

const changesNothing = withSource(async (subject) => {
  const source = await subject.seed(SAMPLE);
  if (source.contents === undefined) return skipped("The fixture does not tell what its source holds (contents()).");
  const before = await source.contents();
  await ingest(subject, source, emptyCatalog());
  const writes = Object.entries(subject.connector.requests).filter(([, { effect }]) => effect === "write");
  if ((await source.contents()) !== before) return failed("The source holds something else after it was read.");
  return passed({ writingRequests: writes.length });
});

const seesHonestly = withSource(async (subject) => {
  const source = await subject.seed([{ scope: "size", objects: [object("hidden"), object("open")] }]);
  const connection = await source.hide?.("size", "hidden");
  if (connection === undefined) return skipped("The fixture cannot hide an object from somebody (hide()).");
  const { lists } = await walk(subject, { ...source, connection });
  const leaf = leafOf(subject);
  const scope = shown(source.path("size"));
  const items = lists.filter(({ node }) => node === leaf).flatMap((list) => list.items);
  const seen = items.some((item) => isFound(item) && item.name === "hidden");
  if (seen) return passed();
  const complete = items.some((item) => "listed" in item && shown(item.listed) === scope && item.seen === "complete");
  return complete ? failed(`${scope} was listed as complete, without an object this role may not see.`) : passed();
});

/** Rows of one page, at most: about what a process can hold many times over. */
export const PAGE_ROWS = 10_000;

const readsByPages = withSource(async (subject): Promise<Verdict> => {
  const { many = 0 } = subject.fixture;
  if (many <= PAGE_ROWS)
    return skipped(`The fixture makes ${many} objects; it takes more than ${PAGE_ROWS} to see (many).`);
  const source = await subject.seed([{ scope: "size", objects: objects(many) }]);
  let largest = { rows: 0, request: "" };
  const look = injectFaults(({ at, request }, page) => {
    if (at === "page" && page !== null && page.rows.length > largest.rows)
      largest = { rows: page.rows.length, request: request ?? "" };
  });
  const ran = await ingest(subject, source, emptyCatalog(), { decorators: [look] });
  if (ran.exit !== 0) return failed(`The run ended with ${ending(ran)}`);
  return largest.rows > PAGE_ROWS
    ? failed(`${largest.request} answered with ${largest.rows} rows in one page.`)
    : passed({ rows: largest.rows });
});

/** The rules of level 2. */
export const PROTOCOL_RULES: readonly Rule[] = [
  {
    id: "L2.verdicts",
    title: "Every parent that is listed gets exactly one verdict, empty ones too",
    expected: "one `listed` or `denied` for every parent asked for, and nothing about others",
    guide:
      "A deletion needs the proof that a scope was listed to its end. Without a verdict nothing is ever taken as gone; with one too early, everything is.",
    check: answersForParents,
  },
  {
    id: "L2.listing",
    title: "A listing has every object once",
    expected: "every object of the source exactly once, under its own parent",
    guide:
      "What a listing leaves out will be marked deleted. Look at system filters, joins that lose rows, and paging.",
    check: listsAll,
  },
  {
    id: "L2.pages",
    title: "Where a source cuts its pages does not matter",
    expected: "the same listing and the same objects when every row comes in a page of its own",
    guide:
      "`session.pages()` yields as many pages as the source sends. Taking only the first one works until the source is large: use `session.all()` or read on to the end.",
    check: oneRowAtATime,
  },
  {
    id: "L2.list-requests",
    title: "Listing takes at most two requests",
    expected: "at most two requests per call of list(), however many parents there are",
    guide: "Listing is what every run does, changed or not. Ask for all parents at once and tell the rows apart.",
    check: listsInTwo,
  },
  {
    id: "L2.members",
    title: "A slice is read whole, and nothing but the slice",
    expected: "every member of the slice once, and no other object",
    guide:
      "Members that are not yielded count as vanished between listing and reading. Compare names byte by byte, and ask for the members by their keys.",
    check: readsMembers,
  },
  {
    id: "L2.stable",
    title: "Reading the same twice gives the same rows",
    expected: "identical rows the second time, in slices of one, and backwards",
    guide:
      "Rows are hashed: an order that changes is a change that nobody made, a new version of every object on every run. Sort in the query or in the connector whatever the source returns in no particular order.",
    check: readsAlike,
  },
  {
    id: "L2.timing",
    title: "What is read does not depend on when it was answered",
    expected: "byte-identical catalogs with one and with several sessions, whatever takes how long",
    guide:
      "Units run side by side. State that units share (a cache filled by whoever comes first, a counter, the last schema seen) makes the outcome depend on timing: keep it inside the call.",
    check: isIndependentOfTiming,
  },
  {
    id: "L2.sets",
    title: "It asks by sets, never object by object",
    expected: `no request whose number grows with the number of objects (${FEW} against ${MORE})`,
    guide:
      "A query per table is the commonest reason for runs of hours. Ask for all members of a slice at once and join in memory: `assemble(keys, rows, key)`.",
    check: asksBySets,
  },
  {
    id: "L2.formula",
    title: "A run asks no more queries than its manifest allows",
    expected: "at most as many as `capabilities.metadata.queries` allows",
    guide: "The formula is a promise to people with large sources. Correct the formula, or the connector.",
    check: keepsFormula,
  },
  {
    id: "L2.cancel",
    title: "It stops at once when it is told to",
    expected: `a request that ends with an interruption within ${CANCEL_MS} ms of its signal`,
    guide:
      'Listen to the signal in session.ts: refuse when it is aborted already, cancel what is under way, and throw `SourceError("interrupted")`. Otherwise Ctrl-C has to wait for the slowest query.',
    check: stopsWhenTold,
  },
  {
    id: "L2.read-only",
    title: "Reading leaves the source as it is",
    expected: "the same contents before and after a run",
    guide:
      "A metadata session is read-only, also where a temporary table or a session setting would be handy. Open the engine's own read-only mode in begin().",
    check: changesNothing,
  },
  {
    id: "L2.visibility",
    title: "A listing is called complete only if it is",
    expected: "`granted` where the role may not see everything",
    guide:
      "`complete` says that what is missing is gone. Many catalogs (information_schema above all) show only what the role may use: then a revoked right looks like a dropped table. Yield `granted`, with a digest of the role's grants if you can.",
    check: seesHonestly,
  },
  {
    id: "L2.bounded",
    title: "No answer comes in one piece, however large",
    expected: `pages of at most ${PAGE_ROWS} rows`,
    guide:
      "What has no bound fits into memory until it does not. Use a cursor, keyset paging or the vendor's page tokens, and yield page by page; reads of logs take a window.",
    check: readsByPages,
  },
];
