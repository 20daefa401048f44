import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    name: "@headwater/connector-mysql",
    globalSetup: ["@headwater/test-servers/global-setup"],
    // Real servers on a busy machine take their time; what must be fast is measured where it is tested.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
