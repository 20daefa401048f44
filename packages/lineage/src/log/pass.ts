/**
 * One pass over a log: lineage and usage together. Each shape of a query is read once; how often it ran is counted by day and by
 * who ran it. Everything a page adds is committed with the place where reading goes on.
 */
import {
  addTallies,
  advancePart,
  ClaimWriter,
  type Database,
  type LogPart,
  NameIndex,
  type PageRead,
  queryStatement,
  type Statement,
  type Tally,
} from "@headwater/catalog";
import { fingerprint, type LogFault, type LoggedQuery, quoteName, redactCredentials } from "@headwater/core";
import { analyze, createPool, type DialectName, dialects, type Pool, type ScriptLineage } from "@headwater/sql-lineage";
import { READER_VERSION } from "../reader-version.ts";
import { type QueryText, type ReadQuery, toReadQuery } from "../read-query.ts";
import { ReadingThread } from "../reading-thread.ts";
import { CatalogSchema, type Defaults } from "../schema.ts";
import { type Shape, shapeHex, shaper } from "./shape.ts";
import { type SessionMemory, TemporarySessions } from "./temporary-sessions.ts";

/** What a pass needs to know. */
export interface PassOptions {
  db: Database;
  /** The raw name of the service. */
  service: string;
  otherServices: readonly string[];
  dialect: DialectName;
  searchPath: readonly string[];
  /** Workers that read statements; with one, they are read here. */
  threads: number;
  parsingTimeoutMs: number;
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
  /** The first text that had it, until it was looked at. */
  text: string;
  defaults: Defaults;
  cut: boolean;
  /** `null` until it is written. */
  id: number | null;
  /** Whether the catalog has no such statement yet. */
  isNew: boolean;
  /** Whether it may make or fill a temporary table. */
  maybeTemporary: boolean;
  first: number;
  last: number;
  times: number;
  tallies: Map<string, Tally>;
}

/** A query whose meaning depends on the session it ran in. */
interface InSession {
  entry: Entry;
  query: LoggedQuery;
}

/** Shapes kept at hand; a log with more of them looks some up again. */
const SHAPES_KEPT = 200_000;
/** Statements that are written in one go. */
const WRITTEN_AT_ONCE = 200;
const DAY_MS = 86_400_000;
/** Clocks differ; what is later than this is an error of somebody's clock. */
const AHEAD_MS = 3_600_000;
const TEMPORARY = /\btemp(?:orary)?\b|#\w/i;

/** One pass over the log of one service. */
export class LogPass {
  readonly #options: PassOptions;
  readonly #service: string;
  readonly #schema: CatalogSchema;
  readonly #writer: ClaimWriter;
  readonly #outdated: Set<number>;
  readonly #shape: (text: string, context: number) => Shape;
  readonly #contexts = new Map<string, { number: number; defaults: Defaults }>();
  readonly #entries = new Map<Shape, Entry>();
  /** Entries with something to write. */
  readonly #touched = new Set<Entry>();
  #ordered: InSession[] = [];
  #sessions: TemporarySessions;
  #pool: Pool | null = null;
  #thread: ReadingThread | null = null;
  /** The thread did not come through with a statement: from then on every one has its own limits. */
  #threadFailed = false;
  readonly counts: PassCounts = { queries: 0, read: 0, shapes: 0, withGaps: 0, ahead: 0, untimed: 0, cut: 0 };

  constructor(options: PassOptions) {
    const { db, service, otherServices, dialect } = options;
    this.#options = options;
    this.#service = quoteName(service);
    this.#writer = new ClaimWriter(db, this.#service);
    this.#outdated = this.#writer.outdated();
    this.#schema = new CatalogSchema(new NameIndex(db, [this.#service, ...otherServices.map(quoteName)]), service);
    this.#shape = shaper(dialects[dialect].lexical);
    this.#sessions = new TemporarySessions([]);
  }

  /** Goes on with what is known of the sessions of a piece of a log. */
  remember(memory: readonly SessionMemory[]): void {
    this.#sessions = new TemporarySessions(memory);
  }

  /** Takes one query into account. */
  add(query: LoggedQuery): void {
    const context = this.#context(query.database, query.schema);
    const shape = this.#shape(query.text, context.number);
    let entry = this.#entries.get(shape);
    if (entry === undefined) {
      if (this.#entries.size >= SHAPES_KEPT) this.#forget();
      entry = newEntry(shape, query, context.defaults);
      this.#entries.set(shape, entry);
      this.counts.shapes += 1;
    }
    this.counts.queries += query.times;
    if (query.cut) this.counts.cut += query.times;
    if (query.at === null) this.counts.untimed += query.times;
    // What ran before the session's temporary tables were known cannot be told yet: its turn comes in order.
    if (query.session !== null && (entry.maybeTemporary || this.#sessions.waits(query.session))) {
      this.#sessions.begin(query.session);
      this.#ordered.push({ entry, query });
    } else this.#count(entry, query);
  }

  #context(database: string | null, schema: string | null): { number: number; defaults: Defaults } {
    const key = `${database ?? ""}\0${schema ?? ""}`;
    let context = this.#contexts.get(key);
    if (context === undefined) {
      const searchPath = [...(schema === null ? [] : [schema]), ...this.#options.searchPath];
      const defaults = { ...(database === null ? {} : { catalog: database }), searchPath };
      context = { number: parseInt(fingerprint(key).slice(0, 7), 16), defaults };
      this.#contexts.set(key, context);
    }
    return context;
  }

  #count(entry: Entry, { at, user, times, durationMs }: LoggedQuery): void {
    const now = this.#options.now();
    let seen = at ?? now;
    if (seen > now + AHEAD_MS) {
      this.counts.ahead += 1;
      seen = now;
    }
    entry.first = Math.min(entry.first, seen);
    entry.last = Math.max(entry.last, seen);
    entry.times += times;
    const day = Math.floor(seen / DAY_MS);
    const key = `${day} ${user ?? ""}`;
    const tally = entry.tallies.get(key);
    if (tally === undefined)
      entry.tallies.set(key, { statement: 0, day, user: user ?? "", times, durationMs: durationMs ?? 0 });
    else {
      tally.times += times;
      tally.durationMs += durationMs ?? 0;
    }
    this.#touched.add(entry);
  }

  /**
   * Reads what is new, and commits everything since the last time with the place where reading goes on. `also` belongs to the same
   * transaction.
   */
  async commit(part: LogPart, page: PageRead, also: () => void = () => undefined): Promise<void> {
    await this.#orderSessions();
    const unread: Entry[] = [];
    for (const entry of this.#touched) {
      if (entry.id !== null) continue;
      const kept = queryStatement(this.#options.db, this.#service, shapeHex(entry.shape));
      if (kept !== null && kept.digest === this.#digest(entry) && !this.#outdated.has(kept.id)) entry.id = kept.id;
      else {
        entry.isNew = kept === null;
        unread.push(entry);
      }
    }
    await this.#keep(unread);
    const { db } = this.#options;
    db.transaction(() => {
      for (const entry of this.#touched) {
        const id = entry.id as number;
        this.#writer.seen(id, entry.first, entry.last, entry.times);
        for (const tally of entry.tallies.values()) tally.statement = id;
        addTallies(db, entry.tallies.values());
        entry.text = "";
        [entry.first, entry.last, entry.times] = [Infinity, 0, 0];
        entry.tallies.clear();
      }
      advancePart(db, part.id, page, JSON.stringify(this.#sessions.memory()));
      also();
    });
    this.#touched.clear();
  }

  /**
   * Reads statements and keeps what they say, a few at a time: all of them at once would not fit. One that has not been counted yet
   * says nothing, so that a run which is killed in between has only done some of its work.
   */
  async #keep(entries: readonly Entry[]): Promise<void> {
    for await (const some of this.#read(entries))
      this.#options.db.transaction(() => {
        for (const { entry, read } of some) {
          const statement = this.#statement(entry, read);
          entry.id = entry.isNew
            ? this.#writer.add(statement, entry.first, entry.last, 0)
            : this.#writer.put(statement, entry.first);
          this.#outdated.delete(entry.id);
          // The text has been read, and a log has many.
          entry.text = "";
          this.counts.read += 1;
          if (statement.gaps.length > 0) this.counts.withGaps += 1;
        }
      });
  }

  /** Queries that touch temporary tables mean what the session's earlier statements made of them. */
  async #orderSessions(): Promise<void> {
    const ordered = this.#ordered;
    this.#ordered = [];
    for (const { entry, query } of ordered) {
      const { text, session } = query;
      const described = await this.#sessions.describe(session as string, text, entry.maybeTemporary, async (sql) =>
        this.#analyze(sql, entry.defaults),
      );
      if (described === null) {
        this.#count(entry, query);
        continue;
      }
      // The same query over the same temporary tables is one shape, whatever session it ran in.
      const shape = this.#shape(described.script, this.#context(query.database, query.schema).number);
      let whole = this.#entries.get(shape);
      if (whole === undefined) {
        whole = newEntry(shape, { ...query, text: described.script }, entry.defaults);
        this.#entries.set(shape, whole);
      }
      this.#count(whole, query);
    }
  }

  async #analyze(sql: string, defaults: Defaults): Promise<ScriptLineage> {
    return analyze(sql, { dialect: this.#options.dialect, schema: this.#schema.provide, defaults });
  }

  readonly #digests = new Map<Defaults, string>();

  #digest({ defaults }: Entry): string {
    let digest = this.#digests.get(defaults);
    if (digest === undefined) {
      digest = fingerprint(JSON.stringify([READER_VERSION, this.#options.dialect, defaults]));
      this.#digests.set(defaults, digest);
    }
    return digest;
  }

  /** What entries say, some at a time and in their order. Statements are read one by one where that is enough. */
  async *#read(entries: readonly Entry[]): AsyncGenerator<{ entry: Entry; read: ReadQuery }[]> {
    const batches: Entry[][] = [];
    for (let at = 0; at < entries.length; at += WRITTEN_AT_ONCE) batches.push(entries.slice(at, at + WRITTEN_AT_ONCE));
    const thread = entries.length > WRITTEN_AT_ONCE ? this.#startThread() : null;
    let next = this.#readSome(batches[0] ?? [], thread);
    for (const [at, batch] of batches.entries()) {
      const read = await next;
      // While this thread writes these, the other one reads the next.
      next = this.#readSome(batches[at + 1] ?? [], thread);
      next.catch(() => undefined);
      yield batch.map((entry, index) => ({ entry, read: read[index] as ReadQuery }));
    }
  }

  async #readSome(entries: readonly Entry[], thread: ReadingThread | null): Promise<ReadQuery[]> {
    if (entries.length === 0) return [];
    const queries = entries.map(({ text, defaults, cut }) => ({ text: redactCredentials(text), defaults, cut }));
    if (thread !== null) {
      try {
        return await thread.read(queries, this.#options.parsingTimeoutMs);
      } catch {
        // One of them takes too long or too much memory: the pool tells which, and spares the others.
        await this.#stopThread();
      }
    }
    const { dialect } = this.#options;
    const read: ReadQuery[] = [];
    const tasks = queries.map(({ text: sql, defaults }) => ({ sql, dialect, defaults }));
    const scripts =
      this.#threadFailed || this.#options.threads > 1 ? this.#poolOf().analyzeAll(tasks) : this.#inline(tasks);
    for await (const script of scripts)
      read.push(toReadQuery(queries[read.length] as QueryText, script, this.#schema, dialect));
    return read;
  }

  async *#inline(tasks: readonly { sql: string; defaults: Defaults }[]): AsyncGenerator<ScriptLineage> {
    for (const { sql, defaults } of tasks) yield await this.#analyze(sql, defaults);
  }

  #poolOf(): Pool {
    const { threads, parsingTimeoutMs } = this.#options;
    return (this.#pool ??= createPool({ size: threads, schema: this.#schema.provide, timeLimit: parsingTimeoutMs }));
  }

  /** The thread that reads; `null` where there can be none: a catalog in memory is this thread's alone. */
  #startThread(): ReadingThread | null {
    const { db, service, otherServices, dialect, threads } = this.#options;
    if (db.file === ":memory:" || threads > 1 || this.#threadFailed) return null;
    return (this.#thread ??= new ReadingThread({ file: db.file, service, otherServices, dialect }));
  }

  async #stopThread(): Promise<void> {
    this.#threadFailed = true;
    await this.#thread?.close();
    this.#thread = null;
  }

  #statement(entry: Entry, read: ReadQuery): Statement {
    return {
      origin: "query",
      key: shapeHex(entry.shape),
      dialect: this.#options.dialect,
      defaults: JSON.stringify(entry.defaults),
      digest: this.#digest(entry),
      ...read,
    };
  }

  /** Forgets shapes that have nothing left to write. */
  #forget(): void {
    for (const [shape, entry] of this.#entries) if (!this.#touched.has(entry)) this.#entries.delete(shape);
  }

  async close(): Promise<void> {
    await this.#pool?.close();
    await this.#thread?.close();
  }
}

function newEntry(shape: Shape, { text, cut }: LoggedQuery, defaults: Defaults): Entry {
  return {
    shape,
    text,
    defaults,
    cut,
    id: null,
    isNew: false,
    maybeTemporary: TEMPORARY.test(text),
    first: Infinity,
    last: 0,
    times: 0,
    tallies: new Map(),
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
