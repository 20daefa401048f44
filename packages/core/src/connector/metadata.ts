import type { FactsByType } from "../entities/facts.ts";
import type { Path } from "../entities/fqn.ts";
import type { Json } from "../entities/json.ts";
import type { SourceError } from "./source-error.ts";
import type { RequestSpecs } from "./request.ts";
import type { Session } from "./session.ts";

/** The nodes of all topologies: the types of entities that are read from a source. */
export type NodeName =
  | "database"
  | "databaseSchema"
  | "table"
  | "storedProcedure"
  | "topic"
  | "chart"
  | "dashboardDataModel"
  | "dashboard"
  | "pipeline";

/** One child a listing found. */
export interface Found {
  /** The raw names of the parent, below the service. */
  parent: Path;
  /** As the source spells it, never folded. Routines carry their argument types where the source tells them apart by these: `area(numeric, numeric)`. */
  name: string;
  /** One of the node's kinds: `Regular`, `View` … for tables. */
  kind: string;
  /** The source's own identifier, which survives a rename. Compared only under one server identity. */
  key?: string;
  /** A value that changes with every fact of the object. Equal tokens mean it need not be read. */
  token?: string;
  /** How much there is to read, in columns. Default 1. */
  weight?: number;
  /** What `read` would yield as rows, where listing already returned it. */
  seed?: Json;
  /** What `read` would yield beside a seed. */
  columnKeys?: readonly string[];
  /** Measurements the listing came with. They are taken although the object need not be read. */
  seen?: Observations;
  /** Left out by the connection's configuration (a run over one database of many), with the reason in words. */
  skip?: string;
  /** What is below it cannot be read. The object itself is kept, nothing below it is deleted. */
  blocked?: { reason: string; hint?: string; failure: boolean };
}

/** The listing of a parent ended without error. `granted` means the role saw only what it may see. */
export type Listed = { listed: Path } & ({ seen: "complete" } | { seen: "granted"; digest?: string });

/** The listing of a parent failed: nothing is known about its children, and none is deleted. */
export interface Denied {
  denied: Path;
  error: SourceError;
}

/** What a listing yields: children, and exactly one verdict for every parent asked for. */
export type ListItem = Found | Listed | Denied;

/** What need not be read because no option asks for it. */
export interface Want {
  /** Statements that define tables. Views and routines always have theirs. */
  ddl: boolean;
  owners: boolean;
  tags: boolean;
}

/** A bounded number of objects to read, resolved from a listing by core. */
export interface Slice {
  members: readonly Found[];
  want: Want;
}

/** Measurements that come with an object. They change without a version. */
export interface Observations {
  rowCount?: number;
  sizeBytes?: number;
}

/**
 * One object as read. `rows` is everything its facts are made from, as plain data: when it is what it was last time,
 * the object is unchanged and its facts are not even computed.
 */
export interface ReadObject<Rows extends Json = Json> {
  path: Path;
  rows: Rows;
  /** The columns' own identifiers, parallel to the facts' columns: with them a renamed column is known again. */
  columnKeys?: readonly string[];
  seen?: Observations;
}

/** An object somebody has locked: core tries it again at the end of the run. */
export interface SetAside {
  setAside: Path;
  reason: string;
}

/** An object that cannot be read although the request did not fail: nothing is known about it, and it keeps what was known. */
export interface ReadFailure {
  failed: Path;
  error: SourceError;
}

/** What reading a slice yields. Members that are not yielded have vanished since the listing. */
export type ReadItem<Rows extends Json = Json> = ReadObject<Rows> | SetAside | ReadFailure;

/** How a connector reads one node of its topology. */
export interface MetadataNode<
  R extends RequestSpecs = RequestSpecs,
  N extends NodeName = NodeName,
  Rows extends Json = Json,
> {
  /** The kinds it can find. */
  kinds: readonly string[];
  /** The group of a parent: one session covers one group. Default: one group for all. */
  group?(parent: Path): string;
  /** Parents that are listed by one call, at most: 1 where the source lists one parent at a time. Default 2,000. */
  listAtOnce?: number;
  /**
   * Lists the children of some parents: at most two requests however many they are, nothing that locks, everything the role can see. Filters
   * are core's business. Yields a verdict for every parent, empty ones too.
   */
  list(session: Session<R>, parents: readonly Path[], want: Want): AsyncIterable<ListItem>;
  /** Reads the members of a slice that came without a seed, with a fixed handful of requests. */
  read?(session: Session<R>, slice: Slice): AsyncIterable<ReadItem<Rows>>;
  /** Turns rows into facts: pure, from its arguments alone. */
  facts(rows: Rows, kind: string): FactsByType[N];
}

/** The `metadata` capability of a connector: the nodes it fills, by name. */
export type Metadata<R extends RequestSpecs = RequestSpecs> = {
  readonly [N in NodeName]?: MetadataNode<R, N>;
};
