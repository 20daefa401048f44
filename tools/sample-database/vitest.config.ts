import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { name: "@headwater/sample-database", globalSetup: ["@headwater/test-servers/global-setup"] },
});
