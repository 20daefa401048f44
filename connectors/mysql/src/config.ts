import { userInfo } from "node:os";
import {
  decodeUrlPart,
  type HostPort,
  parseHostPort,
  passwordAuth,
  type Secret,
  secret,
  showHostPort,
  z,
} from "@headwater/core/connector";

/** What is asked of TLS, in libpq's words; MySQL's own (`VERIFY_IDENTITY`) are understood in URLs. */
export const SSL_MODES = ["disable", "prefer", "require", "verify-ca", "verify-full"] as const;

/** One of {@link SSL_MODES}. */
export type SslMode = (typeof SSL_MODES)[number];

/** Where a server listens: a TCP port or a Unix socket. */
export type Address = HostPort | { socket: string };

/** The connection, as core hands it on: OpenMetadata's `mysqlConnection.json` and `mariaDBConnection.json`, checked. */
export interface MysqlConfig {
  username: string;
  password: Secret | null;
  address: Address;
  /** What the one database is called in the catalog: MySQL itself has only schemas. */
  database: string;
  /** The only schema that is read; `null` for all. */
  schema: string | null;
  /** Read the log of slow statements where there is one, rather than that of all. */
  useSlowLogs: boolean;
  sslMode: SslMode;
  /** Each the text itself or the path of a file. */
  sslConfig: { caCertificate?: string | undefined; sslCertificate?: string | undefined; sslKey?: Secret | undefined };
  arguments: {
    /** Seconds until an attempt to connect is given up. */
    connect_timeout: number;
    /** Seconds a statement may take. */
    read_timeout: number;
    /** Seconds a statement waits for somebody else's lock. */
    lock_wait_timeout: number;
    /** What the server calls the connection in performance_schema. */
    program_name: string;
  };
}

/** OpenMetadata's name for the one database of sources that have none. */
const NO_DATABASE = "default";
const DEFAULT_PORT = 3306;

const seconds = z.coerce.number().positive().optional();
const truth = z.union([z.boolean(), z.stringbool()]).optional();
const argumentsSchema = z
  .strictObject({
    connect_timeout: seconds,
    read_timeout: seconds,
    lock_wait_timeout: seconds,
    program_name: z.string().optional(),
    ssl_disabled: truth,
    ssl_verify_cert: truth,
    ssl_verify_identity: truth,
    ssl_ca: z.string().min(1).optional(),
    ssl_cert: z.string().min(1).optional(),
    ssl_key: secret().optional(),
  })
  .optional();
type Arguments = NonNullable<z.output<typeof argumentsSchema>>;

const hostPortSchema = z.string().transform((text, context): Address => {
  const address = parseAddress(text);
  if (address !== null) return address;
  context.addIssue({
    code: "custom",
    message: `"${text}" is not a host and port: write host:3306, [::1]:3306, or the path of a Unix socket.`,
  });
  return z.NEVER;
});

/** The schema of the connection. */
export const configSchema: z.ZodType<MysqlConfig> = z
  .strictObject({
    username: z.string().min(1),
    authType: passwordAuth("leave it out and set MYSQL_PWD or an option file").optional(),
    // MariaDB's files, and older ones of MySQL, have it beside the user name.
    password: secret().optional(),
    hostPort: hostPortSchema,
    databaseName: z.string().min(1).default(NO_DATABASE),
    databaseSchema: z.string().min(1).optional(),
    useSlowLogs: z.boolean().default(false),
    sslMode: z.enum(SSL_MODES).optional(),
    sslConfig: z
      .strictObject({
        caCertificate: z.string().min(1).optional(),
        sslCertificate: z.string().min(1).optional(),
        sslKey: secret().optional(),
      })
      .default({}),
    // So they were called before sslConfig.
    sslCA: z.string().min(1).optional(),
    sslCert: z.string().min(1).optional(),
    sslKey: secret().optional(),
    connectionOptions: argumentsSchema,
    connectionArguments: argumentsSchema,
  })
  .transform(({ connectionOptions, connectionArguments, ...given }) => {
    const args: Arguments = { ...connectionOptions, ...connectionArguments };
    const sslConfig = {
      caCertificate: given.sslConfig.caCertificate ?? given.sslCA ?? args.ssl_ca,
      sslCertificate: given.sslConfig.sslCertificate ?? given.sslCert ?? args.ssl_cert,
      sslKey: given.sslConfig.sslKey ?? given.sslKey ?? args.ssl_key,
    };
    return {
      username: given.username,
      password: given.authType?.password ?? given.password ?? null,
      address: given.hostPort,
      database: given.databaseName,
      schema: given.databaseSchema ?? null,
      useSlowLogs: given.useSlowLogs,
      sslMode: given.sslMode ?? modeOf(args, sslConfig.caCertificate !== undefined),
      sslConfig,
      arguments: {
        connect_timeout: args.connect_timeout ?? 15,
        read_timeout: args.read_timeout ?? 300,
        lock_wait_timeout: args.lock_wait_timeout ?? 3,
        program_name: args.program_name ?? "headwater",
      },
    };
  });

/** What PyMySQL's arguments, which OpenMetadata hands on, ask of TLS. An authority's certificate is there to be checked against. */
function modeOf({ ssl_disabled, ssl_verify_cert, ssl_verify_identity }: Arguments, hasAuthority: boolean): SslMode {
  if (ssl_disabled === true) return "disable";
  if (ssl_verify_identity === true) return "verify-full";
  if (ssl_verify_cert === true) return "verify-ca";
  if (ssl_verify_cert === false) return "require";
  if (ssl_verify_identity === false && hasAuthority) return "verify-ca";
  return hasAuthority ? "verify-full" : "prefer";
}

/** Reads the path of a Unix socket, or what {@link parseHostPort} reads; `null` for anything else. */
export function parseAddress(text: string): Address | null {
  const trimmed = text.trim();
  return trimmed.startsWith("/") ? { socket: trimmed } : parseHostPort(trimmed, DEFAULT_PORT);
}

/** An address as people write it. */
export function showAddress(address: Address): string {
  return "socket" in address ? address.socket : showHostPort(address);
}

/** MySQL's words for what is asked of TLS. Source: MySQL's manual, "Command Options for Encrypted Connections". */
const MYSQL_SSL_MODES: Readonly<Record<string, SslMode>> = {
  disabled: "disable",
  preferred: "prefer",
  required: "require",
  verify_ca: "verify-ca",
  verify_identity: "verify-full",
};

/**
 * The connection a `mysql://` or `mariadb://` URL stands for, as a workflow file would have it. A URL that names no schema reads all of
 * them. Parameters are those of MySQL's own connection strings. Source: MySQL's manual, "Connecting Using URI-Like Strings".
 */
export function configFromUrl(url: URL): Record<string, unknown> {
  const query = new URLSearchParams(url.searchParams);
  const take = (...names: string[]): string | undefined => {
    const values = names.map((name) => query.get(name) ?? undefined);
    for (const name of names) query.delete(name);
    return values.find((value) => value !== undefined);
  };
  const socket = take("socket");
  const host = url.hostname === "" ? "localhost" : decodeUrlPart(url.hostname);
  const schema = url.pathname.length > 1 ? decodeUrlPart(url.pathname.slice(1)) : undefined;
  const username = url.username === "" ? undefined : decodeUrlPart(url.username);
  const password = url.password === "" ? undefined : decodeUrlPart(url.password);
  const sslMode = take("ssl-mode", "sslmode", "sslMode");
  const ssl = {
    caCertificate: take("ssl-ca"),
    sslCertificate: take("ssl-cert"),
    sslKey: take("ssl-key"),
  };
  // What is left is for the schema to accept or to refuse by name.
  const rest = Object.fromEntries(query);
  const hostPort = host.startsWith("/") ? host : `${host}:${url.port === "" ? DEFAULT_PORT : url.port}`;
  return {
    type: url.protocol === "mariadb:" ? "MariaDB" : "Mysql",
    username: username ?? userInfo().username,
    ...(password === undefined ? {} : { authType: { password } }),
    hostPort: socket ?? hostPort,
    ...(schema === undefined ? {} : { databaseSchema: schema }),
    ...(sslMode === undefined ? {} : { sslMode: MYSQL_SSL_MODES[sslMode.toLowerCase()] ?? sslMode }),
    ...(Object.values(ssl).every((value) => value === undefined) ? {} : { sslConfig: given(ssl) }),
    ...(Object.keys(rest).length === 0 ? {} : { connectionArguments: rest }),
  };
}

const given = (values: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined));
