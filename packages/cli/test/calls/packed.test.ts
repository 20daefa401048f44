import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..", "..", "..");
/** What a person installs: the command, what it is made of, and one connector. */
const PACKED = [
  "packages/core",
  "packages/catalog",
  "packages/sql-lineage",
  "packages/lineage",
  "packages/log-records",
  "packages/cli",
  "connectors/postgres",
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "headwater-packed-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs a program that has to go well, and returns what it printed. */
function done(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

const isRegistryThere = (): boolean =>
  spawnSync("npm", ["view", "zod", "version", "--fetch-retries=0", "--fetch-timeout=5000"], { cwd: tmpdir() })
    .status === 0;

test(
  "the packed packages install into an empty project, and the connector is found there",
  { timeout: 120_000 },
  (context) => {
    if (!isRegistryThere()) context.skip("no package registry answers");
    for (const name of PACKED)
      done(join(root, "node_modules", ".bin", "pnpm"), ["pack", "--pack-destination", folder], join(root, name));
    const tarballs = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
    expect(tarballs).toHaveLength(PACKED.length);
    writeFileSync(join(folder, "package.json"), '{ "name": "empty", "private": true }');
    done(
      "npm",
      ["install", "--no-audit", "--no-fund", "--prefer-offline", ...tarballs.map((name) => `./${name}`)],
      folder,
    );

    const bin = join(folder, "node_modules", ".bin", "headwater");
    expect(done(bin, ["--version"], folder)).toMatch(/^\d+\.\d+\.\d+\n$/);
    const { connectors, refused } = JSON.parse(done(bin, ["connectors", "--json"], folder)) as {
      connectors: { manifest: { id: string } }[];
      refused: unknown[];
    };
    expect(connectors.map(({ manifest }) => manifest.id)).toEqual(["postgres"]);
    expect(refused).toEqual([]);
    // Everything a command needs came along, and the connector's code finds its core.
    expect(done(bin, ["connectors", "info", "postgres"], folder)).toContain("PostgreSQL");
    done(bin, ["import", "/dev/null"], folder);
    expect(done(bin, ["ls"], folder)).toBe("");
  },
);
