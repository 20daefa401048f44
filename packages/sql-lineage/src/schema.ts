/** A table as whoever knows the schema spells it. */
export interface TableSchema {
  /** All parts of its name: `[catalog, schema, table]`, fewer where a system has fewer. */
  readonly name: readonly string[];
  /** Its columns, in order. */
  readonly columns: readonly string[];
}

/** A table that SQL names, completed with the defaults. */
export interface TableRequest {
  /** The parts of the name, quotes removed; as many as are known. */
  readonly name: readonly string[];
}

/**
 * Knows columns. Asked once for all tables of a text. For every request, in order, it gives every table whose name ends
 * with the parts asked for, compared without regard to case; the engine picks by the dialect's rules. An empty array for a
 * table it does not know.
 */
export type SchemaProvider = (
  requests: readonly TableRequest[],
) => readonly (readonly TableSchema[])[] | Promise<readonly (readonly TableSchema[])[]>;

/**
 * A provider over tables that are in memory, keyed by dotted name (`"sales.orders"`; parts that hold dots in double quotes).
 */
export function schemaOf(tables: Readonly<Record<string, readonly string[]>>): SchemaProvider {
  const byLastPart = new Map<string, TableSchema[]>();
  for (const [key, columns] of Object.entries(tables)) {
    const name = splitName(key);
    const last = name.at(-1)!.toLowerCase();
    const same = byLastPart.get(last);
    if (same === undefined) byLastPart.set(last, [{ name, columns }]);
    else same.push({ name, columns });
  }
  return (requests) =>
    requests.map(({ name }) =>
      (byLastPart.get(name.at(-1)!.toLowerCase()) ?? []).filter((table) => endsWith(table.name, name)),
    );
}

/** Whether the longer of two names ends with the other, case aside. */
export function endsWith(name: readonly string[], ending: readonly string[]): boolean {
  if (ending.length > name.length) return false;
  for (let i = 1; i <= ending.length; i++)
    if (name.at(-i)!.toLowerCase() !== ending.at(-i)!.toLowerCase()) return false;
  return true;
}

/** Splits `a."b.c".d` at its dots. */
export function splitName(text: string): string[] {
  const parts: string[] = [];
  for (const match of text.matchAll(/"((?:[^"]|"")*)"(?:\.|$)|([^.]*)(?:\.|$)/g)) {
    if (match[0] === "" && parts.length > 0) break;
    parts.push(match[1] === undefined ? (match[2] ?? "") : match[1].replaceAll('""', '"'));
    if (!match[0].endsWith(".")) break;
  }
  return parts;
}

/** Joins the parts of a name with dots; a part that holds a dot or a double quote is put in double quotes. */
export function joinName(parts: readonly string[]): string {
  return parts.length === 1 ? quotePart(parts[0]!) : parts.map(quotePart).join(".");
}

function quotePart(part: string): string {
  return part.includes(".") || part.includes('"') ? `"${part.replaceAll('"', '""')}"` : part;
}
