import type { Connector } from "../connector/connector.ts";
import type { RequestSpec, Cell } from "../connector/request.ts";
import type { Secret } from "../connector/secret.ts";
import type { Driver, Intent, ServerFacts, Session } from "../connector/session.ts";
import { isSourceError, SourceError } from "../connector/source-error.ts";
import type { Json } from "../entities/json.ts";
import { count, noSessionCounts, type SessionCounts } from "../session/count.ts";
import { decorate } from "../session/decorator.ts";
import { resume } from "../session/resume.ts";
import type { Clock } from "./clock.ts";

/** An open session with the driver behind it, lent to one unit at a time. */
export interface OpenSession {
  group: string;
  session: Session;
  driver: Driver;
}

/** What a pool needs to open sessions. */
export interface PoolOptions {
  connector: Connector;
  config: unknown;
  intent: Intent;
  /** Open sessions, at most. */
  limit: number;
  signal: AbortSignal;
  clock: Clock;
  prompt?: (question: string) => Promise<Secret | null>;
  /** Called when a connection has to wait for the server. */
  onRetry?: (what: string, attempt: number, inMs: number, message: string) => void;
}

const CONNECT_ATTEMPTS = 5;
const CONNECT_WAIT_MS = 500;

/** Opens, lends and closes sessions: at most `limit` at once, each serving one group and one unit at a time. */
export class SessionPool {
  readonly #options: PoolOptions;
  #limit: number;
  #open = 0;
  #idle: OpenSession[] = [];
  #waiting: (() => void)[] = [];
  #server: ServerFacts | null = null;
  /** What was asked through all sessions. */
  readonly counts: SessionCounts = noSessionCounts();
  /** The most sessions that were open at once. */
  peak = 0;

  constructor(options: PoolOptions) {
    const patient = resume(async (request, attempt, ms, { message }, signal) => {
      options.onRetry?.(`ask ${request}`, attempt, ms, message);
      await options.clock.sleep(ms, signal);
    });
    this.#options = { ...options, connector: decorate(options.connector, patient, count(this.counts)) };
    this.#limit = options.limit;
  }

  /** Opens the first session, asks the server who it is, and takes at most half of the connections it has left. */
  async hello(): Promise<ServerFacts> {
    if (this.#server !== null) return this.#server;
    const opened = await this.acquire("");
    try {
      await opened.driver.begin(this.#options.signal, "hello");
      this.#server = await this.#options.connector.hello(opened.session);
      await opened.driver.end();
    } catch (error) {
      await this.release(opened, true);
      throw error;
    }
    await this.release(opened);
    const { connectionsLeft } = this.#server;
    if (connectionsLeft !== undefined)
      // The session that asked is already counted as used by the server.
      this.#limit = Math.max(1, Math.min(this.#limit, 1 + Math.floor((connectionsLeft - 1) / 2)));
    return this.#server;
  }

  /** Queries asked through all sessions. */
  get queries(): number {
    return this.counts.queries;
  }

  /** How many sessions may be open at once, as far as the server allows. */
  get limit(): number {
    return this.#limit;
  }

  /** Lends a session of a group, opening or waiting as needed. Throws the `SourceError` of a connection that fails. */
  async acquire(group: string): Promise<OpenSession> {
    for (;;) {
      this.#options.signal.throwIfAborted();
      const at = this.#idle.findIndex((candidate) => candidate.group === group);
      if (at >= 0) return this.#idle.splice(at, 1)[0] as OpenSession;
      if (this.#open >= this.#limit) {
        const other = this.#idle.pop();
        if (other === undefined) {
          await new Promise<void>((resolve) => this.#waiting.push(resolve));
          continue;
        }
        await this.#close(other);
      }
      this.#open += 1;
      this.peak = Math.max(this.peak, this.#open);
      try {
        return await this.#connect(group);
      } catch (error) {
        this.#open -= 1;
        // The server has no connection left: go on with those there are, and give the others time.
        if (isSourceError(error) && error.code === "throttled" && this.#open > 0) this.#limit = this.#open;
        else throw error;
      }
    }
  }

  async #connect(group: string): Promise<OpenSession> {
    const { connector, config, intent, signal, clock, prompt, onRetry } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const driver = await connector.connect(config, { intent, group, signal, ...(prompt ? { prompt } : {}) });
        return { group, driver, session: this.#session(driver) };
      } catch (error) {
        const again = isSourceError(error) && (error.code === "throttled" || error.code === "unreachable");
        const alone = this.#open === 1;
        if (!again || attempt >= CONNECT_ATTEMPTS || (error.code === "throttled" && !alone)) throw error;
        // A first connection that is refused is a wrong address far more often than a moment of weakness.
        if (this.#server === null && error.code === "unreachable") throw error;
        const inMs = error.retryAfterMs ?? CONNECT_WAIT_MS * 2 ** (attempt - 1);
        onRetry?.("connect", attempt, inMs, error.message);
        await clock.sleep(inMs, signal);
      }
    }
  }

  #session(driver: Driver): Session {
    const pages = (name: string, args: Json = {}): AsyncGenerator<Record<string, Cell>[]> =>
      this.#pages(driver, name, args);
    const serverFacts = (): ServerFacts => {
      if (this.#server === null) throw new Error("The server has not been asked who it is yet.");
      return this.#server;
    };
    const session = {
      get server(): ServerFacts {
        return serverFacts();
      },
      pages,
      all: async (name: string, args: Json = {}): Promise<Record<string, Cell>[]> => {
        const all: Record<string, Cell>[] = [];
        for await (const rows of pages(name, args)) for (const row of rows) all.push(row);
        return all;
      },
    };
    // The rows have the declared columns, which a session of any connector cannot say more exactly.
    return session as Session;
  }

  async *#pages(driver: Driver, name: string, args: Json): AsyncGenerator<Record<string, Cell>[]> {
    const { connector, intent, signal } = this.#options;
    const spec = connector.requests[name];
    if (spec === undefined) throw new Error(`The connector ${connector.manifest.id} declares no request "${name}".`);
    if (spec.effect === "write" && intent !== "write")
      throw new Error(`The request "${name}" writes, and this session is open for ${intent}.`);
    for await (const page of driver.request(name, args, signal)) yield toRows(spec, page.rows);
  }

  /** Takes a session back. A broken one is closed. */
  async release(opened: OpenSession, broken = false): Promise<void> {
    if (broken || this.#open > this.#limit) await this.#close(opened);
    else this.#idle.push(opened);
    this.#waiting.shift()?.();
  }

  async #close(opened: OpenSession): Promise<void> {
    this.#open -= 1;
    try {
      await opened.driver.close();
    } catch (error) {
      // Closing a connection that is already gone has nothing left to do.
      if (!isSourceError(error)) throw error;
    }
  }

  /** Closes what is idle. Sessions still lent are closed by their release. */
  async close(): Promise<void> {
    this.#limit = 0;
    for (const opened of this.#idle.splice(0)) await this.#close(opened);
  }
}

function toRows(spec: RequestSpec, cells: readonly Cell[][]): Record<string, Cell>[] {
  const columns = Object.keys(spec.columns);
  const width = columns.length;
  return cells.map((row) => {
    if (row.length !== width)
      throw new SourceError(
        "refused",
        `An answer has ${row.length} columns where ${width} are declared (${columns.join(", ")}).`,
      );
    const object: Record<string, Cell> = {};
    for (let at = 0; at < width; at += 1) object[columns[at] as string] = row[at] as Cell;
    return object;
  });
}
