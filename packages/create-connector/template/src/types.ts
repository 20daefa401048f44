import type { DataType } from "@headwater/core/connector";

const TYPES: ReadonlyMap<string, DataType> = new Map<string, DataType>([
  ["text", "TEXT"],
  ["integer", "INT"],
  ["number", "DOUBLE"],
  ["boolean", "BOOLEAN"],
  ["date", "DATE"],
  ["timestamp", "TIMESTAMP"],
  ["json", "JSON"],
]);

/** A type of the source as a type of the catalog. What is not known stays unknown; its own name is shown beside it. */
export function dataTypeOf(type: string): DataType {
  return TYPES.get(type) ?? "UNKNOWN";
}
