import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { arch, platform, tmpdir } from "node:os";
import { join } from "node:path";
import { Unavailable } from "./binaries.ts";
import { type Certificates, makeCertificates } from "./certificates.ts";
import type { Asked, BridgeControl, BridgeOptions } from "./clickhouse-bridge.ts";
import { note } from "./notes.ts";
import { npmPackages } from "./npm-packages.ts";

/** Exactly what is fetched: ClickHouse's engine as a library, with the engine itself in a package of its own per platform. */
const ENGINE = "chdb@3.4.0";
const PLATFORMS = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"];

/** The password of the user `reader` of every server that is started here. */
export const CLICKHOUSE_PASSWORD = "headwater-test";

/** How a ClickHouse server is to be started. */
export interface ClickHouseOptions {
  /** Accept TLS only, with certificates made for the occasion, for `localhost` and 127.0.0.1. */
  tls?: boolean;
}

/** A running server: ClickHouse's engine behind an HTTP bridge. */
export interface ClickHouseServer {
  readonly host: string;
  readonly port: number;
  /** `26.7.2.1`. */
  readonly version: string;
  /** Present with `tls`. */
  readonly certificates: Certificates | null;
  /** A URL as the user `reader`, of all databases or of one. */
  url(database?: string): string;
  /** Runs a statement with every setting as the engine has it, and returns the rows of a query. */
  sql<Row = Record<string, unknown>>(statement: string, settings?: Readonly<Record<string, string>>): Promise<Row[]>;
  /** Runs statements that end with `;` at the end of a line. */
  script(text: string): Promise<void>;
  /** Changes what the user may do, or what goes wrong. */
  control(change: BridgeControl): Promise<void>;
  /** Every query that came in so far. */
  asked(): Promise<Asked[]>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** Starts ClickHouse's engine behind an HTTP bridge on a free port. Throws {@link Unavailable} when it cannot be had here. */
export async function startClickHouse(options: ClickHouseOptions = {}): Promise<ClickHouseServer> {
  const began = performance.now();
  const modules = await clickHouseEngine();
  const folder = mkdtempSync(join(tmpdir(), "hw-clickhouse-"));
  const certificates = options.tls === true ? await makeCertificates() : null;
  const bridge: BridgeOptions = {
    modules,
    folder,
    users: { reader: CLICKHOUSE_PASSWORD },
    tls: certificates === null ? null : certificates.server,
  };
  const child = spawn(process.execPath, [join(import.meta.dirname, "clickhouse-bridge.ts"), JSON.stringify(bridge)], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const running = { child, folder };
  RUNNING.add(running);
  try {
    const port = await listening(child);
    const server = new RunningServer(running, port, certificates);
    await server.learnVersion();
    const startMs = Math.round(performance.now() - began);
    await note({ server: `ClickHouse ${server.version} (chdb)`, ran: true, startMs, pid: child.pid ?? 0, folder });
    return server;
  } catch (error) {
    end(running);
    throw error;
  }
}

/** The folder with `node_modules/chdb`, fetched from the npm registry into the cache folder when it is not there yet (540 MB). */
async function clickHouseEngine(): Promise<string> {
  const here = `${platform()}-${arch()}`;
  if (!PLATFORMS.includes(here)) throw new Unavailable(`ClickHouse's engine has no npm package for ${here}`);
  return npmPackages("clickhouse", `${ENGINE.replace("@", "-")}-${here}`, [ENGINE]);
}

/** The port a bridge says it listens on. */
function listening(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-2_000)));
    child.stdout?.setEncoding("utf8").once("data", (text: string) => resolve(Number(text)));
    child.once("error", reject);
    child.once("exit", (code, signal) =>
      reject(new Error(`ClickHouse's engine ended with ${code ?? signal}: ${said}`)),
    );
  });
}

interface Running {
  child: ChildProcess;
  folder: string;
}
const RUNNING = new Set<Running>();
process.on("exit", () => {
  for (const running of RUNNING) end(running);
});

function end(running: Running): void {
  RUNNING.delete(running);
  running.child.kill("SIGKILL");
  rmSync(running.folder, { recursive: true, force: true, maxRetries: 5 });
}

class RunningServer implements ClickHouseServer {
  readonly #running: Running;
  readonly host = "127.0.0.1";
  readonly port: number;
  readonly certificates: Certificates | null;
  version = "";

  constructor(running: Running, port: number, certificates: Certificates | null) {
    this.#running = running;
    this.port = port;
    this.certificates = certificates;
  }

  async learnVersion(): Promise<void> {
    const [row] = await this.sql<{ version: string }>("SELECT version() AS version");
    this.version = row?.version ?? "";
  }

  url(database = ""): string {
    const scheme = this.certificates === null ? "clickhouse" : "clickhouses";
    return `${scheme}://reader:${CLICKHOUSE_PASSWORD}@localhost:${this.port}/${encodeURIComponent(database)}`;
  }

  async sql<Row>(statement: string, settings: Readonly<Record<string, string>> = {}): Promise<Row[]> {
    const reads = /^\s*(?:SELECT|SHOW|WITH|DESCRIBE|EXISTS|CHECK)\b/i.test(statement);
    const format = reads ? " FORMAT JSONEachRow" : "";
    const text = await this.#post(`/?${new URLSearchParams(settings).toString()}`, `${statement}${format}`);
    const lines = text.split("\n").filter((line) => line !== "");
    return lines.map((line) => JSON.parse(line) as Row);
  }

  async script(text: string): Promise<void> {
    for (const statement of text.split(/;$/m)) if (statement.trim() !== "") await this.sql(statement);
  }

  async control(change: BridgeControl): Promise<void> {
    await this.#post("/control", JSON.stringify(change));
  }

  async asked(): Promise<Asked[]> {
    return JSON.parse(await this.#post("/asked", "")) as Asked[];
  }

  async #post(path: string, body: string): Promise<string> {
    if (this.certificates !== null) return postOverTls(this.port, path, body, this.certificates.ca.cert);
    const headers = { authorization: AUTHORIZATION };
    const response = await fetch(`http://127.0.0.1:${this.port}${path}`, { method: "POST", body, headers });
    const text = await response.text();
    if (!response.ok) throw new Error(text.trim());
    return text;
  }

  async stop(): Promise<void> {
    const { child } = this.#running;
    const ended =
      child.exitCode !== null || child.signalCode !== null
        ? null
        : new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
    end(this.#running);
  }
}

const AUTHORIZATION = `Basic ${Buffer.from(`reader:${CLICKHOUSE_PASSWORD}`).toString("base64")}`;

/** `fetch` trusts no authority of ours. */
async function postOverTls(port: number, path: string, body: string, ca: string): Promise<string> {
  const { request } = await import("node:https");
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: "localhost", port, path, method: "POST", ca, headers: { authorization: AUTHORIZATION } },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (more: string) => (text += more));
        answer.on("end", () => (answer.statusCode === 200 ? resolve(text) : reject(new Error(text.trim()))));
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}
