/** The members of a slice, as requests want them, and what is read of them, by exact names. */
import type { Found, Path } from "@headwater/core/connector";
import type { Members } from "./requests.ts";

/** The schema of a path. */
export const schemaOf = ([, schema = ""]: Path): string => schema;

/** What rows and members are matched by. */
export const keyOf = (row: { schema: string; name: string }): string => JSON.stringify([row.schema, row.name]);

/** Members by schema, with the names the server may have for them. */
export function bySchema(members: readonly Found[], namesOf: (member: Found) => string[]): Members[] {
  const schemas = new Map<string, Set<string>>();
  for (const member of members) {
    const schema = schemaOf(member.parent);
    const names = schemas.get(schema) ?? new Set<string>();
    for (const name of namesOf(member)) names.add(name);
    schemas.set(schema, names);
  }
  return [...schemas].map(([schema, names]) => ({ schema, names: [...names] }));
}
