import { childrenOf, type Database, entitiesOf, search, similarFqns } from "@headwater/catalog";
import { type Column, columnsByPath, nearest } from "@headwater/core";

const BEGINNING = 2;
const CANDIDATES = 200;
const SHOWN = 5;

/** The FQNs somebody may have meant by a name the catalog does not have, likeliest first. */
export function whatWasMeant(db: Database, typed: string, names: readonly string[]): string[] {
  const similar = similarFqns(db, typed);
  if (similar.length > 0) return similar;
  const near = misspelt(db, names);
  return near === null ? misspeltAnywhere(db, names) : [near];
}

/** Goes down from the roots, taking the nearest name where the typed one is not there. */
function misspelt(db: Database, names: readonly string[]): string | null {
  let at = "";
  for (const [level, name] of names.entries()) {
    const children = childrenOf(db, at);
    const near = (): string | null =>
      nearest(
        name,
        children.map((child) => child.name),
      );
    const meant = children.some((child) => child.name === name) ? name : near();
    const child = children.find((candidate) => candidate.name === meant);
    if (child === undefined) return at === "" ? null : misspeltColumn(db, at, names.slice(level).join("."));
    at = child.fqn;
  }
  return at;
}

function misspeltColumn(db: Database, fqn: string, typed: string): string | null {
  for (const { shown } of entitiesOf(db, fqn)) {
    const columns = columnsByPath((shown["columns"] ?? []) as unknown as Column[]);
    const meant = nearest(typed, columns.keys());
    if (meant !== null) return `${fqn}.${meant}`;
  }
  return null;
}

/** Everything that has the nearest last name among those that begin like it. */
function misspeltAnywhere(db: Database, names: readonly string[]): string[] {
  const last = names.at(-1) ?? "";
  const candidates = search(db, last.slice(0, BEGINNING), CANDIDATES);
  const meant = nearest(
    last,
    candidates.map(({ name }) => name),
  );
  return candidates
    .filter(({ name }) => name === meant)
    .map(({ fqn }) => fqn)
    .slice(0, SHOWN);
}
