import { defineConfig } from "vitest/config";

export default defineConfig({ test: { name: "@headwater/catalog", testTimeout: 60_000 } });
