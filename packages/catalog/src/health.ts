import type { Database } from "./database.ts";
import { leases } from "./lease.ts";
import { SCHEMA_VERSION } from "./schema.ts";

/** How a catalog is. */
export interface CatalogHealth {
  /** What SQLite finds wrong with the file; empty for a sound one. */
  problems: string[];
  /** Whether its tables are of an earlier version. */
  outdated: boolean;
  /** Who holds services, as far as it says. */
  leases: { service: string; holder: string; alive: boolean }[];
  /** Runs that stopped half way and can be continued. */
  broken: { id: number; pipeline: string; startedAt: number }[];
}

/** Looks at a catalog without changing anything. Reads all of it. */
export function catalogHealth(db: Database): CatalogHealth {
  const checked = db.all<{ quick_check: string }>("PRAGMA quick_check(5)").map((row) => row.quick_check);
  const { user_version: version } = db.get<{ user_version: number }>("PRAGMA user_version") ?? { user_version: 0 };
  const held = leases(db);
  const alive = new Set(held.filter((lease) => lease.alive).map(({ service }) => service));
  return {
    problems: checked.filter((text) => text !== "ok"),
    outdated: version < SCHEMA_VERSION,
    leases: held,
    broken: db
      .all<{ id: number; pipeline: string; startedAt: number; service: string }>(
        "SELECT id, pipeline, started_at AS startedAt, service FROM run WHERE resumable = 1 ORDER BY id",
      )
      .filter(({ service }) => !alive.has(service))
      .map(({ service: _service, ...run }) => run),
  };
}
