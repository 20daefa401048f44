/** Level 2, the log: how a connector reads what was run at its source. */
import type { FileLog, LogPage, LogReading, Session, SourceLog, TimedLog } from "@headwater/core";
import type { SeededLog } from "./fixture.ts";
import { type Rule, skipped, type Verdict, verdictOn } from "./rule.ts";
import type { Subject } from "./subject.ts";
import { openPool } from "./walk.ts";
import { inSession } from "../reader.ts";

/** Rows of a page that is asked for: small, so that a short log has several. */
const PAGE_ROWS = 3;

/** A log that is read page by page. */
type PagedLog = Exclude<SourceLog, { kind: "counters" }>;

const ONLY_COUNTERS = "A source that counts statements has no log to page through.";

/** Reads pages of a log from a place on. */
type Read = (reading: LogReading) => AsyncIterable<LogPage>;

/** A check of a log that a fixture has made. */
function onLog(
  check: (log: PagedLog, seeded: SeededLog, session: Session) => Promise<Verdict>,
): (subject: Subject) => Promise<Verdict> {
  return async (subject) => {
    const known = subject.connector.lineage ?? subject.connector.usage;
    if (known === undefined) return skipped("The connector reads no log of what was run.");
    if (known.kind === "counters") return skipped(ONLY_COUNTERS);
    const seeded = await subject.log();
    if (seeded === null) return skipped("The fixture makes no log (log()).");
    const pool = await openPool(subject, seeded);
    try {
      return await inSession(pool, "", async (session) => {
        const log = known.kind === "chosen" ? (await known.choose(session)).log : known;
        return log.kind === "counters" ? skipped(ONLY_COUNTERS) : check(log, seeded, session);
      });
    } finally {
      await pool.close();
    }
  };
}

async function pagesOf(read: Read, cursor: string | null = null): Promise<LogPage[]> {
  const pages: LogPage[] = [];
  for await (const page of read({ pageRows: PAGE_ROWS, cursor })) pages.push(page);
  return pages;
}

const textsOf = (pages: readonly LogPage[]): string[] =>
  pages.flatMap(({ queries }) => queries.map(({ text }) => text));

function inWindow(log: TimedLog, session: Session, from: number, to: number): Promise<LogPage[]> {
  return pagesOf((reading) => log.read(session, { from, to, filter: null }, reading));
}

const keepsWindow = onLog(async (log, { queries }, session) => {
  if (log.kind !== "timed") return skipped("A log in files is not asked for spans of time.");
  const times = queries.map(({ at }) => at);
  const [first, last] = [Math.min(...times), Math.max(...times) + 1];
  const middle = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? last;
  const saw: string[] = [];
  for (const [from, to] of [
    [first, middle],
    [middle, last],
    [last, last + 1_000],
  ] as const) {
    const span = `[${new Date(from).toISOString()}, ${new Date(to).toISOString()})`;
    const pages = await inWindow(log.log, session, from, to);
    const wanted = queries.filter(({ at }) => at >= from && at < to).map(({ text }) => text);
    const got = textsOf(pages);
    for (const text of wanted) if (!got.includes(text)) saw.push(`${span}: it did not read ${text}.`);
    for (const text of got) if (!wanted.includes(text)) saw.push(`${span}: it read ${text}, which was not run then.`);
  }
  return verdictOn(saw);
});

/** The ways to read a log from a place on: one, or one per file. */
async function waysToRead(log: PagedLog, { queries, path }: SeededLog, session: Session): Promise<Read[]> {
  if (log.kind === "files") {
    const files: FileLog = log.log;
    return (await files.files(session, path ?? log.path ?? "")).map(
      (file) => (reading) => files.read(session, file, reading),
    );
  }
  const timed: TimedLog = log.log;
  const times = queries.map(({ at }) => at);
  const window = { from: Math.min(...times), to: Math.max(...times) + 1, filter: null };
  return [(reading) => timed.read(session, window, reading)];
}

const keepsPages = onLog(async (log, seeded, session) => {
  const ways = await waysToRead(log, seeded, session);
  const saw: string[] = [];
  const all: string[] = [];
  for (const read of ways) {
    const pages = await pagesOf(read);
    all.push(...textsOf(pages));
    const largest = Math.max(0, ...pages.map(({ queries }) => queries.length));
    if (largest > PAGE_ROWS) saw.push(`A page has ${largest} rows, and ${PAGE_ROWS} were asked for.`);
    for (const [at, { cursor }] of pages.entries()) {
      const rest = textsOf(await pagesOf(read, cursor));
      if (rest.join("\n") !== textsOf(pages.slice(at + 1)).join("\n"))
        saw.push(`Behind page ${at + 1} it went on with ${rest.length} rows that are not the rest.`);
    }
  }
  for (const { text } of seeded.queries) if (!all.includes(text)) saw.push(`It did not read ${text}.`);
  return verdictOn(saw);
});

/** The rules of level 2 that are about the log. */
export const LOG_RULES: readonly Rule[] = [
  {
    id: "L2.log-window",
    title: "A log is read in the span of time that was asked for",
    expected: "every statement that began in [from, to), and no other",
    guide:
      "A log has no end: every query of it takes both bounds of its window. What lies on a bound belongs to the later window, so that two windows side by side read everything once.",
    check: keepsWindow,
  },
  {
    id: "L2.log-pages",
    title: "A log is read page by page, and on from where reading stopped",
    expected: `pages of at most ${PAGE_ROWS} rows where so many are asked for, and the rest behind every page's cursor`,
    guide:
      "Page behind the last row (its time and its id), never by an offset: rows that arrive meanwhile shift it. The cursor is all the next run knows.",
    check: keepsPages,
  },
];
