import type { PostgresSession, RowOf } from "./requests.ts";
import type { KnownTypes, TypeParts } from "./types.ts";

/** A type with the oids of those it is made of. */
export interface TypeNode {
  parts: TypeParts;
  madeOf: [shown: string, oid: string][];
}

/** Reads the types of tables that are not known by name, with all they are made of, by oid. */
export async function readTypes(
  session: PostgresSession,
  rows: readonly RowOf<"tables">[],
): Promise<Map<string, TypeNode>> {
  const oids = new Set<string>();
  for (const { typeIds } of rows)
    if (typeIds !== null) for (const oid of Object.values(JSON.parse(typeIds) as Record<string, string>)) oids.add(oid);
  const types = new Map<string, TypeNode>();
  if (oids.size === 0) return types;
  for (const row of await session.all("types", { oids: [...oids] })) types.set(row.oid, typeNode(row));
  return types;
}

function typeNode(row: RowOf<"types">): TypeNode {
  const attributes = (row.attributes ?? []) as [string, string, string, string | null][];
  const isArray = row.category === "A" && row.kind === "b";
  const of = row.kind === "d" ? row.base : isArray ? row.element : row.subtype;
  const madeOf = [...(of === null ? [] : [of]), ...attributes.map(([, shown, oid]) => [shown, oid])];
  return {
    parts: {
      name: row.name,
      kind: row.kind,
      array: isArray,
      of: of === null ? null : ((of as [string, string])[0] ?? null),
      labels: row.labels as string[] | null,
      attributes:
        row.kind === "c"
          ? attributes.map(([name, type, , comment]): [string, string, string | null] => [name, type, comment])
          : null,
      domain:
        row.kind === "d"
          ? { notNull: row.notNull, default: row.default, checks: (row.checks ?? []) as [string, string][] }
          : null,
    },
    madeOf: madeOf as [string, string][],
  };
}

/** The types of one table that are not known by name, with all they are made of. */
export function knownTypes(typeIds: string, types: ReadonlyMap<string, TypeNode>): KnownTypes {
  const known: KnownTypes = {};
  const pending = Object.entries(JSON.parse(typeIds) as Record<string, string>);
  for (const [shown, oid] of pending) {
    const node = types.get(oid);
    if (node === undefined || Object.hasOwn(known, shown)) continue;
    known[shown] = node.parts;
    pending.push(...node.madeOf);
  }
  return known;
}
