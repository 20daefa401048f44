/** Lineage and usage: `import { … } from "@headwater/lineage"`. */
export { dialectNamed } from "./dialect.ts";
export { type LineageRun, type LineageResult, runLineage } from "./run.ts";
export { toDot, toMermaid } from "./diagram.ts";
