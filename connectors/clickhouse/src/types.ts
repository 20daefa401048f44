/** From ClickHouse's types to the catalog's, from their text alone: `dataTypeDisplay` keeps what the server shows. */
import type { Column, DataType, JsonObject } from "@headwater/core/connector";
import { leadingName, splitList, takeCall, unquote } from "./scan.ts";

/** The part of a column that follows from its type. */
export type ColumnType = Readonly<
  Pick<Column, "dataType" | "arrayDataType" | "dataLength" | "precision" | "scale" | "children"> & {
    /** Whether the column can be NULL: it cannot, unless its type says so. */
    nullable?: true;
    source?: JsonObject;
  }
>;

const BY_NAME: ReadonlyMap<string, DataType> = new Map<string, DataType>([
  ["Int8", "TINYINT"],
  ["Int16", "SMALLINT"],
  ["Int32", "INT"],
  ["Int64", "BIGINT"],
  ["UInt8", "TINYINT"],
  ["UInt16", "SMALLINT"],
  ["UInt32", "INT"],
  ["Float32", "FLOAT"],
  ["BFloat16", "FLOAT"],
  ["Float64", "DOUBLE"],
  ["Bool", "BOOLEAN"],
  ["String", "STRING"],
  ["UUID", "UUID"],
  ["Date", "DATE"],
  ["Date32", "DATE"],
  ["IPv4", "INET"],
  ["IPv6", "INET"],
  ["Point", "POINT"],
  ["Ring", "GEOMETRY"],
  ["LineString", "GEOMETRY"],
  ["MultiLineString", "GEOMETRY"],
  ["Polygon", "POLYGON"],
  ["MultiPolygon", "POLYGON"],
  ["Geometry", "GEOMETRY"],
  ["Variant", "VARIANT"],
  ["Dynamic", "VARIANT"],
  ["Object", "JSON"],
  ["AggregateFunction", "AGGREGATEFUNCTION"],
  ["Nothing", "NULL"],
]);

/** Whole numbers that no smaller type of the catalog holds, with their decimal digits. */
const WIDE: ReadonlyMap<string, number> = new Map([
  ["UInt64", 20],
  ["Int128", 39],
  ["UInt128", 39],
  ["Int256", 77],
  ["UInt256", 78],
]);

// The same few texts come over and over. Forgotten when there are too many.
const KNOWN = new Map<string, ColumnType>();
const REMEMBERED = 1_000;
/** Nobody reads deeper, and a text that goes deeper must not exhaust the stack. */
const DEEPEST = 32;

/** The catalog's type for a type as the server shows it. Unknown ones are `UNKNOWN`. */
export function columnType(shown: string): ColumnType {
  let type = KNOWN.get(shown);
  if (type === undefined) {
    if (KNOWN.size >= REMEMBERED) KNOWN.clear();
    type = takeApart(shown, 0);
    KNOWN.set(shown, type);
  }
  return type;
}

function takeApart(shown: string, depth: number): ColumnType {
  if (depth > DEEPEST) return { dataType: "UNKNOWN" };
  const { name, inside } = takeCall(shown);
  const args = inside === null ? [] : splitList(inside);
  const [first = "", second = ""] = args;
  const inner = (text: string): ColumnType => takeApart(text, depth + 1);
  switch (name) {
    case "Nullable":
      return { ...inner(first), nullable: true };
    case "LowCardinality":
      return inner(first);
    case "Array":
      return arrayOf(inner(first));
    case "Nested":
      return arrayOf({ dataType: "STRUCT", children: fields(args, depth) });
    case "Tuple":
      return { dataType: "STRUCT", children: fields(args, depth) };
    case "Map":
      return { dataType: "MAP", children: [child("key", first, 1, depth), child("value", second, 2, depth)] };
    case "Decimal":
      return { dataType: "DECIMAL", precision: Number(first), scale: Number(second) };
    case "FixedString":
      return { dataType: "CHAR", dataLength: Number(first) };
    case "DateTime":
      return { dataType: "TIMESTAMPZ" };
    case "DateTime64":
      return { dataType: "TIMESTAMPZ", precision: Number(first) };
    case "Time":
      return { dataType: "TIME" };
    case "Time64":
      return { dataType: "TIME", precision: Number(first) };
    case "Enum":
    case "Enum8":
    case "Enum16":
      return { dataType: "ENUM", source: enumSource(args) };
    case "JSON":
      return jsonType(args, depth);
    case "QBit":
      return { dataType: "ARRAY", arrayDataType: inner(first).dataType };
    case "SimpleAggregateFunction": {
      // Stored as what it aggregates to.
      const type = inner(args.at(-1) ?? "");
      return { ...type, source: { ...type.source, aggregate: first } };
    }
    default:
      return byName(name, first);
  }
}

function byName(name: string, first: string): ColumnType {
  const digits = WIDE.get(name);
  if (digits !== undefined) return { dataType: "NUMBER", precision: digits, scale: 0 };
  if (name.startsWith("Interval")) return { dataType: "INTERVAL" };
  const dataType = BY_NAME.get(name) ?? "UNKNOWN";
  return name === "AggregateFunction" ? { dataType, source: { aggregate: first } } : { dataType };
}

/** An array; of arrays, it has the fields of the innermost elements. */
function arrayOf({ dataType, children, source }: ColumnType): ColumnType {
  return {
    dataType: "ARRAY",
    arrayDataType: dataType,
    ...(children == null ? {} : { children }),
    ...(source === undefined ? {} : { source }),
  };
}

/** The elements of a tuple or of a nested structure; those without a name are numbered, as in `tuple.1`. */
function fields(args: readonly string[], depth: number): Column[] {
  return args.map((text, at) => {
    const { name, rest } = leadingName(text);
    const named = rest !== "" && rest[0] !== "(";
    return named ? child(name, rest, at + 1, depth) : child(String(at + 1), text, at + 1, depth);
  });
}

/** A field of a structure, as a column. */
export function child(name: string, shown: string, position: number, depth = 0): Column {
  const { nullable, source, ...type } = takeApart(shown, depth + 1);
  return {
    name,
    ...type,
    dataTypeDisplay: shown,
    description: null,
    constraint: nullable === true ? "NULL" : "NOT_NULL",
    ordinalPosition: position,
    source: source ?? null,
  };
}

/** The labels and numbers of `'new' = 1, 'paid' = 2`. */
function enumSource(args: readonly string[]): JsonObject {
  const parts = args.map((text) => /^(.*?)\s*=\s*(-?\d+)$/s.exec(text) ?? [text, text, ""]);
  return {
    labels: parts.map(([, label]) => unquote(label as string)),
    values: parts.map(([, , value]) => Number(value)),
  };
}

/** JSON, with the paths whose types are declared; `SKIP …` and `max_…` are in the type's text. */
function jsonType(args: readonly string[], depth: number): ColumnType {
  const typed = args.filter((text) => !/^(?:max_dynamic_\w+\s*=|SKIP\s)/i.test(text));
  if (typed.length === 0) return { dataType: "JSON" };
  const children = typed.map((text, at) => {
    // A path is written `a.b`, quoted as a whole or part by part.
    let path = leadingName(text);
    let name = path.name;
    while (path.rest.startsWith(".")) {
      path = leadingName(path.rest.slice(1));
      name += `.${path.name}`;
    }
    return child(name, path.rest, at + 1, depth);
  });
  return { dataType: "JSON", children };
}
