/** Taking a whole run back: what it changed is again as it was before. */
import { type EntityType, formatVersion, HeadwaterError, parentFqn, quoteName } from "@headwater/core";
import type { Database } from "./database.ts";
import {
  type Author,
  below,
  type EntityState,
  EntityWriter,
  type HistoryOp,
  loadAllByFqn,
  loadEntity,
  type StoredEntity,
} from "./entity-writer.ts";
import { stateBefore } from "./read.ts";
import { bothCurated } from "./restore.ts";
import { withLease } from "./services.ts";

/** Something that keeps a run from being taken back. */
interface Conflict {
  fqn: string;
  reason: string;
}

/** What one entity goes back to. */
interface Step {
  entity: StoredEntity;
  /** What it was before the run; `null` when the run made it. */
  before: EntityState | null;
  /** Where it was before the run. */
  fqn: string;
}

const EXAMPLES = 5;

/** Words for people that several entities share. They stay: whoever used them since would lose them. */
const KEPT: readonly EntityType[] = ["classification", "tag"];

/**
 * Takes back what a run changed, in one transaction: what it made is marked deleted, what it deleted is live again, names
 * and facts are what they were. What people set meanwhile stays. Returns how many entities changed. Throws a
 * `HeadwaterError`: `busy` while a run of the service is under way; `conflict` when something changed since in another way,
 * or what was before is no longer kept.
 */
export function rollback(db: Database, run: number, service: string, author: Author): number {
  return withLease(db, service, author.at, () => {
    const { steps, conflicts } = plan(db, run);
    if (conflicts.length > 0) throw refusal(run, conflicts);
    const writer = new EntityWriter(db, author);
    // The other way round: what a rename of a parent took along is in its place again when its own turn comes.
    let changed = 0;
    for (const { entity, before, fqn } of steps.toReversed()) {
      const now = loadEntity(db, entity.id) as StoredEntity;
      if (before === null) writer.delete(entity.id);
      if (before === null || writer.revert(now, fqn, before)) changed += 1;
    }
    // A broken run that went on would count as read what is taken back here.
    db.run("UPDATE run SET resumable = 0 WHERE service = ? AND resumable = 1", service);
    return changed;
  });
}

function plan(db: Database, run: number): { steps: Step[]; conflicts: Conflict[] } {
  const steps: Step[] = [];
  const conflicts: Conflict[] = [];
  const first = db.all<{ entity: number; seq: number; last: number; op: HistoryOp }>(
    "SELECT entity, min(seq) AS seq, max(seq) AS last, op FROM history WHERE run = ? GROUP BY entity ORDER BY seq",
    run,
  );
  for (const { entity: id, seq, last, op } of first) {
    const entity = loadEntity(db, id);
    if (entity === null || KEPT.includes(entity.type)) continue;
    const since = db.get<{ run: number | null; actor: string | null; op: HistoryOp }>(
      "SELECT run, actor, op FROM history WHERE entity = ? AND seq > ? AND op <> 'set' ORDER BY seq LIMIT 1",
      id,
      last,
    );
    if (since !== null) {
      const by = since.run === null ? (since.actor ?? "somebody") : `run ${since.run}`;
      conflicts.push({ fqn: entity.fqn, reason: `${since.op} by ${by} since` });
      continue;
    }
    const before = op === "created" ? null : stateBefore(db, entity, seq);
    if (op !== "created" && before === null)
      conflicts.push({
        fqn: entity.fqn,
        reason: `what it was before version ${formatVersion(entity.version)} is no longer kept`,
      });
    else if (before !== null && setSince(db, id, last))
      steps.push({
        entity,
        before: { ...before, curated: bothCurated(before.curated, entity.curated) },
        fqn: placeBefore(db, run, entity),
      });
    else steps.push({ entity, before, fqn: placeBefore(db, run, entity) });
  }
  const own = new Map(steps.map((step) => [step.entity.id, step]));
  for (const step of steps) {
    const reason = outOfPlace(db, step, own);
    if (reason !== null) conflicts.push({ fqn: step.entity.fqn, reason });
  }
  return { steps, conflicts };
}

const setSince = (db: Database, id: number, seq: number): boolean =>
  db.get("SELECT 1 FROM history WHERE entity = ? AND seq > ? AND op = 'set'", id, seq) !== null;

/** Why an entity cannot be where and what it was, with everything around it as it is by then; `null` when it can. */
function outOfPlace(db: Database, { entity, before, fqn }: Step, own: ReadonlyMap<number, Step>): string | null {
  if (before === null || before.deleted) {
    const { where, args } = below(entity.fqn);
    const stays = db
      .all<{ id: number; fqn: string }>(`SELECT id, fqn FROM entity WHERE deleted = 0 AND ${where}`, ...args)
      .find(({ id }) => !own.has(id));
    return stays === undefined ? null : `given ${stays.fqn} since`;
  }
  const parent = parentFqn(fqn);
  if (entity.deleted && parent !== null) {
    const holds = loadAllByFqn(db, parent).some(
      ({ id, deleted }) => !deleted || own.get(id)?.before?.deleted === false,
    );
    // Data models have a word of their own in their FQNs, which no entity stands for.
    if (!holds && entity.type !== "dashboardDataModel") return `in ${parent}, which is gone since`;
  }
  if (fqn === entity.fqn) return null;
  const there = loadAllByFqn(db, fqn).some(({ id, type }) => type === entity.type && id !== entity.id);
  return there ? `called ${fqn}, which is something else by now` : null;
}

/** The FQN an entity had before a run, by the run's own words; a parent that was renamed takes it along later. */
function placeBefore(db: Database, run: number, entity: StoredEntity): string {
  let fqn = entity.fqn;
  const renames = db.all<{ name: string | null; fqn: string | null }>(
    `SELECT (SELECT f.value ->> 'oldValue' FROM json_each(h.change, '$.fieldsUpdated') f WHERE f.value ->> 'name' = 'name') AS name,
            (SELECT f.value ->> 'oldValue' FROM json_each(h.change, '$.fieldsUpdated') f WHERE f.value ->> 'name' = 'fullyQualifiedName') AS fqn
     FROM history h WHERE h.entity = ? AND h.run = ? AND h.op = 'renamed' ORDER BY h.seq DESC`,
    entity.id,
    run,
  );
  for (const renamed of renames) {
    if (renamed.fqn !== null) fqn = renamed.fqn;
    else if (renamed.name !== null) fqn = sibling(fqn, renamed.name);
  }
  return fqn;
}

function sibling(fqn: string, name: string): string {
  const parent = parentFqn(fqn);
  return parent === null ? quoteName(name) : `${parent}.${quoteName(name)}`;
}

function refusal(run: number, conflicts: readonly Conflict[]): HeadwaterError {
  const [first] = conflicts;
  const more = conflicts.length - EXAMPLES;
  const others = conflicts.length === 1 ? "" : `, and ${conflicts.length - 1} more`;
  return new HeadwaterError(
    "conflict",
    `Run ${run} cannot be rolled back: ${first?.fqn ?? ""} was ${first?.reason ?? ""}${others}. Nothing was changed.`,
    {
      hint: [
        ...conflicts.slice(1, EXAMPLES).map(({ fqn, reason }) => `${fqn}: ${reason}`),
        ...(more > 0 ? [`… and ${more} more`] : []),
        "Roll back the later runs first, the latest one first.",
      ].join("\n"),
    },
  );
}
