import type { MetadataNode, NodeName, Observations, ReadObject, Want } from "../connector/metadata.ts";
import { fingerprint, toDocument, unreadOf } from "../entities/document.ts";
import type { Facts } from "../entities/facts.ts";
import { buildFqn, type Path } from "../entities/fqn.ts";
import { VIEW_TYPES } from "../entities/table.ts";
import type { Change, EntityStore, Member, Observation } from "./ports.ts";
import { noCounts, type NodeCounts } from "./run-event.ts";

/** What a slice changes, before it is committed. */
export interface Reconciled {
  /** Made from rows as they are gone through, so that their documents need not be held. */
  changes: Iterable<Change>;
  postponed: Change[];
  observations: Observation[];
  /** Objects whose rows could not be made facts of. Complete when the changes have been gone through. */
  failed: { member: Member; message: string }[];
  counts: NodeCounts;
}

/** An object whose rows are not those the store knows. */
interface Differing {
  member: Member;
  object: ReadObject;
  /** FQN of the parent. */
  parent: string;
  rowsHash: string;
  seen: Observations | null;
  reproject: boolean;
}

/** What reconciling a slice needs to know. */
export interface ReconcileContext {
  service: string;
  nodeName: NodeName;
  node: MetadataNode;
  want: Want;
  /** The connector and version whose mapping makes the facts. Under another one, equal rows are looked at again. */
  mapping: string;
  store: Pick<EntityStore, "keysInUse" | "exist">;
}

/**
 * Compares what was read with what is known. An object whose rows are the same is unchanged without a further look.
 * Unknown names whose key belongs to another entity are postponed: whether that is a rename shows at the end of the run.
 */
export async function reconcile(
  context: ReconcileContext,
  objects: readonly { member: Member; object: ReadObject }[],
): Promise<Reconciled> {
  const [observations, failed, counts]: [Observation[], Reconciled["failed"], NodeCounts] = [[], [], noCounts()];
  const [differing, unknown]: [Differing[], Differing[]] = [[], []];
  const parents = new Map<Path, string>();
  for (const { member, object } of objects) {
    const { known, found, fqn } = member;
    const rowsHash = hashRows(context.want, object);
    const sameRows = known !== null && known.rowsHash === rowsHash;
    const sameMapping = known !== null && known.mapping === context.mapping;
    const seen = seenChanged(object.seen, known?.seen) ? (object.seen as Observations) : null;
    if (sameRows && sameMapping && !known.deleted && known.key === (found.key ?? null)) {
      if (seen !== null) observations.push({ fqn, type: context.nodeName, seen });
      counts.unchanged += 1;
      continue;
    }
    // Siblings share their path.
    const parent = parents.get(found.parent) ?? buildFqn(context.service, ...found.parent);
    parents.set(found.parent, parent);
    const reproject = sameRows && !sameMapping && !known.deleted;
    (known === null ? unknown : differing).push({ member, object, parent, rowsHash, seen, reproject });
  }
  const isPostponed = await postponing(context, unknown);

  function* changesOf(some: Iterable<Differing>): Generator<Change> {
    for (const one of some) {
      let change: Change;
      try {
        change = toChange(context, one);
      } catch (error) {
        const { member, seen } = one;
        failed.push({ member, message: error instanceof Error ? error.message : String(error) });
        if (seen !== null) observations.push({ fqn: member.fqn, type: context.nodeName, seen });
        continue;
      }
      yield change;
    }
  }
  const postponed = [...changesOf(unknown.filter(isPostponed))];
  const changes = changesOf([...differing, ...unknown.filter((one) => !isPostponed(one))]);
  return { changes, postponed, observations, failed, counts };
}

/** Measurements of objects that need not be read. */
export function measured(nodeName: NodeName, members: readonly Member[]): Reconciled["observations"] {
  return members.flatMap(({ fqn, found: { seen }, known }) =>
    seen !== undefined && seenChanged(seen, known?.seen) ? [{ fqn, type: nodeName, seen }] : [],
  );
}

/** The hash of an object's rows and of the options they were read under: other options may yield other facts. */
export function hashRows(want: Want, object: ReadObject): string {
  const options = (want.ddl ? 1 : 0) + (want.owners ? 2 : 0) + (want.tags ? 4 : 0);
  return fingerprint(`${options}${JSON.stringify(object.rows)}`);
}

function toChange(context: ReconcileContext, { member, object, parent, rowsHash, seen, reproject }: Differing): Change {
  const { found, fqn, known } = member;
  const facts = withoutUnwanted(context.node.facts(object.rows, found.kind), context.want);
  const type = context.nodeName;
  const document = toDocument(type, context.service, facts);
  const text = JSON.stringify(document);
  return {
    type,
    fqn,
    parent,
    name: found.name,
    kind: found.kind,
    key: found.key ?? null,
    token: found.token ?? null,
    columnKeys: object.columnKeys ?? null,
    rowsHash,
    mapping: context.mapping,
    document,
    text,
    fingerprint: fingerprint(text),
    unread: unreadOf(type, facts),
    seen,
    known: known?.id ?? null,
    reproject,
  };
}

function withoutUnwanted(facts: Facts, want: Want): Facts {
  if (want.ddl && want.owners && want.tags) return facts;
  const kept = { ...facts };
  if (!want.owners) delete kept.owners;
  if (!want.tags) {
    delete kept.tags;
    if ("columns" in kept) kept.columns = kept.columns.map(({ tags: _tags, ...column }) => column);
  }
  if (!want.ddl && "tableType" in kept && !VIEW_TYPES.has(kept.tableType)) delete kept.schemaDefinition;
  return kept;
}

function seenChanged(now: Observations | undefined, before: Observations | undefined): boolean {
  if (now === undefined) return false;
  return (
    (now.rowCount !== undefined && now.rowCount !== before?.rowCount) ||
    (now.sizeBytes !== undefined && now.sizeBytes !== before?.sizeBytes)
  );
}

/** Says of unknown names whether they may be new names of what is known: their key is in use, or what they are in is new itself. */
async function postponing(
  { store, service, nodeName }: ReconcileContext,
  unknown: readonly Differing[],
): Promise<(one: Differing) => boolean> {
  if (unknown.length === 0) return () => false;
  const keys = unknown.flatMap(({ member }) => member.found.key ?? []);
  const inUse = keys.length === 0 ? new Set<string>() : await store.keysInUse(service, nodeName, keys);
  const present = await store.exist([...new Set(unknown.map(({ parent }) => parent))]);
  return ({ parent, member: { found } }) => !present.has(parent) || (found.key !== undefined && inUse.has(found.key));
}
