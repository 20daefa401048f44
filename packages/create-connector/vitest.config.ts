import { defineConfig } from "vitest/config";

// The template's own tests run where it is scaffolded to.
export default defineConfig({ test: { name: "create-headwater-connector", include: ["test/**/*.test.ts"] } });
