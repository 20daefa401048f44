import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { name: "@headwater/connector-postgres", globalSetup: ["@headwater/test-servers/global-setup"] },
});
