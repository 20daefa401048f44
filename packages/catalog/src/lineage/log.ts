/** Query logs in the catalog: which pieces were read, what was run how often, and when nobody looked. */
import type { SQLInputValue } from "node:sqlite";
import type { Database } from "../database.ts";
import { insertRows, ROWS_AT_ONCE } from "./insert-rows.ts";

/** A piece of a log, as far as it was read. */
export interface LogPart {
  id: number;
  identity: string;
  title: string;
  /** Where reading goes on; `null` at the beginning. */
  cursor: string | null;
  /** What reading on needs to know, as JSON; `null` before the first page. */
  memory: string | null;
  bytes: number;
  queries: number;
  faults: number;
  /** The span of time it accounts for, Unix milliseconds; `null` while no record had a time. */
  from: number | null;
  to: number | null;
  done: boolean;
}

/** What one page of a log adds. */
export interface PageRead {
  cursor: string;
  bytes: number;
  queries: number;
  faults: number;
  /** The span that the piece accounts for from now on, all that was read of it taken together. */
  from: number | null;
  to: number | null;
}

/** How often a statement was run on a day by somebody. */
export interface Tally {
  statement: number;
  /** Days since 1970, UTC. */
  day: number;
  /** Empty where the log does not say. */
  user: string;
  times: number;
  durationMs: number;
}

const PART = `SELECT id, identity, title, cursor, memory, bytes, queries, faults, from_at AS "from", to_at AS "to", done FROM log_part`;
type PartRow = Omit<LogPart, "done"> & { done: number };
const toPart = (row: PartRow): LogPart => ({ ...row, done: row.done === 1 });

/** The piece of a log with an identity, new or as it was left. `service` is the service's name as an FQN. */
export function openPart(db: Database, service: string, identity: string, title: string, now: number): LogPart {
  db.run(
    `INSERT INTO log_part(service, identity, title, read_at) VALUES (?, ?, ?, ?)
     ON CONFLICT(service, identity) DO UPDATE SET title = excluded.title, read_at = excluded.read_at`,
    service,
    identity,
    title,
    now,
  );
  return toPart(db.get<PartRow>(`${PART} WHERE service = ? AND identity = ?`, service, identity) as PartRow);
}

/** Adds what was read to a piece of a log. `memory` is what reading on needs to know, as JSON. Call in the transaction that keeps what was read. */
export function advancePart(db: Database, part: number, page: PageRead, memory: string): void {
  db.run(
    `UPDATE log_part SET cursor = ?, memory = ?, bytes = bytes + ?, queries = queries + ?, faults = faults + ?, from_at = ?, to_at = ?
     WHERE id = ?`,
    page.cursor,
    memory,
    page.bytes,
    page.queries,
    page.faults,
    page.from,
    page.to,
    part,
  );
}

/** The whole piece was read. What is added to it later is read from there. */
export function finishPart(db: Database, part: number): void {
  db.run("UPDATE log_part SET done = 1 WHERE id = ?", part);
}

/** Every piece of a service's logs, in the order of time. */
export function logParts(db: Database, service: string): LogPart[] {
  return db.all<PartRow>(`${PART} WHERE service = ? ORDER BY from_at IS NULL, from_at, title`, service).map(toPart);
}

const TALLIES = {
  head: "INSERT INTO tally(day, statement, user, times, duration_ms)",
  width: 5,
  tail: `ON CONFLICT(day, statement, user)
    DO UPDATE SET times = times + excluded.times, duration_ms = duration_ms + excluded.duration_ms`,
} as const;

/** Adds to what was run; in the order of days and statements it costs least. Call within a transaction. */
export function addTallies(db: Database, tallies: Iterable<Tally>): void {
  const values: SQLInputValue[] = [];
  for (const { statement, day, user, times, durationMs } of tallies) {
    values.push(day, statement, user, times, durationMs);
    insertRows(db, TALLIES, values, ROWS_AT_ONCE);
  }
  insertRows(db, TALLIES, values, 1);
}

/** A span of time, Unix milliseconds; `to` is not part of it. */
export interface Span {
  from: number;
  to: number;
}

/** What a service's logs account for. */
export interface Coverage {
  /** Spans that were read, joined where they touch. */
  covered: Span[];
  /** Spans between them that nobody looked at. */
  gaps: Span[];
  /** Spans that more than one piece of a log accounts for. */
  overlaps: Span[];
  parts: LogPart[];
}

/** Spans this close to each other count as touching: logs are cut between two statements, not at a moment. */
const TOUCHING_MS = 60_000;

/** Which times a service's logs account for, and which they do not. */
export function coverageOf(db: Database, service: string): Coverage {
  return coverageBy(logParts(db, service));
}

/** With this the identity of a piece begins that has only some of what was run: its silence says nothing. */
export const PARTIAL = "some of ";

function coverageBy(parts: LogPart[]): Coverage {
  const covered: Span[] = [];
  const overlaps: Span[] = [];
  const gaps: Span[] = [];
  for (const { from, to } of parts) {
    if (from === null || to === null) continue;
    const last = covered.at(-1);
    if (last === undefined || from > last.to + TOUCHING_MS) {
      if (last !== undefined) gaps.push({ from: last.to, to: from });
      covered.push({ from, to });
      continue;
    }
    if (from < last.to) overlaps.push({ from, to: Math.min(to, last.to) });
    last.to = Math.max(last.to, to);
  }
  return { covered, gaps, overlaps, parts };
}

/** The spans of `wanted` that are not covered. */
export function uncovered(covered: readonly Span[], wanted: Span): Span[] {
  const gaps: Span[] = [];
  let { from } = wanted;
  for (const span of covered) {
    if (span.to <= from || span.from >= wanted.to) continue;
    if (span.from > from) gaps.push({ from, to: span.from });
    from = Math.max(from, span.to);
  }
  if (from < wanted.to) gaps.push({ from, to: wanted.to });
  return gaps;
}

const DAY_MS = 86_400_000;

/**
 * Ends the queries that were not seen during so many covered days, and brings back none: being seen does that. Times nobody looked
 * at, and those of which a log had only some, do not count. Returns how many ended. Call within a transaction.
 */
export function endUnseen(db: Database, service: string, days: number, now: number): number {
  const telling = logParts(db, service).filter(({ identity }) => !identity.startsWith(PARTIAL));
  let left = days * DAY_MS;
  for (const { from, to } of coverageBy(telling).covered.toReversed()) {
    const length = to - from;
    if (length < left) {
      left -= length;
      continue;
    }
    return db.run(
      "UPDATE statement SET ended = ? WHERE service = ? AND origin = 'query' AND ended IS NULL AND last_seen < ?",
      now,
      service,
      to - left,
    ).changes;
  }
  return 0;
}

/** Whether the catalog has any query of a service. */
export function hasQueries(db: Database, service: string): boolean {
  return db.get("SELECT 1 FROM statement WHERE service = ? AND origin = 'query' LIMIT 1", service) !== null;
}

/** Looks up the statement of a shape of queries; `null` where it was never seen. */
export function queryStatement(
  db: Database,
  service: string,
  key: string,
): { id: number; digest: string; ended: number | null } | null {
  return db.get(
    "SELECT id, digest, ended FROM statement WHERE service = ? AND origin = 'query' AND key = ?",
    service,
    key,
  );
}

/** What a source that counts said last, by key. */
export function countersOf(db: Database, service: string): Map<string, { times: number; durationMs: number }> {
  const rows = db.all<{ key: string; times: number; durationMs: number }>(
    "SELECT key, times, duration_ms AS durationMs FROM counter WHERE service = ?",
    service,
  );
  return new Map(rows.map(({ key, ...counter }) => [key, counter]));
}

/** When and under which epoch counters were read last; `null` before the first time. */
export function counterState(db: Database, service: string): { epoch: string; at: number } | null {
  return db.get("SELECT epoch, at FROM counter_state WHERE service = ?", service);
}

/** Keeps a reading of counters. Call within a transaction. */
export function keepCounters(
  db: Database,
  service: string,
  state: { epoch: string; at: number },
  counters: Iterable<readonly [key: string, counter: { times: number; durationMs: number }]>,
): void {
  db.run("DELETE FROM counter WHERE service = ?", service);
  for (const [key, { times, durationMs }] of counters)
    db.run(
      "INSERT OR REPLACE INTO counter(service, key, times, duration_ms) VALUES (?, ?, ?, ?)",
      service,
      key,
      times,
      durationMs,
    );
  db.run("INSERT OR REPLACE INTO counter_state(service, epoch, at) VALUES (?, ?, ?)", service, state.epoch, state.at);
}
