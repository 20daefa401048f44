import { networkMeaning, SourceError, type SourceErrorCode } from "@headwater/core/connector";
import { identifier } from "./escape.ts";

/** What an error of the driver, the socket or the TLS layer carries, as far as it is used. */
export interface DriverError {
  name?: string;
  message: string;
  /** ClickHouse's number of the error, or Node's code of a system error. */
  code?: string | undefined;
  /** ClickHouse's name of the error; only its own errors have one. */
  type?: string | undefined;
}

/** Where an error happened, which decides what it means and what is to be done about it. */
export interface ErrorContext {
  /** `host:port`. */
  server: string;
  username: string;
  /** Whether it happened while connecting. */
  connecting: boolean;
}

interface Meaning {
  code: SourceErrorCode;
  hint?: string | ((context: ErrorContext, error: DriverError) => string | undefined);
}

const PASSWORD: Meaning = { code: "signIn", hint: ({ username }) => `Check the user ${username} and its password.` };
const LATER: Meaning = { code: "throttled" };

/** The statement that gives the missing right, which the server names. */
function grant({ username }: ErrorContext, { message }: DriverError): string | undefined {
  const [, rights] = /necessary to have (?:the )?grant (.+? ON \S+?)(?: FOR .*)?\.?(?:\s|$)/s.exec(message) ?? [];
  return rights === undefined
    ? undefined
    : `Let an administrator run: GRANT ${rights.trim()} TO ${identifier(username)};`;
}

/** By ClickHouse's number of the error. Source: ClickHouse's `src/Common/ErrorCodes.cpp`. */
const BY_NUMBER: Readonly<Record<string, Meaning>> = {
  // AUTHENTICATION_FAILED, UNKNOWN_USER, WRONG_PASSWORD, REQUIRED_PASSWORD
  516: PASSWORD,
  192: PASSWORD,
  193: PASSWORD,
  194: PASSWORD,
  // IP_ADDRESS_NOT_ALLOWED
  195: {
    code: "signIn",
    hint: ({ username }) => `The server must let ${username} in from this address (its HOST clause or <networks>).`,
  },
  // ACCESS_DENIED
  497: { code: "denied", hint: grant },
  // READONLY
  164: { code: "denied", hint: "The user's profile has readonly = 1; readonly = 2 lets a query carry its limits." },
  // DATABASE_ACCESS_DENIED
  291: { code: "denied" },
  // TIMEOUT_EXCEEDED, TOO_SLOW
  159: { code: "timeout", hint: "Raise connectionArguments.send_receive_timeout, or the limit of the user's profile." },
  160: { code: "timeout" },
  // TOO_MANY_SIMULTANEOUS_QUERIES
  202: {
    code: "throttled",
    hint: "The server runs as many queries as it may: lower --threads, or raise max_concurrent_queries.",
  },
  // QUOTA_EXCEEDED
  201: { code: "throttled", hint: "The user's quota is used up; wait for its next interval, or raise it." },
  // TABLE_IS_READ_ONLY, TOO_MANY_PARTS, UNKNOWN_STATUS_OF_INSERT, KEEPER_EXCEPTION
  242: LATER,
  252: LATER,
  319: LATER,
  999: LATER,
  // MEMORY_LIMIT_EXCEEDED: fewer objects at once need less.
  241: { code: "refused", hint: "The query needed more memory than the user or the server has left." },
  // CLUSTER_DOESNT_EXIST
  701: { code: "refused", hint: "Check connectionArguments.cluster; SELECT cluster FROM system.clusters lists them." },
  // UNKNOWN_FUNCTION, UNKNOWN_SETTING: the server is older than the queries.
  46: { code: "refused", hint: "The server may be too old: ClickHouse 24.3 or later is needed." },
  115: { code: "refused", hint: "The server may be too old: ClickHouse 24.3 or later is needed." },
};

const NO_TLS: Meaning = {
  code: "unreachable",
  hint: "The port speaks no TLS: check the port, or take https and secure away.",
};

/** An error of the driver as a `SourceError`: what it means, in words, and what to do about it. */
export function toSourceError(error: DriverError, context: ErrorContext): SourceError {
  const fromServer = error.type !== undefined;
  const { code, hint } = fromServer
    ? (BY_NUMBER[error.code ?? ""] ?? { code: "refused" })
    : meaningOfConnection(error, context);
  return new SourceError(code, sentence(error, context), {
    hint: typeof hint === "function" ? hint(context, error) : hint,
    sourceCode: fromServer ? `${error.code} ${error.type}` : error.code,
    cause: error,
  });
}

/** What the socket, TLS, a proxy in between or the driver itself says. */
function meaningOfConnection({ code = "", message }: DriverError, { server }: ErrorContext): Meaning {
  if (message === "Timeout error.") return { code: "timeout", hint: "Raise connectionArguments.send_receive_timeout." };
  if (/Port \d+ is for clickhouse-client/.test(message))
    return { code: "unreachable", hint: "Give the port of the HTTP interface as hostPort: 8123, or 8443 with TLS." };
  if (/plain HTTP request was sent to HTTPS|HTTPS port/i.test(message))
    return { code: "unreachable", hint: "The port speaks TLS: set secure: true." };
  const network = networkMeaning(code, { server, certificate: "connectionArguments.ca_cert" });
  if (network !== null) return network;
  return /^(?:ERR_SSL|ERR_TLS|EPROTO$)/.test(code) ? NO_TLS : { code: "unreachable" };
}

/** The message as a sentence that says where. */
function sentence({ message, type }: DriverError, { connecting, server }: ErrorContext): string {
  // An attempt at several addresses of one name fails with an empty message of its own; a proxy answers with a page.
  const text = message.replaceAll(/\s+/g, " ").trim();
  const short = text === "" ? "no address of the host answers" : text.length > 600 ? `${text.slice(0, 600)} …` : text;
  const ended = short.replace(/[.\s]+$/, "");
  if (connecting) return `Cannot connect to ${server}: ${ended}.`;
  return type === undefined ? `The connection to ${server} broke: ${ended}.` : `ClickHouse says: ${ended}.`;
}
