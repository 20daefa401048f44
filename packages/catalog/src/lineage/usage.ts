/** Who uses what: read from what was run and what each statement touches. */
import type { Database } from "../database.ts";

const WEEK = 7;
const MONTH = 30;

/** How often something was used on a day, and in the week and the month that end with it. */
export interface UsageCount {
  count: number;
  /** Share of entities of its type with a strictly smaller count, in percent, by OpenMetadata's arithmetic. */
  percentileRank: number;
}

/** OpenMetadata's `usageSummary`. */
export interface UsageSummary {
  /** `2026-11-21`, UTC. */
  date: string;
  dailyStats: UsageCount;
  weeklyStats: UsageCount;
  monthlyStats: UsageCount;
}

/** The usage of a table up to a day, and who and what it comes from. */
export interface TableUsage extends UsageSummary {
  /** Who ran most of the month's queries. */
  users: { name: string; times: number }[];
  columns: { name: string; times: number }[];
  joins: { column: string; with: string; times: number }[];
}

const dateOf = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10);

/** The last day anything was counted on; `null` where nothing was. */
export function lastDay(db: Database): number | null {
  return db.get<{ day: number | null }>("SELECT max(day) AS day FROM tally")?.day ?? null;
}

/** How often each table of a service (all services: `null`) was used in the days that end with one, the most used first. */
export function topTables(
  db: Database,
  service: string | null,
  day: number,
  days: number,
  limit: number,
): { fqn: string; times: number; users: number; percentileRank: number }[] {
  const counts = countTables(db, day, days).filter(({ fqn }) => service === null || fqn.startsWith(`${service}.`));
  const ranks = rankOf(counts.map(({ times }) => times));
  return counts
    .map((row) => ({ ...row, percentileRank: ranks(row.times) }))
    .toSorted((a, b) => b.times - a.times || (a.fqn < b.fqn ? -1 : 1))
    .slice(0, limit);
}

function countTables(db: Database, day: number, days: number): { fqn: string; times: number; users: number }[] {
  return db.all(
    `SELECT p.fqn, sum(t.times) AS times, count(DISTINCT nullif(t.user, '')) AS users
     FROM tally t JOIN use u ON u.statement = t.statement JOIN place p ON p.id = u.place
     WHERE t.day > ? AND t.day <= ? GROUP BY u.place HAVING sum(t.times) > 0`,
    day - days,
    day,
  );
}

/** Which queries were run most, or took most time, in the days that end with one. */
export function topQueries(
  db: Database,
  service: string | null,
  day: number,
  days: number,
  limit: number,
): { text: string; times: number; durationMs: number; users: number }[] {
  return db.all(
    `SELECT s.text, sum(t.times) AS times, sum(t.duration_ms) AS durationMs, count(DISTINCT nullif(t.user, '')) AS users
     FROM tally t JOIN statement s ON s.id = t.statement
     WHERE t.day > ? AND t.day <= ?${service === null ? "" : " AND s.service = ?"}
     GROUP BY s.id HAVING sum(t.times) > 0 ORDER BY durationMs DESC, times DESC, s.id LIMIT ?`,
    day - days,
    day,
    ...(service === null ? [] : [service]),
    limit,
  );
}

/** Source: OpenMetadata's server: 100 × (entities with a smaller count) / (entities counted), rounded to two decimals. */
function rankOf(counts: readonly number[]): (count: number) => number {
  const sorted = counts.toSorted((a, b) => a - b);
  return (count) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] as number) < count) low = middle + 1;
      else high = middle;
    }
    return sorted.length === 0 ? 0 : Math.round((10_000 * low) / sorted.length) / 100;
  };
}

/** The usage of one table up to the last day anything was counted on; `null` where it was never used. */
export function usageOf(db: Database, fqn: string): TableUsage | null {
  const day = lastDay(db);
  const place = db.get<{ id: number }>("SELECT id FROM place WHERE fqn = ?", fqn);
  if (day === null || place === null) return null;
  if (db.get("SELECT 1 FROM use WHERE place = ? LIMIT 1", place.id) === null) return null;
  const stats = (days: number): UsageCount => {
    const counts = db.all<{ place: number; times: number }>(
      `SELECT u.place, sum(t.times) AS times
       FROM (SELECT statement, sum(times) AS times FROM tally WHERE day > ? AND day <= ? GROUP BY statement) t
       JOIN use u ON u.statement = t.statement GROUP BY u.place HAVING sum(t.times) > 0`,
      day - days,
      day,
    );
    const count = counts.find((row) => row.place === place.id)?.times ?? 0;
    return { count, percentileRank: rankOf(counts.map(({ times }) => times))(count) };
  };
  // Counts lie by day and statement: those of a few statements are found day by day.
  const days = Array.from({ length: MONTH }, (_, back) => day - back).join(",");
  const counted = `CROSS JOIN json_each('[${days}]') d CROSS JOIN tally t ON t.day = d.value AND t.statement = u.statement`;
  const summary = { dailyStats: stats(1), weeklyStats: stats(WEEK), monthlyStats: stats(MONTH) };
  if (summary.monthlyStats.count === 0) return null;
  return {
    date: dateOf(day),
    ...summary,
    users: db.all(
      `SELECT t.user AS name, sum(t.times) AS times FROM use u ${counted}
       WHERE u.place = ? AND t.user <> '' GROUP BY t.user HAVING sum(t.times) > 0 ORDER BY times DESC, t.user`,
      place.id,
    ),
    columns: db.all(
      `SELECT c.value AS name, sum(t.times) AS times FROM use u ${counted}, json_each(u.columns) c
       WHERE u.place = ? GROUP BY c.value HAVING sum(t.times) > 0 ORDER BY times DESC, name`,
      place.id,
    ),
    joins: db.all(
      `SELECT j.value ->> 0 AS "column", j.value ->> 1 AS "with", sum(t.times) AS times
       FROM use u ${counted}, json_each(u.joins) j
       WHERE u.place = ? AND u.joins IS NOT NULL GROUP BY 1, 2 HAVING sum(t.times) > 0 ORDER BY times DESC, 1, 2`,
      place.id,
    ),
  };
}
