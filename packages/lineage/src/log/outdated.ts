import { ClaimWriter, type Database, type Statement, type StatementGap } from "@headwater/catalog";
import { quoteName } from "@headwater/core";
import { analyze } from "@headwater/sql-lineage";
import { dialectNamed } from "../dialect.ts";
import { saidIn } from "../read-query.ts";
import { type Defaults, schemaOfServices } from "../schema.ts";

const AT_ONCE = 200;

/**
 * Reads the queries again that name a table which came, went or changed since the last run, as they are kept: a name that nothing
 * was known of is found when its table appears, whether the query is run again or not. Returns how many.
 */
export async function readOutdatedQueries(
  db: Database,
  service: string,
  otherServices: readonly string[],
  now: () => number,
  signal: AbortSignal,
): Promise<number> {
  const writer = new ClaimWriter(db, quoteName(service));
  const outdated = [...writer.outdated()];
  if (outdated.length === 0) return 0;
  const schema = schemaOfServices(db, service, otherServices);
  let count = 0;
  for (let at = 0; at < outdated.length && !signal.aborted; at += AT_ONCE) {
    const read: Statement[] = [];
    for (const kept of writer.queries(outdated.slice(at, at + AT_ONCE))) {
      const { key, text, defaults: written, dialect: name, digest } = kept;
      const [dialect, defaults] = [dialectNamed(name), JSON.parse(written) as Defaults];
      const script = await analyze(text, { dialect, schema: schema.provide, defaults });
      const gaps = JSON.parse(kept.gaps ?? "[]") as StatementGap[];
      const cut = gaps.some(({ reason }) => reason === "cut");
      const said = saidIn({ text, defaults, cut }, script, schema);
      read.push({ origin: "query", key, dialect, defaults: written, text, digest, said });
    }
    db.transaction(() => {
      for (const statement of read) writer.putAgain(statement, now());
    });
    count += read.length;
  }
  return count;
}
