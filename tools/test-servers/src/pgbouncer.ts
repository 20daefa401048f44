import { spawn, spawnSync } from "node:child_process";
import { chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Unavailable } from "./binaries.ts";
import { SERVER_USER } from "./cache.ts";
import { note } from "./notes.ts";
import { freePort, type PostgresAddress } from "./postgres.ts";
import { POSTGRES_PASSWORD, postgresUrl } from "./url.ts";

/** A running pgbouncer. */
export interface PgBouncer {
  version: string;
  port: number;
  url(database?: string): string;
  stop(): Promise<void>;
}

/** Starts pgbouncer in transaction mode before a server. Throws `Unavailable` where it is not installed. */
export async function startPgBouncer(
  server: PostgresAddress,
  settings: Record<string, string | number> = {},
): Promise<PgBouncer> {
  const program = ["pgbouncer", "/usr/sbin/pgbouncer"].find((name) => spawnSync(name, ["--version"]).status === 0);
  if (program === undefined) throw new Unavailable("pgbouncer is not installed (Debian: apt-get install pgbouncer)");
  const version = /[\d.]+/.exec(spawnSync(program, ["--version"], { encoding: "utf8" }).stdout)?.[0] ?? "";
  const began = performance.now();
  const folder = mkdtempSync(join(tmpdir(), "hw-bouncer-"));
  const port = await freePort();
  const users = join(folder, "users.txt");
  const ini = join(folder, "pgbouncer.ini");
  writeFileSync(users, `"postgres" "${POSTGRES_PASSWORD}"\n`);
  const lines = Object.entries({
    listen_addr: "127.0.0.1",
    listen_port: port,
    unix_socket_dir: folder,
    auth_type: "scram-sha-256",
    auth_file: users,
    pool_mode: "transaction",
    ...settings,
  }).map(([name, value]) => `${name} = ${value}`);
  writeFileSync(ini, `[databases]\n* = host=127.0.0.1 port=${server.port}\n[pgbouncer]\n${lines.join("\n")}\n`);
  if (SERVER_USER !== undefined)
    for (const path of [folder, users, ini]) chownSync(path, SERVER_USER.uid, SERVER_USER.gid);
  const child = spawn(program, [ini], { cwd: folder, stdio: ["ignore", "ignore", "pipe"], ...SERVER_USER });
  const endNow = (): void => void child.kill("SIGKILL");
  process.on("exit", endNow);
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-2_000)));
  while (!(await listening(port))) {
    if (child.exitCode !== null) throw new Error(`pgbouncer did not start: ${said}`);
    await sleep(10);
  }
  const startMs = Math.round(performance.now() - began);
  await note({ server: `pgbouncer ${version}`, ran: true, startMs, pid: child.pid ?? 0, folder });
  return {
    version,
    port,
    url: (database) => postgresUrl(port, database),
    stop: async () => {
      process.off("exit", endNow);
      if (child.exitCode === null && child.signalCode === null) {
        const ended = new Promise((resolve) => child.once("exit", resolve));
        child.kill("SIGKILL");
        await ended;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function listening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
