import { chmodSync, mkdirSync } from "node:fs";
import { homedir, platform } from "node:os";
import { join } from "node:path";

/** PostgreSQL refuses to run as root; as root, servers run as this user and group instead (`nobody`). */
export const SERVER_USER: { uid: number; gid: number } | undefined =
  process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;

/**
 * The folder outside the checkout where fetched servers are kept: `HEADWATER_CACHE`, else the operating system's cache folder.
 * As root it is a folder other users can read, because servers do not run as root. Made when it is not there.
 */
export function cacheFolder(...names: string[]): string {
  const folder = join(process.env["HEADWATER_CACHE"] ?? systemCache(), ...names);
  mkdirSync(folder, { recursive: true });
  if (SERVER_USER !== undefined) chmodSync(folder, 0o755);
  return folder;
}

function systemCache(): string {
  if (platform() === "win32") return join(process.env["LOCALAPPDATA"] ?? homedir(), "headwater", "cache");
  if (platform() === "darwin") return join(homedir(), "Library", "Caches", "headwater");
  if (SERVER_USER !== undefined) return "/var/cache/headwater";
  return join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "headwater");
}
