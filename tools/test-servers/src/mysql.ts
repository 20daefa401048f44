import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheFolder, SERVER_USER } from "./cache.ts";
import { type Certificates, makeCertificates } from "./certificates.ts";
import { type MysqlBinaries, mysqlBinaries, type MysqlRelease } from "./mysql-binaries.ts";
import { MYSQL_PASSWORD, mysqlConnection, mysqlUrl, runMysql } from "./mysql-database.ts";
import { note } from "./notes.ts";
import { freePort } from "./postgres.ts";

/** How a MySQL or MariaDB server is to be started. */
export interface MysqlOptions {
  /** Default `MySQL 8.0`. */
  release?: MysqlRelease;
  /** Settings as on the command line: `{ "max-connections": 20 }`. */
  settings?: Readonly<Record<string, string | number>>;
  /** Accept TLS, with certificates made for the occasion; for `localhost` and 127.0.0.1, or for the hosts given. Default: no TLS at all. */
  tls?: boolean | { hosts: readonly string[] };
}

/** Where a server is and how to get in: plain data. */
export interface MysqlAddress {
  release: MysqlRelease;
  /** As the server says it: `8.0.15`, `10.11.19-MariaDB-deb12`. */
  version: string;
  isMariaDb: boolean;
  host: string;
  port: number;
  /** Its Unix socket. */
  socket: string;
  dataFolder: string;
  pid: number;
}

/** A running MySQL or MariaDB server. */
export interface MysqlServer extends Readonly<MysqlAddress> {
  /** Present with `tls`. */
  readonly certificates: Certificates | null;
  /** A URL of a schema, as `root` or as an account with its password. */
  url(schema?: string, account?: { user: string; password: string }): string;
  /** Ends it with all its connections and removes its data. */
  stop(): Promise<void>;
  /** Ends it as a crash would; {@link MysqlServer.restart} brings it back with its data. */
  kill(): Promise<void>;
  /** Starts it again after {@link MysqlServer.kill}, on the same port. */
  restart(): Promise<void>;
}

// Durability is not what tests are about; everything else is as a new installation has it.
const SETTINGS = {
  "bind-address": "127.0.0.1",
  "innodb-flush-log-at-trx-commit": 0,
  "innodb-buffer-pool-size": "64M",
  "innodb-doublewrite": 0,
  "max-connections": 100,
  "skip-name-resolve": "ON",
};
// These must be the same when data are made and when they are used.
const madeWith = ({ release }: MysqlBinaries): Record<string, string> =>
  release === "MySQL 9" ? { "innodb-redo-log-capacity": "8M" } : { "innodb-log-file-size": "8M" };

/** Starts a server on a free port. Throws `Unavailable` when that release cannot be had here. */
export async function startMysql(options: MysqlOptions = {}): Promise<MysqlServer> {
  const release = options.release ?? "MySQL 8.0";
  const began = performance.now();
  const binaries = await mysqlBinaries(release);
  const folder = mkdtempSync(join(tmpdir(), "hw-mysql-"));
  const hosts = typeof options.tls === "object" ? options.tls.hosts : undefined;
  const certificates = options.tls ? await makeCertificates(hosts, "rsa") : null;
  const server = new Server(binaries, folder, await freePort(), certificates, options.settings ?? {});
  // A process that ends while the data are being copied removes them, too.
  RUNNING.add(server);
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    await server.stop();
    throw error;
  }
  const startMs = Math.round(performance.now() - began);
  const name = binaries.isMariaDb ? "MariaDB" : "MySQL";
  await note({
    server: `${name} ${/^[\d.]+/.exec(binaries.version)?.[0]}`,
    ran: true,
    startMs,
    pid: server.pid,
    folder,
  });
  return {
    release,
    version: binaries.version,
    isMariaDb: binaries.isMariaDb,
    host: "127.0.0.1",
    port: server.port,
    socket: server.socket,
    dataFolder: server.data,
    get pid() {
      return server.pid;
    },
    certificates,
    url: (schema, account) => mysqlUrl(server.port, schema, account),
    stop: () => server.stop(),
    kill: () => server.kill(),
    restart: () => server.start(),
  };
}

const RUNNING = new Set<Server>();
process.on("exit", () => {
  for (const server of RUNNING) server.endNow();
});

/** One data folder and the process that serves it. */
class Server {
  readonly #binaries: MysqlBinaries;
  readonly #folder: string;
  readonly #settings: Readonly<Record<string, string | number>>;
  readonly #certificates: Certificates | null;
  #child: ChildProcess | null = null;
  readonly port: number;
  readonly data: string;
  readonly socket: string;

  constructor(
    binaries: MysqlBinaries,
    folder: string,
    port: number,
    certificates: Certificates | null,
    settings: Readonly<Record<string, string | number>>,
  ) {
    this.#binaries = binaries;
    this.#folder = folder;
    this.#settings = settings;
    this.#certificates = certificates;
    this.port = port;
    this.data = join(folder, "data");
    this.socket = join(folder, "server.sock");
    own(folder);
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Puts a filled data folder in place: a copy of one made once for all servers of a kind. */
  async initialise(): Promise<void> {
    const { version } = this.#binaries;
    // It is decided when the data folder is made, and MySQL 8 refuses another value later.
    const names = this.#settings["lower-case-table-names"] ?? 0;
    const template = join(cacheFolder("mysql"), `data-${version}-${names}`);
    if (!existsSync(template)) await this.#makeTemplate(template, { "lower-case-table-names": names });
    cpSync(template, this.data, { recursive: true });
    ownAll(this.data);
    // Every server is one of its own.
    rmSync(join(this.data, "auto.cnf"), { force: true });
  }

  async #makeTemplate(template: string, settings: Readonly<Record<string, string | number>>): Promise<void> {
    const { isMariaDb, bootstrap } = this.#binaries;
    mkdirSync(this.data);
    own(this.data);
    if (isMariaDb) {
      const texts = bootstrap.map((file) => readFileSync(file, "utf8"));
      const sql = ["CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket = NULL;\n", ...texts].join("\n");
      await this.#run(["--bootstrap", "--max-allowed-packet=8M", ...flags(settings)], sql);
    } else await this.#run(["--initialize-insecure", ...flags(settings)], "");
    await this.start(settings);
    await runMysql(
      { socketPath: this.socket, user: "root", password: "" },
      `ALTER USER root@localhost IDENTIFIED BY '${MYSQL_PASSWORD}';
       DROP USER IF EXISTS root@'127.0.0.1', root@'::1';
       CREATE USER root@'%' IDENTIFIED BY '${MYSQL_PASSWORD}';
       GRANT ALL PRIVILEGES ON *.* TO root@'%' WITH GRANT OPTION;`,
    );
    await this.#end("SIGTERM");
    // Made beside its place and moved there, so that half a copy is never used.
    const copy = mkdtempSync(join(cacheFolder("mysql"), "making-"));
    cpSync(this.data, copy, { recursive: true });
    try {
      renameSync(copy, template);
    } catch (error) {
      if (!existsSync(template)) throw error;
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
    rmSync(this.data, { recursive: true, force: true });
  }

  async start(settings: Readonly<Record<string, string | number>> = this.#settings): Promise<void> {
    const { isMariaDb } = this.#binaries;
    const all = {
      ...SETTINGS,
      ...(isMariaDb ? {} : { mysqlx: "OFF", "disable-log-bin": "ON", "secure-file-priv": "NULL" }),
      ...this.#tls(),
      ...settings,
    };
    const address = [`--port=${this.port}`, `--socket=${this.socket}`, `--pid-file=${join(this.#folder, "pid")}`];
    const { child, said } = this.#spawn([...address, ...flags(all)], "");
    child.unref();
    this.#child = child;
    RUNNING.add(this);
    for (;;) {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`${this.#binaries.release} did not start: ${said()}`);
      const accepts = await mysqlConnection({ socketPath: this.socket, user: "nobody", password: "" }).then(
        () => true,
        (error: { code?: string }) => error.code !== "ENOENT" && error.code !== "ECONNREFUSED",
      );
      if (accepts) return;
      await sleep(20);
    }
  }

  #tls(): Record<string, string> {
    const { isMariaDb, version } = this.#binaries;
    if (this.#certificates === null)
      return isMariaDb || version.startsWith("8.0") ? { "skip-ssl": "ON" } : { "tls-version": "" };
    const { ca, server } = this.#certificates;
    const file = (name: string, text: string): string => {
      const path = join(this.#folder, name);
      writeFileSync(path, text, { mode: 0o600 });
      own(path);
      return path;
    };
    return {
      "ssl-ca": file("ca.pem", ca.cert),
      "ssl-cert": file("server.pem", server.cert),
      "ssl-key": file("server.key", server.key),
    };
  }

  #spawn(args: readonly string[], input: string): { child: ChildProcess; said: () => string } {
    const { program, args: before, environment, share } = this.#binaries;
    const fixed = ["--no-defaults", `--datadir=${this.data}`, `--lc-messages-dir=${share}`, `--tmpdir=${this.#folder}`];
    const child = spawn(
      program,
      [
        ...before,
        ...fixed,
        `--character-sets-dir=${join(share, "charsets")}`,
        ...flags(madeWith(this.#binaries)),
        ...args,
      ],
      {
        cwd: this.#folder,
        stdio: ["pipe", "ignore", "pipe"],
        env: { ...process.env, ...environment },
        ...SERVER_USER,
      },
    );
    let text = "";
    child.stderr.setEncoding("utf8").on("data", (more: string) => (text = (text + more).slice(-2_000)));
    child.on("error", (error) => (text += error.message));
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    return { child, said: () => text.trim().replaceAll(/\s+/g, " ") };
  }

  async #run(args: readonly string[], input: string): Promise<void> {
    const { child, said } = this.#spawn(args, input);
    const code = await new Promise((resolve) => child.once("close", resolve));
    if (code !== 0) throw new Error(`${this.#binaries.release} could not make its data folder: ${said()}`);
  }

  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async stop(): Promise<void> {
    await this.#end("SIGKILL");
    RUNNING.delete(this);
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
    this.#child?.kill("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const flags = (settings: Readonly<Record<string, string | number>>): string[] =>
  Object.entries(settings).map(([name, value]) => `--${name}=${value}`);

function own(path: string): void {
  if (SERVER_USER !== undefined) chownSync(path, SERVER_USER.uid, SERVER_USER.gid);
}

function ownAll(folder: string): void {
  if (SERVER_USER === undefined) return;
  chmodSync(folder, 0o755);
  own(folder);
  for (const entry of readdirSync(folder, { recursive: true, encoding: "utf8" })) own(join(folder, entry));
}
