/** The embedded, versioned catalog: `import { … } from "@headwater/catalog"`. */
export { CatalogStore } from "./catalog-store.ts";
export { curate, type Edit } from "./curate.ts";
export { Database, type SqlRow } from "./database.ts";
export {
  type Author,
  type EntityState,
  EntityWriter,
  type HistoryOp,
  placeOf,
  type StoredEntity,
} from "./entity-writer.ts";
export { exclusiveClassifications } from "./exclusive.ts";
export { blame, type Blamed } from "./blame.ts";
export { childrenAt, entityAt, type Past } from "./past.ts";
export { rollback } from "./rollback.ts";
export { CATALOG_FOLDER, findCatalog } from "./find-catalog.ts";
export { type CatalogHealth, catalogHealth } from "./health.ts";
export {
  ClaimWriter,
  definitionCount,
  isSettled,
  type KeptStatement,
  type NewStatement,
  type Settled,
} from "./lineage/claims.ts";
export { exportLineage, exportQueries } from "./lineage/export.ts";
export * from "./lineage/graph.ts";
export * from "./lineage/log.ts";
export { type EdgeEnd, manualKey, manualSaid } from "./lineage/manual.ts";
export * from "./lineage/statement.ts";
export * from "./lineage/usage.ts";
export { type Definition, definitionsOf, hasNames, NameIndex, type NamedTable, originOf } from "./lineage/names.ts";
export { openDatabase, openReadOnly } from "./open-catalog.ts";
export * from "./read.ts";
export { DEFAULT_RETENTION, type Retention } from "./retention.ts";
export { type OutOfScopeEntity, prunable, prune, type PruneWhat } from "./prune.ts";
export { restoreCurated, restoreDeleted, restoreRetired } from "./restore.ts";
export { deleteService, renameService, serviceSize } from "./services.ts";
export { backupTo, exportLines, importLines, type ImportOutcome } from "./transfer.ts";
