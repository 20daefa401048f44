/** Removing what a filter change left behind: entities that the pipelines of a service no longer cover. */
import { type EntityType, HeadwaterError, parentFqn, quoteName } from "@headwater/core";
import type { Database } from "./database.ts";
import { type Author, below, EntityWriter } from "./entity-writer.ts";
import { withLease } from "./services.ts";

/** Whose leftovers: all that no pipeline of the service covers, or all that one pipeline leaves out. */
export interface PruneWhat {
  service: string;
  /** FQN of the pipeline; `null` for all of the service. */
  pipeline: string | null;
}

/** An entity that is out of scope, with what goes with it. */
export interface OutOfScopeEntity {
  id: number;
  type: EntityType;
  kind: string | null;
  fqn: string;
  /** What leaves it out, in words: `excluded by "^tmp_"`. */
  reason: string;
  /** How many live entities are below it. */
  below: number;
}

/**
 * What pruning would remove, and how many entities stay because another pipeline of the service may cover them. Told by the
 * last finished run of each pipeline.
 */
export function prunable(
  db: Database,
  { service, pipeline }: PruneWhat,
): { entities: OutOfScopeEntity[]; coveredElsewhere: number } {
  const pipelines = pipeline === null ? metadataPipelines(db, service) : [pipeline];
  const marks = new Map<string, Map<string, Marked>>();
  for (const row of db.all<Marked>(
    `SELECT o.pipeline, o.reason, e.id, e.type, e.kind, e.fqn FROM out_of_scope o JOIN entity e ON e.id = o.entity
     WHERE e.service = ? AND e.deleted = 0 ORDER BY e.fqn, e.type, o.pipeline`,
    quoteName(service),
  )) {
    if (!pipelines.includes(row.pipeline)) continue;
    const key = `${row.fqn}\n${row.type}`;
    const all = marks.get(key) ?? new Map<string, Marked>();
    all.set(row.pipeline, row);
    marks.set(key, all);
  }
  /** The pipelines that leave something out: it, or what it is in. */
  const leavesOut = (fqn: string, own: ReadonlyMap<string, Marked>): Set<string> => {
    const by = new Set(own.keys());
    for (let above = parentFqn(fqn); above !== null; above = parentFqn(above))
      for (const type of CONTAINERS) for (const name of marks.get(`${above}\n${type}`)?.keys() ?? []) by.add(name);
    return by;
  };
  const out = new Set<string>();
  const entities: OutOfScopeEntity[] = [];
  let coveredElsewhere = 0;
  for (const own of marks.values()) {
    const [{ id, type, kind, fqn, reason }] = [...own.values()] as [Marked];
    if (isBelow(fqn, out)) continue;
    if (leavesOut(fqn, own).size < pipelines.length) coveredElsewhere += 1;
    else {
      out.add(fqn);
      entities.push({ id, type, kind, fqn, reason, below: liveBelow(db, fqn) });
    }
  }
  return { entities, coveredElsewhere };
}

interface Marked {
  pipeline: string;
  reason: string;
  id: number;
  type: EntityType;
  kind: string | null;
  fqn: string;
}

const CONTAINERS: readonly EntityType[] = ["database", "databaseSchema"];

function metadataPipelines(db: Database, service: string): string[] {
  return db
    .all<{ fqn: string }>(
      `SELECT e.fqn FROM entity e JOIN document d ON d.id = e.id
       WHERE e.prefix = ? AND e.type = 'ingestionPipeline' AND e.deleted = 0 AND d.source ->> 'pipelineType' = 'metadata'`,
      quoteName(service),
    )
    .map(({ fqn }) => fqn);
}

function isBelow(fqn: string, tops: ReadonlySet<string>): boolean {
  for (let above = parentFqn(fqn); above !== null; above = parentFqn(above)) if (tops.has(above)) return true;
  return false;
}

function liveBelow(db: Database, fqn: string): number {
  const { where, args } = below(fqn);
  return db.get<{ n: number }>(`SELECT count(*) AS n FROM entity WHERE deleted = 0 AND ${where}`, ...args)?.n ?? 0;
}

/**
 * Marks entities deleted that {@link prunable} told of, with everything below them; `headwater restore` takes it back. Returns
 * each one that went, by type. Throws a `HeadwaterError`: `busy` while a run of the service is under way, `conflict` when
 * something else is out of scope by now.
 */
export function prune(
  db: Database,
  what: PruneWhat,
  shown: readonly OutOfScopeEntity[],
  author: Author,
): { type: EntityType }[] {
  return withLease(db, what.service, author.at, () => {
    const ids = (entities: readonly OutOfScopeEntity[]): string => JSON.stringify(entities.map(({ id }) => id));
    if (ids(prunable(db, what).entities) !== ids(shown))
      throw new HeadwaterError("conflict", "What is out of scope changed since it was shown. Nothing was removed.", {
        hint: "Run the command again and look at what it shows.",
      });
    const writer = new EntityWriter(db, author);
    return shown.flatMap(({ id }) => writer.delete(id));
  });
}
