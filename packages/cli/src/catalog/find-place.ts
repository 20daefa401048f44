import { type Database, hasPlace, similarPlaces } from "@headwater/catalog";
import { buildFqn, FqnError, HeadwaterError, isHeadwaterError, splitFqn } from "@headwater/core";
import type { Call } from "../call.ts";
import { safe } from "../screen/safe-text.ts";
import { findEntity } from "./find-entity.ts";

/** What a name means in lineage: a table, view or routine, and perhaps one of its columns. */
export interface NamedPlace {
  fqn: string;
  /** The column's raw name; `null` for the whole. */
  column: string | null;
}

/**
 * Finds what a name means in lineage: an entity of the catalog, or a name that only statements know. Throws a `HeadwaterError`
 * (`usage`) with what may have been meant.
 */
export function findPlace(db: Database, typed: string, call: Call): NamedPlace {
  try {
    const { entity, column } = findEntity(db, typed, call);
    return { fqn: entity.fqn, column: column === null ? null : splitFqn(column).join(".") };
  } catch (error) {
    if (!isHeadwaterError(error)) throw error;
    const place = onlyInStatements(db, typed, call);
    if (place === null) throw error;
    return place;
  }
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
    const name = buildFqn(...names.slice(0, length));
    const found = hasPlace(db, name) ? [name] : similarPlaces(db, name);
    const [fqn] = found;
    if (fqn === undefined) continue;
    if (found.length > 1)
      throw new HeadwaterError("usage", `${typed} could be any of ${found.length} tables.`, {
        hint: `Say which one: ${found.join(", ")}`,
      });
    call.err.print(call.err.paint("dim", safe(`${typed} is ${fqn}, which only statements name`)));
    return { fqn, column: length === names.length ? null : (names[length] as string) };
  }
  return null;
}
