import { defineConfig } from "vitest/config";

// Whole suites run in one test, which takes its time where the machine is busy.
export default defineConfig({ test: { name: "@headwater/testkit", testTimeout: 60_000 } });
