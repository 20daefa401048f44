import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // Tests wait for servers and for commands they start as much as they compute: two cores do two files at once.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    reporters: ["default", "./tools/test-servers/src/reporter.ts"],
    projects: ["packages/*", "connectors/*", "tools/*", "!tools/*.mjs"],
  },
});
