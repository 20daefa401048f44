// The long versions of the tests: everything `npm test` does with a seeded sample, done with full counts.
import { spawnSync } from "node:child_process";

const env = { ...process.env, HEADWATER_SOAK: "1" };
for (const command of [
  "turbo run build --output-logs=errors-only",
  "vitest run --testTimeout 600000 --maxWorkers 100%",
]) {
  const { status } = spawnSync(command, { shell: true, stdio: "inherit", env });
  if (status !== 0) process.exit(status ?? 1);
}
