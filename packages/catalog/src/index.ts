export { CatalogStore } from "./catalog-store.ts";
export { Database } from "./database.ts";
export { EntityWriter } from "./entity-writer.ts";
export { openDatabase } from "./open-catalog.ts";
export { backupTo, exportLines, importLines, type ImportOutcome } from "./transfer.ts";
