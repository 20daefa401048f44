import { defineConfig } from "vitest/config";

// Tests of properties try many cases, which takes its time where the machine is busy.
export default defineConfig({ test: { name: "@headwater/core", testTimeout: 120_000 } });
