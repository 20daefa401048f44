/** Reads the queries of a log, on whatever is right for them. */
import type { Database } from "@headwater/catalog";
import { analyze, createPool, type DialectName, type Pool, type ScriptLineage } from "@headwater/sql-lineage";
import { unpack } from "../packed-reading.ts";
import { type QueryText, readQuery, type ReadQuery } from "../read-query.ts";
import { ReadingThread } from "../reading-thread.ts";
import { type CatalogSchema, type Defaults, schemaOfServices } from "../schema.ts";

/** Whose queries are read, and how. */
export interface QueryReaderOptions {
  db: Database;
  /** The raw name of the service. */
  service: string;
  otherServices: readonly string[];
  dialect: DialectName;
  /** Workers that read statements; with one, a thread of this package does. */
  threads: number;
  parsingTimeoutMs: number;
}

/**
 * Reads queries on a thread of its own while the caller goes on. When one takes too long or too much memory there, each one gets
 * limits of its own.
 */
export class QueryReader {
  readonly #options: QueryReaderOptions;
  #schema: CatalogSchema | null = null;
  #pool: Pool | null = null;
  #thread: ReadingThread | null = null;
  /** Set once the thread has failed: done when it is gone. */
  #threadGone: Promise<void> | null = null;
  /** The end of the last reading that is done one by one. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: QueryReaderOptions) {
    this.#options = options;
  }

  /** What some queries say, in their order; made as it is gone through. Several calls may wait at once. */
  async read(queries: readonly QueryText[]): Promise<Iterable<ReadQuery>> {
    const thread = this.#startThread();
    if (thread !== null) {
      try {
        return unpack(await thread.read(queries));
      } catch {
        // One of them takes too long or too much memory: the pool tells which, and spares the others.
        await (this.#threadGone ??= thread.close());
      }
    }
    return this.#inTurn(() => this.#readEach(queries));
  }

  /** Reads a few queries on this thread. They have no limits here: only short ones should be read so. */
  async readHere(queries: readonly QueryText[]): Promise<Iterable<ReadQuery>> {
    return this.#inTurn(() => this.#readEach(queries));
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #readEach(queries: readonly QueryText[]): Promise<Iterable<ReadQuery>> {
    const { dialect, threads } = this.#options;
    const tasks = queries.map(({ text: sql, defaults }) => ({ sql, dialect, defaults }));
    const scripts = this.#threadGone !== null || threads > 1 ? this.#poolOf().analyzeAll(tasks) : this.#inline(tasks);
    const readings: ReadQuery[] = [];
    for await (const script of scripts)
      readings.push(readQuery(queries[readings.length] as QueryText, script, this.#names()));
    return readings;
  }

  async *#inline(tasks: readonly { sql: string; defaults: Defaults }[]): AsyncGenerator<ScriptLineage> {
    for (const { sql, defaults } of tasks) yield await this.analyze(sql, defaults);
  }

  /** What the engine says of a text, on this thread. */
  async analyze(sql: string, defaults: Defaults): Promise<ScriptLineage> {
    return analyze(sql, { dialect: this.#options.dialect, schema: this.#names().provide, defaults });
  }

  /** The names of the catalog, for this thread: where the other one reads everything they are not needed here. */
  #names(): CatalogSchema {
    const { db, service, otherServices } = this.#options;
    return (this.#schema ??= schemaOfServices(db, service, otherServices));
  }

  #poolOf(): Pool {
    const { threads, parsingTimeoutMs } = this.#options;
    return (this.#pool ??= createPool({ size: threads, schema: this.#names().provide, timeLimit: parsingTimeoutMs }));
  }

  /** The thread that reads; `null` where there can be none: a catalog in memory is this thread's alone. */
  #startThread(): ReadingThread | null {
    const { db, service, otherServices, dialect, threads, parsingTimeoutMs } = this.#options;
    if (db.file === ":memory:" || threads > 1 || this.#threadGone !== null) return null;
    return (this.#thread ??= new ReadingThread({ file: db.file, service, otherServices, dialect }, parsingTimeoutMs));
  }

  async close(): Promise<void> {
    await this.#pool?.close();
    await this.#thread?.close();
  }
}
