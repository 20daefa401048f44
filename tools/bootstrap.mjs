// Makes `npm test` and `npm run demo` work as the first command in a fresh clone: installs the pinned pnpm, Node and
// every dependency when what is installed is not what the lockfile says. Plain JavaScript for Node >= 20.12, no imports
// but Node's own, because nothing else is there yet.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stampFile = join(root, "node_modules", ".headwater-installed");

const inputs = ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml"];
for (const folder of ["packages", "connectors", "tools"]) {
  if (!existsSync(join(root, folder))) continue;
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const file = join(folder, entry.name, "package.json");
    if (entry.isDirectory() && existsSync(join(root, file))) inputs.push(file);
  }
}
const hash = createHash("sha256");
for (const file of inputs) hash.update(file).update(readFileSync(join(root, file)));
const wanted = hash.digest("hex");

const installed = existsSync(stampFile) ? readFileSync(stampFile, "utf8") : "";
if (installed !== wanted || !existsSync(join(root, "node_modules", ".bin", "turbo"))) {
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  console.error(`Installing dependencies with ${packageManager} (the lockfile is newer than what is installed)…`);
  // One argument string: on Windows `npx` is a .cmd file, which only a shell can start.
  const run = spawnSync(`npx --yes ${packageManager} install --frozen-lockfile --reporter=append-only`, {
    cwd: root,
    shell: true,
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
  });
  if (run.status !== 0) {
    process.stderr.write(run.stdout + run.stderr);
    console.error(
      "\nThe install failed; its output is above. Headwater's repository needs Node >= 20.12, npm and a package registry.",
    );
    process.exit(1);
  }
  writeFileSync(stampFile, wanted);
}
