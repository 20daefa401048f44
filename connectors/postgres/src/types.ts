/** From PostgreSQL's types to the catalog's, without asking anybody: `dataTypeDisplay` keeps what the server shows. */
import type { Column, DataType, Json, JsonObject } from "@headwater/core/connector";

/** What a type is made of, for types that are not known by name. Types are named as the server shows them, with their modifiers. */
export type TypeParts = {
  /** The bare name, which tells extensions' types: `geometry`. */
  name: string;
  /** pg_type.typtype: `b`ase, `c`omposite, `d`omain, `e`num, `r`ange, `m`ultirange, `p`seudo. */
  kind: string;
  /** The type a domain is over, of an array's elements, or of a range's bounds. */
  of: string | null;
  /** Labels of an enum. */
  labels: string[] | null;
  /** Name, type and comment of a composite's attributes. */
  attributes: [name: string, type: string, comment: string | null][] | null;
  /** What a domain adds. */
  domain: { notNull: boolean; default: string | null; checks: [name: string, definition: string][] } | null;
  /** Whether it is an array. */
  array: boolean;
};

/** The types of one table that are not known by name, by the text the server shows for them. */
export type KnownTypes = { [shown: string]: TypeParts };

/** The part of a column that follows from its type. */
export type ColumnType = Readonly<
  Pick<Column, "dataType" | "arrayDataType" | "dataLength" | "precision" | "scale" | "children"> & {
    source?: JsonObject;
  }
>;

/** How the number in a type's parentheses is meant. */
type Modifier = "length" | "bits" | "numeric" | "time" | "none";

// A type may be called "constructor": no plain object may be asked for it.
function byName<T>(values: { readonly [name: string]: T }): ReadonlyMap<string, T> {
  return new Map(Object.entries(values));
}

/** Types that are fixed in the source code of PostgreSQL, by the name the server shows for them without modifiers. */
const BY_NAME: ReadonlyMap<string, readonly [DataType, Modifier]> = byName({
  smallint: ["SMALLINT", "none"],
  integer: ["INT", "none"],
  bigint: ["BIGINT", "none"],
  numeric: ["NUMERIC", "numeric"],
  real: ["FLOAT", "none"],
  "double precision": ["DOUBLE", "none"],
  money: ["NUMERIC", "none"],
  "character varying": ["VARCHAR", "length"],
  character: ["CHAR", "length"],
  bpchar: ["CHAR", "none"],
  '"char"': ["CHAR", "none"],
  text: ["TEXT", "none"],
  name: ["VARCHAR", "none"],
  bytea: ["BYTEA", "none"],
  boolean: ["BOOLEAN", "none"],
  date: ["DATE", "none"],
  "time without time zone": ["TIME", "time"],
  "time with time zone": ["TIME", "time"],
  "timestamp without time zone": ["TIMESTAMP", "time"],
  "timestamp with time zone": ["TIMESTAMPZ", "time"],
  interval: ["INTERVAL", "time"],
  uuid: ["UUID", "none"],
  json: ["JSON", "none"],
  jsonb: ["JSON", "none"],
  xml: ["XML", "none"],
  inet: ["INET", "none"],
  cidr: ["CIDR", "none"],
  macaddr: ["MACADDR", "none"],
  macaddr8: ["MACADDR", "none"],
  bit: ["BINARY", "bits"],
  "bit varying": ["VARBINARY", "bits"],
  tsvector: ["TSVECTOR", "none"],
  tsquery: ["TSQUERY", "none"],
  pg_lsn: ["PG_LSN", "none"],
  pg_snapshot: ["PG_SNAPSHOT", "none"],
  txid_snapshot: ["TXID_SNAPSHOT", "none"],
  point: ["POINT", "none"],
  polygon: ["POLYGON", "none"],
  box: ["GEOMETRY", "none"],
  circle: ["GEOMETRY", "none"],
  line: ["GEOMETRY", "none"],
  lseg: ["GEOMETRY", "none"],
  path: ["GEOMETRY", "none"],
  oid: ["BIGINT", "none"],
});

/** The types of the bounds of the ranges that come with PostgreSQL, for the range and its multirange. */
const RANGES: ReadonlyMap<string, string> = byName({
  int4: "integer",
  int8: "bigint",
  num: "numeric",
  ts: "timestamp without time zone",
  tstz: "timestamp with time zone",
  date: "date",
});

/** Vectors of the system's own, which are arrays by another name. */
const VECTORS: ReadonlyMap<string, DataType> = byName({ int2vector: "SMALLINT", oidvector: "BIGINT" });

/** Base types of extensions, by their bare name: PostGIS, hstore, citext, pgvector, hll. */
const BY_EXTENSION_NAME: ReadonlyMap<string, readonly [DataType, DataType?]> = byName({
  geometry: ["GEOMETRY"],
  geography: ["GEOGRAPHY"],
  hstore: ["MAP"],
  citext: ["TEXT"],
  vector: ["ARRAY", "FLOAT"],
  halfvec: ["ARRAY", "FLOAT"],
  hll: ["HLLSKETCH"],
});

// Composites cannot contain themselves, but they can be nested deeper than anybody reads.
const DEEPEST = 8;

/** The catalog's type for a type as the server shows it (`numeric(10,2)`, `public.mood[]`). Unknown ones are `UNKNOWN`. */
export function columnType(shown: string, known: KnownTypes | null, depth = 0): ColumnType {
  const parts = known !== null && Object.hasOwn(known, shown) ? known[shown] : undefined;
  if (known !== null && parts !== undefined) return typeOfParts(shown, parts, known, depth);
  if (shown.endsWith("[]")) return arrayOf(columnType(shown.slice(0, -2), known, depth + 1));
  return typeByName(shown);
}

// The same few texts come over and over, and taking one apart is a tenth of all mapping. Forgotten when there are too many.
const TAKEN_APART = new Map<string, ColumnType>();
const REMEMBERED = 1_000;

function typeByName(shown: string): ColumnType {
  let type = TAKEN_APART.get(shown);
  if (type === undefined) {
    if (TAKEN_APART.size >= REMEMBERED) TAKEN_APART.clear();
    type = takeApart(shown);
    TAKEN_APART.set(shown, type);
  }
  return type;
}

function takeApart(shown: string): ColumnType {
  // The modifier stands in the middle of some names: timestamp(3) with time zone.
  const [, before = "", modifier, after = ""] = /^([^(]*)(?:\(([^)]*)\))?(.*)$/.exec(shown) ?? [];
  const name = before + after;
  // An interval may be limited to fields: interval day to second.
  const [dataType, means] = BY_NAME.get(name.startsWith("interval ") ? "interval" : name) ?? ["UNKNOWN", "none"];
  const range = /^(\w+?)(multi)?range$/.exec(name);
  const bound = range === null ? undefined : RANGES.get(range[1] as string);
  if (bound !== undefined) return { dataType, source: { range: bound } };
  const elements = VECTORS.get(name);
  if (elements !== undefined) return { dataType: "ARRAY", arrayDataType: elements };
  if (modifier === undefined) return name === '"char"' ? { dataType, dataLength: 1 } : { dataType };
  const [first = Number.NaN, second] = modifier.split(",").map(Number);
  switch (means) {
    case "length":
      return { dataType, dataLength: first };
    case "bits":
      return { dataType, source: { bits: first } };
    case "numeric":
      return { dataType, precision: first, scale: second ?? 0 };
    case "time":
      return { dataType, precision: first };
    case "none":
      return { dataType };
  }
}

function typeOfParts(shown: string, parts: TypeParts, known: KnownTypes, depth: number): ColumnType {
  if (depth > DEEPEST) return { dataType: "UNKNOWN" };
  const inner = (): ColumnType => columnType(parts.of as string, known, depth + 1);
  if (parts.domain !== null) {
    const base = inner();
    const { notNull, default: value, checks } = parts.domain;
    const domain: JsonObject = { name: shown, type: parts.of };
    if (notNull) domain["notNull"] = true;
    if (value !== null) domain["default"] = value;
    if (checks.length > 0) domain["checks"] = checks.map(([name, definition]): Json => ({ name, definition }));
    // A domain over a domain carries the inner one along.
    if (base.source?.["domain"] !== undefined) domain["domain"] = base.source["domain"];
    return { ...base, source: { ...base.source, domain } };
  }
  if (parts.array) return arrayOf(inner());
  if (parts.labels !== null) return { dataType: "ENUM", source: { labels: parts.labels } };
  if (parts.attributes !== null)
    return {
      dataType: "STRUCT",
      children: parts.attributes.map(([name, type, comment], at) => ({
        name,
        ...columnType(type, known, depth + 1),
        dataTypeDisplay: type,
        description: comment,
        ordinalPosition: at + 1,
      })),
    };
  if (parts.kind === "r" || parts.kind === "m")
    return { dataType: "UNKNOWN", ...(parts.of === null ? {} : { source: { range: parts.of } }) };
  const [dataType, elements] = BY_EXTENSION_NAME.get(parts.name) ?? ["UNKNOWN"];
  return elements === undefined ? { dataType } : { dataType, arrayDataType: elements };
}

/** An array has no dimensions of its own in PostgreSQL: they are not enforced. */
function arrayOf(element: ColumnType): ColumnType {
  const { dataType, children, source } = element;
  return {
    dataType: "ARRAY",
    arrayDataType: dataType,
    ...(children === undefined ? {} : { children }),
    ...(source === undefined ? {} : { source }),
  };
}
