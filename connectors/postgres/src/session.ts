import { connect as connectSocket } from "node:net";
import type { ConnectionOptions } from "node:tls";
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
  SourceError,
} from "@headwater/core/connector";
import type { Client, ClientConfig, CustomTypesConfig, QueryArrayConfig, QueryArrayResult } from "pg";
import type { PostgresConfig } from "./config.ts";
import { type DriverError, type ErrorContext, lacksTls, toSourceError } from "./errors.ts";
import { identifier } from "./escape.ts";
import { findPassword } from "./password.ts";
import { QUERIES } from "./queries.ts";
import { type PostgresRequest, REQUESTS } from "./requests.ts";
import { readServerLog } from "./server-log.ts";

/** How long a transaction may wait for us. Apart from the statement timeout: a short one of that must not end a session whose reader is busy. */
const IDLE_MS = 300_000;

/** Rows of a page of a request that is read through a cursor. */
const PAGE_ROWS = 5_000;

/** How much longer than it should take an answer is waited for. */
const SILENCE_MS = 5_000;

// The server's own text of every cell: what a column is to become is declared with the request.
const AS_TEXT = { getTypeParser: () => (text: string) => text } as unknown as CustomTypesConfig;

/**
 * Settings that change how the server writes expressions and types, so that what is read does not depend on who reads. An empty
 * search path makes it qualify every name outside pg_catalog.
 */
const WRITTEN_ALIKE =
  "SET LOCAL search_path = ''; SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres'; " +
  "SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL quote_all_identifiers = off; " +
  "SET LOCAL standard_conforming_strings = on; SET LOCAL xmlbinary = 'base64'";

/** Opens a connection, with TLS as `sslMode` says. Throws a `SourceError`. */
export async function connect(config: PostgresConfig, options: ConnectOptions): Promise<Driver> {
  const database = options.group === "" ? config.database : options.group;
  const { host, port } = config.address;
  const context: ErrorContext = {
    server: host.startsWith("/") ? `${host}/.s.PGSQL.${port}` : `${host.includes(":") ? `[${host}]` : host}:${port}`,
    username: config.username,
    database,
    connecting: true,
    found: options.group !== "" && options.group !== config.database,
  };
  const attempts = tlsAttempts(config);
  for (const [at, ssl] of attempts.entries()) {
    try {
      const client = await open(config, database, ssl, options);
      return new PostgresDriver(client, config, { ...context, connecting: false });
    } catch (thrown) {
      if (options.signal.aborted) throw interrupted(thrown);
      if (isSourceError(thrown)) throw thrown;
      const error = thrown as DriverError;
      if (at + 1 < attempts.length && worthTheOtherWay(error, ssl !== false)) continue;
      throw toSourceError(error, context);
    }
  }
  throw new Error("There is always an attempt.");
}

/**
 * What is tried in turn, as libpq does: `prefer` tries TLS first and `allow` last; the others try one thing only. With an
 * authority's certificate, `require` verifies it, as libpq does too.
 */
function tlsAttempts({ address, sslMode, sslConfig }: PostgresConfig): (false | ConnectionOptions)[] {
  if (sslMode === "disable" || address.host.startsWith("/")) return [false];
  const ca = readPem(sslConfig.caCertificate, "sslConfig.caCertificate");
  const cert = readPem(sslConfig.sslCertificate, "sslConfig.sslCertificate");
  const key = readPem(sslConfig.sslKey?.reveal(), "sslConfig.sslKey");
  const verified = sslMode === "verify-full" || sslMode === "verify-ca" || (sslMode === "require" && ca !== undefined);
  const tls: ConnectionOptions = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    rejectUnauthorized: verified,
    ...(sslMode === "verify-full" ? {} : { checkServerIdentity: () => undefined }),
  };
  if (sslMode === "prefer") return [tls, false];
  if (sslMode === "allow") return [false, tls];
  return [tls];
}

/** Whether the other way (with or without TLS) may work where this one failed: the server lacks TLS, or its rules refuse this way. */
function worthTheOtherWay(error: DriverError, withTls: boolean): boolean {
  if (error.code === "28000") return true;
  return (
    withTls &&
    error.severity === undefined &&
    (lacksTls(error) || /^(ERR_SSL|ERR_TLS|ECONNRESET$|EPROTO$)/.test(error.code ?? ""))
  );
}

async function open(
  config: PostgresConfig,
  database: string,
  ssl: false | ConnectionOptions,
  { signal, prompt, mark }: ConnectOptions,
): Promise<Client> {
  signal.throwIfAborted();
  const { default: pg } = await import("pg");
  const settings: ClientConfig = {
    host: config.address.host,
    port: config.address.port,
    user: config.username,
    database,
    password: () => findPassword(config, database, prompt),
    ssl,
    application_name: config.arguments.application_name ?? mark ?? "headwater",
    connectionTimeoutMillis: config.arguments.connect_timeout * 1_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
    types: AS_TEXT,
  };
  const client = new pg.Client(settings);
  // A connection that breaks while nothing is being asked shows at the next request; without a listener it would end the process.
  client.on("error", () => {});
  const giveUp = (): void => void client.connection.stream.destroy();
  signal.addEventListener("abort", giveUp);
  try {
    await client.connect();
  } catch (error) {
    client.connection.stream.destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
  return client;
}

type LogPlace = Parameters<typeof readServerLog>[0];

/** One connection. */
class PostgresDriver implements Driver {
  readonly #client: Client;
  readonly #config: PostgresConfig;
  readonly #context: ErrorContext;
  readonly #begin: string;
  /** Rejects when the connection is gone: what waits for an answer then (closing a cursor does) would wait for ever. */
  readonly #gone: Promise<never>;
  #broken = false;

  constructor(client: Client, config: PostgresConfig, context: ErrorContext) {
    this.#client = client;
    this.#config = config;
    this.#context = context;
    this.#gone = new Promise((_, reject) => {
      client.once("end", () => reject(new Error("Connection terminated unexpectedly")));
    });
    this.#gone.catch(() => {});
    const { statement_timeout, lock_timeout } = config.arguments;
    // One round trip, and all of it inside the transaction: pgbouncer in transaction mode keeps nothing else together.
    this.#begin = [
      "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
      `SET LOCAL statement_timeout = ${Math.round(statement_timeout)}`,
      `SET LOCAL lock_timeout = ${Math.round(lock_timeout)}`,
      `SET LOCAL idle_in_transaction_session_timeout = ${IDLE_MS}`,
      WRITTEN_ALIKE,
    ].join("; ");
  }

  async begin(signal: AbortSignal): Promise<void> {
    await this.#interruptible(signal, () => this.#client.query(this.#begin));
  }

  async end(): Promise<void> {
    // In a transaction that failed this rolls back, which for reads is the same.
    await this.#run(() => this.#client.query("COMMIT"));
  }

  async *request(name: string, args: Json, signal: AbortSignal): AsyncGenerator<Page> {
    if (!Object.hasOwn(REQUESTS, name)) throw new Error(`There is no request "${name}".`);
    const request: PostgresRequest = REQUESTS[name as keyof typeof REQUESTS];
    const text = placed(request, QUERIES[name as keyof typeof REQUESTS], args as JsonObject);
    const values = request.parameters.map((parameter) => this.#value(parameter, args as JsonObject));
    if (request.readsLog) {
      yield* readServerLog(args as LogPlace, (at, length) =>
        this.#pieceOfLog(text, args as LogPlace, at, length, signal),
      );
      return;
    }
    const decode = decoder(request);
    if (request.paged) {
      yield* this.#pages(text, values, decode, signal);
      return;
    }
    const ask = (): Promise<QueryArrayResult<(string | null)[]>> =>
      this.#client.query<(string | null)[], unknown[]>({
        text,
        values,
        rowMode: "array",
        types: AS_TEXT,
      } satisfies QueryArrayConfig<unknown[]>);
    const { rows } = await this.#interruptible(signal, () =>
      request.releasesLocks ? this.#releasingLocks(ask) : ask(),
    );
    yield { rows: rows.map(decode) };
  }

  /** The value of a parameter: what the request was given, or a setting of the connection of that name. */
  #value(parameter: string, args: JsonObject): unknown {
    if (parameter === "ingestAllDatabases") return this.#config.ingestAllDatabases;
    if (parameter === "classificationName") return this.#config.classificationName;
    if (parameter === "address") return this.#context.server;
    return args[parameter];
  }

  /** A piece of a file. Between two of them no snapshot is held: reading a log may take long, and vacuum waits for snapshots. */
  async #pieceOfLog(
    text: string,
    { path }: LogPlace,
    at: number,
    length: number,
    signal: AbortSignal,
  ): Promise<Buffer | null> {
    const { rows } = await this.#interruptible(signal, () =>
      this.#client.query<[string | null], unknown[]>({
        text,
        values: [path, at, length],
        rowMode: "array",
        types: AS_TEXT,
      }),
    );
    await this.#interruptible(signal, () => this.#client.query(`COMMIT; ${this.#begin}`));
    const hex = rows[0]?.[0] ?? null;
    return hex === null ? null : Buffer.from(hex.slice(2), "hex");
  }

  /** Going back to a savepoint gives up the locks taken since, and keeps the snapshot. */
  async #releasingLocks<T>(ask: () => Promise<T>): Promise<T> {
    await this.#client.query("SAVEPOINT headwater");
    try {
      return await ask();
    } finally {
      await this.#client.query("ROLLBACK TO SAVEPOINT headwater; RELEASE SAVEPOINT headwater");
    }
  }

  async *#pages(
    text: string,
    values: unknown[],
    decode: (cells: (string | null)[]) => Cell[],
    signal: AbortSignal,
  ): AsyncGenerator<Page> {
    const { default: Cursor } = await import("pg-cursor");
    const cursor = new Cursor<(string | null)[]>(text, values, { rowMode: "array", types: AS_TEXT });
    this.#client.query(cursor);
    try {
      for (;;) {
        const rows = await this.#interruptible(signal, () => cursor.read(PAGE_ROWS));
        if (rows.length > 0) yield { rows: rows.map(decode) };
        if (rows.length < PAGE_ROWS) return;
      }
    } finally {
      if (!this.#broken) await this.#run(() => cursor.close());
    }
  }

  /** Runs something that an abort ends at once: the server is told to stop, and the connection is given up. */
  async #interruptible<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (signal.aborted) throw interrupted(signal.reason);
    const abort = (): void => {
      cancel(this.#client, this.#config);
      this.#cut();
    };
    signal.addEventListener("abort", abort);
    try {
      return await this.#run(work);
    } catch (error) {
      throw signal.aborted ? interrupted(error) : error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    // The server ends a statement in time. When not even that is heard, nothing will be heard from it any more.
    const { statement_timeout } = this.#config.arguments;
    const silence = statement_timeout === 0 ? undefined : setTimeout(() => this.#cut(), statement_timeout + SILENCE_MS);
    try {
      return await Promise.race([work(), this.#gone]);
    } catch (thrown) {
      const error = toSourceError(thrown as DriverError, this.#context);
      if (error.code === "unreachable") this.#broken = true;
      throw error;
    } finally {
      clearTimeout(silence);
    }
  }

  #cut(): void {
    this.#broken = true;
    this.#client.connection.stream.destroy();
  }

  async close(): Promise<void> {
    if (this.#broken) return this.#cut();
    const silence = setTimeout(() => this.#cut(), SILENCE_MS);
    await this.#client.end();
    clearTimeout(silence);
  }
}

/**
 * Stands behind the first word of every request: pg_stat_statements keeps no application name, and our own are known in it by this.
 * It keeps no comment before a statement either, since version 18.
 */
const MARKER = " /* headwater */";

/** The text of a request, with the name of the schema it is about, and the condition of a workflow file (`filterCondition`), which is SQL by definition. */
function placed({ inSchema, filteredBy }: PostgresRequest, text: string, args: JsonObject): string {
  const filter = filteredBy === undefined ? null : args[filteredBy];
  return text
    .replace(/^\s*\w+/, (word) => word.trim() + MARKER)
    .replaceAll("{schema}", () => identifier(args[inSchema ?? ""] as string))
    .replace("/*FILTER*/", () => (typeof filter === "string" ? `AND (\n${filter}\n)` : ""));
}

/** Cells in the types their request declares. Text, which most are, stays as it came. */
function decoder({ columns }: PostgresRequest): (cells: (string | null)[]) => Cell[] {
  const decoders = Object.values(columns).flatMap((spec, at) => {
    const decode = DECODE[cellType(spec).replace("?", "") as keyof typeof DECODE];
    return decode === null ? [] : [{ at, decode }];
  });
  if (decoders.length === 0) return (cells) => cells;
  return (cells: Cell[]) => {
    for (const { at, decode } of decoders) if (cells[at] !== null) cells[at] = decode(cells[at] as string);
    return cells;
  };
}
const DECODE = {
  text: null,
  number: Number,
  boolean: (text: string): boolean => text === "t",
  json: (text: string): Json => JSON.parse(text) as Json,
  bigint: BigInt,
  bytes: (text: string): Uint8Array => Buffer.from(text.slice(2), "hex"),
} as const;

const interrupted = (cause: unknown): SourceError =>
  new SourceError("interrupted", "The run was interrupted.", { cause });

/** The request that ends what a connection is doing. Source: PostgreSQL's manual, "Canceling Requests in Progress". */
const CANCEL_REQUEST = 80_877_102;

/** Asks the server to stop what a connection is doing. The server gives no answer, and nothing waits for one. */
function cancel(client: Client, { address }: PostgresConfig): void {
  // Only the types of pg lack these two.
  const { processID, secretKey } = client as unknown as { processID: number | null; secretKey: number | null };
  if (processID === null || secretKey === null) return;
  const message = Buffer.alloc(16);
  message.writeInt32BE(16, 0);
  message.writeInt32BE(CANCEL_REQUEST, 4);
  message.writeInt32BE(processID, 8);
  message.writeInt32BE(secretKey, 12);
  const { host, port } = address;
  const socket = connectSocket(host.startsWith("/") ? { path: `${host}/.s.PGSQL.${port}` } : { host, port });
  // The connection itself is gone already; a server that cannot be told stops when it finds out.
  socket.on("error", () => {});
  socket.end(message);
  socket.unref();
}
