import { randomUUID } from "node:crypto";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import {
  type Cell,
  cellType,
  type ConnectOptions,
  type Driver,
  isSourceError,
  type Json,
  type JsonObject,
  type Page,
  readPem,
  type RequestSpec,
  showHostPort,
  SourceError,
} from "@headwater/core/connector";
import type { ClickHouseClient, ClickHouseSettings } from "@clickhouse/client";
import type { ClickHouseConfig } from "./config.ts";
import { type DriverError, type ErrorContext, toSourceError } from "./errors.ts";
import { QUERIES } from "./queries.ts";
import { REQUESTS } from "./requests.ts";

/** Rows that are handed on at once. */
const PAGE_ROWS = 5_000;

/** How much longer than it should take an answer is waited for, in seconds. */
const SILENCE_S = 5;

/** ClickHouse's number for `READONLY`: a user whose profile says readonly = 1 may change no setting, not even to stricter ones. */
const READONLY = "164";

/** What our queries are called in the server's query log: before the number in their `query_id`, as user agent, and where core gives no other mark as `log_comment`. */
const MARKER = "headwater";

/** The driver has a logger of its own; what it would say is in the errors it throws. */
const LOG_OFF = 127;

/** Opens a session: HTTP has no connections, so its first query proves address, user and settings. Throws a `SourceError`. */
export async function connect(config: ClickHouseConfig, { signal, prompt, mark }: ConnectOptions): Promise<Driver> {
  const server = showHostPort(config.address);
  const context: ErrorContext = { server, username: config.username, connecting: true };
  let password = config.password?.reveal() ?? process.env["CLICKHOUSE_PASSWORD"] ?? null;
  for (;;) {
    const client = await open(config, server, password ?? "");
    const driver = new ClickHouseDriver(client, config, { ...context, connecting: false }, mark ?? MARKER);
    try {
      await driver.greet(signal, context);
      return driver;
    } catch (error) {
      await driver.close();
      // Many users have no password, so it is asked for only when the server wants one.
      if (password === null && prompt !== undefined && isSourceError(error) && error.code === "signIn") {
        const answer = await prompt(`Password of the user ${config.username} at ${server}`);
        if (answer !== null) {
          password = answer.reveal();
          continue;
        }
      }
      throw error;
    }
  }
}

async function open(config: ClickHouseConfig, server: string, password: string): Promise<ClickHouseClient> {
  const { createClient } = await import("@clickhouse/client");
  const { tls } = config;
  // An agent of our own does not look at HTTP_PROXY and the like by itself.
  const pool = { keepAlive: true, maxSockets: 1, proxyEnv: process.env };
  const key = readPem(tls?.key?.reveal(), "connectionArguments.client_cert_key");
  const ca = readPem(tls?.ca, "connectionArguments.ca_cert");
  const cert = readPem(tls?.certificate, "connectionArguments.client_cert");
  const agent =
    tls === null
      ? new HttpAgent(pool)
      : new HttpsAgent({
          ...pool,
          rejectUnauthorized: tls.verify,
          ...(ca === undefined ? {} : { ca }),
          ...(cert === undefined ? {} : { cert }),
          ...(key === undefined ? {} : { key }),
        });
  return createClient({
    url: `${tls === null ? "http" : "https"}://${server}`,
    username: config.username,
    password,
    application: MARKER,
    request_timeout: (config.queryTimeout + SILENCE_S) * 1_000,
    http_agent: agent,
    log: { level: LOG_OFF },
    // Long lists of names do not fit in a URL.
    use_multipart_params_auto: true,
  });
}

/** One session: a client with one socket. There are no snapshots, so nothing begins or ends. */
class ClickHouseDriver implements Driver {
  readonly #client: ClickHouseClient;
  readonly #config: ClickHouseConfig;
  readonly #context: ErrorContext;
  #settings: ClickHouseSettings;

  constructor(client: ClickHouseClient, config: ClickHouseConfig, context: ErrorContext, mark: string) {
    this.#client = client;
    this.#config = config;
    this.#context = context;
    this.#settings = {
      // What a read does not need, the server is to refuse.
      readonly: "2",
      max_execution_time: Math.ceil(config.queryTimeout),
      log_comment: mark,
      cancel_http_readonly_queries_on_client_close: 1,
      // Credentials in the arguments of engines stay hidden, whatever the user's profile says.
      format_display_secrets_in_show_and_select: 0,
    };
  }

  /** The first query. Where the user may change no setting, none is sent from then on. */
  async greet(signal: AbortSignal, context: ErrorContext): Promise<void> {
    const limit = AbortSignal.timeout(this.#config.connectTimeout * 1_000);
    const ask = async (): Promise<void> => {
      const answer = await this.#client.query({
        query: "SELECT 1",
        format: "JSONCompactEachRow",
        query_id: queryId(),
        clickhouse_settings: { ...this.#settings },
        abort_signal: AbortSignal.any([signal, limit]),
      });
      await answer.text();
    };
    try {
      await ask().catch((error: DriverError) => {
        if (error.code !== READONLY) throw error;
        this.#settings = {};
        return ask();
      });
    } catch (thrown) {
      if (signal.aborted) throw interrupted(thrown);
      if (limit.aborted) {
        const { connectTimeout } = this.#config;
        const message = `Cannot connect to ${context.server}: no answer within ${connectTimeout} s.`;
        const hint =
          "Check hostPort, and whether a firewall is in between; connectionArguments.connect_timeout waits longer.";
        throw new SourceError("unreachable", message, { hint, cause: thrown });
      }
      const error = toSourceError(thrown as DriverError, context);
      // A server that is busy or refuses the very first query is reached all the same.
      throw error;
    }
  }

  async begin(signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw interrupted(signal.reason);
  }

  async end(): Promise<void> {}

  async *request(name: string, args: Json, signal: AbortSignal): AsyncIterable<Page> {
    // The driver listens for a signal that aborts, and does not look at one that has.
    if (signal.aborted) throw interrupted(signal.reason);
    const { columns } = REQUESTS[name as keyof typeof REQUESTS] as RequestSpec;
    const decode = decoder(Object.values(columns).map((spec) => cellType(spec)));
    try {
      const answer = await this.#client.query({
        query: completed(QUERIES[name as keyof typeof QUERIES], args as JsonObject, this.#config),
        format: "JSONCompactEachRow",
        query_id: queryId(),
        query_params: this.#parameters(args as JsonObject),
        // The whole answer or an error: otherwise what fails halfway has already answered 200.
        clickhouse_settings: { ...this.#settings, wait_end_of_query: 1 },
        abort_signal: signal,
      });
      let rows: Cell[][] = [];
      for await (const batch of answer.stream()) {
        for (const row of batch) rows.push(decode(cells(row.text)));
        if (rows.length >= PAGE_ROWS) {
          yield { rows };
          rows = [];
        }
      }
      if (rows.length > 0) yield { rows };
    } catch (thrown) {
      if (signal.aborted) throw interrupted(thrown);
      throw isSourceError(thrown) ? thrown : toSourceError(thrown as DriverError, this.#context);
    }
  }

  /** The request's arguments, and settings of the connection that queries name. */
  #parameters(args: JsonObject): Record<string, unknown> {
    const { databaseName: database, databaseSchema: schema, cluster } = this.#config;
    const { filter: _filter, ...own } = args;
    return { address: this.#context.server, database, schema, ...(cluster === null ? {} : { cluster }), ...own };
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}

/** A text with the log it is about, and with the condition of a workflow file (`filterCondition`), which is SQL by definition. */
function completed(text: string, { filter }: JsonObject, { cluster }: ClickHouseConfig): string {
  return text
    .replace(
      "/*QUERY_LOG*/",
      cluster === null ? "system.query_log" : "clusterAllReplicas({cluster:String}, system.query_log)",
    )
    .replace("/*FILTER*/", () => (typeof filter === "string" ? `AND (${filter}\n)` : ""));
}

const queryId = (): string => `${MARKER}-${randomUUID()}`;

/** One row of an answer. An older server writes an error that came too late for the status into the answer itself. */
function cells(text: string): Cell[] {
  if (text.startsWith("[")) {
    try {
      return JSON.parse(text) as Cell[];
    } catch (cause) {
      throw new SourceError("unreachable", "ClickHouse's answer broke off in the middle of a row.", { cause });
    }
  }
  const [, code = "", message = text] = /Code: (\d+)\.\s*(?:DB::Exception: )?(.*)/s.exec(text) ?? [];
  const [, type = "EXCEPTION"] = /\(([A-Z_]{3,})\)/.exec(message) ?? [];
  throw Object.assign(new Error(message), { code, type });
}

/** Cells in the types their request declares, as far as JSON has another one. */
function decoder(types: readonly string[]): (cells: Cell[]) => Cell[] {
  const booleans = types.flatMap((type, at) => (type.startsWith("boolean") ? [at] : []));
  if (booleans.length === 0) return (row) => row;
  return (row) => {
    for (const at of booleans) if (row[at] !== null) row[at] = Boolean(row[at]);
    return row;
  };
}

const interrupted = (cause: unknown): SourceError =>
  new SourceError("interrupted", "The run was interrupted.", { cause });
