import { defineConfig } from "vitest/config";

// Most tests start the built command, which takes its time where the machine is busy.
export default defineConfig({
  test: { setupFiles: ["@headwater/test-project/setup"], testTimeout: 30_000, hookTimeout: 30_000 },
});
