/** What a run would ask, before it asks: the source is listed, nothing is read. */
import type { Connector } from "../connector/connector.ts";
import type { Found, NodeName } from "../connector/metadata.ts";
import type { Secret } from "../connector/secret.ts";
import type { Session } from "../connector/session.ts";
import { isSourceError } from "../connector/source-error.ts";
import { entityFqn } from "../entities/entity-types.ts";
import type { Path } from "../entities/fqn.ts";
import type { Clock } from "./clock.ts";
import { notCovered, type RunOptions } from "./run-options.ts";
import { queryBound } from "./run-verdict.ts";
import { SessionPool } from "./session-pool.ts";
import { listTasks, readTasks } from "./walk.ts";
import { type Position, type Task, taskId } from "./unit.ts";

/** What a run of everything would come to. A second run asks less where the source tells what did not change. */
export interface Estimate {
  /** Objects the run would cover, by node. */
  objects: { [N in NodeName]?: number };
  /** Objects an option or a filter leaves out, by node. */
  leftOut: { [N in NodeName]?: number };
  /** Parents that could not be listed, with why. What is below them is not in the figures. */
  notListed: { fqn: string; message: string }[];
  slices: number;
  /** Queries, at most, by the connector's formula; `null` where its manifest has none. */
  queries: number | null;
  /** Queries that were asked to find this out. */
  asked: number;
}

/** What estimating needs. */
export interface EstimateOptions {
  connector: Connector;
  /** The connection, as the connector's schema yielded it. */
  config: unknown;
  service: string;
  options: RunOptions;
  clock: Clock;
  signal: AbortSignal;
  prompt?: (question: string) => Promise<Secret | null>;
}

/** Lists a source, as a run would, and counts what a run would ask. Throws a `SourceError` when the source cannot be listed at all. */
export async function estimateRun(wanted: EstimateOptions): Promise<Estimate> {
  const { connector, signal, clock, prompt } = wanted;
  const pool = new SessionPool({
    connector,
    config: wanted.config,
    intent: "metadata",
    limit: 1,
    signal,
    clock,
    ...(prompt === undefined ? {} : { prompt }),
  });
  const walk = new Walk(wanted, pool);
  try {
    await pool.hello();
    await walk.below(null, [[]]);
  } finally {
    await pool.close();
  }
  const formula = connector.manifest.capabilities.metadata?.queries;
  const { groups, listings, slices, kinds, estimate } = walk;
  const work = { groups: groups.size, listings, slices, kinds };
  return {
    ...estimate,
    slices,
    queries: formula === undefined ? null : queryBound(formula, work),
    asked: pool.queries,
  };
}

class Walk {
  readonly #wanted: EstimateOptions;
  readonly #pool: SessionPool;
  readonly groups = new Set<string>();
  readonly kinds = new Map<string, number>();
  listings = 0;
  slices = 0;
  readonly estimate: Omit<Estimate, "slices" | "queries" | "asked"> = { objects: {}, leftOut: {}, notListed: [] };

  constructor(wanted: EstimateOptions, pool: SessionPool) {
    this.#wanted = wanted;
    this.#pool = pool;
  }

  /** Lists everything below some parents of a node, level by level. */
  async below(node: NodeName | null, parents: readonly Path[]): Promise<void> {
    for (const task of listTasks(this.#wanted.connector, node, parents)) {
      if (task.do !== "list") continue;
      const covered = await this.#list(task);
      // What came whole with the listing is not asked for again.
      const toRead = covered.filter(({ seed, blocked }) => seed === undefined && blocked === undefined);
      this.slices += (await readTasks(task, taskId(task), inOrder(toRead))).length;
      const open = covered.filter(({ blocked }) => blocked === undefined);
      await this.below(
        task.node,
        open.map(({ parent, name }) => [...parent, name]),
      );
    }
  }

  async #list(task: Task & { do: "list" }): Promise<Found[]> {
    const { connector, options, service } = this.#wanted;
    this.groups.add(task.group);
    this.listings += 1;
    const covered: Found[] = [];
    const implementation = connector.metadata?.[task.node];
    if (implementation === undefined) return covered;
    const denied = (path: Path, message: string): void =>
      void this.estimate.notListed.push({ fqn: entityFqn(task.node, service, path), message });
    try {
      await this.#inSession(task.group, async (session) => {
        for await (const item of implementation.list(session, task.parents, options.want)) {
          if ("denied" in item) denied(item.denied, item.error.message);
          if (!("name" in item)) continue;
          const { parent, name, kind } = item;
          const fqn = entityFqn(task.node, service, [...parent, name]);
          const leftOut = item.skip ?? notCovered(options, task.node, kind, name, fqn);
          const into = leftOut === null ? this.estimate.objects : this.estimate.leftOut;
          into[task.node] = (into[task.node] ?? 0) + 1;
          if (leftOut !== null) continue;
          if (item.blocked !== undefined) denied([...parent, name], item.blocked.reason);
          this.kinds.set(kind, (this.kinds.get(kind) ?? 0) + 1);
          // That something came along is all that counts of it.
          covered.push(item.seed === undefined ? item : { ...item, seed: null });
        }
      });
    } catch (error) {
      if (!isSourceError(error) || ["unreachable", "throttled", "interrupted"].includes(error.code)) throw error;
      for (const parent of task.parents) denied(parent, error.message);
      return [];
    }
    return covered;
  }

  async #inSession(group: string, work: (session: Session) => Promise<void>): Promise<void> {
    const opened = await this.#pool.acquire(group);
    let broken = true;
    try {
      await opened.driver.begin(this.#wanted.signal);
      await work(opened.session);
      await opened.driver.end();
      broken = false;
    } finally {
      await this.#pool.release(opened, broken);
    }
  }
}

/** The order a store keeps a listing in, which slices are cut in. */
async function* inOrder(found: readonly Found[]): AsyncGenerator<{ position: Position; weight: number }[]> {
  const members = found.map(({ parent, name, weight = 1 }) => ({
    position: [JSON.stringify(parent), name] as const,
    weight,
  }));
  yield members.toSorted(({ position: a }, { position: b }) => compare(a[0], b[0]) || compare(a[1], b[1]));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
