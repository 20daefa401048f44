import { type IsExclusive, splitFqn } from "@headwater/core";
import type { Database } from "./database.ts";

/** Which classifications of a catalog allow only one of their tags at a time. */
export function exclusiveClassifications(db: Database): IsExclusive {
  const rows = db.all<{ fqn: string }>(
    `SELECT e.fqn FROM entity e JOIN document d ON d.id = e.id
     WHERE e.prefix = '' AND e.type = 'classification' AND e.deleted = 0 AND d.source ->> 'mutuallyExclusive' = 1`,
  );
  const names = new Set(rows.map(({ fqn }) => splitFqn(fqn)[0]));
  return (classification) => names.has(classification);
}
