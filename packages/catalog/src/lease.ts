import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { HeadwaterError, type Lease } from "@headwater/core";
import type { Database } from "./database.ts";

/** Who holds a lease: a process on a host, told from a later one with the same number by when it started. */
interface Holder {
  host: string;
  pid: number;
  started: string;
}

/** How old the last sign of life of a holder on another host may be, in milliseconds. */
const STALE_MS = 60_000;

/**
 * Takes the lease of a service, so that no two runs write it at once. A holder that is dead on this host loses it at once; one
 * on another host when it has been silent for a minute. Throws a `HeadwaterError` (`busy`) that names a living holder.
 */
export function takeLease(db: Database, service: string, now: number): Lease {
  const me: Holder = { host: hostname(), pid: process.pid, started: processStart(process.pid) ?? "" };
  const fence = db.transaction(() => {
    const row = db.get<{ fence: number; holder: string | null; beat_at: number }>(
      "SELECT fence, holder, beat_at FROM lease WHERE service = ?",
      service,
    );
    const holder = row?.holder == null ? null : (JSON.parse(row.holder) as Holder);
    if (holder !== null && isAlive(holder, row?.beat_at ?? 0, now))
      throw new HeadwaterError(
        "busy",
        `Another run of the service ${service} is under way: process ${holder.pid} on ${holder.host}.`,
        { hint: "Wait for it to end, or stop it: it writes a checkpoint, and the next run goes on from there." },
      );
    const next = (row?.fence ?? 0) + 1;
    db.run(
      "INSERT OR REPLACE INTO lease(service, fence, holder, beat_at) VALUES (?, ?, ?, ?)",
      service,
      next,
      JSON.stringify(me),
      now,
    );
    return next;
  });
  return {
    fence,
    beat: async (at) => {
      const { changes } = db.run("UPDATE lease SET beat_at = ? WHERE service = ? AND fence = ?", at, service, fence);
      if (changes === 0) throw lostLease(service);
    },
    release: async () => {
      db.run("UPDATE lease SET holder = NULL WHERE service = ? AND fence = ?", service, fence);
    },
  };
}

/** The leases that are held, by whom, and whether the holder still lives. */
export function leases(db: Database, now: number = Date.now()): { service: string; holder: string; alive: boolean }[] {
  return db
    .all<{ service: string; holder: string; beat_at: number }>(
      "SELECT service, holder, beat_at FROM lease WHERE holder IS NOT NULL ORDER BY service",
    )
    .map(({ service, holder, beat_at: beatAt }) => {
      const who = JSON.parse(holder) as Holder;
      return { service, holder: `process ${who.pid} on ${who.host}`, alive: isAlive(who, beatAt, now) };
    });
}

/** Refuses to go on under a lease that somebody else has taken over. */
export function requireLease(db: Database, service: string, fence: number): void {
  const row = db.get<{ fence: number }>("SELECT fence FROM lease WHERE service = ?", service);
  if (row?.fence !== fence) throw lostLease(service);
}

function lostLease(service: string): HeadwaterError {
  return new HeadwaterError("busy", `Another run took over the service ${service} while this one was silent.`, {
    hint: "What this run committed is kept; the other one goes on.",
  });
}

function isAlive(holder: Holder, beatAt: number, now: number): boolean {
  if (holder.host !== hostname()) return Math.abs(now - beatAt) < STALE_MS;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: the process is there and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const started = processStart(holder.pid);
  return started === null || started === holder.started;
}

/** Stands for when a process started that has ended and is there only until its parent asks how: no process that runs started then. */
const ENDED = "ended";

/** When a process started, in whatever words the system has for it, or {@link ENDED}; `null` where it does not tell. */
function processStart(pid: number): string | null {
  if (process.platform === "linux") {
    try {
      // Source: proc_pid_stat(5), fields 3 and 22; the command in field 2 may contain spaces and parentheses.
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return fields[0] === "Z" || fields[0] === "X" ? ENDED : (fields[19] ?? null);
    } catch {
      return null;
    }
  }
  if (process.platform === "win32") return null;
  const { status, stdout } = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : null;
}
