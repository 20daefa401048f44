import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, Unavailable } from "./binaries.ts";
import { cacheFolder } from "./cache.ts";

/**
 * A folder with npm packages in its `node_modules`, for what is too large for everybody's install: fetched from the npm registry
 * into a folder of the cache when they are not there yet. `packages` are exact: `chdb@3.4.0`. Throws {@link Unavailable}.
 */
export async function npmPackages(cache: string, name: string, packages: readonly string[]): Promise<string> {
  const folder = join(cacheFolder(cache), name);
  if (existsSync(folder)) return folder;
  // Built beside its place and moved there, so that two processes at once do no harm and half a copy is never used.
  const work = mkdtempSync(join(cacheFolder(cache), "fetching-"));
  try {
    mkdirSync(join(work, "node_modules"));
    writeFileSync(join(work, "package.json"), "{}");
    const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--legacy-peer-deps", "--loglevel=error"];
    try {
      await run("npm", ["install", ...quiet, "--fetch-retries=1", "--fetch-retry-mintimeout=1000", ...packages], work);
    } catch (error) {
      throw new Unavailable(
        `${packages.join(" and ")} cannot be fetched from the npm registry (${(error as Error).message})`,
      );
    }
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
