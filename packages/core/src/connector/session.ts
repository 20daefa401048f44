import type { Json } from "../entities/json.ts";
import type { Cell, RequestSpecs, Row } from "./request.ts";
import type { Secret } from "./secret.ts";

/** What a session may do: read metadata, read data (profiler, quality) or write to the source (reverse). */
export type Intent = "metadata" | "data" | "write";

/** One answer of the source: one page of a request, its cells in the order of the declared columns. */
export interface Page {
  rows: Cell[][];
  /** What the source charges for the answer, where it says so. */
  bill?: { bytes?: number };
  /** Where the page after this one begins, for requests that stand alone: the source's own token. Absent on the last page. */
  next?: Json;
}

/**
 * One open connection, as a connector implements it: the only place where a vendor's driver is touched. Everything it
 * throws is a `SourceError`. Core calls one method at a time.
 */
export interface Driver {
  /**
   * Runs a named request and yields one page per round trip. Stops at once when the signal aborts. `after` is the `next` of the
   * last page that came, when the source throttled the page after it; see `Connector.stateless`.
   */
  request(name: string, args: Json, signal: AbortSignal, after?: Json): AsyncIterable<Page>;
  /**
   * Opens a snapshot, read-only where the engine can. Called before each piece of work; not counted as a query. `work` names
   * the piece, for what core puts around drivers; a driver has no use for it.
   */
  begin(signal: AbortSignal, work?: string): Promise<void>;
  /** Closes the snapshot, also after an error. */
  end(): Promise<void>;
  close(): Promise<void>;
}

/** How core opens a connection. */
export interface ConnectOptions {
  intent: Intent;
  /** Which of the node's groups the session serves: a database name, a region. `""` is the initial one. */
  group: string;
  signal: AbortSignal;
  /** How our statements are told from others in the source's logs: shown as application name, query tag or comment. */
  mark?: string;
  /** Asks the person at the terminal for a secret. Absent where nobody can be asked. */
  prompt?: (question: string) => Promise<Secret | null>;
}

/** How names compare at a source: what an unquoted name becomes, and whether case matters at all. */
export interface NameRules {
  unquoted: "lower" | "upper" | "kept";
  caseSensitive: boolean;
}

/** What a connector learned about its server, by requests. */
export interface ServerFacts {
  /**
   * What stays the same for as long as it is the same server with the same data, across restarts and standbys, and
   * differs on a copy. `null` where the source does not tell.
   */
  identity: string | null;
  version: string;
  /** The server's clock, ISO 8601; `null` where it does not tell. */
  now: string | null;
  names: NameRules;
  /** How many more connections the server can take, where it tells; core uses at most half of them. */
  connectionsLeft?: number;
}

/** A {@link Driver} with core's counting, limits and types around it: what connectors read through. */
export interface Session<R extends RequestSpecs = RequestSpecs> {
  readonly server: ServerFacts;
  /** All rows of a request. */
  all<N extends keyof R & string>(name: N, args?: Json): Promise<Row<R[N]>[]>;
  /** The rows of a request page by page, as the source sends them. */
  pages<N extends keyof R & string>(name: N, args?: Json): AsyncIterable<Row<R[N]>[]>;
}
