/** Runs the connector as `headwater ingest` does, into a catalog in memory. */
import { CatalogStore, type Database, exportLines, openDatabase } from "@headwater/catalog";
import {
  type Clock,
  type Connector,
  type Decorator,
  decorate,
  defaultRunOptions,
  EXIT,
  isHeadwaterError,
  type MetadataRun,
  type NodeCounts,
  type RunEvent,
  runMetadata,
  type RunOptions,
  type RunResult,
} from "@headwater/core";
import type { Connection } from "./fixture.ts";
import type { Subject } from "./subject.ts";

/** A run with everything that happened. */
export interface Ran {
  /** The exit code it would have ended with. */
  exit: number;
  /** The result, where the run came to an end of its own. */
  result: RunResult | null;
  /** What stopped it otherwise. */
  error: Error | null;
  events: RunEvent[];
}

/** How to run. */
export interface RunHow {
  decorators?: readonly Decorator[];
  options?: Partial<RunOptions>;
  signal?: AbortSignal;
  /** Begins anew where a broken run could be continued. */
  fresh?: boolean;
  /** Changes the connector first, for faults inside of it. */
  connector?: Connector;
  onEvent?: (event: RunEvent) => void;
}

/** A clock that never waits and ticks by itself. */
export function patientClock(): Clock {
  let now = Date.UTC(2026, 0, 1);
  return {
    now: () => (now += 1_000),
    sleep: async (_ms, signal) => signal?.throwIfAborted(),
  };
}

/** A catalog in memory. */
export const emptyCatalog = (): Database => openDatabase(":memory:");

/** The canonical export of a catalog, line by line. */
export const exported = (db: Database): string[] => [...exportLines(db)];

/** The name of the service all runs have. */
export const SERVICE = "conformance";

/** Runs once. A fault of the connector or of core that is neither a result nor an error for people has exit code 1. */
export async function ingest(
  subject: Subject,
  source: { connection: Connection },
  db: Database,
  how: RunHow = {},
): Promise<Ran> {
  const { connector = subject.connector, decorators = [] } = how;
  const events: RunEvent[] = [];
  const run: MetadataRun = {
    connector: decorate(connector, ...decorators),
    connectorVersion: "0.0.0",
    config: subject.config(source.connection),
    service: SERVICE,
    serviceFacts: { serviceType: Object.values(connector.manifest.types)[0] ?? connector.manifest.title },
    pipelineName: "metadata",
    pipelineFacts: { pipelineType: "metadata" },
    options: { ...defaultRunOptions(), maxDelete: { percent: 100 }, ...how.options },
    fresh: how.fresh ?? false,
    allowEmpty: true,
    store: new CatalogStore(db),
    clock: patientClock(),
    signal: how.signal ?? new AbortController().signal,
    emit: (event) => {
      events.push(event);
      how.onEvent?.(event);
    },
  };
  try {
    const result = await runMetadata(run);
    return { exit: result.exit, result, error: null, events };
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    return { exit: isHeadwaterError(error) ? EXIT[error.exit] : EXIT.internal, result: null, error, events };
  }
}

/** One figure of a run over all nodes. */
export function total({ result }: Ran, pick: (counts: NodeCounts) => number): number {
  return Object.values(result?.counts ?? {}).reduce((sum, counts) => sum + pick(counts), 0);
}

/** How a run ended, in a sentence. */
export function ending({ exit, result, error, events }: Ran): string {
  const failures = events.flatMap((event) =>
    event.event === "failed" ? [event.fqn] : event.event === "not-listed" ? [event.scope] : [],
  );
  const named = failures.length === 0 ? "" : `; failed: ${failures.slice(0, 3).join(", ")}`;
  return `exit ${exit}: ${result?.message ?? error?.message ?? "no message"}${named}`;
}
