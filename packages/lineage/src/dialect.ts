import { dialects, type DialectName } from "@headwater/sql-lineage";

/** The dialect of the SQL of a connector, by the word in its manifest; the lenient one where it says none or one nobody knows. */
export function dialectNamed(name: string | undefined): DialectName {
  return name !== undefined && Object.hasOwn(dialects, name) ? (name as DialectName) : "ansi";
}
