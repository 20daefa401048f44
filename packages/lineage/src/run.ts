import { CatalogStore, ClaimWriter, type Database, type Definition, lastSeq, NameIndex } from "@headwater/catalog";
import {
  buildFqn,
  type Clock,
  EXIT,
  type EventBody,
  type ExitName,
  fingerprint,
  type IngestionPipelineFacts,
  quoteName,
  type RunEvent,
  type RunResult,
  type RunState,
} from "@headwater/core";
import type { DialectName } from "@headwater/sql-lineage";
import { type DefinitionsResult, readDefinitions } from "./definitions.ts";

/** A run that derives the lineage of one service. */
export interface LineageRun {
  db: Database;
  /** The raw name of the service. */
  service: string;
  otherServices: readonly string[];
  /** The pipeline's name below the service. */
  pipelineName: string;
  pipelineFacts: IngestionPipelineFacts;
  /** What reads it, for the record: `postgres@1.2.0`. */
  connector: string;
  dialect: DialectName;
  searchPath: readonly string[];
  views: boolean;
  procedures: boolean;
  covers: (definition: Definition) => boolean;
  /** Read every definition again, changed or not. */
  all: boolean;
  allowEmpty: boolean;
  clock: Clock;
  signal: AbortSignal;
  emit: (event: RunEvent) => void;
}

/** How a lineage run ended, and what it did. */
export interface LineageResult extends RunResult {
  definitions: DefinitionsResult;
  edges: { added: number; removed: number };
}

const HEARTBEAT_MS = 5_000;

/**
 * Derives the lineage of a service into its catalog. Throws a `HeadwaterError` (`busy`) when another run holds the service. Every
 * step can be broken off and done again.
 */
export async function runLineage(run: LineageRun): Promise<LineageResult> {
  const { db, clock, service } = run;
  const store = new CatalogStore(db);
  const lease = await store.lease(service, clock.now());
  const beat = setInterval(() => {
    // A lost lease shows at the next commit, which the store refuses.
    lease.beat(clock.now()).catch(() => clearInterval(beat));
  }, HEARTBEAT_MS);
  beat.unref();
  try {
    const startedAt = clock.now();
    const pipeline = buildFqn(service, run.pipelineName);
    const { runId } = await store.begin({
      service,
      serviceType: "databaseService",
      pipeline,
      connector: run.connector,
      configDigest: fingerprint(JSON.stringify(run.pipelineFacts)),
      fresh: true,
      fence: lease.fence,
      now: startedAt,
      tasks: [],
    });
    const events: RunEvent[] = [];
    const emit = (body: EventBody): void => {
      const event: RunEvent = { at: clock.now(), run: runId, ...body };
      events.push(event);
      run.emit(event);
    };
    emit({ event: "run-started", service, pipeline, connector: run.connector, continued: false });
    // What happens to the catalog from here on is read again by the next run.
    const seq = lastSeq(db);
    const definitions = await readDefinitions({ ...run, now: () => clock.now() });
    emit({ event: "definitions", ...definitions });
    const edges = db.transaction(() => new ClaimWriter(db, quoteName(service)).settle(Number(runId), seq));
    emit({ event: "lineage", ...edges });
    const verdict = verdictOn(run, definitions);
    const endedAt = clock.now();
    emit({ event: "run-finished", ...verdict, exit: EXIT[verdict.exit], counts: {} });
    await store.end({
      runId,
      fence: lease.fence,
      state: verdict.state,
      exit: EXIT[verdict.exit],
      now: endedAt,
      events,
      counts: {},
      queries: 0,
      resumable: false,
      remember: null,
    });
    return {
      runId,
      ...verdict,
      exit: EXIT[verdict.exit],
      counts: {},
      queries: 0,
      startedAt,
      endedAt,
      definitions,
      edges,
    };
  } finally {
    clearInterval(beat);
    await lease.release();
  }
}

function verdictOn(
  { db, service, signal, allowEmpty }: LineageRun,
  { read, unchanged, withGaps }: DefinitionsResult,
): { state: RunState; exit: ExitName; message: string } {
  if (signal.aborted)
    return { state: "interrupted", exit: "interrupted", message: "Interrupted; what was read is kept." };
  if (read + unchanged === 0 && !allowEmpty && new NameIndex(db, [quoteName(service)]).size === 0)
    return {
      state: "failed",
      exit: "empty",
      message: `The catalog has no tables, views or routines of ${service}. Read its metadata first, or allow it with --allow-empty.`,
    };
  const gaps =
    withGaps > 0 ? ` In ${withGaps} of those read now something could not be read: headwater lineage gaps.` : "";
  return { state: "success", exit: "success", message: `Lineage is up to date.${gaps}` };
}
