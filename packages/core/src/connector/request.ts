/**
 * The requests a connector can make of its source: each has a name, an effect and the columns of its answer, so that
 * core can count, record, replay and check them without knowing the vendor.
 */
import type { Json } from "../entities/json.ts";

/** What one value of an answer can be. Times travel as text in the source's own clock. */
export type Cell = Json | bigint | Uint8Array;

/** The type of a column of an answer; a `?` says that it may be null. */
export type CellType = BaseType | `${BaseType}?`;
type BaseType = "text" | "number" | "boolean" | "json" | "bigint" | "bytes";

/** One column of an answer. */
export type ColumnSpec = CellType | { type: CellType; holds: Holds };

/**
 * What a recording replaces in a value: SQL text, free text, or a secret. The parts of JSON (or of text that is JSON) are told
 * apart by key or position, `*` for all others: `{ 3: "text" }`. What nothing is said of stays: names, types, numbers.
 */
export type Holds = "sql" | "text" | "secret" | { readonly [part: string]: Holds };

/** One named request. */
export interface RequestSpec {
  /** A metadata session runs only reads. */
  effect: "read" | "write";
  /** The columns of each row, in order. */
  columns: { readonly [column: string]: ColumnSpec };
}

/** All requests of a connector, by name. */
export interface RequestSpecs {
  readonly [name: string]: RequestSpec;
}

interface Typed {
  text: string;
  number: number;
  boolean: boolean;
  json: Json;
  bigint: bigint;
  bytes: Uint8Array;
}
type CellOf<T extends CellType> = T extends `${infer B extends BaseType}?`
  ? Typed[B] | null
  : T extends BaseType
    ? Typed[T]
    : never;
type TypeOf<S extends ColumnSpec> = S extends { type: infer T extends CellType } ? T : S extends CellType ? S : never;

/** The row of a request, as an object by column. */
export type Row<S extends RequestSpec> = { [C in keyof S["columns"]]: CellOf<TypeOf<S["columns"][C]>> };

/** Checks the requests of a connector and keeps their exact types. */
export function defineRequests<const R extends RequestSpecs>(requests: R): R {
  return requests;
}

/** The declared type of a column. */
export function cellType(spec: ColumnSpec): CellType {
  return typeof spec === "string" ? spec : spec.type;
}
