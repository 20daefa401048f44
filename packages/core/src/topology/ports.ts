/**
 * The two ports between core and whatever keeps entities and runs. Core decides create, update or skip; a store owns ids,
 * versions and layers. Arguments and answers are structured-cloneable, so a store can live on another thread; of a commit,
 * that holds for each change and for the rest.
 */
import type { Found, NodeName, Observations } from "../connector/metadata.ts";
import type { Document, Unread } from "../entities/document.ts";
import type { EntityType } from "../entities/facts.ts";
import type { Counts, RunEvent, RunState } from "./run-event.ts";
import type { Position, Task, Unit } from "./unit.ts";

/** A store's own identifier of an entity. It never leaves the store but through core's hands. */
export type EntityId = number | string;

/** What a store knows of an entity, as far as reconciling needs it. */
export interface Known {
  id: EntityId;
  /** Hash of the rows as they were read last, and of the options they were read under. */
  rowsHash: string;
  /** The connector and version whose mapping made the facts: `postgres@1.2.0`. */
  mapping: string;
  /** Fingerprint of the source layer. */
  fingerprint: string;
  deleted: boolean;
  key: string | null;
  token: string | null;
  seen: Observations;
}

/** One child of a listing on its way into the store. */
export interface Staged {
  /** FQN of the parent. */
  parent: string;
  fqn: string;
  found: Found;
  /** Why the run does not cover it; `null` when it does. */
  leftOut: string | null;
}

/** A member of a slice, with what the store knows under its name. */
export interface Member {
  fqn: string;
  found: Found;
  known: Known | null;
}

/** The verdict on one parent whose children were listed. */
export interface Scope {
  fqn: string;
  seen: "complete" | "granted" | "denied";
  /** Digest of the role's grants, for `granted`. */
  digest?: string;
}

/** An entity as the source describes it now. */
export interface Change {
  type: EntityType;
  fqn: string;
  parent: string | null;
  name: string;
  kind: string | null;
  key: string | null;
  token: string | null;
  columnKeys: readonly string[] | null;
  rowsHash: string;
  mapping: string;
  document: Document;
  /** The document's canonical text, and its fingerprint. */
  text: string;
  fingerprint: string;
  unread: Unread;
  /** A measurement that differs from the last one; `null` where there is none. */
  seen: Observations | null;
  known: EntityId | null;
  /** The same rows under another version of the mapping: corrected in place, without a version. */
  reproject: boolean;
}

/** A measurement, differing from the last one, of something whose description is unchanged. */
export interface Observation {
  fqn: string;
  type: EntityType;
  seen: Observations;
}

/** Everything one unit leaves behind, committed at once: entities, checkpoint and the units that follow from it. */
export interface UnitCommit {
  unit: Unit;
  /** When, in Unix milliseconds: the time of the changes it makes. */
  at: number;
  /** Made one by one as they are gone through, once: the documents of a slice are never all held in memory. */
  changes: Iterable<Change>;
  /** To be asked for once, behind the last change: which objects have failed is not known before. */
  rest: () => UnitRest;
}

/** What a unit leaves behind beside changed entities. */
export interface UnitRest {
  scopes: Scope[];
  /** Unknown names whose key belongs to another name: a rename, perhaps. Decided at the end of the run. */
  postponed: Change[];
  observations: Observation[];
  /** FQNs of members to read again at the end. */
  setAside: { fqn: string; reason: string }[];
  next: Task[];
  events: RunEvent[];
  /** What core counted itself; the store adds what it did with the changes. */
  counts: Counts;
  queries: number;
}

/** What a store did with a commit. */
export interface CommitOutcome {
  /** Created, updated, unchanged, restored, deleted and corrected, by node. */
  counts: Counts;
}

/** An entity a listed scope no longer has. */
export interface Absent {
  id: EntityId;
  node: NodeName;
  fqn: string;
  name: string;
  kind: string;
  key: string | null;
  scope: Scope;
  /** For a `granted` scope: whether the role's grants are known to be the same as in the last run. */
  grantsUnchanged: boolean;
  /** Whether it was already missing in the last run that listed its scope. */
  absentBefore: boolean;
  /** Tables, views and routines below it that would go with it. */
  below: number;
}

/** The former and the new FQN of something. */
export interface Renamed {
  from: string;
  to: string;
}

/** A postponed change, with the entity its key belonged to when it was read. */
export interface Postponed {
  change: Change;
  /** The entity with that key, when it is of the same type and not deleted. */
  owner: { id: EntityId; fqn: string } | null;
}

/** A group of entities that a filter or an option now leaves out. */
export interface OutOfScope {
  node: NodeName;
  scope: string;
  reason: string;
  objects: number;
  /** How many tables and routines are below them. */
  below: number;
}

/** The decisions at the end of a run. */
export interface FinishCommit {
  unit: Unit;
  at: number;
  deleted: EntityId[];
  /** Missing, but not yet proven gone: remembered for the next run. */
  absent: EntityId[];
  /** Missing, and left out by a filter or an option: kept until somebody prunes, as what the listings left out is. */
  outOfScope: { id: EntityId; reason: string }[];
  /** Retire curated values of fields the source supplies. */
  overrideMetadata: boolean;
  /** Postponed changes that turned out to be renames of entities, by the FQN they have now. */
  renamed: { id: EntityId; type: EntityType; to: string }[];
  events: RunEvent[];
  counts: Counts;
}

/** What is needed to begin a run or to continue a broken one. */
export interface RunStart {
  service: string;
  serviceType: EntityType;
  pipeline: string;
  connector: string;
  /** Digest of the configuration: a run is continued only under the same one. */
  configDigest: string;
  /** Begin anew even if a broken run could be continued. */
  fresh: boolean;
  fence: number;
  now: number;
  /** What a new run starts with. */
  tasks: Task[];
}

/** A run that is under way: what was committed and what is left. */
export interface OpenRun {
  runId: string;
  continued: boolean;
  /** What is left to do. */
  pending: Task[];
  counts: Counts;
  queries: number;
  /** When it was first begun. */
  startedAt: number;
}

/** What is remembered of a service between runs. */
export interface ServiceState {
  identity: string | null;
}

/** Keeps entities: their source layer by commits of slices. */
export interface EntityStore {
  /** What is known under these FQNs. */
  known(type: EntityType, fqns: readonly string[]): Promise<Map<string, Known>>;
  /** Which of these keys belong to a live entity of the service under another name. */
  keysInUse(service: string, type: EntityType, keys: readonly string[]): Promise<Set<string>>;
  /** Which of these FQNs some entity has that is not deleted. */
  exist(fqns: readonly string[]): Promise<Set<string>>;
  /**
   * Entities of the run's listed scopes that the listings no longer have, parents before children. With `renamed`: those of
   * the scopes at or below what was renamed, which the catalog still has under the former name.
   */
  absent(runId: string, renamed?: readonly Renamed[]): AsyncIterable<Absent[]>;
  /** Live tables, views and routines of a service: what the safety valve measures against. */
  countedLive(service: string, nodes: readonly NodeName[]): Promise<number>;
  outOfScope(runId: string): Promise<OutOfScope[]>;
  /** References of the service to FQNs that nothing has. */
  unresolved(service: string): Promise<number>;
}

/** Keeps runs: leases, staged listings, checkpoints. */
export interface StateStore {
  /** Takes the lease of a service. Throws a `HeadwaterError` (`busy`) that names the holder. */
  lease(service: string, now: number): Promise<Lease>;
  service(name: string): Promise<ServiceState>;
  /** Forgets the native keys and tokens of a service's entities and columns: those of another source mean something else. */
  forgetKeys(service: string, fence: number): Promise<void>;
  begin(start: RunStart): Promise<OpenRun>;
  /** Adds a page to the staged listing of a unit. Returns the FQNs that were already there. */
  stage(unit: Unit, page: readonly Staged[]): Promise<string[]>;
  /** Forgets the staged listing of a unit, before it is tried again. */
  unstage(unit: Unit): Promise<void>;
  /** The staged listing of a committed unit in the order slices are cut: covered members only. */
  listing(runId: string, unitId: string): AsyncGenerator<{ position: Position; kind: string; weight: number }[]>;
  /** The children a listing found under parents, for descending. */
  members(runId: string, unitId: string, after: Position | null, through: Position | null): Promise<Member[]>;
  /** Members that were set aside in a listing. */
  setAside(runId: string, unitId: string): Promise<Member[]>;
  /** Postponed changes of a run, parents before children. */
  postponed(runId: string): AsyncIterable<Postponed[]>;
  /** The end of a run: its state, and what to remember of the service. */
  end(end: RunEnd): Promise<void>;
}

/** How a run ended, for the record. */
export interface RunEnd {
  runId: string;
  fence: number;
  state: RunState;
  exit: number;
  now: number;
  events: RunEvent[];
  counts: Counts;
  queries: number;
  /** Whether the next run of the pipeline may go on where this one stopped. */
  resumable: boolean;
  /** What to remember of the service; `null` keeps what is known. */
  remember: ServiceState | null;
}

/** The right to run one service. */
export interface Lease {
  fence: number;
  /** Says that the holder is alive. Throws when somebody else has taken the lease. */
  beat(now: number): Promise<void>;
  release(): Promise<void>;
}

/** A store that is both ports, and commits entities and checkpoint in one transaction. */
export interface Store extends EntityStore, StateStore {
  commit(commit: UnitCommit): Promise<CommitOutcome>;
  finish(commit: FinishCommit): Promise<CommitOutcome>;
}
