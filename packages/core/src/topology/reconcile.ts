import type { MetadataNode, NodeName, Observations, ReadObject, Want } from "../connector/metadata.ts";
import { fingerprint, toDocument, unreadOf } from "../entities/document.ts";
import type { Facts } from "../entities/facts.ts";
import { buildFqn } from "../entities/fqn.ts";
import { VIEW_TYPES } from "../entities/table.ts";
import type { Change, EntityStore, Member, Observation } from "./ports.ts";
import { noCounts, type NodeCounts } from "./run-event.ts";

/** What a slice changes, before it is committed. */
export interface Reconciled {
  changes: Change[];
  postponed: Change[];
  observations: Observation[];
  failed: { member: Member; message: string }[];
  counts: NodeCounts;
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
  const result: Reconciled = { changes: [], postponed: [], observations: [], failed: [], counts: noCounts() };
  const unknown: Change[] = [];
  for (const { member, object } of objects) {
    const { known, found, fqn } = member;
    const rowsHash = hashRows(context.want, object);
    const sameRows = known !== null && known.rowsHash === rowsHash;
    const sameMapping = known !== null && known.mapping === context.mapping;
    if (seenChanged(object.seen, known?.seen))
      result.observations.push({ fqn, type: context.nodeName, seen: object.seen as Observations });
    if (sameRows && sameMapping && !known.deleted && known.key === (found.key ?? null)) {
      result.counts.unchanged += 1;
      continue;
    }
    try {
      const change = toChange(context, member, object, rowsHash, sameRows && !sameMapping && !known.deleted);
      if (known === null) unknown.push(change);
      else result.changes.push(change);
    } catch (error) {
      result.failed.push({ member, message: error instanceof Error ? error.message : String(error) });
    }
  }
  await splitUnknown(context, unknown, result);
  return result;
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

function toChange(
  context: ReconcileContext,
  member: Member,
  object: ReadObject,
  rowsHash: string,
  reproject: boolean,
): Change {
  const { found, fqn, known } = member;
  const facts = withoutUnwanted(context.node.facts(object.rows, found.kind), context.want);
  const type = context.nodeName;
  const document = toDocument(type, context.service, facts);
  const text = JSON.stringify(document);
  return {
    type,
    fqn,
    parent: buildFqn(context.service, ...found.parent),
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

async function splitUnknown(context: ReconcileContext, unknown: readonly Change[], result: Reconciled): Promise<void> {
  if (unknown.length === 0) return;
  const { store, service, nodeName } = context;
  const keys = unknown.flatMap((change) => (change.key === null ? [] : [change.key]));
  const inUse = keys.length === 0 ? new Set<string>() : await store.keysInUse(service, nodeName, keys);
  const parents = [...new Set(unknown.map((change) => change.parent as string))];
  const present = await store.exist(parents);
  for (const change of unknown) {
    const postponed = !present.has(change.parent as string) || (change.key !== null && inUse.has(change.key));
    (postponed ? result.postponed : result.changes).push(change);
  }
}
