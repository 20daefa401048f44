import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    name: "@headwater/lineage-proof",
    globalSetup: ["@headwater/test-servers/global-setup"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
