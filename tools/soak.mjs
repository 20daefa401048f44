// The long versions of the tests: everything `npm test` does with a seeded sample, done with full counts.
import { spawnSync } from "node:child_process";

const env = { ...process.env, HEADWATER_SOAK: "1" };
const run = (command) => spawnSync(command, { shell: true, stdio: "inherit", env }).status ?? 1;
const built = run("turbo run build --output-logs=errors-only");
if (built !== 0) process.exit(built);
// One that fails does not keep the others from telling what they know.
const states = [run("vitest run --testTimeout 600000 --maxWorkers 100%"), run("turbo run soak --continue")];
process.exit(Math.max(...states));
