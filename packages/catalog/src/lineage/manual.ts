/** Edges that people added: one statement each, which follows the tables and columns it is about through every rename. */
import type { Database } from "../database.ts";
import { placeId } from "./place.ts";
import { type Said, saidOf } from "./statement.ts";

/** One end of an edge. */
export interface EdgeEnd {
  fqn: string;
  /** The column's raw name; `null` for the table. */
  column: string | null;
}

/** The key of the statement that an added edge is. */
export function manualKey(from: EdgeEnd, to: EdgeEnd): string {
  return JSON.stringify([from.fqn, from.column ?? "", to.fqn, to.column ?? ""]);
}

function endsOf(key: string): [from: EdgeEnd, to: EdgeEnd] {
  const [source, sourceColumn, target, targetColumn] = JSON.parse(key) as [string, string, string, string];
  const end = (fqn: string, column: string): EdgeEnd => ({ fqn, column: column === "" ? null : column });
  return [end(source, sourceColumn), end(target, targetColumn)];
}

/** What an added edge says. Both ends are columns, or both are tables. */
export function manualSaid(from: EdgeEnd, to: EdgeEnd): Said {
  const edge = { source: from.fqn, target: to.fqn, how: "", sure: "exact", rule: "manual", span: [0, 0] } as const;
  const column =
    from.column === null || to.column === null ? [] : [{ ...edge, sourceColumn: from.column, targetColumn: to.column }];
  return saidOf({
    claims: [{ ...edge, sourceColumn: "", targetColumn: "" }, ...column],
    mentions: [],
    gaps: [],
    uses: [],
  });
}

// Service by service, for that is what statements can be found by.
const MANUAL = `WITH RECURSIVE known(service) AS (
    SELECT min(service) FROM statement
    UNION ALL SELECT (SELECT min(s.service) FROM statement s WHERE s.service > known.service) FROM known WHERE known.service IS NOT NULL
  )
  SELECT id, service, key FROM statement WHERE origin = 'manual' AND service IN (SELECT service FROM known WHERE service IS NOT NULL)`;

/**
 * Gives the added edges of what was renamed its new name: a table or what is above one, and with `columns` those columns of the table,
 * old name to new. Names of tables are FQNs. Call within a transaction.
 */
export function renameManual(db: Database, from: string, to: string, columns: ReadonlyMap<string, string>): void {
  if (from === to && columns.size === 0) return;
  const renamed = ({ fqn, column }: EdgeEnd): EdgeEnd => {
    if (fqn === from) return { fqn: to, column: column === null ? null : (columns.get(column) ?? column) };
    return fqn.startsWith(`${from}.`) ? { fqn: to + fqn.slice(from.length), column } : { fqn, column };
  };
  for (const { id, service, key } of db.all<{ id: number; service: string; key: string }>(MANUAL)) {
    const [source, target] = endsOf(key);
    const [newSource, newTarget] = [renamed(source), renamed(target)];
    const newKey = manualKey(newSource, newTarget);
    if (newKey === key) continue;
    const there = "SELECT 1 FROM statement WHERE service = ? AND origin = 'manual' AND key = ?";
    if (db.get(there, service, newKey) !== null) {
      // Somebody added it under the new name already.
      db.run("DELETE FROM flow WHERE statement = ?", id);
      db.run("DELETE FROM statement WHERE id = ?", id);
    } else {
      db.run("UPDATE statement SET key = ? WHERE id = ?", newKey, id);
      for (const { columns: pairs, claims } of manualSaid(newSource, newTarget).flows)
        db.run(
          "UPDATE flow SET source = ?, target = ?, columns = ?, claims = ? WHERE statement = ?",
          placeId(db, newSource.fqn),
          placeId(db, newTarget.fqn),
          pairs,
          claims,
          id,
        );
    }
    db.run("UPDATE lineage_state SET digest = NULL WHERE service = ?", service);
  }
}
