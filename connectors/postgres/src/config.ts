import { userInfo } from "node:os";
import { decodeUrlPart, parseHostPort, passwordAuth, type Secret, secret, z } from "@headwater/core/connector";

/** OpenMetadata's `sslMode`, which means what libpq's `sslmode` means. */
export const SSL_MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;

/** One of {@link SSL_MODES}. */
export type SslMode = (typeof SSL_MODES)[number];

/** Where a server listens: a TCP port, or the folder of a Unix socket (then `port` is the number in the socket's name). */
export interface Address {
  /** A host name, an IP address without brackets, or an absolute path. */
  host: string;
  port: number;
}

/** Arguments of libpq that are honoured under `connectionArguments` and `connectionOptions`. Times are in seconds and milliseconds, as there. */
export interface ConnectionArguments {
  /** Seconds until an attempt to connect is given up. */
  connect_timeout?: number | undefined;
  /** What the server calls the connection in pg_stat_activity. */
  application_name?: string | undefined;
  /** Milliseconds a statement may take. */
  statement_timeout?: number | undefined;
  /** Milliseconds a statement waits for somebody else's lock. */
  lock_timeout?: number | undefined;
}

/** The connection, as core hands it on: OpenMetadata's `postgresConnection.json`, checked. */
export interface PostgresConfig {
  username: string;
  password: Secret | null;
  address: Address;
  /** The database that is connected to first, and the only one that is read unless `ingestAllDatabases`. */
  database: string;
  ingestAllDatabases: boolean;
  sslMode: SslMode;
  /** Each the text itself or the path of a file. */
  sslConfig: { caCertificate?: string | undefined; sslCertificate?: string | undefined; sslKey?: Secret | undefined };
  /** The classification that row level security policies become tags of. */
  classificationName: string;
  arguments: { [A in Exclude<keyof ConnectionArguments, "application_name">]-?: number } & {
    /** `null`: the name core marks a run's sessions with. */
    application_name: string | null;
  };
}

/** The database a client is sent to that only wants to know which others there are; every installation has it. */
const MAINTENANCE_DATABASE = "postgres";
const DEFAULT_PORT = 5432;

const milliseconds = z.coerce.number().int().nonnegative().optional();
const argumentsSchema = z
  .strictObject({
    connect_timeout: z.coerce.number().positive().optional(),
    application_name: z.string().optional(),
    statement_timeout: milliseconds,
    lock_timeout: milliseconds,
  })
  .optional();

const hostPortSchema = z.string().transform((text, context): Address => {
  const address = parseAddress(text);
  if (address !== null) return address;
  context.addIssue({
    code: "custom",
    message: `"${text}" is not a host and port: write host:5432, [::1]:5432, or the folder of a Unix socket.`,
  });
  return z.NEVER;
});

/** The schema of the connection. */
export const configSchema: z.ZodType<PostgresConfig> = z
  .strictObject({
    username: z.string().min(1),
    authType: passwordAuth("leave it out and set PGPASSWORD or a pgpass file").optional(),
    // Older files have it beside the user name.
    password: secret().optional(),
    hostPort: hostPortSchema,
    database: z.string().min(1).optional(),
    ingestAllDatabases: z.boolean().default(false),
    sslMode: z.enum(SSL_MODES).default("disable"),
    sslConfig: z
      .strictObject({
        caCertificate: z.string().min(1).optional(),
        sslCertificate: z.string().min(1).optional(),
        sslKey: secret().optional(),
      })
      .default({}),
    classificationName: z.string().min(1).default("PostgresPolicyTags"),
    connectionOptions: argumentsSchema,
    connectionArguments: argumentsSchema,
  })
  .transform(({ hostPort, authType, password, database, connectionOptions, connectionArguments, ...rest }) => {
    const given = { ...connectionOptions, ...connectionArguments };
    return {
      username: rest.username,
      password: authType?.password ?? password ?? null,
      address: hostPort,
      database: database ?? MAINTENANCE_DATABASE,
      // OpenMetadata reads all databases when none is named.
      ingestAllDatabases: rest.ingestAllDatabases || database === undefined,
      sslMode: rest.sslMode,
      sslConfig: rest.sslConfig,
      classificationName: rest.classificationName,
      arguments: {
        connect_timeout: given.connect_timeout ?? 15,
        application_name: given.application_name ?? null,
        statement_timeout: given.statement_timeout ?? 300_000,
        lock_timeout: given.lock_timeout ?? 3_000,
      },
    };
  });

/** Reads a socket folder with or without a port, or what {@link parseHostPort} reads; `null` for anything else. */
export function parseAddress(text: string): Address | null {
  const [, folder, port] = /^\s*(\/.*?)(?::(\d+))?\s*$/.exec(text) ?? [];
  if (folder === undefined) return parseHostPort(text, DEFAULT_PORT);
  const number = port === undefined ? DEFAULT_PORT : Number(port);
  return number >= 1 && number <= 65_535 ? { host: folder, port: number } : null;
}

/**
 * The connection a `postgres://` URL stands for, as a workflow file would have it: libpq's connection URIs with one host. A URL
 * that names no database reads all of them. Source: PostgreSQL's manual, "Connection URIs".
 */
export function configFromUrl(url: URL): Record<string, unknown> {
  const query = new URLSearchParams(url.searchParams);
  const take = (name: string): string | undefined => {
    const value = query.get(name) ?? undefined;
    query.delete(name);
    return value;
  };
  const host = take("host") ?? (url.hostname === "" ? "localhost" : decodeUrlPart(url.hostname));
  const port = take("port") ?? (url.port === "" ? String(DEFAULT_PORT) : url.port);
  const database = take("dbname") ?? (url.pathname.length > 1 ? decodeUrlPart(url.pathname.slice(1)) : undefined);
  const username = take("user") ?? (url.username === "" ? undefined : decodeUrlPart(url.username));
  const password = take("password") ?? (url.password === "" ? undefined : decodeUrlPart(url.password));
  const ssl = { caCertificate: take("sslrootcert"), sslCertificate: take("sslcert"), sslKey: take("sslkey") };
  // Without a word about it libpq tries TLS and goes on without; a URL is libpq's.
  const sslMode = take("sslmode") ?? "prefer";
  // What is left is for the schema to accept or to refuse by name.
  const rest = Object.fromEntries(query);
  return {
    type: "Postgres",
    ...given({ username: username ?? process.env["PGUSER"] ?? userInfo().username }),
    ...(password === undefined ? {} : { authType: { password } }),
    hostPort:
      host.includes(":") && !host.startsWith("/") ? `[${host.replaceAll(/[[\]]/g, "")}]:${port}` : `${host}:${port}`,
    ...(database === undefined ? { ingestAllDatabases: true } : { database }),
    sslMode,
    ...(Object.values(ssl).every((value) => value === undefined) ? {} : { sslConfig: given(ssl) }),
    ...(Object.keys(rest).length === 0 ? {} : { connectionArguments: rest }),
  };
}

const given = (values: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined));
