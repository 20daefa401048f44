import {
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { cacheFolder, type PostgresServer, startPostgres } from "@headwater/test-servers";

// A measured server does nothing on its own account while it is measured. Everything else is as a new installation has it.
const SETTINGS = {
  autovacuum: "off",
  shared_buffers: "128MB",
  wal_level: "minimal",
  max_wal_senders: 0,
  max_wal_size: "256MB",
};

/**
 * Starts a PostgreSQL 18 server whose data is kept in the cache folder under `name` (a safe file name): filled by `fill` the
 * first time, started from what is there afterwards. When `fill` changes, it needs another name. Throws when another process
 * uses the data.
 */
export async function startKept(
  name: string,
  fill: (server: PostgresServer) => Promise<void>,
): Promise<PostgresServer> {
  const kept = join(cacheFolder("bench"), name);
  if (!existsSync(kept)) {
    // Filled beside its place and moved there, so that an interrupted filling is never taken for a full one.
    const data = emptyFolder();
    const server = await startOn(data, (fresh) => copyOwned(fresh, data));
    await fill(server);
    await server.stop();
    renameSync(data, kept);
  }
  refuseWhenInUse(kept);
  return startOn(kept, (fresh) => {
    for (const file of ["postgresql.conf", "pg_hba.conf"]) copyOwned(join(fresh, file), join(kept, file));
  });
}

/**
 * A server of the test servers always has new data; this puts a link to the data in `folder` in its place, once `prepare` has
 * taken from the new data what is needed of it.
 */
async function startOn(folder: string, prepare: (fresh: string) => void): Promise<PostgresServer> {
  const server = await startPostgres({ settings: SETTINGS });
  await server.kill();
  prepare(server.dataFolder);
  rmSync(server.dataFolder, { recursive: true });
  symlinkSync(folder, server.dataFolder, "junction");
  await server.restart();
  return server;
}

function emptyFolder(): string {
  const all = cacheFolder("bench");
  for (const name of readdirSync(all)) {
    // What a process that was interrupted while filling could not remove, because its server was still ending.
    const pid = /^filling-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(all, name), { recursive: true });
  }
  const folder = mkdtempSync(join(all, `filling-${process.pid}-`));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Copies a file or folder with its owner, whom only root can give it and only root needs to. */
function copyOwned(from: string, to: string): void {
  cpSync(from, to, { recursive: true });
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(from);
  chownSync(to, uid, gid);
  if (statSync(to).isDirectory())
    for (const name of readdirSync(to, { recursive: true, encoding: "utf8" })) chownSync(join(to, name), uid, gid);
}

function refuseWhenInUse(data: string): void {
  const file = join(data, "postmaster.pid");
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, "utf8").split("\n")[0]);
  if (!isRunning(pid)) return; // left by a server that was killed
  throw new Error(
    `Another benchmark uses ${data} (process ${pid}). Wait for its end, or set HEADWATER_CACHE to another folder.`,
  );
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
