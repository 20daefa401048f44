import { defineConfig } from "vitest/config";

export default defineConfig({ test: { name: "@headwater/connector-query-log", testTimeout: 30_000 } });
