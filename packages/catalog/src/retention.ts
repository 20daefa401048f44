import type { Database } from "./database.ts";

const DAY_MS = 86_400_000;

/** How long a catalog keeps what is not the present. */
export interface Retention {
  /** Entries of the change feed and of entities' histories, at most. The oldest go first. */
  historyRows: number;
  historyDays: number;
  /** Versions of one entity that can be looked at in full. Of older ones, what changed and when stays. */
  versionsPerEntity: number;
  observationDays: number;
  /** Runs whose events can be shown. */
  runs: number;
}

/** What a catalog keeps unless it is told otherwise. */
export const DEFAULT_RETENTION: Retention = {
  historyRows: 1_000_000,
  historyDays: 400,
  versionsPerEntity: 100,
  observationDays: 90,
  runs: 200,
};

/**
 * Removes what is older than it is kept. The change feed is only cut at its old end, so that its numbers stay gapless.
 * Call within a transaction, at the end of a run.
 */
export function applyRetention(db: Database, run: number, now: number, retention: Retention = DEFAULT_RETENTION): void {
  const last = db.get<{ seq: number | null }>("SELECT max(seq) AS seq FROM history")?.seq ?? 0;
  const young = db.get<{ seq: number | null }>(
    "SELECT min(seq) AS seq FROM history WHERE at >= ?",
    now - retention.historyDays * DAY_MS,
  );
  const keepFrom = Math.max(last - retention.historyRows + 1, Math.min(young?.seq ?? last + 1, last));
  db.run("DELETE FROM history WHERE seq < ?", keepFrom);

  for (const { entity } of db.all<{ entity: number }>(
    `SELECT entity FROM history WHERE entity IN (SELECT entity FROM history WHERE run = ?) AND back IS NOT NULL
     GROUP BY entity HAVING count(*) > ?`,
    run,
    retention.versionsPerEntity,
  ))
    db.run(
      `UPDATE history SET back = NULL WHERE entity = ? AND back IS NOT NULL AND seq NOT IN
       (SELECT seq FROM history WHERE entity = ? ORDER BY seq DESC LIMIT ?)`,
      entity,
      entity,
      retention.versionsPerEntity,
    );

  db.run("DELETE FROM observation WHERE at < ?", now - retention.observationDays * DAY_MS);
  db.run("DELETE FROM tally WHERE day < ?", Math.floor(now / DAY_MS) - retention.historyDays);
  const oldest =
    db.get<{ id: number }>("SELECT id FROM run ORDER BY id DESC LIMIT 1 OFFSET ?", retention.runs)?.id ?? 0;
  db.run("DELETE FROM run_event WHERE run <= ?", oldest);
  db.run("DELETE FROM route_change WHERE run <= ?", oldest);
  db.run("DELETE FROM run WHERE id <= ?", oldest);
}
