/** From MySQL's and MariaDB's types to the catalog's, without asking anybody: `dataTypeDisplay` keeps what the server shows. */
import type { Column, DataType, JsonObject } from "@headwater/core/connector";

/** The part of a column that follows from its type. */
export type ColumnType = Readonly<
  Pick<Column, "dataType" | "arrayDataType" | "dataLength" | "precision" | "scale"> & { source?: JsonObject }
>;

/** How the numbers in a type's parentheses are meant. The width of an integer is how it is shown, and means nothing. */
type Modifier = "length" | "bits" | "numeric" | "time" | "labels" | "dimensions" | "none";

/** Source: MySQL's manual, "Data Types"; MariaDB's, "Data Types". */
const BY_NAME: ReadonlyMap<string, readonly [DataType, Modifier]> = new Map(
  Object.entries({
    tinyint: ["TINYINT", "none"],
    smallint: ["SMALLINT", "none"],
    mediumint: ["INT", "none"],
    int: ["INT", "none"],
    bigint: ["BIGINT", "none"],
    decimal: ["DECIMAL", "numeric"],
    float: ["FLOAT", "numeric"],
    double: ["DOUBLE", "numeric"],
    bit: ["BINARY", "bits"],
    char: ["CHAR", "length"],
    varchar: ["VARCHAR", "length"],
    binary: ["BINARY", "length"],
    varbinary: ["VARBINARY", "length"],
    tinytext: ["TEXT", "none"],
    text: ["TEXT", "none"],
    mediumtext: ["MEDIUMTEXT", "none"],
    longtext: ["TEXT", "none"],
    tinyblob: ["BLOB", "none"],
    blob: ["BLOB", "none"],
    mediumblob: ["MEDIUMBLOB", "none"],
    longblob: ["LONGBLOB", "none"],
    date: ["DATE", "none"],
    datetime: ["DATETIME", "time"],
    timestamp: ["TIMESTAMP", "time"],
    time: ["TIME", "time"],
    year: ["YEAR", "none"],
    enum: ["ENUM", "labels"],
    set: ["SET", "labels"],
    json: ["JSON", "none"],
    geometry: ["GEOMETRY", "none"],
    point: ["POINT", "none"],
    linestring: ["GEOMETRY", "none"],
    polygon: ["POLYGON", "none"],
    multipoint: ["GEOMETRY", "none"],
    multilinestring: ["GEOMETRY", "none"],
    multipolygon: ["GEOMETRY", "none"],
    geomcollection: ["GEOMETRY", "none"],
    geometrycollection: ["GEOMETRY", "none"],
    uuid: ["UUID", "none"],
    inet4: ["INET", "none"],
    inet6: ["INET", "none"],
    xmltype: ["XML", "none"],
    vector: ["ARRAY", "dimensions"],
  } satisfies Record<string, readonly [DataType, Modifier]>),
);

/** The catalog's type for a type as the server shows it: `bigint(20) unsigned`, `enum('a','b')`. Unknown ones are `UNKNOWN`. */
export function columnType(shown: string): ColumnType {
  const [, name = "", modifier, after = ""] = /^(\w+)(?:\(((?:[^')]|'(?:[^']|'')*')*)\))?(.*)$/s.exec(shown) ?? [];
  const [dataType, means] = BY_NAME.get(name.toLowerCase()) ?? (["UNKNOWN", "none"] as const);
  const source: JsonObject = {};
  if (/\bunsigned\b/.test(after)) source["unsigned"] = true;
  if (/\bzerofill\b/.test(after)) source["zerofill"] = true;
  if (/\bCOMPRESSED\b/.test(after)) source["compressed"] = true;
  const numbers = (modifier ?? "").split(",").map(Number);
  const [first = Number.NaN, second] = numbers;
  const type: { -readonly [K in keyof ColumnType]: ColumnType[K] } = { dataType };
  if (means === "dimensions") type.arrayDataType = "FLOAT";
  if (modifier !== undefined)
    switch (means) {
      case "length":
        type.dataLength = first;
        break;
      case "bits":
        source["bits"] = first;
        break;
      case "numeric":
        type.precision = first;
        if (second !== undefined) type.scale = second;
        break;
      case "time":
        type.precision = first;
        break;
      case "labels":
        source["labels"] = labelsOf(modifier);
        break;
      case "dimensions":
        source["dimensions"] = first;
        break;
      case "none":
    }
  return Object.keys(source).length === 0 ? type : { ...type, source };
}

/** The labels of an enum or a set, from literals in which a quote is doubled and a backslash escapes. */
function labelsOf(modifier: string): string[] {
  return [...modifier.matchAll(/'((?:[^']|'')*)'/g)].map(([, text = ""]) => unescaped(text.replaceAll("''", "'")));
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", "0": "\0", Z: "\u001A", b: "\b" };

/** A text in which backslashes escape, as MySQL shows labels and expressions. */
export function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/gs, (_, character: string) => ESCAPES[character] ?? character);
}
