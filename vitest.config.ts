import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    reporters: ["default", "./tools/test-servers/src/reporter.ts"],
    projects: ["packages/*", "connectors/*", "tools/*", "!tools/*.mjs"],
  },
});
