export type { CommonFacts, Owner, TagLabel, Unseen } from "./common.ts";
export { DATA_TYPES, type DataType } from "./data-types.ts";
export { applyDelta, type Delta, delta } from "./delta.ts";
export {
  type ChangeDescription,
  type ColumnRenames,
  diffDocuments,
  type FieldChange,
  noChange,
  recordField,
} from "./diff.ts";
export {
  type Document,
  documentKeys,
  fingerprint,
  isWholeRead,
  keepUnread,
  toDocument,
  type Unread,
  unreadOf,
} from "./document.ts";
export { childPrefix, ENTITY_TYPES, entityFqn, type EntityTypeInfo, isEntityType } from "./entity-types.ts";
export { type ExportedEntity, ExportLineError, fromEntityJson, toEntityJson } from "./export-line.ts";
export type * from "./facts.ts";
export {
  buildFqn,
  childFqn,
  decodeName,
  encodeName,
  FqnError,
  parentFqn,
  type Path,
  quoteName,
  splitFqn,
} from "./fqn.ts";
export { type Json, type JsonObject, sameJson, sortKeys } from "./json.ts";
export {
  columnsByPath,
  eachColumn,
  type Curated,
  type CuratedColumn,
  type IsExclusive,
  mergeLayers,
  renameCuratedColumns,
  retireAgreed,
  retireSupplied,
  sameCurated,
  type SetEdit,
} from "./layers.ts";
export { redactCredentials } from "./redact-credentials.ts";
export { type Reference, referencesOf } from "./references.ts";
export { CURATED_SCHEMA, FACTS_SCHEMAS } from "./schemas.ts";
export {
  type Column,
  TABLE_TYPES,
  type TableConstraint,
  type TableFacts,
  type TablePartition,
  type TableType,
  VIEW_TYPES,
} from "./table.ts";
export {
  type Bump,
  bumpVersion,
  FIRST_VERSION,
  formatVersion,
  maxBump,
  parseVersion,
  type Version,
} from "./version.ts";
