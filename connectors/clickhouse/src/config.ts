import { decodeUrlPart, type HostPort, parseHostPort, type Secret, secret, z } from "@headwater/core/connector";

/** The connection, as core hands it on: OpenMetadata's `clickhouseConnection.json`, checked. */
export interface ClickHouseConfig {
  username: string;
  password: Secret | null;
  /** Where it listens for HTTP. */
  address: HostPort;
  /** What the catalog calls the database that all of the server's databases are schemas of. */
  databaseName: string;
  /** The only database that is read; `""` for all. */
  databaseSchema: string;
  /** The cluster on all of whose servers the query log is read; `null` for the one that is connected to. */
  cluster: string | null;
  /** `null` for plain HTTP. Certificates and keys are each the text itself or the path of a file. */
  tls: { ca?: string | undefined; certificate?: string | undefined; key?: Secret | undefined; verify: boolean } | null;
  /** Seconds until the first answer is given up. A service that sleeps takes half a minute to wake up. */
  connectTimeout: number;
  /** Seconds a query may take. */
  queryTimeout: number;
}

const DEFAULT_DATABASE = "default";
const HTTP_PORT = 8_123;
const HTTPS_PORT = 8_443;
/** Standard ports of the native protocol, with that of HTTP on the same server. */
const HTTP_OF_NATIVE: Readonly<Record<number, number>> = { 9_000: HTTP_PORT, 9_440: HTTPS_PORT };

/** Arguments of the vendor's drivers for Python, some of which have two names there, and `cluster`. Times are in seconds. */
const argumentsSchema = z
  .strictObject({
    ca_cert: z.string().min(1).optional(),
    ca_certs: z.string().min(1).optional(),
    client_cert: z.string().min(1).optional(),
    certfile: z.string().min(1).optional(),
    client_cert_key: secret().optional(),
    keyfile: secret().optional(),
    verify: flag().optional(),
    secure: flag().optional(),
    connect_timeout: z.coerce.number().positive().optional(),
    send_receive_timeout: z.coerce.number().positive().optional(),
    cluster: z.string().min(1).optional(),
  })
  .optional();

/** A switch, as YAML and URLs write it. */
function flag(): z.ZodType<boolean> {
  return z.union([
    z.boolean(),
    z.enum(["true", "false", "1", "0"]).transform((text) => text === "true" || text === "1"),
  ]);
}

/** The schema of the connection. */
export const configSchema: z.ZodType<ClickHouseConfig> = z
  .strictObject({
    username: z.string().min(1).default("default"),
    password: secret().optional(),
    hostPort: z.string().min(1),
    scheme: z.enum(["clickhouse+http", "clickhouse+native"]).default("clickhouse+http"),
    databaseName: z.string().min(1).default(DEFAULT_DATABASE),
    databaseSchema: z.string().min(1).optional(),
    https: z.boolean().default(false),
    secure: z.boolean().default(false),
    keyfile: secret().optional(),
    connectionOptions: argumentsSchema,
    connectionArguments: argumentsSchema,
  })
  .transform(({ hostPort, scheme, connectionOptions, connectionArguments, ...rest }, context): ClickHouseConfig => {
    const given = { ...connectionOptions, ...connectionArguments };
    const secure = rest.https || rest.secure || given.secure === true;
    const address = parseAddress(hostPort, secure ? HTTPS_PORT : HTTP_PORT);
    if (address === null) {
      const message = `"${hostPort}" is not a host and port: write host:8123, host:8443 or [::1]:8123.`;
      context.addIssue({ code: "custom", path: ["hostPort"], message });
      return z.NEVER;
    }
    if (scheme === "clickhouse+native") {
      const port = HTTP_OF_NATIVE[address.port] ?? address.port;
      if (port !== HTTP_PORT && port !== HTTPS_PORT) {
        const message = `The native protocol is not spoken; give the port of the server's HTTP interface (8123, or 8443 with TLS) and scheme: clickhouse+http.`;
        context.addIssue({ code: "custom", path: ["hostPort"], message });
        return z.NEVER;
      }
      address.port = port;
    }
    return {
      username: rest.username,
      password: rest.password ?? null,
      address,
      databaseName: rest.databaseName,
      databaseSchema: rest.databaseSchema ?? "",
      cluster: given.cluster ?? null,
      tls: secure
        ? {
            ca: given.ca_cert ?? given.ca_certs,
            certificate: given.client_cert ?? given.certfile,
            key: given.client_cert_key ?? given.keyfile ?? rest.keyfile,
            verify: given.verify ?? true,
          }
        : null,
      connectTimeout: given.connect_timeout ?? 60,
      queryTimeout: given.send_receive_timeout ?? 300,
    };
  });

/** Reads what {@link parseHostPort} reads, or a URL of it; `null` for anything else. */
export function parseAddress(text: string, defaultPort: number): HostPort | null {
  const address = text
    .trim()
    .replace(/^https?:\/\//, "")
    .replace(/\/$/, "");
  return parseHostPort(address, defaultPort);
}

/**
 * The connection a `clickhouse://` (or, with TLS, `clickhouses://`) URL stands for, as a workflow file would have it. The port is
 * that of HTTP. A URL that names no database reads all of them.
 */
export function configFromUrl(url: URL): Record<string, unknown> {
  const query = Object.fromEntries(url.searchParams);
  const secure = url.protocol === "clickhouses:" || query["secure"] === "true" || query["secure"] === "1";
  delete query["secure"];
  const port = url.port === "" ? (secure ? HTTPS_PORT : HTTP_PORT) : url.port;
  const schema = decodeUrlPart(url.pathname.slice(1));
  return {
    type: "Clickhouse",
    ...(url.username === "" ? {} : { username: decodeUrlPart(url.username) }),
    ...(url.password === "" ? {} : { password: decodeUrlPart(url.password) }),
    hostPort: `${url.hostname === "" ? "localhost" : decodeUrlPart(url.hostname)}:${port}`,
    ...(secure ? { secure: true } : {}),
    ...(schema === "" ? {} : { databaseSchema: schema }),
    // What is left is for the schema to accept or to refuse by name.
    ...(Object.keys(query).length === 0 ? {} : { connectionArguments: query }),
  };
}
