/** The decisions at the end of a run: what was renamed, what is gone, and what stays because nothing proves it gone. */
import type { NodeName } from "../connector/metadata.ts";
import { parentFqn } from "../entities/fqn.ts";
import { movedFqn } from "./moved-fqn.ts";
import type { Absent, EntityId, EntityStore, FinishCommit, Renamed, StateStore } from "./ports.ts";
import { type EventBody, noCounts } from "./run-event.ts";
import { notCovered, type MaxDelete, type RunOptions } from "./run-options.ts";
import type { Topology } from "./topologies.ts";

/** What a run does at its end. */
export interface FinishPlan {
  deleted: EntityId[];
  absent: EntityId[];
  outOfScope: FinishCommit["outOfScope"];
  renamed: FinishCommit["renamed"];
  counts: FinishCommit["counts"];
  events: EventBody[];
}

/** Objects a run may delete when nobody said otherwise: this many, or this share if that is more. */
const DEFAULT_OBJECTS = 10;
const DEFAULT_SHARE = 0.2;
const EXAMPLES = 5;

/**
 * Decides what to rename and delete. Only what a listed scope no longer has, and no option protects, can be deleted; and
 * nothing at all by a run that `suspects` that it looked at the wrong place, because it found nothing.
 */
export async function planFinish(
  runId: string,
  service: string,
  topology: Topology,
  options: RunOptions,
  store: EntityStore & StateStore,
  suspects: boolean,
): Promise<FinishPlan> {
  const plan: FinishPlan = { deleted: [], absent: [], outOfScope: [], renamed: [], counts: {}, events: [] };
  const absent = new Map<EntityId, Absent>();
  const absentFqns = new Set<string>();
  for await (const page of store.absent(runId))
    for (const entity of page) {
      absent.set(entity.id, entity);
      absentFqns.add(entity.fqn);
    }

  const { movedBelow, parents } = await planRenames(runId, topology, plan, absent, absentFqns, store);
  // What went along with a renamed parent is known under its former name, and the listings have the new one.
  if (parents.length > 0) {
    const elsewhere = new Set(plan.renamed.map(({ id }) => id));
    for await (const page of store.absent(runId, parents))
      for (const entity of page) if (!elsewhere.has(entity.id)) absent.set(entity.id, entity);
  }
  const gone: Absent[] = [];
  for (const entity of absent.values()) {
    const leftOut = notCovered(options, entity.node, entity.kind, entity.name, entity.fqn);
    if (leftOut !== null) plan.outOfScope.push({ id: entity.id, reason: leftOut });
    const reason = leftOut === null ? protectedBy(entity, options) : `out of scope: ${leftOut}`;
    if (reason === null) gone.push(entity);
    else {
      plan.events.push({ event: "kept", node: entity.node, fqn: entity.fqn, reason });
      if (reason === UNPROVEN) plan.absent.push(entity.id);
    }
  }

  const counted = topology.nodes.filter((node) => node.counted).map((node) => node.name);
  const weight = (entity: Absent): number =>
    (counted.includes(entity.node) ? 1 : 0) + entity.below - (movedBelow.get(entity.fqn) ?? 0);
  const total = gone.reduce((sum, entity) => sum + weight(entity), 0);
  const live = total === 0 ? 0 : await store.countedLive(service, counted);
  const limit = deletionLimit(options.maxDelete, live);
  if (suspects && gone.length > 0) {
    plan.events.push({
      event: "note",
      message: `Nothing was found, so nothing is marked as deleted: ${someKept(gone)} kept.`,
      hint: "If all of it is really gone, run again with --allow-empty.",
    });
  } else if (total > limit) {
    for (const entity of gone) (plan.counts[entity.node] ??= noCounts()).held += 1;
    plan.events.push({
      event: "held",
      deletions: total,
      limit,
      of: live,
      examples: gone.slice(0, EXAMPLES).map((entity) => entity.fqn),
      hint: `If they are really gone, run again with --max-delete ${total}.`,
    });
  } else {
    for (const entity of gone) {
      plan.deleted.push(entity.id);
      const below = entity.below - (movedBelow.get(entity.fqn) ?? 0);
      plan.events.push({ event: "deleted", node: entity.node, fqn: entity.fqn, below });
    }
  }
  await reportOutOfScope(runId, plan, store);
  return plan;
}

function someKept([first, ...more]: readonly Absent[]): string {
  return more.length === 0 ? `${first?.fqn} is` : `${first?.fqn} and ${more.length} more are`;
}

/** How many deletions are allowed for a service with so many live objects. */
export function deletionLimit(maxDelete: MaxDelete, live: number): number {
  if (maxDelete === "default") return Math.max(DEFAULT_OBJECTS, Math.floor(live * DEFAULT_SHARE));
  return "objects" in maxDelete ? maxDelete.objects : Math.floor((live * maxDelete.percent) / 100);
}

/** What {@link planRenames} found out beside the renames themselves. */
interface Moves {
  /** How many objects moved away from below each absence. */
  movedBelow: Map<string, number>;
  /** Renamed things that have others in them. */
  parents: Renamed[];
}

/**
 * A postponed name is a rename when the entity that had its key is missing itself, or sits below something missing. Name
 * beats key: an entity whose own name is still there keeps it, in a parent that was renamed too.
 */
async function planRenames(
  runId: string,
  topology: Topology,
  plan: FinishPlan,
  absent: Map<EntityId, Absent>,
  absentFqns: ReadonlySet<string>,
  store: EntityStore & StateStore,
): Promise<Moves> {
  const moves: Moves = { movedBelow: new Map(), parents: [] };
  const [formerNames, newNames] = [new Map<string, string>(), new Map<string, string>()];
  const taken = new Set<EntityId>();
  for await (const page of store.postponed(runId)) {
    const fresh = new Set(page.map(({ change }) => `${change.type} ${change.fqn}`));
    for (const { change, owner } of page) {
      if (owner === null || taken.has(owner.id)) continue;
      const above = nearestAbsent(owner.fqn, absentFqns);
      if (!absent.has(owner.id) && above === null) continue;
      // Where the parent was renamed, both names are looked for in it: the one it had, and the one that is listed.
      const former = movedFqn(change.fqn, formerNames);
      if (former !== null && former !== owner.fqn && (await store.known(change.type, [former])).size > 0) continue;
      const kept = movedFqn(owner.fqn, newNames);
      if (kept !== null && kept !== change.fqn && fresh.has(`${change.type} ${kept}`)) continue;
      taken.add(owner.id);
      absent.delete(owner.id);
      plan.renamed.push({ id: owner.id, type: change.type, to: change.fqn });
      const node = change.type as NodeName;
      plan.events.push({ event: "renamed", node, from: owner.fqn, to: change.fqn });
      (plan.counts[node] ??= noCounts()).renamed += 1;
      if (above !== null) moves.movedBelow.set(above, (moves.movedBelow.get(above) ?? 0) + 1);
      if (!topology.nodes.some(({ parent }) => parent === node)) continue;
      moves.parents.push({ from: owner.fqn, to: change.fqn });
      formerNames.set(change.fqn, owner.fqn);
      newNames.set(owner.fqn, change.fqn);
    }
  }
  return moves;
}

function nearestAbsent(fqn: string, absentFqns: ReadonlySet<string>): string | null {
  for (let above = parentFqn(fqn); above !== null; above = parentFqn(above)) if (absentFqns.has(above)) return above;
  return null;
}

const UNPROVEN = "the role may have lost sight of it; it is deleted if the next run misses it too";

const MARK_OPTIONS: { readonly [N in NodeName]: string } = {
  database: "markDeletedDatabases",
  databaseSchema: "markDeletedSchemas",
  table: "markDeletedTables",
  storedProcedure: "markDeletedStoredProcedures",
  topic: "markDeletedTopics",
  chart: "markDeletedCharts",
  dashboardDataModel: "markDeletedDataModels",
  dashboard: "markDeletedDashboards",
  pipeline: "markDeletedPipelines",
};

/** Why an entity that is covered and that the source no longer lists is not deleted; `null` when it may be. */
function protectedBy(entity: Absent, options: RunOptions): string | null {
  if (options.markDeleted[entity.node] !== true) return `${MARK_OPTIONS[entity.node]} is false`;
  if (entity.scope.seen === "granted" && !entity.grantsUnchanged && !entity.absentBefore) return UNPROVEN;
  return null;
}

async function reportOutOfScope(runId: string, plan: FinishPlan, store: EntityStore): Promise<void> {
  for (const group of await store.outOfScope(runId)) plan.events.push({ event: "out-of-scope", ...group });
}
