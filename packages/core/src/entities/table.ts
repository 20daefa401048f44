import type { CommonFacts, TagLabel } from "./common.ts";
import type { DataType } from "./data-types.ts";
import type { Path } from "./fqn.ts";
import type { JsonObject } from "./json.ts";

/** OpenMetadata's kinds of tables. Source: openmetadata-spec, `entity/data/table.json#/definitions/tableType`. */
export const TABLE_TYPES = [
  "Regular",
  "External",
  "Dynamic",
  "View",
  "SecureView",
  "MaterializedView",
  "Iceberg",
  "Local",
  "Partitioned",
  "Foreign",
  "Transient",
  "Stream",
  "Stage",
] as const;

/** One of OpenMetadata's kinds of tables. */
export type TableType = (typeof TABLE_TYPES)[number];

/** The kinds that are views: `includeViews` decides about them, and their definition is always read. */
export const VIEW_TYPES: ReadonlySet<string> = new Set<TableType>(["View", "SecureView", "MaterializedView"]);

/** A column in OpenMetadata's shape, with one key of ours: `source`, facts OpenMetadata has no field for. */
export interface Column {
  name: string;
  displayName?: string | null;
  dataType: DataType;
  /** The type of the elements, when `dataType` is `ARRAY`. */
  arrayDataType?: DataType | null;
  /** Characters or bytes, for types that have a length. */
  dataLength?: number | null;
  precision?: number | null;
  scale?: number | null;
  /** The type as the source spells it: `numeric(10,2)`, `mood[]`. */
  dataTypeDisplay?: string | null;
  description?: string | null;
  constraint?: "NULL" | "NOT_NULL" | "UNIQUE" | "PRIMARY_KEY" | null;
  /** 1 for the first column, without gaps. */
  ordinalPosition?: number | null;
  tags?: TagLabel[] | null;
  children?: Column[] | null;
  /** Facts OpenMetadata has no field for: `default`, `generated`, `identity`, `domain`, `labels` … */
  source?: JsonObject | null;
}

/** A constraint over columns of one table. */
export interface TableConstraint {
  constraintType: "UNIQUE" | "PRIMARY_KEY" | "FOREIGN_KEY" | "SORT_KEY" | "DIST_KEY" | "CLUSTER_KEY";
  columns: string[];
  /**
   * For foreign keys, the columns pointed at. From a connector: raw names below the service
   * (`["shop", "sales", "customer", "id"]`). In the catalog: FQNs.
   */
  referredColumns?: (Path | string)[] | null;
}

/** How a table is partitioned. */
export interface TablePartition {
  columns: {
    columnName: string;
    intervalType: "TIME-UNIT" | "INTEGER-RANGE" | "INGESTION-TIME" | "COLUMN-VALUE" | "INJECTED" | "ENUM" | "OTHER";
    interval?: string;
  }[];
}

/** What a source says about one table or view. */
export interface TableFacts extends CommonFacts {
  tableType: TableType;
  columns: Column[];
  tableConstraints?: TableConstraint[] | null;
  tablePartition?: TablePartition | null;
  /** The statement that defines it: always for views, for tables when `includeDDL` is on. */
  schemaDefinition?: string | null;
  fileFormat?: string | null;
  locationPath?: string | null;
}
