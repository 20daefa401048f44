import {
  CatalogStore,
  ClaimWriter,
  type Database,
  type Definition,
  definitionCount,
  endUnseen,
  EntityWriter,
  isSettled,
  lastSeq,
  logParts,
  NameIndex,
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
  type ExitName,
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
  type RunState,
  type Secret,
  type ServiceFacts,
  type Session,
  SessionPool,
  type SourceError,
} from "@headwater/core";
import type { DialectName } from "@headwater/sql-lineage";
import type { DefinitionsResult } from "./definitions.ts";
import type { LogResult, LogRun } from "./log/read-log.ts";
import { READER_VERSION } from "./reader-version.ts";

/** A run that derives the lineage of one service. */
export interface LineageRun {
  db: Database;
  /** The raw name of the service. */
  service: string;
  otherServices: readonly string[];
  /** The pipeline's name below the service. */
  pipelineName: string;
  pipelineFacts: IngestionPipelineFacts;
  /** What is said about the service where the catalog does not have it yet: a log may be all there is of it. */
  serviceFacts: ServiceFacts;
  /** What reads it, for the record: `postgres@1.2.0`. */
  connector: string;
  dialect: DialectName;
  searchPath: readonly string[];
  views: boolean;
  procedures: boolean;
  covers: (definition: Definition) => boolean;
  /** Read every definition again, changed or not. */
  all: boolean;
  /** Whether every definition is covered: only then is what changed in the catalog accounted for. */
  complete: boolean;
  /** The log that is read; `null` for none. */
  log: LogSource | null;
  /** Query edges that nothing showed for this many covered days end. */
  forgetAfterDays: number;
  allowEmpty: boolean;
  clock: Clock;
  signal: AbortSignal;
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

function failed(
  error: SourceError,
  { signal }: LineageRun,
  { read, unchanged: kept }: DefinitionsResult,
): { state: RunState; exit: ExitName; message: string } {
  if (signal.aborted)
    return { state: "interrupted", exit: "interrupted", message: "Interrupted; what was read is kept." };
  const exit = error.code === "unreachable" || error.code === "signIn" ? "source" : "partial";
  // What the definitions say is kept, and is something.
  const state = exit === "partial" && read + kept > 0 ? "partialSuccess" : "failed";
  return { state, exit, message: `The query log could not be read: ${error.message}` };
}

function verdictOn(
  { db, service, signal, allowEmpty, dialect }: LineageRun,
  { read, unchanged, withGaps }: DefinitionsResult,
  log: LogResult | null,
  { added, removed }: { added: number; removed: number },
): { state: RunState; exit: ExitName; message: string } {
  if (signal.aborted)
    return { state: "interrupted", exit: "interrupted", message: "Interrupted; what was read is kept." };
  const doubts = log === null ? [] : doubtsAbout(log, dialect);
  if (doubts.length > 0) {
    const message = `${doubts.join(" ")} Everything else is kept.`;
    const something = (log?.queries ?? 0) + read + unchanged > 0;
    return { state: something ? "partialSuccess" : "failed", exit: "partial", message };
  }
  if (log?.stopped === "limit")
    return {
      state: "partialSuccess",
      exit: "held",
      message: `Stopped after ${log.queries} queries, as maxQueries says; the next run goes on from there.`,
    };
  if (read + unchanged === 0 && log === null && !allowEmpty && new NameIndex(db, [quoteName(service)]).size === 0)
    return {
      state: "failed",
      exit: "empty",
      message: `The catalog has no tables, views or routines of ${service}. Read its metadata first, or allow it with --allow-empty.`,
    };
  if (log !== null && !allowEmpty && logParts(db, quoteName(service)).every(({ queries }) => queries === 0))
    return {
      state: "failed",
      exit: "empty",
      message: "The query log has no queries. Check where it is and what it covers, or allow it with --allow-empty.",
    };
  const broken = withGaps + (log?.withGaps ?? 0);
  const gaps =
    broken > 0
      ? ` Something in ${many(broken, "text")} read now is not understood: headwater lineage gaps says what.`
      : "";
  const changes = added + removed > 0 ? `: ${many(added, "edge")} added, ${removed} removed` : "";
  const what = log === null ? "Lineage is" : "Lineage and usage are";
  return { state: "success", exit: "success", message: `${what} up to date${changes}.${gaps}` };
}

/** From how many shapes on it is said that the dialect may be another one. */
const SHAPES_TO_JUDGE = 10;

/** What of a log could not be taken as it is. */
function doubtsAbout(log: LogResult, dialect: DialectName): string[] {
  const { faults, cut, ahead, untimed, queries, read, withGaps } = log;
  const doubts: string[] = [];
  if (faults > 0) doubts.push(`${many(faults, "record")} of the query log could not be read.`);
  if (cut > 0)
    doubts.push(`The source kept only the beginning of ${manyQueries(cut)}: what stood behind is not known.`);
  if (ahead > 0) doubts.push(`Dated in the future, and counted as run now: ${manyQueries(ahead)}. Check the clocks.`);
  // A log without times at all is one thing, a time that is not understood another.
  if (untimed > 0 && untimed < queries)
    doubts.push(`Without a time that is understood, and counted as run now: ${manyQueries(untimed)}.`);
  if (read >= SHAPES_TO_JUDGE && withGaps > read / 2)
    doubts.push(
      `More than half of what was read now is not understood whole as ${dialect}: headwater lineage gaps says why. The type in serviceConnection says which dialect it is.`,
    );
  return doubts;
}

const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
const manyQueries = (count: number): string => `${count} ${count === 1 ? "query" : "queries"}`;
