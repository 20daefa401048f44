import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { arch, platform } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Unavailable } from "./binaries.ts";
import { cacheFolder } from "./cache.ts";

const execute = promisify(execFile);

/** A program of a Debian package, to be run with the libraries it was built for, whatever this machine has. */
export interface DebianProgram {
  /** The folder that stands for `/` in its packages. */
  root: string;
  /** What to spawn, with these arguments before the program's own. */
  program: string;
  args: readonly string[];
}

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
/** The dynamic linker of the unpacked libc, which a program is started through. */
const LINKERS: Readonly<Record<string, string>> = {
  x64: "ld-linux-x86-64.so.2",
  arm64: "ld-linux-aarch64.so.1",
};
/** Packages that servers name for their scripts, and that no server loads. */
const NOT_LOADED = /^(perl|libperl|libgdbm|libdb5)/;

/**
 * A program of a package of a Debian suite (`bookworm`, `sid`), unpacked into the cache folder with all its libraries; nothing is
 * installed and no root is needed. Fetched once (10 to 60 MB) through apt, in whatever version the suite has at that time. Throws
 * {@link Unavailable}.
 */
export async function debianProgram(suite: string, packageName: string, path: string): Promise<DebianProgram> {
  const root = join(await debianPackage(suite, packageName), "root");
  const linker = LINKERS[arch()] as string;
  const libraries = debianLibraries(root);
  const loader = [...libraries, join(root, "usr/lib64"), join(root, "lib64")]
    .map((folder) => join(folder, linker))
    .find((file) => existsSync(file));
  if (loader === undefined) throw new Error(`The libc of Debian ${suite} has no ${linker}.`);
  return { root, program: loader, args: ["--library-path", libraries.join(":"), join(root, path)] };
}

/** The folders of the libraries of unpacked packages. */
export function debianLibraries(root: string): string[] {
  return ["lib", "usr/lib"].flatMap((folder) => {
    const at = join(root, folder);
    const triplets = existsSync(at) ? readdirSync(at).filter((name) => name.endsWith("-linux-gnu")) : [];
    return triplets.map((triplet) => join(at, triplet));
  });
}

/** The folder with `root`, where a package of a Debian suite is unpacked with everything it depends on. Throws {@link Unavailable}. */
export async function debianPackage(suite: string, packageName: string): Promise<string> {
  const folder = join(cacheFolder("debian"), `${suite}-${packageName}-${arch()}`);
  if (existsSync(folder)) return folder;
  if (platform() !== "linux" || LINKERS[arch()] === undefined)
    throw new Unavailable(`Debian packages do not run on ${platform()} ${arch()}`);
  if (!existsSync(KEYRING)) throw new Unavailable(`the keys of Debian's archive are missing (${KEYRING})`);
  // Built beside its place and moved there, so that two processes at once do no harm and half a copy is never used.
  const work = mkdtempSync(join(cacheFolder("debian"), "fetching-"));
  try {
    await fetchPackage(suite, packageName, work);
    // Servers run as another user.
    chmodSync(work, 0o755);
    try {
      renameSync(work, folder);
    } catch (error) {
      if (!existsSync(folder)) throw error;
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return folder;
}

async function fetchPackage(suite: string, packageName: string, work: string): Promise<void> {
  const folder = (name: string): string => {
    const path = join(work, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const sources = join(work, "sources.list");
  // apt knows where Debian is from the machine's own sources; their mirror has every suite.
  writeFileSync(sources, `deb [signed-by=${KEYRING}] ${await mirror()} ${suite} main\n`);
  const options = Object.entries({
    "Dir::Etc::sourcelist": sources,
    "Dir::Etc::sourceparts": "-",
    "Dir::State::lists": folder("lists"),
    "Dir::State::status": "/dev/null",
    "Dir::Cache": folder("cache"),
    "APT::Sandbox::User": "root",
    "Acquire::Languages": "none",
    "Acquire::Retries": "1",
  }).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  folder("lists/partial");
  folder("cache/archives/partial");
  const debs = folder("debs");
  const root = folder("root");
  try {
    await execute("apt-get", [...options, "-qq", "update"]);
    const without = ["recommends", "suggests", "conflicts", "breaks", "replaces", "enhances"].map(
      (what) => `--no-${what}`,
    );
    const { stdout } = await execute("apt-cache", [...options, "depends", "--recurse", ...without, packageName]);
    const packages = stdout.split("\n").filter((line) => /^[a-z]/.test(line) && !NOT_LOADED.test(line));
    await execute("apt-get", [...options, "-qq", "download", ...new Set(packages)], { cwd: debs });
    for (const deb of readdirSync(debs)) await execute("dpkg", ["-x", join(debs, deb), root]);
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim().split("\n").at(-1);
    throw new Unavailable(
      `${packageName} cannot be fetched from Debian ${suite} with apt (${said || (error as Error).message.split("\n")[0]})`,
    );
  }
  for (const name of ["debs", "lists", "cache"]) rmSync(join(work, name), { recursive: true, force: true });
}

/** Where this machine gets Debian's packages from. */
async function mirror(): Promise<string> {
  const { stdout } = await execute("apt-get", [
    "indextargets",
    "--format",
    "$(REPO_URI)",
    "Created-By: Packages",
  ]).catch(() => ({ stdout: "" }));
  const uris = stdout.split("\n").filter((uri) => /\/debian\/?$/.test(uri));
  if (uris[0] === undefined) throw new Unavailable("apt has no source of Debian's packages on this machine");
  return uris[0];
}
