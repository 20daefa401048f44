import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    name: "@headwater/connector-clickhouse",
    globalSetup: ["@headwater/test-servers/global-setup"],
    // The engine on a busy machine takes its time, and is fetched the first time.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
