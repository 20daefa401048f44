import { columnLineage, type Database, type Entity, hasPlace, nodeOf, similarPlaces } from "@headwater/catalog";
import { buildFqn, FqnError, HeadwaterError, isHeadwaterError, quoteName, splitFqn } from "@headwater/core";
import type { Call } from "../call.ts";
import { safe } from "../screen/safe-text.ts";
import { wordFor } from "../views/words.ts";
import { findEntity } from "./find-entity.ts";

/** What a name means in lineage: a table, view or routine, and perhaps one of its columns. */
export interface NamedPlace {
  fqn: string;
  /** The column's raw name; `null` for the whole. */
  column: string | null;
}

/** What data is in, and what therefore has no lineage of its own. */
const ABOVE: ReadonlySet<string> = new Set<Entity["type"]>(["databaseService", "database", "databaseSchema"]);

/**
 * Finds what a name means in lineage: an entity of the catalog, or a name that only statements know. Throws a `HeadwaterError`
 * (`usage`) with what may have been meant.
 */
export function findPlace(db: Database, typed: string, call: Call): NamedPlace {
  let found;
  try {
    found = findEntity(db, typed, call);
  } catch (error) {
    if (!isHeadwaterError(error)) throw error;
    // What only statements name has no type.
    const place = call.args.value("type") === undefined ? onlyInStatements(db, typed, call) : null;
    if (place === null) throw error;
    return place;
  }
  const { entity, column } = found;
  if (ABOVE.has(entity.type))
    throw new HeadwaterError(
      "usage",
      `${entity.fqn} is a ${wordFor(entity.type)}: lineage is between tables, views and routines.`,
      { hint: `headwater ls ${entity.fqn} lists what is in it.` },
    );
  return { fqn: entity.fqn, column: column === null ? null : splitFqn(column).join(".") };
}

function onlyInStatements(db: Database, typed: string, call: Call): NamedPlace | null {
  let names: string[];
  try {
    names = splitFqn(typed);
  } catch (error) {
    if (error instanceof FqnError) return null;
    throw error;
  }
  for (const length of [names.length, names.length - 1]) {
    if (length === 0) continue;
    const ending = buildFqn(...names.slice(0, length));
    const similar = hasPlace(db, ending) ? [ending] : similarPlaces(db, ending);
    // A column is looked for in what the catalog has first, as a table is.
    const there = length < names.length ? similar.filter((fqn) => nodeOf(db, fqn).type !== null) : [];
    const found = there.length > 0 ? there : similar;
    const [fqn] = found;
    if (fqn === undefined) continue;
    if (found.length > 1)
      throw new HeadwaterError("usage", `${typed} could be any of ${found.length} tables.`, {
        hint: `Say which one: ${found.join(", ")}`,
      });
    const known = nodeOf(db, fqn);
    const column = length === names.length ? null : (names[length] as string);
    const name = column === null ? fqn : `${fqn}.${quoteName(column)}`;
    if (column !== null && known.type !== null && !isColumnOfStatements(db, fqn, column))
      throw new HeadwaterError("usage", `${fqn} has no column ${column}.`, {
        hint: `headwater show ${fqn} lists its columns.`,
      });
    call.err.print(call.err.paint("dim", safe(`${typed} is ${name}, which only statements name`)));
    return { fqn, column };
  }
  return null;
}

/** Whether statements name a column the catalog does not have: what it has may be older than they are. */
function isColumnOfStatements(db: Database, table: string, column: string): boolean {
  return (["up", "down"] as const).some((way) => columnLineage(db, { table, column }, way, 1).length > 0);
}
