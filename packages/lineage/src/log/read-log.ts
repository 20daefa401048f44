/** Reads a source's query log: which pieces of it, in which order, and what becomes of what cannot be read. */
import {
  counterState,
  countersOf,
  coverageOf,
  finishPart,
  keepCounters,
  type LogPart,
  logParts,
  openPart,
  PARTIAL,
  type PageRead,
  uncovered,
} from "@headwater/catalog";
import {
  type CounterLog,
  type EventBody,
  isSourceError,
  leftOutBy,
  type LogFile,
  type LoggedQuery,
  type LogPage,
  type NameFilter,
  quoteName,
  type Session,
  type SourceLog,
  type TimedLog,
} from "@headwater/core";
import { FaultTally, LogPass, type PassCounts, type PassOptions } from "./pass.ts";
import type { SessionMemory } from "./temporary-sessions.ts";
import { type ChosenFile, chooseTwins } from "./twins.ts";

/** A reading of one source's log. */
export interface LogRun extends PassOptions {
  log: SourceLog;
  session: Session;
  /** The files that are named; `null` for the source's own. */
  path: string | null;
  /** How far back the source's own log is read, in days. */
  days: number;
  pageRows: number;
  maxQueries: number | null;
  filter: string | null;
  /** Databases whose queries are left out. */
  databases: NameFilter | undefined;
  signal: AbortSignal;
  emit: (event: EventBody) => void;
}

/** What reading a log came to. */
export interface LogResult extends PassCounts {
  /** Records that could not be read. */
  faults: number;
  /** Files that could not be read. */
  unread: number;
  /** Pieces of the log with times that are not understood. */
  misdated: number;
  /** Whether it ended before the log did: by its limit of queries, or because it was interrupted. */
  stopped: "limit" | "interrupted" | null;
}

const DAY_MS = 86_400_000;
/** A log is asked for what is this old at least: what runs now will be in it later. */
const SETTLED_MS = 60_000;
/** The longest span that is asked for at once. */
const WINDOW_MS = DAY_MS;

/** Reads what of a log is new. Everything is committed as it goes; a run that is killed loses nothing and repeats nothing. */
export async function readLog(run: LogRun): Promise<LogResult> {
  const reader = new LogReader(run);
  try {
    const { log, session, filter, emit } = run;
    if (filter !== null && log.kind === "files")
      emit({
        event: "note",
        message:
          "filterCondition is not honoured: it is SQL, and this log is not asked in SQL. Everything in it is read.",
      });
    if (log.kind === "files") await reader.files(log, session);
    else if (log.kind === "timed") await reader.timed(log.log, session);
    else await reader.counters(log.log, session);
    return reader.result();
  } finally {
    await reader.close();
  }
}

/** Unix milliseconds. */
interface Span {
  from: number;
  to: number;
}

type ReadPages = (reading: { pageRows: number; cursor: string | null }) => AsyncIterable<LogPage>;
type FilesLog = Extract<SourceLog, { kind: "files" }>;

class LogReader {
  readonly #run: LogRun;
  readonly #service: string;
  readonly #pass: LogPass;
  #faults = 0;
  #unread = 0;
  #misdated = 0;
  #stopped: LogResult["stopped"] = null;

  constructor(run: LogRun) {
    this.#run = run;
    this.#service = quoteName(run.service);
    this.#pass = new LogPass(run);
  }

  async files({ log, path: own }: FilesLog, session: Session): Promise<void> {
    const { path, now, emit, days } = this.#run;
    const place = path ?? own;
    if (place === undefined) return;
    const since = path === null ? now() - days * DAY_MS : 0;
    const titles = new Map(logParts(this.#run.db, this.#service).map(({ identity, title }) => [identity, title]));
    const files = await log.files(session, place);
    const unread = new Set<string>();
    for (const chosen of this.#choose(files.filter(({ changedAt = since }) => changedAt >= since))) {
      if (this.#stopped !== null) return;
      const { file } = chosen;
      // How far it goes is not known: what is left of this one waits.
      if (chosen.isRest && file.twin !== undefined && unread.has(file.twin)) continue;
      const elsewhere = this.#elsewhere(chosen);
      try {
        await this.#file(identityOf(file), file.path, titles, elsewhere, (reading) => log.read(session, file, reading));
      } catch (error) {
        if (!isSourceError(error) || error.code === "interrupted") throw error;
        this.#unread += 1;
        unread.add(file.path);
        const { message: reason, hint } = error;
        emit({
          event: "log-fault",
          title: file.path,
          reason,
          where: "",
          records: 0,
          ...(hint === undefined ? {} : { hint }),
        });
      }
    }
  }

  /** The files that are read; of those that have the same records in two forms, one. */
  #choose(files: readonly LogFile[]): ChosenFile[] {
    const { db, now, emit } = this.#run;
    const read = new Set(
      logParts(db, this.#service).flatMap(({ identity, cursor }) => (cursor === null ? [] : identity)),
    );
    const choice = chooseTwins(files, (file) => read.has(identityOf(file)), now());
    const say = ([first, ...more]: [LogFile, LogFile][], what: (file: string, instead: string) => string): void => {
      if (first === undefined) return;
      const others = more.length === 0 ? "" : ` So it is with ${more.length} more.`;
      emit({
        event: "note",
        message: `The server writes its log in two forms: ${what(first[0].path, first[1].path)}.${others}`,
      });
    };
    say(choice.leftOut, (file, instead) => `${file} has what ${instead} has, and is left out`);
    say(choice.partly, (file, instead) => `of ${file} only that is read which ${instead} does not have`);
    return choice.files;
  }

  /** The times of which a file's twin has the records, as far as it was read. */
  #elsewhere({ file, twinSince, isRest }: ChosenFile): Span[] {
    if (!isRest) return [];
    const read = logParts(this.#run.db, this.#service).flatMap(({ title, from, to }) =>
      title === file.twin && from !== null && to !== null ? [{ from, to }] : [],
    );
    return twinSince === null ? read : [...read, { from: twinSince, to: Infinity }];
  }

  /**
   * Reads a file. Logs that begin alike are told apart by what stands where reading stopped: each has a piece of its own. `titles` are
   * those of all pieces by their identity.
   */
  async #file(
    identity: string,
    path: string,
    titles: Map<string, string>,
    elsewhere: readonly Span[],
    read: ReadPages,
  ): Promise<void> {
    const { db, now } = this.#run;
    for (let nth = 1; ; nth += 1) {
      const name = nth === 1 ? identity : `${identity} ${nth}`;
      const part = openPart(db, this.#service, name, path, now());
      if (await this.#pages(part, read, null, elsewhere)) {
        titles.set(name, path);
        return;
      }
      // Another log's piece keeps that log's name.
      openPart(db, this.#service, name, titles.get(name) ?? path, now());
    }
  }

  async timed(log: TimedLog, session: Session): Promise<void> {
    const { db, days, filter, now, emit } = this.#run;
    const earliest = await log.earliest(session);
    const end = now() - SETTLED_MS;
    const from = Math.max(end - days * DAY_MS, earliest ?? 0);
    if (earliest !== null && earliest > end - days * DAY_MS)
      emit({
        event: "note",
        message: `The log goes back to ${new Date(earliest).toISOString()} only: what was run before is not known.`,
      });
    const kind = this.#kindOf("time", log.partial === true);
    const broken = logParts(db, this.#service).filter(({ done, identity }) => !done && SPAN.test(identity));
    const spans = broken.map(({ identity }) => spanOf(identity));
    const known = [...coverageOf(db, this.#service).covered, ...spans].toSorted((a, b) => a.from - b.from);
    for (const gap of uncovered(known, { from, to: end }))
      for (let at = gap.from; at < gap.to; at += WINDOW_MS)
        spans.push({ from: at, to: Math.min(at + WINDOW_MS, gap.to) });
    for (const span of spans.toSorted((a, b) => a.from - b.from)) {
      if (this.#stopped !== null) return;
      const title = `${new Date(span.from).toISOString()} to ${new Date(span.to).toISOString()}`;
      const part = openPart(db, this.#service, `${kind} ${span.from} ${span.to}`, title, now());
      await this.#pages(part, (reading) => log.read(session, { ...span, filter }, reading), span);
    }
  }

  /** What a piece is called: one that has only some of what was run is told from others. */
  #kindOf(kind: string, isPartial: boolean): string {
    return isPartial || this.#run.filter !== null ? PARTIAL + kind : kind;
  }

  async counters(log: CounterLog, session: Session): Promise<void> {
    const { db, now, emit, pageRows, filter, maxQueries } = this.#run;
    if (maxQueries !== null)
      emit({
        event: "note",
        message: "maxQueries is not honoured: this source counts what is run, and its counters are read all at once.",
      });
    const { at, since, reset, lost, complete } = await log.snapshot(session);
    const epoch = JSON.stringify([reset, lost]);
    const before = counterState(db, this.#service);
    // Only two readings without a loss between them say what ran in the time between.
    const same = before?.epoch === epoch;
    const goesOn = before !== null && (JSON.parse(before.epoch) as string[])[0] === reset;
    const known = goesOn ? countersOf(db, this.#service) : new Map<string, { times: number; durationMs: number }>();
    if (before !== null && !same)
      emit({
        event: "note",
        message: `${since === null ? "The source does not say whether its counters were reset, or statements thrown out" : "The counters were reset, or statements were thrown out"}, since they were read last: what ran in between is counted as far as the counters have it, and the time is not covered.`,
      });
    const totals = new Map<string, { times: number; durationMs: number }>();
    const title = `counters at ${new Date(at).toISOString()}`;
    const part = openPart(db, this.#service, `${this.#kindOf("counters", false)} ${at}`, title, now());
    const faults = new FaultTally();
    const page = emptyPage("", part);
    let leftOut = 0;
    for await (const { queries, keys, ...rest } of log.read(session, { pageRows, cursor: null, filter })) {
      leftOut += rest.leftOut;
      for (const fault of rest.faults) faults.add(fault);
      for (const [index, query] of queries.entries()) {
        const key = keys[index] as string;
        const { times, durationMs } = query;
        totals.set(key, { times, durationMs: durationMs ?? 0 });
        const last = known.get(key) ?? NOTHING;
        // A counter that is smaller than it was had been thrown out, and began anew.
        const base = last.times <= times ? last : NOTHING;
        const more = times - base.times;
        if (more <= 0 || this.#isLeftOut(query.database)) continue;
        page.queries += more;
        this.#pass.add({ ...query, at, times: more, durationMs: Math.max(0, (durationMs ?? 0) - base.durationMs) });
      }
      await this.#pass.keepUp();
    }
    page.from = same && before !== null ? before.at : complete && !goesOn ? since : null;
    page.to = page.from === null ? null : at;
    page.faults = faults.records;
    await this.#pass.commit(part, page, () => {
      keepCounters(db, this.#service, { epoch, at }, totals);
      finishPart(db, part.id);
    });
    this.#report(part.title, page.queries, 0, leftOut, faults);
  }

  #isLeftOut(database: string | null): boolean {
    return database !== null && leftOutBy(this.#run.databases, database) !== null;
  }

  /**
   * Reads a piece of a log to its end, page by page. `span` is what it accounts for once it is read. Reads nothing and returns `false`
   * where the piece turns out to be of another log. What was written in the spans of `elsewhere` is left out.
   */
  async #pages(
    part: LogPart,
    read: ReadPages,
    span: Span | null = null,
    elsewhere: readonly Span[] = [],
  ): Promise<boolean> {
    const { db, pageRows, maxQueries, signal, now } = this.#run;
    const faults = new FaultTally();
    let [queries, bytes, leftOut] = [0, 0, 0];
    let another = false;
    let page = emptyPage(part.cursor ?? "", part);
    this.#pass.remember(part.memory === null ? [] : (JSON.parse(part.memory) as SessionMemory[]));
    const commit = async (): Promise<void> => {
      await this.#pass.commit(part, page);
      page = emptyPage(page.cursor, page);
    };
    try {
      for await (const next of read({ pageRows, cursor: part.cursor })) {
        another = next.another === true && part.cursor !== null;
        if (another) return false;
        for (const fault of next.faults) faults.add(fault);
        for (const query of next.queries) {
          if (this.#isLeftOut(query.database) || isWithin(elsewhere, query)) {
            leftOut += 1;
            continue;
          }
          this.#pass.add(query);
          // One that is taken back was counted when it began.
          const count = query.times < 0 ? -1 : 1;
          page.queries += count;
          queries += count;
          if (query.at !== null) account(page, query.at, now());
        }
        for (const at of next.span === undefined ? [] : [next.span.from, next.span.to]) account(page, at, now());
        leftOut += next.leftOut;
        bytes += next.bytes;
        page.cursor = next.cursor;
        page.bytes += next.bytes;
        page.faults += next.faults.reduce((sum, { records }) => sum + records, 0);
        if (this.#pass.isDue) await commit();
        else await this.#pass.keepUp();
        if (signal.aborted) this.#stopped = "interrupted";
        else if (maxQueries !== null && this.#pass.counts.queries >= maxQueries) this.#stopped = "limit";
        if (this.#stopped !== null) break;
      }
    } catch (error) {
      if (!isSourceError(error) || !signal.aborted) throw error;
      // The pages before are whole.
      this.#stopped = "interrupted";
    } finally {
      if (!another) this.#report(part.title, queries, bytes, leftOut, faults);
    }
    if (this.#stopped === null && span !== null) {
      page.from = span.from;
      page.to = span.to;
    }
    await commit();
    if (this.#stopped === null) finishPart(db, part.id);
    return true;
  }

  #report(title: string, queries: number, bytes: number, leftOut: number, faults: FaultTally): void {
    const { emit } = this.#run;
    emit({ event: "log-read", title, queries, bytes, leftOut });
    for (const fault of faults.entries()) emit({ event: "log-fault", title, ...fault });
    if (faults.entries().some(({ records }) => records === 0)) this.#misdated += 1;
    this.#faults += faults.records;
  }

  result(): LogResult {
    return {
      ...this.#pass.counts,
      faults: this.#faults,
      unread: this.#unread,
      misdated: this.#misdated,
      stopped: this.#stopped,
    };
  }

  async close(): Promise<void> {
    await this.#pass.close();
  }
}

const NOTHING = { times: 0, durationMs: 0 };

const identityOf = ({ identity, partial }: LogFile): string => (partial === true ? PARTIAL + identity : identity);

/** Whether a query was written to its log in one of some spans: with a duration it was when it ended, rounded. */
function isWithin(spans: readonly Span[], { at, durationMs }: LoggedQuery): boolean {
  if (spans.length === 0 || at === null) return false;
  const written = at + (durationMs ?? 0);
  return spans.some(({ from, to }) => written > from - 1 && written < to + 1);
}

/** A page nothing was read of yet; the log accounts for what it did before. */
const emptyPage = (cursor: string, { from, to }: Pick<PageRead, "from" | "to">): PageRead => ({
  cursor,
  bytes: 0,
  queries: 0,
  faults: 0,
  from,
  to,
});

/** A log that is silent for longer does not account for the time between. */
const SILENCE_MS = 7 * DAY_MS;

/**
 * Adds the time of a record to the span a log accounts for. A clock that was wrong must not make it account for years nobody logged:
 * what it does not cover would seem to have stopped. So a time in the future counts for nothing, and where there is a long silence
 * only what comes behind it counts.
 */
function account(span: { from: number | null; to: number | null }, at: number, now: number): void {
  if (at > now) return;
  if (span.from === null || span.to === null || at > span.to + SILENCE_MS) [span.from, span.to] = [at, at];
  else if (at > span.to) span.to = at;
  else if (at < span.from && at >= span.from - SILENCE_MS) span.from = at;
}

/** The identity of a piece that is a span of time. */
const SPAN = /\btime (\d+(?:\.\d+)?) (\d+(?:\.\d+)?)$/;

function spanOf(identity: string): { from: number; to: number } {
  const [, from, to] = SPAN.exec(identity) ?? [];
  return { from: Number(from), to: Number(to) };
}
