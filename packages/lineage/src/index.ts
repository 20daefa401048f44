/** Lineage and usage: `import { … } from "@headwater/lineage"`. */
export { dialectNamed, dialectOfService } from "./dialect.ts";
export { type LineageResult, type LineageRun, type LogSource, runLineage } from "./run.ts";
export { toDot, toMermaid } from "./diagram.ts";
export { hideStrings, shapeHex, shaper } from "./log/shape.ts";
export { toPage } from "./page.ts";
