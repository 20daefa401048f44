import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    name: "@headwater/e2e",
    globalSetup: ["@headwater/test-servers/global-setup"],
    setupFiles: ["@headwater/test-project/setup"],
    // Real servers and real processes on a busy machine take their time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
