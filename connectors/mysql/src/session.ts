import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type Cell,
  cellType,
  type ConnectOptions,
  type Driver,
  isSourceError,
  type Json,
  type Page,
  readPem,
  SourceError,
} from "@headwater/core/connector";
import type { Connection, ConnectionOptions, FieldPacket, SslOptions, TypeCast } from "mysql2";
import { type MysqlConfig, showAddress } from "./config.ts";
import { type DriverError, type ErrorContext, lacksTls, toSourceError, wantsPassword } from "./errors.ts";
import { type Flavour, flavourOf } from "./flavour.ts";
import { givenPassword, typedPassword } from "./password.ts";
import { type Asking, MARKER, QUERIES } from "./queries.ts";
import { type MysqlRequest, REQUESTS } from "./requests.ts";

/** Rows of a page of a request that is read as it comes. */
const PAGE_ROWS = 5_000;

/** Text of such a page, at most but for its last row: a statement in a log can have megabytes. */
const PAGE_CHARACTERS = 4 * 1024 * 1024;

/** Rows the driver reads ahead of those that are taken. */
const ROWS_AHEAD = 200;

/** How much longer than it should take an answer is waited for. */
const SILENCE_MS = 5_000;

/** How long an interrupted run waits until the server has been told to stop. */
const KILL_MS = 2_000;

/** What `SHOW CREATE` calls the column that has the statement. */
const STATEMENT = /^(?:sql original statement|create (?:view|procedure|function|event|package|package body))$/i;

// The server's own text of every cell: what a column is to become is declared with the request.
const asText: TypeCast = (field) => field.string();

/** Opens a connection, with TLS as `sslMode` says. Throws a `SourceError`. */
export async function connect(config: MysqlConfig, options: ConnectOptions): Promise<Driver> {
  const server = showAddress(config.address);
  const context: ErrorContext = { server, username: config.username, connecting: true, withPassword: false };
  const attempts = tlsAttempts(config);
  const given = givenPassword(config);
  let password = given;
  for (let at = 0; ;) {
    try {
      const settings = connectionSettings(config, attempts[at] ?? null, password);
      const connection = await open(settings, options.signal);
      return await MysqlDriver.over(connection, settings, config, { ...context, connecting: false });
    } catch (thrown) {
      if (options.signal.aborted) throw interrupted(thrown);
      if (isSourceError(thrown)) throw thrown;
      const error = thrown as DriverError;
      if (at + 1 < attempts.length && worthTheOtherWay(error)) {
        at += 1;
        continue;
      }
      if (wantsPassword(error) && password === null) {
        password = await typedPassword(config, options.prompt);
        if (password !== null) continue;
      }
      throw toSourceError(error, { ...context, withPassword: password !== null });
    }
  }
}

/** What is tried in turn: `prefer` goes on without TLS where the server has none. A socket needs none. */
function tlsAttempts({ address, sslMode, sslConfig }: MysqlConfig): (SslOptions | null)[] {
  if (sslMode === "disable" || "socket" in address) return [null];
  const ca = readPem(sslConfig.caCertificate, "sslConfig.caCertificate");
  const cert = readPem(sslConfig.sslCertificate, "sslConfig.sslCertificate");
  const key = readPem(sslConfig.sslKey?.reveal(), "sslConfig.sslKey");
  const tls: SslOptions = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    rejectUnauthorized: sslMode === "verify-ca" || sslMode === "verify-full",
    verifyIdentity: sslMode === "verify-full",
  };
  return sslMode === "prefer" ? [tls, null] : [tls];
}

/** Whether it may work without TLS where it failed with it. */
const worthTheOtherWay = (error: DriverError): boolean =>
  lacksTls(error) || (error.sqlState === undefined && /^(ERR_SSL|HANDSHAKE_SSL_ERROR|EPROTO$)/.test(error.code ?? ""));

function connectionSettings(config: MysqlConfig, ssl: SslOptions | null, password: string | null): ConnectionOptions {
  return {
    ...("socket" in config.address ? { socketPath: config.address.socket } : config.address),
    user: config.username,
    password: password ?? "",
    ...(ssl === null ? {} : { ssl }),
    charset: "utf8mb4",
    connectTimeout: config.arguments.connect_timeout * 1_000,
    connectAttributes: { program_name: config.arguments.program_name },
    enableKeepAlive: true,
    keepAliveInitialDelay: 30_000,
    // For `SHOW CREATE`, which gives the text of one object: a thousand of them are one round trip.
    multipleStatements: true,
    // A server could ask for files of this machine.
    flags: ["-LOCAL_FILES"],
  };
}

async function open(settings: ConnectionOptions, signal: AbortSignal): Promise<Connection> {
  signal.throwIfAborted();
  const { createConnection } = await import("mysql2");
  const connection = createConnection(settings);
  // A connection that breaks while nothing is being asked shows at the next request; without a listener it would end the process.
  connection.on("error", () => {});
  const giveUp = (): void => connection.destroy();
  try {
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener("abort", () => {
        giveUp();
        reject(signal.reason as Error);
      });
      connection.connect((error) => (error === null ? resolve() : reject(error)));
    });
  } catch (error) {
    giveUp();
    throw error;
  }
  return connection;
}

/**
 * Settings that bound what a session can do to the server, and those that change how it writes texts, so that what is read does not depend
 * on who reads. Statistics come from the tables themselves: MySQL would otherwise tell yesterday's.
 */
function sessionSettings({ mariaDb }: Flavour, { read_timeout, lock_wait_timeout }: MysqlConfig["arguments"]): string {
  const idle = Math.max(60, Math.ceil(read_timeout));
  return [
    "SET SESSION sql_mode = ''",
    "time_zone = '+00:00'",
    "lc_messages = 'en_US'",
    "sql_quote_show_create = 1",
    "sql_big_selects = 1",
    "sql_select_limit = 18446744073709551615",
    `lock_wait_timeout = ${Math.ceil(lock_wait_timeout)}`,
    `wait_timeout = ${idle}`,
    ...(mariaDb
      ? [`max_statement_time = ${read_timeout}`]
      : [`max_execution_time = ${Math.round(read_timeout * 1_000)}`, "information_schema_stats_expiry = 0"]),
  ].join(", ");
}

/** One connection. */
class MysqlDriver implements Driver {
  readonly #connection: Connection;
  readonly #settings: ConnectionOptions;
  readonly #context: ErrorContext;
  readonly #asking: Asking;
  /** Rejects when the connection is gone, which the driver does not tell those who read an answer as it comes. */
  readonly #gone: Promise<never>;
  #broken = false;

  /** A driver over an open connection, after its settings. Closes the connection and throws when they are refused. */
  static async over(
    connection: Connection,
    settings: ConnectionOptions,
    config: MysqlConfig,
    context: ErrorContext,
  ): Promise<MysqlDriver> {
    try {
      const { rows } = await ask(connection, "SELECT @@version");
      const flavour = flavourOf(rows[0]?.[0] ?? "");
      await ask(connection, sessionSettings(flavour, config.arguments));
      await ask(connection, "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
      return new MysqlDriver(connection, settings, { flavour, config, server: context.server }, context);
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  constructor(connection: Connection, settings: ConnectionOptions, asking: Asking, context: ErrorContext) {
    this.#connection = connection;
    this.#settings = settings;
    this.#asking = asking;
    this.#context = context;
    this.#gone = new Promise((_, reject) => {
      connection.on("error", reject);
      streamOf(connection).once("close", () => reject(new Error("Connection terminated unexpectedly")));
    });
    this.#gone.catch(() => {});
  }

  async begin(signal: AbortSignal): Promise<void> {
    await this.#interruptible(signal, () => ask(this.#connection, "START TRANSACTION READ ONLY"));
  }

  async end(): Promise<void> {
    await this.#run(() => ask(this.#connection, "COMMIT"));
  }

  async *request(requestName: string, args: Json, signal: AbortSignal): AsyncGenerator<Page> {
    if (!Object.hasOwn(REQUESTS, requestName)) throw new Error(`There is no request "${requestName}".`);
    const name = requestName as keyof typeof REQUESTS;
    const request: MysqlRequest = REQUESTS[name];
    const text = QUERIES[name](this.#asking, args);
    if (request.alone !== true) {
      yield* this.#answer(request, text, signal);
      return;
    }
    await this.#interruptible(signal, () => ask(this.#connection, "COMMIT"));
    try {
      yield* this.#answer(request, text, signal);
    } finally {
      if (!this.#broken) await this.begin(signal);
    }
  }

  async *#answer(request: MysqlRequest, text: string, signal: AbortSignal): AsyncGenerator<Page> {
    const decode = decoder(request);
    if (request.paged) {
      yield* this.#pages(text, decode, signal);
      return;
    }
    const answers = await this.#interruptible(signal, () => askSeveral(this.#connection, text));
    const { takes, several } = request;
    yield {
      rows: answers.flatMap(({ rows, fields }) => {
        if (takes === undefined) return rows.map(decode);
        const at = takes === "first" ? 0 : fields.findIndex((field) => STATEMENT.test(field.name));
        return (several === true ? [rows[0] ?? []] : rows).map((cells) => [cells[at] ?? null]);
      }),
    };
  }

  async *#pages(text: string, decode: Decode, signal: AbortSignal): AsyncGenerator<Page> {
    const stream = this.#connection
      .query({ sql: MARKER + text, rowsAsArray: true, typeCast: asText })
      .stream({ highWaterMark: ROWS_AHEAD });
    const answer = stream[Symbol.asyncIterator]() as AsyncIterator<(string | null)[]>;
    const nextPage = async (): Promise<{ rows: Cell[][]; isLast: boolean }> => {
      const rows: Cell[][] = [];
      for (let size = 0; rows.length < PAGE_ROWS && size < PAGE_CHARACTERS;) {
        const next = await answer.next();
        if (next.done === true) return { rows, isLast: true };
        size += next.value.reduce((sum, cell) => sum + (cell?.length ?? 0), 0);
        rows.push(decode(next.value));
      }
      return { rows, isLast: false };
    };
    let isRead = false;
    try {
      for (;;) {
        const { rows, isLast } = await this.#interruptible(signal, nextPage);
        isRead = isLast;
        if (rows.length > 0) yield { rows };
        if (isLast) return;
      }
    } catch (error) {
      // An error is the end of an answer.
      isRead = true;
      throw error;
    } finally {
      // Rows nobody takes would stand before the answer to the next request.
      if (!isRead) this.#cut();
    }
  }

  /** Runs something that an abort ends at once: the server is told to stop, and the connection is given up. */
  async #interruptible<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (signal.aborted) throw interrupted(signal.reason);
    let killing: Promise<void> | undefined;
    const stopped = Promise.withResolvers<never>();
    const abort = (): void => {
      killing = this.#kill();
      this.#cut();
      // An answer that is read as a stream does not notice that its connection is gone.
      stopped.reject(signal.reason);
    };
    signal.addEventListener("abort", abort);
    try {
      return await Promise.race([this.#run(work), stopped.promise]);
    } catch (error) {
      throw signal.aborted ? interrupted(error) : error;
    } finally {
      signal.removeEventListener("abort", abort);
      await killing;
    }
  }

  /** Tells the server, over another connection, to end this one: it would not notice before it has an answer to send. */
  async #kill(): Promise<void> {
    const { threadId } = this.#connection;
    const limit = new AbortController();
    const tell = async (): Promise<void> => {
      const other = await open({ ...this.#settings, connectTimeout: KILL_MS }, limit.signal);
      await ask(other, `KILL ${threadId}`);
      other.destroy();
    };
    // A server that cannot be told stops when it finds out.
    await Promise.race([tell().catch(() => {}), sleep(KILL_MS, undefined, { ref: false })]);
    limit.abort();
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    // The server ends a statement in time. When not even that is heard, nothing will be heard from it any more.
    const { read_timeout } = this.#asking.config.arguments;
    const silence = setTimeout(() => this.#cut(), read_timeout * 1_000 + SILENCE_MS);
    try {
      return await Promise.race([work(), this.#gone]);
    } catch (thrown) {
      const error = isSourceError(thrown) ? thrown : toSourceError(thrown as DriverError, this.#context);
      if (error.code === "unreachable") this.#broken = true;
      throw error;
    } finally {
      clearTimeout(silence);
    }
  }

  #cut(): void {
    this.#broken = true;
    streamOf(this.#connection).destroy(new Error("The connection was cut"));
  }

  async close(): Promise<void> {
    if (this.#broken || streamOf(this.#connection).destroyed) return this.#cut();
    const silence = setTimeout(() => this.#cut(), SILENCE_MS);
    await new Promise<void>((resolve) => {
      streamOf(this.#connection).once("close", resolve);
      this.#connection.end(() => resolve());
    });
    clearTimeout(silence);
  }
}

/** The socket of a connection, which the types of the driver do not have. */
const streamOf = (connection: Connection): Socket => (connection as unknown as { stream: Socket }).stream;

interface Answer {
  rows: (string | null)[][];
  fields: FieldPacket[];
}

/** Runs one statement to its end. */
async function ask(connection: Connection, text: string): Promise<Answer> {
  const [answer] = await askSeveral(connection, text);
  return answer ?? { rows: [], fields: [] };
}

/** Runs statements to their end, in one round trip. */
function askSeveral(connection: Connection, text: string): Promise<Answer[]> {
  return new Promise((resolve, reject) => {
    connection.query<never>(
      { sql: MARKER + text, rowsAsArray: true, typeCast: asText },
      (error, result, description) => {
        if (error !== null) return reject(error);
        const [rows, fields] = [result, description] as unknown as [
          unknown[],
          (FieldPacket | FieldPacket[] | undefined)[],
        ];
        // One statement gives its rows, several give theirs each; a statement without rows has no fields.
        const several = Array.isArray(fields?.[0]);
        const answers = several ? rows.map((one, at) => [one, fields[at]]) : [[rows, fields ?? []]];
        resolve(answers.map(([one, of]) => ({ rows: Array.isArray(one) ? one : [], fields: of }) as Answer));
      },
    );
  });
}

type Decode = (cells: (string | null)[]) => Cell[];

/** Cells in the types their request declares. Text, which most are, stays as it came. */
function decoder({ columns }: MysqlRequest): Decode {
  const decoders = Object.values(columns).flatMap((spec, at) => {
    const decode = DECODE[cellType(spec).replace("?", "") as keyof typeof DECODE];
    return decode === undefined ? [] : [{ at, decode }];
  });
  return (cells: Cell[]) => {
    for (const { at, decode } of decoders) if (cells[at] !== null) cells[at] = decode(cells[at] as string);
    return cells;
  };
}
const DECODE = {
  number: Number,
  boolean: (text: string): boolean => text === "1",
} as const;

const interrupted = (cause: unknown): SourceError =>
  new SourceError("interrupted", "The run was interrupted.", { cause });
