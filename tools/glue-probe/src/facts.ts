/** From what Glue says to the catalog's facts: pure. */
import type {
  Column,
  DatabaseFacts,
  DatabaseSchemaFacts,
  DataType,
  Json,
  TableFacts,
  TableType,
} from "@headwater/core/connector";
import { columnsOf, type GlueTable } from "./table.ts";

/** What is said of the catalog of an account. */
export function databaseFacts(): DatabaseFacts {
  return { description: null, owners: null, source: null };
}

/** What a database's rows say. */
export function schemaFacts(rows: Json): DatabaseSchemaFacts {
  const { Description } = rows as { Description?: string };
  return { description: Description ?? null, owners: null, source: null };
}

/** Hive's names of types, without what is in their parentheses. */
const TYPES: Readonly<Record<string, DataType>> = {
  tinyint: "TINYINT",
  smallint: "SMALLINT",
  int: "INT",
  bigint: "BIGINT",
  float: "FLOAT",
  double: "DOUBLE",
  decimal: "DECIMAL",
  string: "STRING",
  varchar: "VARCHAR",
  char: "CHAR",
  boolean: "BOOLEAN",
  date: "DATE",
  timestamp: "TIMESTAMP",
  binary: "BINARY",
  array: "ARRAY",
  map: "MAP",
  struct: "STRUCT",
};

/** What a table's rows say. */
export function tableFacts(rows: Json, kind: string): TableFacts {
  const table = rows as unknown as GlueTable;
  return {
    tableType: kind as TableType,
    description: table.Description ?? null,
    owners: null,
    columns: columnsOf(table).map(({ Name, Type = "", Comment }, at): Column => ({
      name: Name,
      dataType: TYPES[/^\w+/.exec(Type)?.[0] ?? ""] ?? "UNKNOWN",
      dataTypeDisplay: Type,
      description: Comment ?? null,
      ordinalPosition: at + 1,
    })),
    locationPath: table.StorageDescriptor?.Location ?? null,
    ...(kind === "View" ? { schemaDefinition: table.ViewOriginalText ?? null } : {}),
  };
}
