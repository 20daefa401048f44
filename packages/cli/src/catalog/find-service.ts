import { childrenOf, type Database, serviceSize } from "@headwater/catalog";
import { FqnError, HeadwaterError, splitFqn } from "@headwater/core";

/** The raw name of a service, from its name or its FQN as typed. Throws a `HeadwaterError` (`usage`) where there is none. */
export function findService(db: Database, typed: string): { name: string; size: number } {
  for (const name of [typed, unquoted(typed)]) {
    const size = name === null ? 0 : serviceSize(db, name);
    if (name !== null && size > 0) return { name, size };
  }
  const there = childrenOf(db, "", { deleted: true }).filter(({ type }) => type.endsWith("Service"));
  throw new HeadwaterError("usage", `The catalog has no service called ${typed}.`, {
    hint: there.length === 0 ? "It has no services at all." : `It has: ${there.map(({ fqn }) => fqn).join(", ")}.`,
  });
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
