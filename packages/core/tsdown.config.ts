import { defineConfig } from "tsdown";

export default defineConfig({
  entry: { index: "src/index.ts", connector: "src/connector/index.ts", memory: "src/memory/memory-source.ts" },
  format: "esm",
  dts: true,
  publint: true,
});
