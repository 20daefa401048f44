import { defineConfig } from "vitest/config";

// Whole suites run in one test, which takes its time where the machine is busy.
export default defineConfig({
  test: {
    name: "@headwater/testkit",
    globalSetup: ["@headwater/test-servers/global-setup"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
