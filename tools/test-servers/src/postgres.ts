import { type ChildProcess, spawn } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type PostgresMajor, postgresBinaries, run } from "./binaries.ts";
import { SERVER_USER } from "./cache.ts";
import { type Certificates, makeCertificates } from "./certificates.ts";
import { note } from "./notes.ts";
import { copyForStandby } from "./standby.ts";
import { POSTGRES_PASSWORD, postgresUrl } from "./url.ts";

/** How a PostgreSQL server is to be started. */
export interface PostgresOptions {
  /** Default 18. */
  major?: PostgresMajor;
  /** Settings of postgresql.conf: `{ max_connections: 20 }`. */
  settings?: Readonly<Record<string, string | number>>;
  /** Lines that replace pg_hba.conf. Default: passwords (SCRAM) over TCP, none over the Unix socket. */
  hba?: readonly string[];
  /**
   * Accept TLS, with certificates made for the occasion: see {@link PostgresServer.certificates}. The server's is for
   * `localhost` and 127.0.0.1, or for the hosts given.
   */
  tls?: boolean | { hosts: readonly string[] };
  /** Start it as a hot standby of this server, of the same major version. */
  standbyOf?: PostgresServer;
}

/** Where a PostgreSQL server is and how to get in: plain data. */
export interface PostgresAddress {
  /** `18.4`. */
  version: string;
  major: PostgresMajor;
  host: string;
  port: number;
  /** The folder of its Unix socket. */
  socketFolder: string;
  dataFolder: string;
  pid: number;
}

/** A running PostgreSQL server. */
export interface PostgresServer extends Readonly<PostgresAddress> {
  /** Present with `tls`. */
  readonly certificates: Certificates | null;
  /** A URL of a database, as the superuser or as a role with its password. */
  url(database?: string, role?: { user: string; password?: string }): string;
  /** Ends it with all its connections and removes its data. */
  stop(): Promise<void>;
  /** Ends it as a crash would; {@link PostgresServer.restart} brings it back with its data. */
  kill(): Promise<void>;
  /** Starts it again after {@link PostgresServer.kill}, on the same port. */
  restart(): Promise<void>;
}

// Durability is not what tests are about; everything else is as a new installation has it.
const SETTINGS = {
  listen_addresses: "127.0.0.1",
  fsync: "off",
  full_page_writes: "off",
  max_connections: 60,
  shared_buffers: "64MB",
  log_min_messages: "fatal",
  log_line_prefix: "%m [%p] ",
};
const HBA = [
  "local all all trust",
  "host all all 127.0.0.1/32 scram-sha-256",
  "host replication all 127.0.0.1/32 trust",
];

/** Starts a PostgreSQL server on a free port. Throws `Unavailable` when that major version cannot be had here. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const major = options.standbyOf?.major ?? options.major ?? 18;
  const began = performance.now();
  const binaries = await postgresBinaries(major);
  const folder = mkdtempSync(join(tmpdir(), `hw-pg${major}-`));
  const hosts = typeof options.tls === "object" ? options.tls.hosts : undefined;
  const state = new Cluster(folder, binaries, await freePort(), options.tls ? await makeCertificates(hosts) : null);
  try {
    if (options.standbyOf === undefined) await state.initialise();
    else await state.copy(options.standbyOf);
    state.configure(options);
    await state.start();
  } catch (error) {
    await state.stop();
    throw error;
  }
  await note({
    server: `PostgreSQL ${state.version}`,
    ran: true,
    startMs: Math.round(performance.now() - began),
    pid: state.pid,
    folder,
  });
  return {
    version: state.version,
    major,
    host: "127.0.0.1",
    port: state.port,
    socketFolder: folder,
    dataFolder: state.data,
    get pid() {
      return state.pid;
    },
    certificates: state.certificates,
    url: (database, role) => postgresUrl(state.port, database, role),
    stop: () => state.stop(),
    kill: () => state.kill(),
    restart: () => state.start(),
  };
}

const RUNNING = new Set<Cluster>();
process.on("exit", () => {
  for (const cluster of RUNNING) cluster.endNow();
});

/** One data folder and the process that serves it. */
class Cluster {
  readonly #folder: string;
  readonly #binaries: string;
  #child: ChildProcess | null = null;
  readonly data: string;
  readonly port: number;
  readonly certificates: Certificates | null;
  version = "";

  constructor(folder: string, binaries: string, port: number, certificates: Certificates | null) {
    this.#folder = folder;
    this.#binaries = binaries;
    this.data = join(folder, "data");
    this.port = port;
    this.certificates = certificates;
    if (SERVER_USER !== undefined) chownSync(folder, SERVER_USER.uid, SERVER_USER.gid);
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  async initialise(): Promise<void> {
    const passwordFile = join(this.#folder, "password");
    this.#write(passwordFile, POSTGRES_PASSWORD);
    const args = ["-D", this.data, "-U", "postgres", "-A", "scram-sha-256", `--pwfile=${passwordFile}`];
    args.push("-E", "UTF8", "--locale=C", "--no-sync");
    await run(join(this.#binaries, "bin", "initdb"), args, this.#folder, SERVER_USER);
  }

  async copy(primary: PostgresServer): Promise<void> {
    await copyForStandby(primary, this.data);
  }

  configure(options: PostgresOptions): void {
    const settings: Record<string, string | number> = {
      ...SETTINGS,
      port: this.port,
      // A setting of the next line of postgresql.conf wins, so a copy of a primary's file is overridden too.
      unix_socket_directories: this.#folder,
      ...options.settings,
    };
    if (this.certificates !== null) {
      const { ca, server } = this.certificates;
      for (const [name, text] of [
        ["ca.crt", ca.cert],
        ["server.crt", server.cert],
        ["server.key", server.key],
      ] as const)
        this.#write(join(this.data, name), text);
      Object.assign(settings, { ssl: "on", ssl_ca_file: "ca.crt" });
    }
    const lines = Object.entries(settings).map(
      ([name, value]) => `${name} = '${String(value).replaceAll("\\", "/").replaceAll("'", "''")}'`,
    );
    appendFileSync(join(this.data, "postgresql.conf"), `\n${lines.join("\n")}\n`);
    this.#write(join(this.data, "pg_hba.conf"), `${(options.hba ?? HBA).join("\n")}\n`);
    this.version = readFileSync(join(this.data, "PG_VERSION"), "utf8").trim();
  }

  #write(file: string, text: string): void {
    writeFileSync(file, text, { mode: 0o600 });
    chmodSync(file, 0o600);
    if (SERVER_USER !== undefined) chownSync(file, SERVER_USER.uid, SERVER_USER.gid);
  }

  async start(): Promise<void> {
    const pidFile = join(this.data, "postmaster.pid");
    rmSync(pidFile, { force: true });
    const child = spawn(join(this.#binaries, "bin", "postgres"), ["-D", this.data], {
      cwd: this.#folder,
      stdio: ["ignore", "ignore", "pipe"],
      ...SERVER_USER,
    });
    this.#child = child;
    RUNNING.add(this);
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-4_000)));
    child.unref();
    // The eighth line of the file tells the state: src/include/utils/pidfile.h.
    while (!/^ready/m.test(lines(pidFile)[7] ?? "")) {
      if (child.exitCode !== null) throw new Error(`PostgreSQL did not start: ${said}`);
      await sleep(10);
    }
    this.version = await serverVersion(join(this.#binaries, "bin", "postgres"));
  }

  async kill(): Promise<void> {
    await this.#end("SIGQUIT");
  }

  async stop(): Promise<void> {
    await this.#end("SIGQUIT");
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = null;
    RUNNING.delete(this);
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  }

  /** For the end of the process, where nothing can be awaited. */
  endNow(): void {
    this.#child?.kill("SIGQUIT");
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const lines = (file: string): string[] => (existsSync(file) ? readFileSync(file, "utf8").split("\n") : []);

const VERSIONS = new Map<string, string>();

async function serverVersion(program: string): Promise<string> {
  const known = VERSIONS.get(program);
  if (known !== undefined) return known;
  const child = spawn(program, ["--version"], { stdio: ["ignore", "pipe", "ignore"] });
  let said = "";
  for await (const text of child.stdout.setEncoding("utf8")) said += text as string;
  const version = /[\d.]+/.exec(said)?.[0] ?? "";
  VERSIONS.set(program, version);
  return version;
}

/** A TCP port of this machine that nothing listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
