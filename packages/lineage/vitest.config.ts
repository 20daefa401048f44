import { defineConfig } from "vitest/config";

export default defineConfig({ test: { name: "@headwater/lineage", testTimeout: 30_000 } });
