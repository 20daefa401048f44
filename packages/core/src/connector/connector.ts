import type { z } from "zod";
import type { Manifest } from "./manifest.ts";
import type { Metadata } from "./metadata.ts";
import type { QueryLog } from "./query-log.ts";
import type { RequestSpecs } from "./request.ts";
import type { ConnectOptions, Driver, ServerFacts, Session } from "./session.ts";

/** One step of `headwater check`, in the order a person would try them. */
export interface CheckStep<R extends RequestSpecs = RequestSpecs> {
  /** What is tried, in words: `Read the list of tables`. */
  name: string;
  /** Whether a run is hopeless without it. */
  required: boolean;
  /** What does not work when the step fails. */
  loses: string;
  /** Throws a `SourceError` whose hint says what mends it. A returned text is shown beside the step. */
  run(session: Session<R>): Promise<string | void>;
}

/** A connector: the wiring of everything it implements. `Config` is the connection as its schema yields it. */
export interface Connector<Config = unknown, R extends RequestSpecs = RequestSpecs> {
  manifest: Manifest;
  /** The schema of the connection in a workflow file, with OpenMetadata's field names. Unknown keys are refused by core. */
  config: z.ZodType<Config>;
  /** The connection that a URL stands for, as it would be written in a workflow file. */
  fromUrl?(url: URL): Record<string, unknown>;
  requests: R;
  /**
   * Whether requests stand alone, as those of an HTTP API do: then one that the source throttles is asked again on the same
   * session, from the page after the last that came, instead of doing the whole piece of work again.
   */
  stateless?: boolean;
  connect(config: Config, options: ConnectOptions): Promise<Driver>;
  /** Asks who the server is. Called once per run, on the first session. */
  hello(session: Session<R>): Promise<ServerFacts>;
  check: readonly CheckStep<R>[];
  /**
   * Writes a name where a `grant` of the manifest has a placeholder: `role` or `database` (…) as its dialect wants it, quoted.
   * Without it the placeholders are left for people to fill in.
   */
  grantName?(placeholder: string, name: string): string;
  metadata?: Metadata<R>;
  /** The log that lineage is read from. */
  lineage?: QueryLog<R>;
  /** The log that usage is counted from: the same one, as a rule. */
  usage?: QueryLog<R>;
}

const BRAND = Symbol.for("headwater.Connector");

/** Marks a connector, so that the loader knows it whatever copy of core it was built with. */
export function defineConnector<Config, const R extends RequestSpecs>(
  connector: Connector<Config, R>,
): Connector<Config, R> {
  return Object.assign({}, connector, { [BRAND]: true });
}

/** Whether a module's export is a connector. */
export function isConnector(value: unknown): value is Connector {
  return typeof value === "object" && value !== null && BRAND in value;
}
