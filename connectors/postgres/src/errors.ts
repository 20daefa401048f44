import { networkMeaning, SourceError, type SourceErrorCode } from "@headwater/core/connector";

import { identifier } from "./escape.ts";

/** What an error of the driver, the socket or the TLS layer carries, as far as it is used. */
export interface DriverError {
  message: string;
  /** The SQLSTATE of a server's error, or Node's code of a system error. */
  code?: string | undefined;
  /** `ERROR`, `FATAL` … of a server's error, in the server's language. */
  severity?: string | undefined;
}

/** Where an error happened, which decides what it means and what is to be done about it. */
export interface ErrorContext {
  /** `host:port`, for errors of the connection. */
  server: string;
  username: string;
  database: string;
  /** Whether it happened while connecting. */
  connecting: boolean;
  /** Whether `database` is one of those a run found rather than the one its configuration names. */
  found: boolean;
}

interface Meaning {
  code: SourceErrorCode;
  hint?: string | ((context: ErrorContext, error: DriverError) => string);
}

const RESTART = "The server is starting, stopping or recovering; try again in a moment.";
const GRANT = (context: ErrorContext, { message }: DriverError): string => {
  const [, kind, name] = /permission denied for (\w+) (\S+)/.exec(message) ?? [];
  const what: Record<string, string> = {
    table: `GRANT SELECT ON ${name} TO`,
    view: `GRANT SELECT ON ${name} TO`,
    relation: `GRANT SELECT ON ${name} TO`,
    function: `GRANT EXECUTE ON FUNCTION ${name} TO`,
    schema: `GRANT USAGE ON SCHEMA ${name} TO`,
    database: `GRANT CONNECT ON DATABASE ${name} TO`,
  };
  const grant = kind === undefined ? undefined : what[kind];
  return grant === undefined
    ? `The role ${context.username} lacks a right; \`headwater check\` names it.`
    : `Let the owner run: ${grant} ${identifier(context.username)};`;
};

/** By SQLSTATE. Source: PostgreSQL's manual, appendix A. */
const BY_SQLSTATE: Readonly<Record<string, Meaning>> = {
  "28P01": { code: "signIn", hint: ({ username }) => `Check the password of the role ${username}.` },
  "28000": {
    code: "signIn",
    hint: ({ username, database }) =>
      `The server's pg_hba.conf must let ${username} in to ${database} from here; where it asks for TLS, set sslMode to require.`,
  },
  "3D000": { code: "signIn", hint: () => "Check `database`; names are case-sensitive." },
  "42501": { code: "denied", hint: GRANT },
  "53300": {
    code: "throttled",
    hint: () => "The server has no connection left: lower --threads, or raise max_connections or the role's limit.",
  },
  "53200": {
    code: "refused",
    hint: () => "The server is out of memory or of room for locks; a higher max_locks_per_transaction gives room.",
  },
  "55P03": { code: "locked" },
  "55006": { code: "locked" },
  "57014": { code: "timeout" },
  "40001": { code: "throttled" },
  "40P01": { code: "throttled" },
  "25P03": { code: "unreachable" },
  "57P01": { code: "unreachable", hint: RESTART },
  "57P02": { code: "unreachable", hint: RESTART },
  "57P03": { code: "unreachable", hint: RESTART },
  "57P05": { code: "unreachable" },
};

const NO_TLS = "The server does not support SSL connections";
// A database that a run found and cannot enter is not the end of the run.
const ENTERING: ReadonlySet<string> = new Set(["28000", "28P01", "3D000", "42501", "55000"]);

/** Whether the server said that it has no TLS. */
export function lacksTls(error: DriverError): boolean {
  return error.message === NO_TLS;
}

/** An error of the driver as a `SourceError`: what it means, in words, and what to do about it. */
export function toSourceError(error: DriverError, context: ErrorContext): SourceError {
  const { code = "", message } = error;
  const meaning = error.severity === undefined ? meaningOfConnection(error, context) : meaningOfServer(code);
  const { hint } = meaning;
  const entering = context.connecting && context.found && ENTERING.has(code);
  const grant = `GRANT CONNECT ON DATABASE ${identifier(context.database)} TO ${identifier(context.username)};`;
  return new SourceError(entering ? "denied" : meaning.code, sentence(message, context), {
    hint:
      entering && code === "42501"
        ? `Let the owner run: ${grant}`
        : typeof hint === "function"
          ? hint(context, error)
          : hint,
    sourceCode: code === "" ? undefined : code,
    cause: error,
  });
}

function meaningOfServer(sqlState: string): Meaning {
  return BY_SQLSTATE[sqlState] ?? { code: sqlState.startsWith("08") ? "unreachable" : "refused" };
}

/** What the socket, TLS or the driver itself says: of a connection that broke or never came to be. */
function meaningOfConnection(error: DriverError, { server }: ErrorContext): Meaning {
  if (lacksTls(error)) return { code: "unreachable", hint: "Set sslMode to prefer or disable." };
  return (
    networkMeaning(error.code ?? "", { server, certificate: "sslConfig.caCertificate" }) ?? { code: "unreachable" }
  );
}

/** The message as a sentence that says where. */
function sentence(message: string, context: ErrorContext): string {
  // An attempt at several addresses of one name fails with an empty message of its own.
  const text = (message === "" ? "no address of the host answers" : message).replace(/\.$/, "");
  return context.connecting ? `Cannot connect to ${context.server}: ${text}.` : `PostgreSQL says: ${text}.`;
}
