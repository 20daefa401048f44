/** The embedded, versioned catalog: `import { … } from "@headwater/catalog"`. */
export { CatalogStore } from "./catalog-store.ts";
export { curate, type Edit } from "./curate.ts";
export { Database, type SqlRow } from "./database.ts";
export { type Author, EntityWriter, type HistoryOp, placeOf, type StoredEntity } from "./entity-writer.ts";
export { exclusiveClassifications } from "./exclusive.ts";
export { CATALOG_FOLDER, findCatalog } from "./find-catalog.ts";
export { openDatabase, openReadOnly } from "./open-catalog.ts";
export * from "./read.ts";
export { DEFAULT_RETENTION, type Retention } from "./retention.ts";
export { deleteService, renameService, serviceSize } from "./services.ts";
export { backupTo, exportLines, importLines, type ImportOutcome } from "./transfer.ts";
