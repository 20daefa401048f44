import type { Connector } from "../connector/connector.ts";
import type { Found, MetadataNode, NodeName } from "../connector/metadata.ts";
import type { Secret } from "../connector/secret.ts";
import type { ServerFacts } from "../connector/session.ts";
import { isSourceError, type SourceError } from "../connector/source-error.ts";
import { fingerprint } from "../entities/document.ts";
import type { IngestionPipelineFacts, ServiceFacts } from "../entities/facts.ts";
import { buildFqn, childFqn, type Path } from "../entities/fqn.ts";
import { EXIT, HeadwaterError, isHeadwaterError } from "../errors.ts";
import { decorate } from "../session/decorator.ts";
import { mark } from "../session/mark.ts";
import { limitTime } from "../session/timeout.ts";
import type { Clock } from "./clock.ts";
import { planFinish } from "./finish.ts";
import { Listing } from "./listing.ts";
import { ownChanges, type OwnEntity } from "./own-change.ts";
import type { Change, CommitOutcome, Lease, Member, OpenRun, Store, UnitRest } from "./ports.ts";
import { asSourceError, endFails, readSlice, type SliceResult } from "./read-slice.ts";
import { measured, reconcile } from "./reconcile.ts";
import { addCounts, type Counts, type EventBody, type RunEvent, type RunState } from "./run-event.ts";
import type { RunOptions } from "./run-options.ts";
import { foundNothing, queryBound, sumCounts, type Verdict, verdictOn } from "./run-verdict.ts";
import { SessionPool } from "./session-pool.ts";
import type { Topology } from "./topologies.ts";
import { type Task, taskId, type Unit } from "./unit.ts";
import { firstTasks, listTasks, phaseOf, readTasks, topologyOf } from "./walk.ts";

/** A metadata run: what to read, from where, and where it goes. */
export interface MetadataRun {
  connector: Connector;
  /** The version of the connector's package: a new one may map the same rows to other facts. */
  connectorVersion: string;
  /** The connection, as the connector's schema yielded it. */
  config: unknown;
  service: string;
  serviceFacts: ServiceFacts;
  /** The pipeline's name below the service. */
  pipelineName: string;
  pipelineFacts: IngestionPipelineFacts;
  options: RunOptions;
  /** Begin anew even where a broken run could be continued. */
  fresh: boolean;
  /** Read everything, also what the listing's tokens say is unchanged. */
  rereadAll?: boolean;
  /** A run that finds nothing is fine. */
  allowEmpty: boolean;
  store: Store;
  clock: Clock;
  signal: AbortSignal;
  /** Called with each event as it happens. */
  emit: (event: RunEvent) => void;
  prompt?: (question: string) => Promise<Secret | null>;
}

/** How a run ended. */
export interface RunResult {
  runId: string;
  state: RunState;
  exit: number;
  counts: Counts;
  queries: number;
  startedAt: number;
  endedAt: number;
  /** One sentence for people. */
  message: string;
}

const ATTEMPTS = 3;
const RETRY_MS = 1_000;
const REREADS = 3;
/** How long an answer is waited for, whatever the source's own limits are. */
const SILENCE_MS = 15 * 60_000;
const HEARTBEAT_MS = 5_000;

/**
 * Runs a connector's topology into a store. The standard flow is one thread, the concurrent flow several: the result is the
 * same. Throws a `HeadwaterError` (`busy`) when another run holds the service; every other end is a {@link RunResult}, or
 * the bug that caused it.
 */
export async function runMetadata(run: MetadataRun): Promise<RunResult> {
  const lease = await run.store.lease(run.service, run.clock.now());
  const beat = setInterval(() => {
    // A lost lease shows at the next commit, which the store refuses.
    lease.beat(run.clock.now()).catch(() => clearInterval(beat));
  }, HEARTBEAT_MS);
  beat.unref();
  try {
    const start = {
      service: run.service,
      serviceType: topologyOf(run.connector).service,
      pipeline: pipelineFqn(run),
      connector: connectorName(run),
      configDigest: configDigest(run),
      fresh: run.fresh,
      fence: lease.fence,
      now: run.clock.now(),
      tasks: firstTasks(),
    };
    return await new TopologyRunner(run, lease, await run.store.begin(start)).run();
  } finally {
    clearInterval(beat);
    await lease.release();
  }
}

const pipelineFqn = (run: MetadataRun): string => childFqn(buildFqn(run.service), run.pipelineName);

const connectorName = (run: MetadataRun): string => `${run.connector.manifest.id}@${run.connectorVersion}`;

/** What must be equal for a broken run to be continued: where it reads from and what it covers. No secret goes in. */
function configDigest(run: MetadataRun): string {
  const { threads: _threads, maxDelete: _maxDelete, ...options } = run.options;
  const patterns = (_key: string, value: unknown): unknown => (value instanceof RegExp ? value.source : value);
  return fingerprint(JSON.stringify([run.serviceFacts, run.pipelineFacts, options], patterns));
}

/** One run under way: its queue of units, and what must be known to work on them. */
class TopologyRunner {
  readonly #run: MetadataRun;
  readonly #fence: number;
  readonly #open: OpenRun;
  readonly #topology: Topology;
  /** FQN of the pipeline. */
  readonly #pipeline: string;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #pool: SessionPool;
  readonly #counts: Counts = {};
  readonly #queue: Unit[];
  #server: ServerFacts | null = null;
  /** Events that no commit has taken along yet. */
  #unsaved: RunEvent[] = [];
  #committed = 0;
  /** What the query formula is about. */
  readonly #groups = new Set<string>();
  #listings = 0;
  readonly #kinds = new Map<string, number>();
  #slices = 0;

  constructor(run: MetadataRun, lease: Lease, open: OpenRun) {
    this.#run = run;
    this.#fence = lease.fence;
    this.#open = open;
    this.#topology = topologyOf(run.connector);
    this.#pipeline = pipelineFqn(run);
    this.#signal = AbortSignal.any([run.signal, this.#stop.signal]);
    this.#pool = new SessionPool({
      connector: decorate(run.connector, mark(this.#pipeline), limitTime(SILENCE_MS)),
      config: run.config,
      intent: "metadata",
      limit: Math.max(1, run.options.threads),
      signal: this.#signal,
      clock: run.clock,
      onRetry: (what, attempt, inMs, message) => this.#emit({ event: "retry", what, attempt, inMs, message }),
      ...(run.prompt ? { prompt: run.prompt } : {}),
    });
    addCounts(this.#counts, open.counts);
    this.#queue = open.pending.map((task) => this.#unit(task));
  }

  async run(): Promise<RunResult> {
    const { service } = this.#run;
    this.#emit({
      event: "run-started",
      service,
      pipeline: this.#pipeline,
      connector: connectorName(this.#run),
      continued: this.#open.continued,
    });
    try {
      this.#server = await this.#pool.hello();
      await this.#checkIdentity(this.#server);
      const { version, identity } = this.#server;
      const { title } = this.#run.connector.manifest;
      this.#emit({ event: "connected", title, server: version, identity, sessions: this.#pool.limit });
      await this.#work();
      return await this.#end();
    } catch (error) {
      return await this.#endBroken(error);
    } finally {
      this.#stop.abort();
      await this.#pool.close();
    }
  }

  #emit(body: EventBody): void {
    const event: RunEvent = { at: this.#run.clock.now(), run: this.#open.runId, ...body };
    this.#unsaved.push(event);
    this.#run.emit(event);
  }

  #unit(task: Task): Unit {
    return {
      runId: this.#open.runId,
      id: taskId(task),
      pipeline: this.#pipeline,
      connector: connectorName(this.#run),
      fence: this.#fence,
      task,
    };
  }

  /** A service knows its source: the same name on another server would delete everything it does not have. */
  async #checkIdentity(server: ServerFacts): Promise<void> {
    const { service, store, options } = this.#run;
    const { identity } = await store.service(service);
    if (identity === null || server.identity === null || identity === server.identity) return;
    if (options.acceptSource) return store.forgetKeys(service, this.#fence);
    throw new HeadwaterError(
      "conflict",
      `The service ${service} was read from another server before (${identity}); this one is ${server.identity}.`,
      {
        hint: `If this server really took its place (a move, a restored copy), run again with --accept-source. Otherwise give it a service name of its own.`,
      },
    );
  }

  /** Works through the queue with as many hands as there are sessions, phase by phase. */
  async #work(): Promise<void> {
    const inFlight = new Set<Promise<void>>();
    let phase = 0;
    for (;;) {
      this.#signal.throwIfAborted();
      const lowest = Math.min(...this.#queue.map(({ task }) => phaseOf(task)));
      if (inFlight.size === 0) {
        if (this.#queue.length === 0) return;
        phase = lowest;
      }
      const next = this.#queue.findIndex(({ task }) => phaseOf(task) === phase);
      if (next >= 0 && inFlight.size < this.#pool.limit) {
        const unit = this.#queue.splice(next, 1)[0] as Unit;
        const working = this.#workOn(unit).finally(() => inFlight.delete(working));
        inFlight.add(working);
        continue;
      }
      try {
        await Promise.race(inFlight);
      } catch (error) {
        this.#stop.abort();
        await Promise.allSettled(inFlight);
        throw error;
      }
    }
  }

  async #workOn(unit: Unit): Promise<void> {
    // What the unit carries must survive a trip to another process; a copy shows at once when it does not.
    const { task } = structuredClone(unit);
    switch (task.do) {
      case "service":
        return this.#writeService(unit);
      case "list":
        return this.#list(unit, task);
      case "read":
        return this.#read(unit, task);
      case "reread":
        return this.#reread(unit, task);
      case "finish":
        return this.#finish(unit);
    }
  }

  async #commit(
    unit: Unit,
    changes: Iterable<Change>,
    partsBehind: () => Partial<Omit<UnitRest, "events" | "queries">>,
  ): Promise<CommitOutcome> {
    let [next, counts]: [Task[], Counts] = [[], {}];
    const rest = (): UnitRest => {
      const given = partsBehind();
      ({ next = [], counts = {} } = given);
      return {
        scopes: [],
        postponed: [],
        observations: [],
        setAside: [],
        ...given,
        next,
        counts,
        events: this.#unsaved.splice(0),
        queries: this.#takeQueries(),
      };
    };
    const outcome = await this.#run.store.commit({ unit, at: this.#run.clock.now(), changes, rest });
    addCounts(this.#counts, counts);
    addCounts(this.#counts, outcome.counts);
    this.#committed += 1;
    const queued = new Set(this.#queue.map(({ id }) => id));
    this.#queue.push(...next.map((task) => this.#unit(task)).filter(({ id }) => !queued.has(id)));
    return outcome;
  }

  #queriesTaken = 0;
  /** Queries asked since the last commit, so that each is recorded once. */
  #takeQueries(): number {
    const taken = this.#pool.queries - this.#queriesTaken;
    this.#queriesTaken = this.#pool.queries;
    return taken;
  }

  async #writeService(unit: Unit): Promise<void> {
    const { service, serviceFacts, pipelineName, pipelineFacts, store, connector } = this.#run;
    const root = buildFqn(service);
    const entities: OwnEntity[] = [
      { type: this.#topology.service, fqn: root, parent: null, name: service, facts: serviceFacts },
      { type: "ingestionPipeline", fqn: this.#pipeline, parent: root, name: pipelineName, facts: pipelineFacts },
    ];
    const changes = await ownChanges(store, service, entities, connectorName(this.#run));
    await this.#commit(unit, changes, () => ({ next: listTasks(connector, null, [[]]) }));
  }

  /** Tries a piece of work again while the source is only momentarily unable. Other errors are thrown at once. */
  async #retrying<T>(what: string, work: (attempt: number) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work(attempt);
      } catch (thrown) {
        const error = asSourceError(thrown);
        const again = ["unreachable", "throttled", "locked", "timeout"].includes(error.code);
        if (!again || attempt >= ATTEMPTS || this.#signal.aborted) throw error;
        const inMs = error.retryAfterMs ?? RETRY_MS * 2 ** (attempt - 1);
        this.#emit({ event: "retry", what, attempt, inMs, message: error.message });
        await this.#run.clock.sleep(inMs, this.#signal);
      }
    }
  }

  async #list(unit: Unit, task: Task & { do: "list" }): Promise<void> {
    this.#groups.add(task.group);
    this.#listings += 1;
    const node = this.#node(task.node);
    const { service, options, store } = this.#run;
    const listing = new Listing({ service, options, store, unit, task, note: (body) => this.#emit(body) });
    try {
      await this.#retrying(`list ${task.node}`, async () => {
        await store.unstage(unit);
        listing.restart();
        const opened = await this.#pool.acquire(task.group);
        let broken = true;
        try {
          await opened.driver.begin(this.#signal, unit.id);
          for await (const item of node.list(opened.session, task.parents, options.want)) await listing.add(item);
          await opened.driver.end();
          broken = false;
        } catch (error) {
          broken = !isSourceError(error) || error.code === "unreachable" || error.code === "interrupted";
          if (!broken) broken = await endFails(opened.driver.end());
          throw error;
        } finally {
          await this.#pool.release(opened, broken);
        }
      });
      await listing.flush();
    } catch (thrown) {
      const error = asSourceError(thrown);
      if (["unreachable", "throttled", "interrupted"].includes(error.code)) throw error;
      await store.unstage(unit);
      listing.restart();
      for (const parent of task.parents) listing.deny(parent, error);
    }
    const { scopes, counts } = listing.close();
    const { found, leftOut } = counts;
    this.#emit({ event: "listed", node: task.node, group: task.group, scopes: scopes.length, found, leftOut });
    const listed = this.#countKinds(store.listing(this.#open.runId, unit.id));
    const next = await readTasks(task, unit.id, listed);
    await this.#commit(unit, [], () => ({ scopes, counts: { [task.node]: counts }, next }));
  }

  async *#countKinds(listing: ReturnType<Store["listing"]>): ReturnType<Store["listing"]> {
    for await (const page of listing) {
      for (const { kind } of page) this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1);
      yield page;
    }
  }

  #node(name: NodeName): MetadataNode {
    const node = this.#run.connector.metadata?.[name];
    if (node === undefined)
      throw new HeadwaterError(
        "internal",
        `${connectorName(this.#run)} does not read ${name}, and a unit asks for it.`,
      );
    return node;
  }

  async #read(unit: Unit, task: Task & { do: "read" }): Promise<void> {
    const members = await this.#run.store.members(this.#open.runId, task.list, task.after, task.through);
    // A token that is the stored one says that nothing changed since; see the contract.
    const unchanged = this.#run.rereadAll
      ? []
      : members.filter(({ found, known }) => isUnchangedByToken(found, known, connectorName(this.#run)));
    const unchangedSet = new Set(unchanged);
    const toRead = members.filter((member) => !unchangedSet.has(member));
    const slice = await this.#readMembers(unit, task, toRead);
    const tasks: Task[] = [];
    if (slice.setAside.length > 0) tasks.push({ do: "reread", node: task.node, group: task.group, list: task.list });
    await this.#commitSlice(unit, task.node, members, slice, unchanged, tasks, false);
  }

  async #readMembers(
    unit: Unit,
    task: Task & { do: "read" | "reread" },
    members: readonly Member[],
  ): Promise<SliceResult> {
    const node = this.#node(task.node);
    return this.#retrying(`read ${task.node}`, (attempt) =>
      readSlice(
        {
          pool: this.#pool,
          node,
          nodeName: task.node,
          work: unit.id,
          group: task.group,
          want: this.#run.options.want,
          signal: this.#signal,
          isolate: attempt === ATTEMPTS,
          onAttempt: () => (this.#slices += 1),
        },
        members,
      ),
    );
  }

  async #reread(unit: Unit, task: Task & { do: "reread" }): Promise<void> {
    const members = await this.#run.store.setAside(this.#open.runId, task.list);
    const slice: SliceResult = { objects: [], setAside: [], failed: [], outsiders: 0 };
    let left: readonly Member[] = members;
    for (let attempt = 1; left.length > 0; attempt += 1) {
      const again = await this.#readMembers(unit, task, left);
      slice.objects.push(...again.objects);
      slice.failed.push(...again.failed);
      slice.setAside = again.setAside;
      left = again.setAside.map(({ member }) => member);
      if (left.length === 0 || attempt >= REREADS) break;
      await this.#run.clock.sleep(RETRY_MS, this.#signal);
    }
    await this.#commitSlice(unit, task.node, members, slice, [], [], true);
  }

  async #commitSlice(
    unit: Unit,
    nodeName: NodeName,
    members: readonly Member[],
    slice: SliceResult,
    unchanged: readonly Member[],
    tasks: Task[],
    last: boolean,
  ): Promise<void> {
    const { store, service, options } = this.#run;
    const reconciled = await reconcile(
      { service, nodeName, node: this.#node(nodeName), want: options.want, mapping: connectorName(this.#run), store },
      slice.objects,
    );
    const { counts } = reconciled;
    counts.unchanged += unchanged.length;
    for (const { member, error } of slice.failed)
      this.#emit(failedEvent(nodeName, member, error.code, error.message, error.hint));
    for (const { member, reason } of slice.setAside)
      this.#emit(
        last
          ? failedEvent(nodeName, member, "locked", `Still locked at the end of the run: ${reason}`)
          : { event: "set-aside", node: nodeName, fqn: member.fqn, reason },
      );
    const answered = slice.objects.length + slice.failed.length + slice.setAside.length + unchanged.length;
    counts.vanished = members.length - answered;
    if (slice.outsiders > 0)
      this.#emit({
        event: "note",
        message: `The connector read ${slice.outsiders} ${nodeName} objects nobody asked for; they were dropped.`,
      });

    const outcome = await this.#commit(unit, reconciled.changes, () => {
      for (const { member, message } of reconciled.failed)
        this.#emit(failedEvent(nodeName, member, "invalid", `Its description cannot be used: ${message}`));
      counts.failed = slice.failed.length + reconciled.failed.length + (last ? slice.setAside.length : 0);
      // Children are listed below what was read; what failed keeps what is known below it.
      const failed = new Set([...slice.failed, ...reconciled.failed].map(({ member }) => member));
      const parents = [...unchanged, ...slice.objects.map(({ member }) => member)]
        .filter((member) => !failed.has(member) && member.found.blocked === undefined)
        .map(({ found }): Path => [...found.parent, found.name]);
      return {
        postponed: reconciled.postponed,
        observations: [...reconciled.observations, ...measured(nodeName, unchanged)],
        setAside: last ? [] : slice.setAside.map(({ member, reason }) => ({ fqn: member.fqn, reason })),
        counts: { [nodeName]: counts },
        next: [...tasks, ...listTasks(this.#run.connector, nodeName, parents)],
      };
    });
    this.#emit({ event: "read", node: nodeName, objects: members.length, counts: outcome.counts });
  }

  async #finish(unit: Unit): Promise<void> {
    const { store, service, options, allowEmpty } = this.#run;
    const suspects = !allowEmpty && foundNothing(this.#counts, this.#topology);
    const plan = await planFinish(this.#open.runId, service, this.#topology, options, store, suspects);
    for (const body of plan.events) this.#emit(body);
    const outcome = await store.finish({
      unit,
      at: this.#run.clock.now(),
      deleted: plan.deleted,
      absent: plan.absent,
      outOfScope: plan.outOfScope,
      renamed: plan.renamed,
      overrideMetadata: options.overrideMetadata,
      events: this.#unsaved.splice(0),
      counts: plan.counts,
    });
    addCounts(this.#counts, plan.counts);
    addCounts(this.#counts, outcome.counts);
    this.#committed += 1;
  }

  async #end(): Promise<RunResult> {
    const { store, service, connector, options, allowEmpty } = this.#run;
    const note = (message: string): void => this.#emit({ event: "note", message });
    const unresolved = await store.unresolved(service);
    if (unresolved > 0)
      note(`${unresolved} references point at something the catalog does not hold; they resolve when it appears.`);
    const corrected = sumCounts(this.#counts, (counts) => counts.corrected);
    if (corrected > 0)
      note(
        `${corrected} entities were corrected in place: this version of the connector describes the same source differently.`,
      );
    const formula = connector.manifest.capabilities.metadata?.queries;
    const work = { groups: this.#groups.size, listings: this.#listings, slices: this.#slices, kinds: this.#kinds };
    // A continued run has forgotten what its first part did.
    const bound = formula === undefined || this.#open.continued ? null : queryBound(formula, work);
    this.#emit({ event: "queries", total: this.#queries, bound, sessions: this.#pool.peak });
    if (bound !== null && this.#queries > bound)
      note(`The connector asked ${this.#queries} queries where its manifest allows ${bound}.`);
    return this.#close(verdictOn(this.#counts, this.#topology, options, allowEmpty), false);
  }

  get #queries(): number {
    return this.#open.queries + this.#pool.queries;
  }

  /** Ends a run that could not go on, and throws what stopped it; an interruption is an end like any other. */
  async #endBroken(thrown: unknown): Promise<RunResult> {
    const started = this.#committed > 0;
    if (this.#run.signal.aborted) {
      const message = "Interrupted; what was read is committed, and the next run goes on from here.";
      return this.#close({ state: "interrupted", exit: "interrupted", message }, true);
    }
    const error = isSourceError(thrown) ? sourceFailure(thrown) : thrown;
    const verdict: Verdict = isHeadwaterError(error)
      ? { state: "failed", exit: error.exit, message: error.message }
      : { state: "failed", exit: "internal", message: "Headwater failed; what was read is committed." };
    try {
      await this.#close(verdict, started && verdict.exit !== "conflict");
    } catch (second) {
      // A catalog that cannot be written is often what stopped the run, and then it cannot record that either.
      if (!isHeadwaterError(second)) throw second;
    }
    throw error;
  }

  async #close({ state, exit, message }: Verdict, resumable: boolean): Promise<RunResult> {
    const counts = this.#counts;
    const { runId, startedAt } = this.#open;
    this.#emit({ event: "run-finished", state, exit: EXIT[exit], counts, message });
    const endedAt = this.#run.clock.now();
    const identity = this.#server?.identity ?? null;
    await this.#run.store.end({
      runId,
      fence: this.#fence,
      state,
      exit: EXIT[exit],
      now: endedAt,
      events: this.#unsaved.splice(0),
      counts,
      queries: this.#queries,
      resumable,
      remember: exit !== "conflict" && identity !== null ? { identity } : null,
    });
    return { runId, state, exit: EXIT[exit], counts, queries: this.#queries, startedAt, endedAt, message };
  }
}

/** A source's failure as the error a run ends with. */
export function sourceFailure(error: SourceError): HeadwaterError {
  return new HeadwaterError("source", error.message, { hint: error.hint, cause: error });
}

function isUnchangedByToken(found: Found, known: Member["known"], mapping: string): boolean {
  // Another version of the connector may make other facts of the same rows.
  const isKnown = known !== null && !known.deleted && known.mapping === mapping;
  return isKnown && found.token !== undefined && known.token === found.token;
}

function failedEvent(
  node: NodeName,
  member: Member,
  code: (EventBody & { event: "failed" })["code"],
  message: string,
  hint?: string,
): EventBody {
  return { event: "failed", node, fqn: member.fqn, code, message, ...(hint === undefined ? {} : { hint }) };
}
