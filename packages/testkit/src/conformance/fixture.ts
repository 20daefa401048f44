/** What a connector's author says about a source to test against: how to fill it, change it and break it. */
import type { DataType, Path } from "@headwater/core";

/** A connection as it stands in a workflow file, below `serviceConnection.config`. */
export type Connection = Record<string, unknown>;

/** One object to make: a table, a topic. Its columns are of any type, or of the type named. */
export interface SeedObject {
  name: string;
  columns: readonly SeedColumn[];
  /** What to say about it, where the source keeps comments. */
  comment?: string;
}

/** One column to make. */
export interface SeedColumn {
  name: string;
  /** A type in the source's own words. Absent: any. */
  type?: string;
}

/** What to make: objects in scopes (schemas, or whatever the parent of the objects is). */
export type Seed = readonly { scope: string; objects: readonly SeedObject[] }[];

/** One change to a source. */
export type SeedChange =
  | { do: "add"; scope: string; object: SeedObject }
  | { do: "drop"; scope: string; name: string }
  | { do: "addColumn"; scope: string; name: string; column: SeedColumn };

/** A source that holds what was asked for, and nothing else that is not always there. */
export interface SeededSource {
  connection: Connection;
  /** The path of a scope below the service: `["shop", "public"]`. */
  path(scope: string): Path;
  /** Takes the source away. */
  stop(): Promise<void>;
  /** Changes the source as somebody else would. */
  change?(change: SeedChange): Promise<void>;
  /** Everything the source holds, as text: reading must leave it as it is. */
  contents?(): Promise<string>;
  /** The connection of somebody who may not see one of the objects. */
  hide?(scope: string, name: string): Promise<Connection>;
  /** From now on the source gives no answers, until the returned function is called. */
  stall?(): Promise<() => void | Promise<void>>;
}

/** A log of what was run, with some statements in it. */
export interface SeededLog {
  connection: Connection;
  /** The statements, each of its own text, with the Unix milliseconds they began at. At least seven. */
  queries: readonly { text: string; at: number }[];
  /** Where the log is, for logs in files. */
  path?: string;
  stop(): Promise<void>;
}

/** Everything the conformance suite needs to know. Rules that need what a fixture does not offer are skipped, and say so. */
export interface Fixture {
  /** What it runs against, for the report: `PostgreSQL 18`. */
  source: string;
  /** The folder of the connector's package. Without it level 0 is skipped. */
  package?: string;
  /** Makes a source. Without it only levels 0 and 1 run. */
  seed?(seed: Seed): Promise<SeededSource>;
  /** Whether the source can hold an object or column of this name. Default: any name. */
  canHold?(name: string): boolean;
  /** Types in the source's own words, with what they are in the catalog. */
  types?: Readonly<Record<string, DataType>>;
  /** A source with at least one object of every kind the connector declares. */
  showcase?(): Promise<SeededSource>;
  /** A log, for connectors that read one. */
  log?(): Promise<SeededLog>;
  /** A secret that stands in every connection, to be found nowhere else. */
  secret?: string;
  /** The same connection with credentials the source refuses. */
  withWrongSecret?(connection: Connection): Connection;
  /** At how many requests of a run each fault is tried, spread over the whole run. Default: at every one. */
  faultSteps?: number;
  /** How many objects it makes in a few seconds, for what is measured. Default: level 5 is skipped. */
  many?: number;
}
