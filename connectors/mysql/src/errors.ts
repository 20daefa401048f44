import { networkMeaning, SourceError, type SourceErrorCode, untrusted } from "@headwater/core/connector";
import { literal } from "./escape.ts";

/** What an error of the driver, the socket or the TLS layer carries, as far as it is used. */
export interface DriverError {
  message: string;
  /** Node's or the driver's code, or the name of a server's error. */
  code?: string | undefined;
  /** The number of a server's error. Node's system errors have one too, below zero. */
  errno?: number | undefined;
  /** Only a server's error has one. */
  sqlState?: string | undefined;
}

/** Where an error happened, which decides what it means and what is to be done about it. */
export interface ErrorContext {
  /** `host:port` or the path of a socket. */
  server: string;
  username: string;
  /** Whether it happened while connecting. */
  connecting: boolean;
  /** Whether a password was sent. */
  withPassword: boolean;
}

interface Meaning {
  code: SourceErrorCode;
  hint?: (context: ErrorContext) => string;
}

const NO_CONNECTION: Meaning = {
  code: "throttled",
  hint: () => "The server has no connection left: lower --threads, or raise max_connections or the account's limit.",
};
const RESTART: Meaning = {
  code: "unreachable",
  hint: () => "The server is starting or stopping; try again in a moment.",
};
const DENIED: Meaning = {
  code: "denied",
  hint: ({ username }) => `The account ${username} lacks a right; \`headwater check\` names it.`,
};
const BY_PLUGIN: Meaning = {
  code: "signIn",
  hint: ({ username }) =>
    `The account ${username} signs in by a plugin that needs more than a password; give it caching_sha2_password or mysql_native_password.`,
};

/** By the number of a server's error. Source: MySQL's manual, "Server Error Message Reference"; MariaDB's "Error Codes". */
const BY_NUMBER: Readonly<Record<number, Meaning>> = {
  1040: NO_CONNECTION,
  1203: NO_CONNECTION,
  1226: NO_CONNECTION,
  1044: {
    code: "denied",
    hint: ({ username }) => `The account ${username} has no right on this schema; \`headwater check\` names it.`,
  },
  1045: {
    code: "signIn",
    hint: ({ username, withPassword }) =>
      withPassword
        ? `Check the password of ${username}, and that the account may come from this host: an account is a user and a host.`
        : "No password was given: give authType.password (as ${VARIABLE}), set MYSQL_PWD, or write it into ~/.my.cnf under [client].",
  },
  1698: {
    code: "signIn",
    hint: ({ username }) =>
      `The account ${username} signs in by the operating system's user, through the Unix socket only; use an account with a password.`,
  },
  1129: { code: "signIn", hint: () => "Too many connections from here broke; let an administrator run FLUSH HOSTS." },
  1130: {
    code: "signIn",
    hint: ({ username }) =>
      `No account may come from this host; create ${literal(username)}@'%', or one for this host.`,
  },
  1251: BY_PLUGIN,
  1524: BY_PLUGIN,
  2059: BY_PLUGIN,
  1820: { code: "signIn", hint: ({ username }) => `The password of ${username} has expired; set a new one.` },
  1862: { code: "signIn", hint: ({ username }) => `The password of ${username} has expired; set a new one.` },
  3118: {
    code: "signIn",
    hint: ({ username }) => `The account ${username} is locked; ALTER USER … ACCOUNT UNLOCK opens it.`,
  },
  4151: {
    code: "signIn",
    hint: ({ username }) => `The account ${username} is locked; ALTER USER … ACCOUNT UNLOCK opens it.`,
  },
  3159: { code: "signIn", hint: () => "The server wants TLS: set sslMode to require, or leave it out." },
  1142: DENIED,
  1143: DENIED,
  1227: DENIED,
  1370: DENIED,
  1205: { code: "locked" },
  1213: { code: "throttled" },
  1969: { code: "timeout" },
  3024: { code: "timeout" },
  1317: { code: "timeout" },
  1053: RESTART,
  1077: RESTART,
  3032: { code: "unreachable", hint: () => "The server is in offline mode." },
  1152: { code: "unreachable" },
  1184: { code: "unreachable" },
  1927: { code: "unreachable" },
  4031: { code: "unreachable" },
};

/** The setting with the certificate of the authority. */
const CERTIFICATE = "sslConfig.caCertificate";

/** By the driver's own code, and what Node says only of connections that wait. */
const BY_SYSTEM_CODE: Readonly<Record<string, Meaning>> = {
  ETIMEDOUT: {
    code: "unreachable",
    hint: ({ server }) => `Nothing answers at ${server}: check hostPort and firewalls.`,
  },
  HANDSHAKE_NO_SSL_SUPPORT: {
    code: "unreachable",
    hint: () => "The server has no TLS: set sslMode to prefer or disable.",
  },
  AUTH_SWITCH_PLUGIN_ERROR: BY_PLUGIN,
};

/** Whether an error says that the server has no TLS. */
export const lacksTls = ({ code }: DriverError): boolean => code === "HANDSHAKE_NO_SSL_SUPPORT";

/** Whether an error says that the account wants a password and got none. */
export const wantsPassword = ({ errno }: DriverError): boolean => errno === 1045;

/** An error of the driver as a `SourceError`: what it means, in words, and what to do about it. */
export function toSourceError(error: DriverError, context: ErrorContext): SourceError {
  const byServer = error.sqlState !== undefined;
  const { code, hint } = byServer ? meaningOfServer(error) : meaningOfConnection(error, context);
  const sourceCode = byServer ? `${error.errno}` : error.code;
  return new SourceError(code, sentence(error.message, context), {
    hint: hint?.(context),
    sourceCode,
    cause: error,
  });
}

function meaningOfServer({ errno = 0, sqlState = "" }: DriverError): Meaning {
  return BY_NUMBER[errno] ?? { code: sqlState.startsWith("08") ? "unreachable" : "refused" };
}

/** What the socket, TLS or the driver itself says: of a connection that broke or never came to be. */
function meaningOfConnection({ code = "", message }: DriverError, { server }: ErrorContext): Meaning {
  const network = networkMeaning(code, { server, certificate: CERTIFICATE });
  if (network !== null) return { ...network, hint: () => network.hint };
  const known = BY_SYSTEM_CODE[code];
  if (known !== undefined) return known;
  return /certificate/i.test(message)
    ? { code: "unreachable", hint: () => untrusted(CERTIFICATE) }
    : { code: "unreachable" };
}

/** The message as a sentence that says where. */
function sentence(message: string, context: ErrorContext): string {
  // An attempt at several addresses of one name fails with an empty message of its own.
  const text = (message === "" ? "no address of the host answers" : message).replace(/\.$/, "");
  return context.connecting ? `Cannot connect to ${context.server}: ${text}.` : `The server says: ${text}.`;
}
