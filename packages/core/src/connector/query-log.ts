import type { RequestSpecs } from "./request.ts";
import type { Session } from "./session.ts";

/** One statement that was run, as a log has it. */
export interface LoggedQuery {
  text: string;
  /** When it began, Unix milliseconds; `null` where the log does not say. */
  at: number | null;
  durationMs: number | null;
  user: string | null;
  /** The database it ran in, and the schema that names without one mean. */
  database: string | null;
  schema: string | null;
  /**
   * All schemas that names without one mean, in their order, where the log tells: then they alone count, and `schema` is the first of
   * them, `null` where there is none. Without it there may be more than `schema`, and those of the source come behind it.
   */
  searchPath?: readonly string[] | null;
  /** What tells the sessions of the log apart: temporary tables live in one. */
  session: string | null;
  /** How often it was run: 1 but in logs that count. `-1` takes back one that turned out to have failed. */
  times: number;
  /** The source kept only the beginning of the text. */
  cut: boolean;
}

/** Something in a log that could not be read. Nothing else is lost by it. */
export interface LogFault {
  /** What is wrong, in words without values: `a record has 3 columns where 26 belong`. */
  reason: string;
  /** Where: `line 12`. */
  where: string;
  /** How many records are lost. */
  records: number;
}

/** One page of a log, at most as large as was asked for. */
export interface LogPage {
  queries: LoggedQuery[];
  faults: LogFault[];
  /** Queries of Headwater and OpenMetadata themselves, and records that are no queries: left out. */
  leftOut: number;
  /** Where reading goes on behind this page, in the connector's own words. */
  cursor: string;
  /** The time it accounts for, in Unix milliseconds; without it, that from its first query to its last. */
  span?: { from: number; to: number };
  /** How much of the log the page is, in bytes; 0 where that is not known. */
  bytes: number;
  /**
   * The cursor that was given is of another log that begins like this one: the page is this one's first. Core then gives this log
   * a place of its own and reads it from its beginning.
   */
  another?: true;
}

/** How a page is read. */
export interface LogReading {
  /** Rows per page, at most. */
  pageRows: number;
  /** Where to go on; `null` for the beginning. */
  cursor: string | null;
}

/** One file of a log. */
export interface LogFile {
  path: string;
  /** The same for as long as it is the same log, whatever it is called and however much was added to it. */
  identity: string;
  /** As far as it goes now, in bytes as they are stored. */
  bytes: number;
  /** When something was last written to it, Unix milliseconds: one of the source's own that is older than the log is read is left out. */
  changedAt?: number;
  /** Somebody is writing to it: an unfinished record at its end is left for the next time. */
  growing?: boolean;
  /** It has only some of what was run, as a log of slow statements: what it does not show may go on all the same. */
  partial?: boolean;
  /**
   * The path of the file that has the same records in another form, where a server can write its log in two; it need not be there. The
   * records of both are counted once.
   */
  twin?: string;
  /** When its first record was written and its last, Unix milliseconds; `null` where that is not known. Needed where its twin is there. */
  span?: { from: number | null; to: number | null };
}

/** A log in files. What was added to a file since it was last read is read from where reading stopped. */
export interface FileLog<R extends RequestSpecs = RequestSpecs> {
  /** The files a path means: itself, those in a folder, or those a pattern matches, in the order of their names. */
  files(session: Session<R>, path: string): Promise<LogFile[]>;
  read(session: Session<R>, file: LogFile, reading: LogReading): AsyncIterable<LogPage>;
}

/** A log that is asked for a span of time, in the order of time, page by page behind the last row. */
export interface TimedLog<R extends RequestSpecs = RequestSpecs> {
  /** It has only some of what was run, as a log of slow statements: what it does not show may go on all the same. */
  partial?: true;
  /** How far back the log goes; `null` where it does not say. Unix milliseconds. */
  earliest(session: Session<R>): Promise<number | null>;
  /** Reads `[from, to)`. `filter` is SQL of the source's own, ANDed to the rest. */
  read(
    session: Session<R>,
    window: { from: number; to: number; filter: string | null },
    reading: LogReading,
  ): AsyncIterable<LogPage>;
}

/** The counters of a source that only counts statements, at one moment. */
export interface CounterSnapshot {
  /** Unix milliseconds, by the source's clock. */
  at: number;
  /** Counting began then; `null` where the source does not say. */
  since: number | null;
  /** Another one means that counting began anew. */
  reset: string;
  /** Another one means that counters were thrown out in between: what they had counted is not known. */
  lost: string;
  /** Whether statements were thrown out since counting began, so that the counters are not all there was. */
  complete: boolean;
}

/** A source that counts statements instead of logging them. */
export interface CounterLog<R extends RequestSpecs = RequestSpecs> {
  snapshot(session: Session<R>): Promise<CounterSnapshot>;
  /**
   * Every counter: `keys` name them, `times` and `durationMs` are totals since counting began. `filter` is SQL of the source's own,
   * ANDed to the rest.
   */
  read(
    session: Session<R>,
    reading: LogReading & { filter: string | null },
  ): AsyncIterable<LogPage & { keys: string[] }>;
}

/** A log of what was run, in one form. `path` is where a source keeps its own files: they are read where no others are named. */
export type SourceLog<R extends RequestSpecs = RequestSpecs> =
  | { kind: "files"; log: FileLog<R>; path?: string }
  | { kind: "timed"; log: TimedLog<R> }
  | { kind: "counters"; log: CounterLog<R> };

/** The log that is read of a source with several. */
export interface ChosenLog<R extends RequestSpecs = RequestSpecs> {
  log: SourceLog<R>;
  /** What another log would tell, and what it needs; `null` where this one tells everything. */
  note: { message: string; hint?: string } | null;
}

/**
 * The `lineage` and `usage` capabilities of a connector: the log of what was run, in the one form its source has. A source that may
 * have several is asked for the one that tells most; it throws a `SourceError` that says how to get one where there is none.
 */
export type QueryLog<R extends RequestSpecs = RequestSpecs> =
  | SourceLog<R>
  | { kind: "chosen"; choose(session: Session<R>): Promise<ChosenLog<R>> };
