import { type Database, exportLines, openReadOnly } from "@headwater/catalog";

/** An entity as its line of the export has it. */
export interface Exported {
  entityType: string;
  fullyQualifiedName: string;
  name: string;
  version: string;
  deleted?: boolean;
  description?: string;
  [field: string]: unknown;
}

/** The canonical export of an open catalog or of a file, as one text. */
export function exported(catalog: Database | string): string {
  if (typeof catalog !== "string") return [...exportLines(catalog)].join("\n");
  const db = openReadOnly(catalog);
  try {
    return exported(db);
  } finally {
    db.close();
  }
}

/** Every entity of a catalog, deleted ones too, by FQN and behind `#` its type where two have one name. */
export function entities(catalog: Database | string): Map<string, Exported> {
  const all = new Map<string, Exported>();
  for (const line of exported(catalog).split("\n")) {
    if (line === "") continue;
    const entity = JSON.parse(line) as Exported;
    const fqn = entity.fullyQualifiedName;
    all.set(all.has(fqn) ? `${fqn}#${entity.entityType}` : fqn, entity);
  }
  return all;
}

/** The FQNs whose lines differ between two exports. Empty when they are the same. */
export function differences(one: string, other: string): string[] {
  const [had, has] = [new Set(one.split("\n")), new Set(other.split("\n"))];
  const only = [...[...had].filter((line) => !has.has(line)), ...[...has].filter((line) => !had.has(line))];
  const fqns = only.map((line) => (line === "" ? "" : (JSON.parse(line) as Exported).fullyQualifiedName));
  return fqns.length === 0 && one !== other ? ["the order"] : [...new Set(fqns)];
}
