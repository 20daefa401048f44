import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { name: "@headwater/bench", globalSetup: ["@headwater/test-servers/global-setup"] },
});
