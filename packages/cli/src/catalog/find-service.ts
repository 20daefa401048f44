import { childrenOf, type Database, entitiesOf, type EntitySummary, serviceSize } from "@headwater/catalog";
import { FqnError, HeadwaterError, type JsonObject, quoteName, splitFqn } from "@headwater/core";

/** The raw name of a service, from its name or its FQN as typed. Throws a `HeadwaterError` (`usage`) where there is none. */
export function findService(db: Database, typed: string): { name: string; size: number } {
  for (const name of [typed, unquoted(typed)]) {
    const size = name === null ? 0 : serviceSize(db, name);
    if (name !== null && size > 0) return { name, size };
  }
  const there = servicesOf(db, { deleted: true });
  throw new HeadwaterError("usage", `The catalog has no service called ${typed}.`, {
    hint: there.length === 0 ? "It has no services at all." : `It has: ${there.map(({ fqn }) => fqn).join(", ")}.`,
  });
}

/** The services of the catalog. */
export function servicesOf(db: Database, options: { deleted?: boolean } = {}): EntitySummary[] {
  return childrenOf(db, "", options).filter(({ type }) => type.endsWith("Service"));
}

/** What the source layer has about a service, by its raw name; `null` where the catalog does not have it. */
export function serviceSource(db: Database, name: string): JsonObject | null {
  return entitiesOf(db, quoteName(name)).find(({ type }) => type.endsWith("Service"))?.source ?? null;
}

function unquoted(typed: string): string | null {
  try {
    const [name, more] = splitFqn(typed);
    return more === undefined ? (name ?? null) : null;
  } catch (error) {
    if (error instanceof FqnError) return null;
    throw error;
  }
}
