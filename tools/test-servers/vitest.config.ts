import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    name: "@headwater/test-servers",
    globalSetup: ["./src/global-setup.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
