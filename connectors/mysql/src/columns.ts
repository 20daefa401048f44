/** Columns, taken apart. */
import type { Column, JsonObject } from "@headwater/core/connector";
import { identifier, literal } from "./escape.ts";
import type { ColumnRow, TableRows } from "./rows.ts";
import { columnType, unescaped } from "./types.ts";

/** One column, taken apart. Expressions are SQL text. */
export interface ColumnPart {
  name: string;
  /** As the server shows it: `bigint(20) unsigned`. */
  type: string;
  notNull: boolean;
  default: string | null;
  generated: { expression: string; kind: "VIRTUAL" | "STORED" } | null;
  autoIncrement: boolean;
  onUpdate: string | null;
  invisible: boolean;
  unversioned: boolean;
  /** Where it differs from that of the table. */
  collation: string | null;
  srid: number | null;
  comment: string | null;
  /** MariaDB keeps JSON as text that is checked. */
  isJson: boolean;
  /** The CHECK that stands with it, in MariaDB. */
  check: string | null;
}

/** Takes the columns of a table or view apart. */
export function columnParts({ columns, checks, collation, mariaDb, view }: TableRows): ColumnPart[] {
  const ofColumn = new Map(checks.flatMap(([name, clause, , own]) => (own ? [[name, clause]] : [])));
  return columns.map((row): ColumnPart => {
    const [name, type, nullable, , extra, , columnCollation, comment, srid] = row;
    const check = ofColumn.get(name) ?? null;
    return {
      name,
      type,
      notNull: !nullable,
      default: defaultOf(row, mariaDb),
      generated: generatedBy(row, mariaDb),
      autoIncrement: /\bauto_increment\b/.test(extra),
      onUpdate: /\bon update (\S+)/i.exec(extra)?.[1] ?? null,
      invisible: /\bINVISIBLE\b/.test(extra),
      unversioned: /WITHOUT SYSTEM VERSIONING/.test(extra),
      collation: view !== null || columnCollation === collation ? null : columnCollation,
      srid,
      comment,
      isJson: type === "longtext" && check === `json_valid(${identifier(name)})`,
      check,
    };
  });
}

const NUMERIC = /^(?:tinyint|smallint|mediumint|int|bigint|decimal|float|double|year|bit|binary|varbinary)\b/;

/** The default as SQL text. MariaDB gives just that, MySQL the bare value, or an expression with its quotes escaped. */
function defaultOf([, type, , value, extra]: ColumnRow, mariaDb: boolean): string | null {
  if (value === null) return null;
  if (mariaDb) return value === "NULL" ? null : value;
  if (/\bDEFAULT_GENERATED\b/.test(extra))
    return /^(?:CURRENT_TIMESTAMP|NOW)\b/i.test(value) ? value : `(${unescaped(value)})`;
  return NUMERIC.test(type) ? value : literal(value);
}

function generatedBy([, , , , extra, expression]: ColumnRow, mariaDb: boolean): ColumnPart["generated"] {
  if (expression === null) return null;
  return {
    expression: mariaDb ? expression : unescaped(expression),
    kind: /\bSTORED\b|\bPERSISTENT\b/.test(extra) ? "STORED" : "VIRTUAL",
  };
}

/** A column's facts. `keys` are the columns that are a key by themselves; `null` for views. */
export function columnFacts(
  part: ColumnPart,
  at: number,
  keys: ReadonlyMap<string, "PRIMARY_KEY" | "UNIQUE"> | null,
): Column {
  const { source: typeSource, ...type } = columnType(part.type);
  const key = keys?.get(part.name);
  return {
    name: part.name,
    ...type,
    ...(part.isJson ? { dataType: "JSON" } : {}),
    dataTypeDisplay: part.type,
    description: part.comment,
    constraint: keys === null ? null : (key ?? (part.notNull ? "NOT_NULL" : "NULL")),
    ordinalPosition: at + 1,
    source: columnSource(part, key === "UNIQUE", typeSource),
  };
}

/** What OpenMetadata's columns have no field for; most columns have none of it. */
function columnSource(part: ColumnPart, isUnique: boolean, typeSource: JsonObject | undefined): JsonObject | null {
  const source: JsonObject = { ...typeSource };
  if (part.generated !== null) source["generated"] = { ...part.generated };
  else if (part.default !== null) source["default"] = part.default;
  if (part.autoIncrement) source["autoIncrement"] = true;
  if (part.onUpdate !== null) source["onUpdate"] = part.onUpdate;
  if (part.invisible) source["invisible"] = true;
  if (part.unversioned) source["systemVersioned"] = false;
  if (part.collation !== null) source["collation"] = part.collation;
  if (part.srid !== null) source["srid"] = part.srid;
  // One `constraint` cannot say both.
  if (isUnique && part.notNull) source["notNull"] = true;
  return Object.keys(source).length === 0 ? null : source;
}
