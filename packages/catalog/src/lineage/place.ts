import type { Database } from "../database.ts";

/** The number of a place, new or known. */
export function placeId(db: Database, fqn: string): number {
  const made = db.run("INSERT OR IGNORE INTO place(fqn) VALUES (?)", fqn);
  if (made.changes > 0) return made.id;
  return (db.get<{ id: number }>("SELECT id FROM place WHERE fqn = ?", fqn) as { id: number }).id;
}
