/**
 * One pass over a log: lineage and usage together. Each shape of a query is read once; how often it ran is counted by day and by
 * who ran it. Everything a page adds is committed with the place where reading goes on.
 */
import {
  addTallies,
  advancePart,
  ClaimWriter,
  hasQueries,
  type LogPart,
  type NewStatement,
  type PageRead,
  queryStatement,
  type Statement,
  type Tally,
} from "@headwater/catalog";
import { fingerprint, type LogFault, type LoggedQuery, quoteName, redactCredentials } from "@headwater/core";
import { dialects, type ScriptLineage } from "@headwater/sql-lineage";
import { READER_VERSION } from "../reader-version.ts";
import { keptText, type QueryText, type ReadQuery } from "../read-query.ts";
import type { Defaults } from "../schema.ts";
import { QueryReader, type QueryReaderOptions } from "./query-reader.ts";
import { type Shape, shapeHex, shaper } from "./shape.ts";
import { Tallies } from "./tallies.ts";
import { type SessionMemory, TemporarySessions } from "./temporary-sessions.ts";

/** What a pass needs to know. */
export interface PassOptions extends QueryReaderOptions {
  searchPath: readonly string[];
  now: () => number;
}

/** What a pass did. */
export interface PassCounts {
  queries: number;
  /** Shapes met for the first time, and those read again because a table of theirs changed. */
  read: number;
  /** Shapes that were met at all. */
  shapes: number;
  withGaps: number;
  /** Queries whose time lies in the future. */
  ahead: number;
  /** Queries without a time that is understood. */
  untimed: number;
  /** Texts of which the source kept only the beginning. */
  cut: number;
}

/** A shape of queries that was met in this pass. */
interface Entry {
  shape: Shape;
  /** The first text that had it, until it is handed over to be read. */
  text: string;
  context: Context;
  cut: boolean;
  /** `null` until it is written. */
  id: number | null;
  /** Whether it is on its way to be read, or was. */
  asked: boolean;
  /** Whether it may make or fill a temporary table. */
  maybeTemporary: boolean;
  /** Its place among those with something to commit; `-1` while it has nothing. */
  place: number;
  first: number;
  last: number;
  times: number;
}

/** A query whose meaning depends on the session it ran in. */
interface InSession {
  entry: Entry;
  query: LoggedQuery;
}

/** Shapes that were handed over to be read together. */
interface Batch {
  entries: Entry[];
  queries: QueryText[];
  /** What they are kept under. */
  keys: string[];
  /** Whether the catalog has such a statement already, for each. */
  known: boolean[];
  /** How long the texts are together. */
  chars: number;
  reading: Promise<void>;
  /** `null` until they are read. */
  read: Iterable<ReadQuery> | null;
}

/** Shapes kept at hand; a log with more of them looks some up again. */
const SHAPES_KEPT = 200_000;
/** Shapes that are handed over in one go, and how long their texts are together before it is enough. */
const READ_AT_ONCE = 100;
const READ_CHARS = 200_000;
/** What is handed over at once: while this thread writes, the other one must not run out of work. */
const BATCHES_AHEAD = 16;
const CHARS_AHEAD = 2_000_000;
/** Shapes that may wait to be handed over, and how long their texts may be, before the log has to wait too. */
const WAITING = 20_000;
const WAITING_CHARS = 8_000_000;
/** What is written in one go: so many shapes, or fewer with long texts. */
const WRITTEN_AT_ONCE = 2_000;
const WRITTEN_CHARS = 2_000_000;
/** Counts that are held before it is time to commit. */
const TALLIES_HELD = 250_000;
/** Queries in sessions with temporary tables, which wait for their turn: how long they are together before it is time to commit. */
const ORDERED_CHARS = 8_000_000;
/** A commit writes every shape that was met: worth it when each was met so often, or after some time. */
const QUERIES_PER_SHAPE = 20;
const QUERIES_LEAST = 10_000;
const COMMIT_MS = 5_000;
const DAY_MS = 86_400_000;
/** Clocks differ; what is later than this is an error of somebody's clock. */
const AHEAD_MS = 3_600_000;
const TEMPORARY = /\btemp(?:orary)?\b|#\w/i;

/** One pass over the log of one service. */
export class LogPass {
  readonly #options: PassOptions;
  readonly #service: string;
  readonly #reader: QueryReader;
  readonly #writer: ClaimWriter;
  readonly #outdated: Set<number>;
  /** Whether the catalog has queries that are not among the entries: a first log has none to look up. */
  #hasKept: boolean;
  readonly #shape: (text: string, context: number) => Shape;
  readonly #contexts = new Map<string, Context>();
  /** Of the query before: most have the same. */
  #lastContext: {
    database: string | null;
    schema: string | null;
    own: readonly string[] | null;
    context: Context;
  } | null = null;
  readonly #entries = new Map<Shape, Entry>();
  /** Entries with something to commit. */
  #touched: Entry[] = [];
  readonly #tallies = new Tallies();
  #uncommitted = 0;
  #committedAt = performance.now();
  /** Entries to be read, those that are being read, and those whose answers wait to be written. */
  #unread: Entry[] = [];
  #unreadChars = 0;
  readonly #reading: Batch[] = [];
  #answered: Batch[] = [];
  #ordered: InSession[] = [];
  #orderedChars = 0;
  #sessions: TemporarySessions;
  readonly counts: PassCounts = { queries: 0, read: 0, shapes: 0, withGaps: 0, ahead: 0, untimed: 0, cut: 0 };

  constructor(options: PassOptions) {
    const { db, service, dialect } = options;
    this.#options = options;
    this.#service = quoteName(service);
    this.#writer = new ClaimWriter(db, this.#service);
    this.#outdated = this.#writer.outdated();
    this.#hasKept = hasQueries(db, this.#service);
    this.#reader = new QueryReader(options);
    this.#shape = shaper(dialects[dialect].lexical);
    this.#sessions = this.#sessionsOf([]);
  }

  /** Goes on with what is known of the sessions of a piece of a log. */
  remember(memory: readonly SessionMemory[]): void {
    this.#sessions = this.#sessionsOf(memory);
  }

  #sessionsOf(memory: readonly SessionMemory[]): TemporarySessions {
    return new TemporarySessions(memory, (text) => keptText(redactCredentials(text), this.#options.dialect));
  }

  /** Takes one query into account. */
  add(query: LoggedQuery): void {
    const context = this.#context(query);
    const shape = this.#shape(query.text, context.number);
    let entry = this.#entries.get(shape);
    if (entry === undefined) {
      if (this.#entries.size >= SHAPES_KEPT) this.#forget();
      entry = newEntry(shape, query, context);
      this.#entries.set(shape, entry);
      this.counts.shapes += 1;
    }
    this.counts.queries += query.times;
    this.#uncommitted += 1;
    if (query.cut) this.counts.cut += query.times;
    if (query.at === null) this.counts.untimed += query.times;
    // What ran before the session's temporary tables were known cannot be told yet: its turn comes in order.
    if (query.session !== null && (entry.maybeTemporary || this.#sessions.waits(query.session))) {
      this.#sessions.begin(query.session);
      this.#ordered.push({ entry, query });
      this.#orderedChars += query.text.length;
    } else this.#count(entry, query);
  }

  #context({ database, schema, searchPath: own = null }: LoggedQuery): Context {
    const last = this.#lastContext;
    if (last !== null && last.database === database && last.schema === schema && last.own === own) return last.context;
    const key = `${database ?? ""}\0${own === null ? (schema ?? "") : `\0${JSON.stringify(own)}`}`;
    let context = this.#contexts.get(key);
    if (context === undefined) {
      const names: Defaults =
        own === null
          ? { searchPath: [...(schema === null ? [] : [schema]), ...this.#options.searchPath] }
          : { searchPath: own, onlySearchPath: true };
      const defaults: Defaults = {
        ...(database === null ? {} : { catalog: database }),
        ...names,
      };
      context = {
        number: parseInt(fingerprint(key).slice(0, 7), 16),
        defaults,
        written: JSON.stringify(defaults),
        digest: fingerprint(JSON.stringify([READER_VERSION, this.#options.dialect, defaults])),
      };
      this.#contexts.set(key, context);
    }
    this.#lastContext = { database, schema, own, context };
    return context;
  }

  #count(entry: Entry, { at, user, times, durationMs }: LoggedQuery): void {
    const now = this.#options.now();
    let seen = at ?? now;
    if (seen > now + AHEAD_MS) {
      this.counts.ahead += times;
      seen = now;
    }
    if (entry.place < 0) entry.place = this.#touched.push(entry) - 1;
    if (!entry.asked) {
      entry.asked = true;
      this.#unread.push(entry);
      this.#unreadChars += entry.text.length;
    }
    if (seen < entry.first) entry.first = seen;
    if (seen > entry.last) entry.last = seen;
    entry.times += times;
    this.#tallies.add(entry.place, Math.floor(seen / DAY_MS), user ?? "", times, durationMs ?? 0);
  }

  /** Whether so much was taken into account that it should be committed. */
  get isDue(): boolean {
    if (this.#tallies.size >= TALLIES_HELD || this.#orderedChars >= ORDERED_CHARS) return true;
    const worthIt = this.#uncommitted >= Math.max(QUERIES_LEAST, this.#touched.length * QUERIES_PER_SHAPE);
    return worthIt || (this.#uncommitted > 0 && performance.now() - this.#committedAt >= COMMIT_MS);
  }

  /**
   * Has the reading of what is new keep up with the log, and keeps what was read: a log can have more of it than fits. What has not
   * been counted yet says nothing, so that a run which is killed in between has only done some of its work.
   */
  async keepUp(): Promise<void> {
    for (;;) {
      this.#takeAnswers();
      while (this.#isEnough() && this.#hasRoom()) this.#handOver(false);
      this.#writeAnswers(false);
      if (this.#unread.length <= WAITING && this.#unreadChars <= WAITING_CHARS) return;
      await this.#advance();
    }
  }

  /** Whether there is enough to be handed over in one go. */
  #isEnough(): boolean {
    return this.#unread.length >= READ_AT_ONCE || this.#unreadChars >= READ_CHARS;
  }

  /** Whether more can be handed over. */
  #hasRoom(): boolean {
    const chars = this.#reading.reduce((sum, batch) => sum + batch.chars, 0);
    return this.#reading.length < BATCHES_AHEAD && chars < CHARS_AHEAD;
  }

  /** Reads and keeps everything that is new. */
  async #catchUp(): Promise<void> {
    // Another thread is not worth it for a few short ones.
    const few = !this.#isEnough() && this.#reading.length === 0;
    while (this.#unread.length > 0 || this.#reading.length > 0) {
      while (this.#unread.length > 0 && this.#hasRoom()) this.#handOver(few);
      this.#writeAnswers(false);
      if (this.#reading.length > 0) await this.#advance();
    }
    this.#writeAnswers(true);
  }

  /** Waits for what was handed over first. */
  async #advance(): Promise<void> {
    await this.#reading[0]?.reading;
    this.#takeAnswers();
  }

  /** Takes what was read meanwhile, in the order it was handed over. */
  #takeAnswers(): void {
    while (this.#reading[0]?.read != null) this.#answered.push(this.#reading.shift() as Batch);
  }

  /** Hands some shapes over to be read, but for those the catalog has as they are. */
  #handOver(here: boolean): void {
    const batch: Batch = {
      entries: [],
      queries: [],
      keys: [],
      known: [],
      chars: 0,
      reading: Promise.resolve(),
      read: null,
    };
    const { entries, queries, keys, known } = batch;
    let at = 0;
    for (; at < this.#unread.length && queries.length < READ_AT_ONCE && batch.chars < READ_CHARS; at += 1) {
      const entry = this.#unread[at] as Entry;
      const { text, context, cut } = entry;
      this.#unreadChars -= text.length;
      entry.text = "";
      const key = shapeHex(entry.shape);
      const kept = this.#hasKept ? queryStatement(this.#options.db, this.#service, key) : null;
      if (kept !== null && kept.digest === context.digest && !this.#outdated.has(kept.id)) {
        entry.id = kept.id;
        continue;
      }
      queries.push({ text: redactCredentials(text), defaults: context.defaults, cut });
      entries.push(entry);
      keys.push(key);
      known.push(kept !== null);
      batch.chars += text.length;
    }
    this.#unread.splice(0, at);
    if (queries.length === 0) return;
    const read = here ? this.#reader.readHere(queries) : this.#reader.read(queries);
    const arrived = async (): Promise<void> => {
      batch.read = await read;
    };
    batch.reading = arrived();
    // Whoever fails is reported when its turn comes, not before.
    batch.reading.catch(() => undefined);
    this.#reading.push(batch);
  }

  /** Writes what was read, once it is enough or when it is `all`. */
  #writeAnswers(all: boolean): void {
    const answered = this.#answered;
    const sum = (of: (batch: Batch) => number): number => answered.reduce((total, batch) => total + of(batch), 0);
    const isEnough =
      sum(({ entries }) => entries.length) >= WRITTEN_AT_ONCE || sum(({ chars }) => chars) >= WRITTEN_CHARS;
    if (answered.length === 0 || (!all && !isEnough)) return;
    this.#answered = [];
    this.#options.db.transaction(() => {
      for (const batch of answered) this.#write(batch);
    });
  }

  #write({ entries, keys, known, read }: Batch): void {
    const { dialect } = this.#options;
    const added: Entry[] = [];
    const statements: NewStatement[] = [];
    let at = 0;
    for (const { text, said } of read ?? []) {
      const entry = entries[at] as Entry;
      const { first, last, context } = entry;
      const { written: defaults, digest } = context;
      const statement: Statement = { origin: "query", key: keys[at] as string, dialect, defaults, text, digest, said };
      if (known[at] === true) {
        entry.id = this.#writer.put(statement, first);
        this.#outdated.delete(entry.id);
      } else {
        added.push(entry);
        statements.push({ statement, first, last });
      }
      this.counts.read += 1;
      if (said.gaps !== null) this.counts.withGaps += 1;
      at += 1;
    }
    for (const [nth, id] of this.#writer.addAll(statements).entries()) (added[nth] as Entry).id = id;
  }

  /**
   * Reads what is new, and commits everything since the last time with the place where reading goes on. `also` belongs to the same
   * transaction.
   */
  async commit(part: LogPart, page: PageRead, also: () => void = () => undefined): Promise<void> {
    await this.#orderSessions();
    await this.#catchUp();
    const { db } = this.#options;
    const touched = this.#touched;
    this.#touched = [];
    // In the order of the tables they are written to.
    const sorted = touched.toSorted((a, b) => (a.id as number) - (b.id as number));
    const rank = new Int32Array(touched.length);
    for (const [at, entry] of sorted.entries()) rank[entry.place] = at;
    db.transaction(() => {
      for (const { id, first, last, times } of sorted) this.#writer.seen(id as number, first, last, times);
      addTallies(db, this.#tallyRows(touched, rank));
      advancePart(db, part.id, page, JSON.stringify(this.#sessions.memory()));
      also();
    });
    for (const entry of touched) [entry.place, entry.first, entry.last, entry.times] = [-1, Infinity, 0, 0];
    this.#tallies.clear();
    this.#uncommitted = 0;
    this.#committedAt = performance.now();
  }

  *#tallyRows(touched: readonly Entry[], rank: Int32Array): Generator<Tally> {
    for (const { what, ...count } of this.#tallies.sorted(rank))
      yield { statement: (touched[what] as Entry).id as number, ...count };
  }

  /** Queries that touch temporary tables mean what the session's earlier statements made of them. */
  async #orderSessions(): Promise<void> {
    const ordered = this.#ordered;
    this.#ordered = [];
    this.#orderedChars = 0;
    for (const { entry, query } of ordered) {
      const { text, session } = query;
      const { context, maybeTemporary } = entry;
      const { defaults } = context;
      const analyze = async (sql: string): Promise<ScriptLineage> => this.#reader.analyze(sql, defaults);
      const described = await this.#sessions.describe(session as string, text, defaults, maybeTemporary, analyze);
      if (described === null) {
        this.#count(entry, query);
        continue;
      }
      // The same query over the same temporary tables is one shape, whatever session it ran in.
      const shape = this.#shape(described.script, entry.context.number);
      let whole = this.#entries.get(shape);
      if (whole === undefined) {
        whole = newEntry(shape, { ...query, text: described.script }, entry.context);
        this.#entries.set(shape, whole);
      }
      this.#count(whole, query);
      await this.keepUp();
    }
  }

  /** Forgets shapes that have nothing left to write. */
  #forget(): void {
    this.#hasKept = true;
    for (const [shape, entry] of this.#entries) if (entry.place < 0) this.#entries.delete(shape);
  }

  async close(): Promise<void> {
    await this.#reader.close();
  }
}

/** What names mean where a query ran. */
interface Context {
  number: number;
  defaults: Defaults;
  /** The defaults as they are kept. */
  written: string;
  /** Changes with how the query is read. */
  digest: string;
}

function newEntry(shape: Shape, { text, cut }: LoggedQuery, context: Context): Entry {
  return {
    shape,
    text,
    context,
    cut,
    id: null,
    asked: false,
    maybeTemporary: TEMPORARY.test(text),
    place: -1,
    first: Infinity,
    last: 0,
    times: 0,
  };
}

/** Faults of a log, added up by their reason, each with where it was met first. */
export class FaultTally {
  readonly #faults = new Map<string, { records: number; where: string }>();

  add({ reason, where, records }: LogFault): void {
    const known = this.#faults.get(reason);
    if (known === undefined) this.#faults.set(reason, { records, where });
    else known.records += records;
  }

  get records(): number {
    return [...this.#faults.values()].reduce((sum, { records }) => sum + records, 0);
  }

  entries(): { reason: string; records: number; where: string }[] {
    return [...this.#faults].map(([reason, fault]) => ({ reason, ...fault }));
  }
}
