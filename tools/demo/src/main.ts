// npm run demo
import { rmSync } from "node:fs";
import { startPostgres } from "@headwater/test-servers";
import { say } from "./screen.ts";
import { CATALOG_FOLDER, sayWhatIsNext, tellStory } from "./story.ts";

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => interrupted.abort(new Error(`Stopped by ${signal}.`)));

rmSync(CATALOG_FOLDER, { recursive: true, force: true });
const began = performance.now();
const server = await startPostgres();
try {
  say(`PostgreSQL ${server.version} is up after ${((performance.now() - began) / 1_000).toFixed(1)} s.`);
  await tellStory(server, interrupted.signal);
  await server.stop();
  sayWhatIsNext();
} catch (error) {
  await server.stop();
  if (!interrupted.signal.aborted) throw error;
  say("\nStopped. Nothing is left running.");
  process.exitCode = 130;
}
