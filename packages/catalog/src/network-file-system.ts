import { spawnSync } from "node:child_process";
import { existsSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { HeadwaterError } from "@headwater/core";

/** File system magic numbers of network file systems. Source: Linux `statfs(2)` and `include/uapi/linux/magic.h`. */
const NETWORK: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB 2"],
  [0x564c, "NCP"],
  [0x5346414f, "AFS"],
  [0x73757245, "Coda"],
  [0x00c36400, "Ceph"],
]);

/** The name of the network file system a file is on, or `null` for a local one. */
export function networkFileSystem(file: string): string | null {
  const folder = dirname(file);
  if (!existsSync(folder) || process.platform !== "linux") return null;
  return NETWORK.get(statfsSync(folder).type) ?? null;
}

const PROBE = `
const { DatabaseSync } = require("node:sqlite");
const db = new DatabaseSync(process.argv[1], { timeout: 0 });
try { db.exec("BEGIN IMMEDIATE"); process.exit(3); } catch (error) { process.exit(error.errcode === 5 ? 0 : 4); }
`;

/**
 * Refuses a file on which two processes do not see each other's locks: they would damage the catalog together. `file` is
 * opened and locked here, and a second process tries the same. Throws a `HeadwaterError` that says where else to put it.
 */
export function requireLocks(file: string, fileSystem: string): void {
  const db = new DatabaseSync(file);
  try {
    db.exec("BEGIN IMMEDIATE");
    const probe = spawnSync(process.execPath, ["--no-warnings", "-e", PROBE, file], { stdio: "ignore" });
    db.exec("ROLLBACK");
    if (probe.status === 0) return;
  } finally {
    db.close();
  }
  throw new HeadwaterError(
    "busy",
    `The catalog ${file} is on ${fileSystem}, where processes do not see each other's locks.`,
    {
      hint: "Put it on a local disk: --catalog FILE, or the environment variable HEADWATER_CATALOG.",
    },
  );
}
