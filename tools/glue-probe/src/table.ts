/** A table as the API has it, as far as it is used. */
export interface GlueTable {
  Description?: string;
  Owner?: string;
  TableType?: string;
  ViewOriginalText?: string;
  Parameters?: Record<string, string>;
  PartitionKeys?: GlueColumn[];
  StorageDescriptor?: { Columns?: GlueColumn[]; Location?: string };
}

/** A column as the API has it. */
export interface GlueColumn {
  Name: string;
  Type?: string;
  Comment?: string;
  Parameters?: Record<string, string>;
}

/** The columns of a table: Iceberg's that are gone stay in the list, marked. */
export function columnsOf({ StorageDescriptor, PartitionKeys }: GlueTable): GlueColumn[] {
  const all = [...(StorageDescriptor?.Columns ?? []), ...(PartitionKeys ?? [])];
  return all.filter(({ Parameters }) => Parameters?.["iceberg.field.current"] !== "false");
}
