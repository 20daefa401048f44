/**
 * The names of routines and events in the catalog. The server keeps functions, procedures and events apart, the catalog does not: where two
 * share a name, the second carries its kind, as in `cleanup (event)`.
 */
import type { Found } from "@headwater/core/connector";

/** Kinds in the catalog by the server's word. */
const KINDS: Readonly<Record<string, string>> = {
  FUNCTION: "Function",
  PROCEDURE: "StoredProcedure",
  EVENT: "Event",
  PACKAGE: "Package",
  "PACKAGE BODY": "PackageBody",
};

/** All kinds in the catalog. */
export const ROUTINE_KINDS: readonly string[] = Object.values(KINDS);

/** The kind in the catalog by the server's word. */
export const routineKind = (kind: string): string => KINDS[kind] ?? kind;

/** The server's word for a kind in the catalog. */
export const serverKind = (kind: string): string =>
  Object.keys(KINDS).find((word) => KINDS[word] === kind) ?? kind.toUpperCase();

const suffix = (kind: string): string => ` (${kind.toLowerCase()})`;

/** Gives names within one schema, in the order the server lists them. */
export class NameGiver {
  /** In lower case: the server compares these names so. */
  readonly #taken = new Set<string>();

  /** The name in the catalog of something of a kind, in the server's word. */
  give(name: string, kind: string): string {
    const folded = name.toLowerCase();
    if (this.#taken.has(folded)) return name + suffix(kind);
    this.#taken.add(folded);
    return name;
  }
}

/** What a member may be called by the server: its name, or its name without its kind. */
export function bareNames({ name, kind }: Found): string[] {
  const end = suffix(serverKind(kind));
  return name.endsWith(end) ? [name, name.slice(0, -end.length)] : [name];
}
