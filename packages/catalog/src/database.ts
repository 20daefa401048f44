import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { HeadwaterError } from "@headwater/core";

/** A row as SQLite gives it. */
export type SqlRow = Record<string, null | number | bigint | string | Uint8Array>;

/** How long a writer waits for another one before the catalog counts as busy, in milliseconds. */
const BUSY_MS = 15_000;

/** One open SQLite file: statements prepared once, transactions, and errors a person can act on. */
export class Database {
  readonly file: string;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #writers = new Map<string, StatementSync>();
  #depth = 0;

  /** `calledAs`: what the file will be called, which is what errors name. */
  constructor(file: string, options: { readOnly?: boolean; calledAs?: string } = {}) {
    this.file = options.calledAs ?? file;
    this.#db = this.guard(() => new DatabaseSync(file, { readOnly: options.readOnly ?? false, timeout: BUSY_MS }));
  }

  /** A prepared statement, made once per text. */
  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** As {@link #prepared}, for statements that write. */
  #writer(sql: string): StatementSync {
    let statement = this.#writers.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      // The full-text index makes row ids that are too large for a number; they are never looked at.
      statement.setReadBigInts(true);
      this.#writers.set(sql, statement);
    }
    return statement;
  }

  /** Runs statements that take no arguments. */
  exec(sql: string): void {
    this.guard(() => this.#db.exec(sql));
  }

  /** Runs one statement; returns the row it made and how many it changed. */
  run(sql: string, ...args: SQLInputValue[]): { id: number; changes: number } {
    // As `guard`, without a closure for every row a run writes.
    try {
      const { lastInsertRowid, changes } = this.#writer(sql).run(...args);
      return { id: Number(lastInsertRowid), changes: Number(changes) };
    } catch (error) {
      throw catalogError(error, this.file);
    }
  }

  /** The first row, or `null`. */
  get<R = SqlRow>(sql: string, ...args: SQLInputValue[]): R | null {
    return (this.guard(() => this.#prepared(sql).get(...args)) as R | undefined) ?? null;
  }

  /** All rows. */
  all<R = SqlRow>(sql: string, ...args: SQLInputValue[]): R[] {
    return this.guard(() => this.#prepared(sql).all(...args)) as R[];
  }

  /** Rows one by one, for results that must not be held at once. Do not write while iterating. */
  *each<R = SqlRow>(sql: string, ...args: SQLInputValue[]): Generator<R> {
    // A statement of its own: a cached one could be started again while this one is still under way.
    for (const row of this.guard(() => this.#db.prepare(sql).iterate(...args))) yield row as R;
  }

  /** Runs `work` in a write transaction: all of it is kept, or nothing. A transaction within one joins it. */
  transaction<T>(work: () => T): T {
    if (this.#depth > 0) return work();
    this.exec("BEGIN IMMEDIATE");
    this.#depth = 1;
    try {
      const result = work();
      this.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw error;
    } finally {
      this.#depth = 0;
    }
  }

  close(): void {
    this.#statements.clear();
    this.#writers.clear();
    if (this.#db.isOpen) this.#db.close();
  }

  /** Turns an error of SQLite into one that says what happened to the catalog and what to do. */
  guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw catalogError(error, this.file);
    }
  }
}

/** A text as it stands for itself in a pattern of `LIKE … ESCAPE '\'`. */
export function likeText(text: string): string {
  return text.replaceAll(/[\\%_]/g, "\\$&");
}

/** SQLite's primary result codes. Source: sqlite.org/rescode.html */
const SQLITE = {
  busy: 5,
  locked: 6,
  readOnly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
} as const;

function catalogError(error: unknown, file: string): unknown {
  const code = (error as { errcode?: number }).errcode;
  if (code === undefined) return error;
  const say = (message: string, hint: string): HeadwaterError =>
    new HeadwaterError("busy", message, { hint, cause: error });
  switch (code & 0xff) {
    case SQLITE.busy:
    case SQLITE.locked:
      return say(
        `The catalog ${file} is in use: another process has been writing to it for ${BUSY_MS / 1000} seconds.`,
        "Wait for the other process, or use another catalog with --catalog FILE.",
      );
    case SQLITE.readOnly:
      return say(
        `The catalog ${file} cannot be written to.`,
        "Give yourself the right to write the file and its folder.",
      );
    case SQLITE.full:
      return say(
        `The disk under the catalog ${file} is full. Nothing that was committed is lost.`,
        "Free some space and run again: the run goes on where it stopped.",
      );
    case SQLITE.corrupt:
    case SQLITE.notADatabase:
      return say(
        `${file} is damaged, or not a catalog. It was left as it is.`,
        "Restore it from a backup (headwater backup), or start a new catalog with --catalog FILE.",
      );
    case SQLITE.cannotOpen:
    case SQLITE.io:
      return say(
        `The catalog ${file} cannot be read or written: ${(error as Error).message}.`,
        "Check that the folder exists, that you may write to it, and that the disk is well.",
      );
    default:
      return error;
  }
}
