/**
 * The one place that writes names and literals into SQL text: for statements shown to people. Of our own requests only those to
 * pg_stat_statements need it, for the schema that extension was put into.
 */

/** Words that cannot be names without quotes, in any version from 12 to 18: pg_get_keywords(), categories R and T. */
const RESERVED: ReadonlySet<string> = new Set(
  `all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column
  concurrently constraint create cross current_catalog current_date current_role current_schema current_time
  current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze from
  full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit localtime
  localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references returning
  right select session_user similar some symmetric system_user table tablesample then to trailing true union unique user
  using variadic verbose when where window with`.split(/\s+/),
);

/** A name as it must be written in SQL, in quotes where it needs them. Source: PostgreSQL's manual, "Identifiers and Key Words". */
export function identifier(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) && !RESERVED.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** Names joined by dots: `sales."order"`. */
export function qualified(...names: string[]): string {
  return names.map(identifier).join(".");
}

/** A text as a literal, under `standard_conforming_strings`. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
