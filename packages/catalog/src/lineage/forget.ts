import type { Database } from "../database.ts";
import { below } from "../entity-writer.ts";
import { renameManual } from "./manual.ts";

const SERVICE_TABLES = ["statement", "route", "lineage_state", "log_part", "counter", "counter_state"] as const;

/** Removes everything a service's statements said, for good. `service` is its name as an FQN. */
export function forgetLineage(db: Database, service: string): void {
  const own = "statement IN (SELECT id FROM statement WHERE service = ?)";
  for (const table of ["flow", "mention", "use", "tally"]) db.run(`DELETE FROM ${table} WHERE ${own}`, service);
  for (const table of SERVICE_TABLES) db.run(`DELETE FROM ${table} WHERE service = ?`, service);
}

/** Gives the places, statements and edges of a service its new name. Both names are FQNs. */
export function renameLineage(db: Database, from: string, to: string): void {
  const { where, args } = below(from);
  db.run(
    `UPDATE OR IGNORE place SET fqn = ? || substr(fqn, ?) WHERE ${where.replaceAll("prefix", "fqn")}`,
    to,
    from.length + 1,
    ...args,
  );
  db.run(
    `UPDATE statement SET key = ? || substr(key, ?) WHERE service = ? AND origin IN ('view', 'procedure')`,
    to,
    from.length + 1,
    from,
  );
  renameManual(db, from, to, new Map());
  for (const table of SERVICE_TABLES) db.run(`UPDATE ${table} SET service = ? WHERE service = ?`, to, from);
}
