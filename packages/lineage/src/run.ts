import {
  CatalogStore,
  ClaimWriter,
  definitionCount,
  endUnseen,
  EntityWriter,
  isSettled,
  lastSeq,
  type Settled,
} from "@headwater/catalog";
import {
  buildFqn,
  type ChosenLog,
  type Clock,
  type Connector,
  decorate,
  EXIT,
  type EventBody,
  fingerprint,
  type IngestionPipelineFacts,
  isSourceError,
  mark,
  ownChanges,
  type OwnEntity,
  type QueryLog,
  quoteName,
  type RunEvent,
  type RunResult,
  type Secret,
  type ServiceFacts,
  type Session,
  SessionPool,
  type SourceError,
} from "@headwater/core";
import type { DefinitionsResult, DefinitionsRun } from "./definitions.ts";
import type { LogResult, LogRun } from "./log/read-log.ts";
import { READER_VERSION } from "./reader-version.ts";
import { failed, verdictOn } from "./verdict.ts";

/** A run that derives the lineage of one service. */
export interface LineageRun extends Omit<DefinitionsRun, "now"> {
  /** The pipeline's name below the service. */
  pipelineName: string;
  pipelineFacts: IngestionPipelineFacts;
  /** What is said about the service where the catalog does not have it yet: a log may be all there is of it. */
  serviceFacts: ServiceFacts;
  /** What reads it, for the record: `postgres@1.2.0`. */
  connector: string;
  /** Whether every definition is covered: only then is what changed in the catalog accounted for. */
  complete: boolean;
  /** The log that is read; `null` for none. */
  log: LogSource | null;
  /** Query edges that nothing showed for this many covered days end. */
  forgetAfterDays: number;
  allowEmpty: boolean;
  clock: Clock;
  emit: (event: RunEvent) => void;
}

/** Where a query log is read from, and how much of it. */
export interface LogSource extends Pick<
  LogRun,
  "path" | "days" | "pageRows" | "maxQueries" | "filter" | "databases" | "threads" | "parsingTimeoutMs"
> {
  connector: Connector;
  config: unknown;
  /** Which of the connector's capabilities is asked for. */
  capability: "lineage" | "usage";
  prompt?: (question: string) => Promise<Secret | null>;
}

/** How a lineage run ended, and what it did. */
export interface LineageResult extends RunResult {
  definitions: DefinitionsResult;
  log: LogResult | null;
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
    await describeOwn(run, store, Number(runId));
    // What happens to the catalog from here on is read again by the next run.
    const seq = lastSeq(db);
    const digest = digestOf(run);
    const services = [service, ...run.otherServices].map(quoteName);
    const upToDate =
      run.complete && !run.all && run.log === null && isSettled(db, quoteName(service), services, digest);
    const definitions = upToDate ? nothingToRead(run) : await readTexts(run);
    if (run.views || run.procedures) emit({ event: "definitions", ...definitions });
    let log: LogResult | null = null;
    let queries = 0;
    let failure: SourceError | null = null;
    if (run.log !== null && !run.signal.aborted) {
      const pool = poolOf(run, run.log);
      try {
        log = await logOf(run, run.log, pool, emit);
      } catch (error) {
        if (!isSourceError(error)) throw error;
        failure = error;
      } finally {
        queries = pool.queries;
        await pool.close();
      }
    }
    if (log !== null) emit({ event: "queries-read", ...log });
    const edges = upToDate ? { added: 0, removed: 0 } : settle(run, Number(runId), { throughSeq: seq, digest });
    emit({ event: "lineage", ...edges });
    const verdict = failure === null ? verdictOn(run, definitions, log, edges) : failed(failure, run, definitions);
    if (failure !== null)
      emit({ event: "note", message: failure.message, ...(failure.hint === undefined ? {} : { hint: failure.hint }) });
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
      queries,
      resumable: false,
      remember: null,
    });
    return {
      runId,
      ...verdict,
      exit: EXIT[verdict.exit],
      counts: {},
      queries,
      startedAt,
      endedAt,
      definitions,
      log,
      edges,
    };
  } finally {
    clearInterval(beat);
    await lease.release();
  }
}

/** Everything the edges follow from, but for the texts and the names in them. */
function digestOf({ dialect, searchPath, otherServices, forgetAfterDays }: LineageRun): string {
  return fingerprint(JSON.stringify([READER_VERSION, dialect, searchPath, otherServices, forgetAfterDays]));
}

/** What reading the definitions comes to where there is nothing to read. */
function nothingToRead({ db, service }: LineageRun): DefinitionsResult {
  return { read: 0, unchanged: definitionCount(db, quoteName(service)), ended: 0, withGaps: 0 };
}

const NO_DEFINITIONS: DefinitionsResult = { read: 0, unchanged: 0, ended: 0, withGaps: 0 };

/** Reads the texts that the catalog has. The engine that reads SQL is loaded here, where there is some. */
async function readTexts(run: LineageRun): Promise<DefinitionsResult> {
  const [{ readDefinitions }, { readOutdatedQueries }] = await Promise.all([
    import("./definitions.ts"),
    import("./log/outdated.ts"),
  ]);
  const now = (): number => run.clock.now();
  const definitions = run.views || run.procedures ? await readDefinitions({ ...run, now }) : NO_DEFINITIONS;
  await readOutdatedQueries(run.db, run.service, run.otherServices, now, run.signal);
  return definitions;
}

/** Makes the edges what the statements say now. */
function settle(
  { db, service, forgetAfterDays, complete, signal, clock }: LineageRun,
  runId: number,
  settled: Settled,
): { added: number; removed: number } {
  return db.transaction(() => {
    endUnseen(db, quoteName(service), forgetAfterDays, clock.now());
    return new ClaimWriter(db, quoteName(service)).settle(runId, complete && !signal.aborted ? settled : null);
  });
}

/** Writes the pipeline, and a service that nobody has read the metadata of. */
async function describeOwn(run: LineageRun, store: CatalogStore, runId: number): Promise<void> {
  const { db, service, serviceFacts, pipelineName, pipelineFacts, connector, clock } = run;
  const root = buildFqn(service);
  const entities: OwnEntity[] = [
    {
      type: "ingestionPipeline",
      fqn: buildFqn(service, pipelineName),
      parent: root,
      name: pipelineName,
      facts: pipelineFacts,
    },
  ];
  if (!(await store.exist([root])).has(root))
    entities.unshift({ type: "databaseService", fqn: root, parent: null, name: service, facts: serviceFacts });
  const changes = await ownChanges(store, service, entities, connector);
  db.transaction(() => {
    const writer = new EntityWriter(db, { run: runId, actor: null, at: clock.now() });
    for (const change of changes) writer.apply(change);
  });
}

function poolOf({ clock, signal, service, pipelineName }: LineageRun, source: LogSource): SessionPool {
  const { connector, config, prompt } = source;
  return new SessionPool({
    connector: decorate(connector, mark(buildFqn(service, pipelineName))),
    config,
    intent: "metadata",
    limit: 1,
    signal,
    clock,
    ...(prompt === undefined ? {} : { prompt }),
  });
}

async function logOf(
  run: LineageRun,
  source: LogSource,
  pool: SessionPool,
  emit: (event: EventBody) => void,
): Promise<LogResult | null> {
  const capability = source.connector[source.capability];
  if (capability === undefined) {
    emit({
      event: "note",
      message: `The ${source.connector.manifest.title} connector reads no query log.`,
      hint: "Name files with queryLogFilePath, or leave the log out with processQueryLineage: false.",
    });
    return null;
  }
  await pool.hello();
  const opened = await pool.acquire("");
  let broken = true;
  try {
    await opened.driver.begin(run.signal);
    const { log, note } = await chosen(capability, opened.session);
    if (note !== null) emit({ event: "note", ...note });
    const { db, service, otherServices, dialect, searchPath, signal, clock } = run;
    const now = (): number => clock.now();
    const rest = { db, service, otherServices, dialect, searchPath, signal, now, emit };
    const { readLog } = await import("./log/read-log.ts");
    const result = await readLog({ ...source, ...rest, log, session: opened.session });
    await opened.driver.end();
    broken = false;
    return result;
  } finally {
    await pool.release(opened, broken);
  }
}

/** The log that is read of those a source has. */
async function chosen(log: QueryLog, session: Session): Promise<ChosenLog> {
  return log.kind === "chosen" ? log.choose(session) : { log, note: null };
}
