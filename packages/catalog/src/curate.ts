/** Setting curated values: what people say about entities, over what sources say. */
import {
  columnsByPath,
  type Column,
  type Curated,
  type CuratedColumn,
  HeadwaterError,
  type Owner,
  quoteName,
  type SetEdit,
  splitFqn,
  type TagLabel,
} from "@headwater/core";
import type { Database } from "./database.ts";
import { type Author, EntityWriter, loadEntity, type StoredEntity } from "./entity-writer.ts";

/** One thing to set. `value: null` sets to empty; `reset` goes back to what the source says. */
export type Edit =
  | { field: "description" | "displayName"; value: string | null }
  | { field: "description" | "displayName" | "owners" | "tags"; reset: true }
  | { field: "owners"; add?: Owner; remove?: Owner }
  | { field: "tags"; add?: string; remove?: string };

/**
 * Changes the curated layer of an entity, or of one of its columns (`column` is the column's names as in its FQN). Returns
 * whether anything changed. Throws a `HeadwaterError` (`usage`) for a column that is not there.
 */
export function curate(
  db: Database,
  id: number,
  column: string | null,
  edits: readonly Edit[],
  author: Author,
): boolean {
  return db.transaction(() => {
    const stored = loadEntity(db, id);
    if (stored === null) throw new HeadwaterError("usage", "The entity is no longer in the catalog.");
    const curated: Curated = structuredClone(stored.curated ?? {});
    if (column === null) for (const edit of edits) applyEdit(curated, edit);
    else curateColumn(stored, curated, column, edits);
    return new EntityWriter(db, author).curate(stored, Object.keys(curated).length > 0 ? curated : null);
  });
}

function curateColumn(stored: StoredEntity, curated: Curated, path: string, edits: readonly Edit[]): void {
  const columns = columnsByPath((stored.source["columns"] as unknown as Column[] | undefined) ?? []);
  if (!columns.has(path))
    throw new HeadwaterError("usage", `${stored.fqn} has no column ${path}.`, {
      hint:
        columns.size === 0 ? "It has no columns at all." : `It has: ${[...columns.keys()].slice(0, 20).join(", ")}.`,
    });
  const all = (curated.columns ??= {});
  const own = (all[path] ??= {});
  for (const edit of edits) {
    if (edit.field === "owners")
      throw new HeadwaterError("usage", "A column has no owners of its own.", { hint: `Set them on ${stored.fqn}.` });
    applyEdit(own, edit);
  }
  if (Object.keys(own).length === 0) delete all[path];
  if (Object.keys(all).length === 0) delete curated.columns;
}

function applyEdit(curated: Curated | CuratedColumn, edit: Edit): void {
  if ("reset" in edit) delete (curated as Curated)[edit.field];
  else if ("value" in edit) curated[edit.field] = edit.value;
  else if (edit.field === "owners")
    editSet<Owner>(curated, "owners", edit.add, edit.remove, (owner) => `${owner.type} ${owner.name}`);
  else
    editSet<TagLabel>(
      curated,
      "tags",
      edit.add && manualTag(edit.add),
      edit.remove && manualTag(edit.remove),
      (tag) => tag.tagFQN,
    );
}

function editSet<T>(
  curated: Curated,
  field: "owners" | "tags",
  add: T | undefined | "",
  remove: T | undefined | "",
  key: (item: T) => string,
): void {
  const edit = { ...(curated[field] as SetEdit<T> | undefined) };
  const without = (items: T[] | undefined, item: T): T[] => (items ?? []).filter((other) => key(other) !== key(item));
  if (add) {
    edit.remove = without(edit.remove, add);
    edit.add = [...without(edit.add, add), add];
  }
  if (remove) {
    edit.add = without(edit.add, remove);
    edit.remove = [...without(edit.remove, remove), remove];
  }
  if (edit.add?.length === 0) delete edit.add;
  if (edit.remove?.length === 0) delete edit.remove;
  Object.assign(curated, { [field]: edit });
}

/** A tag a person sets. `PII.Email` is a tag of the classification PII. */
function manualTag(text: string): TagLabel {
  const names = splitFqn(text);
  if (names.length < 2)
    throw new HeadwaterError("usage", `"${text}" is not a tag: it needs a classification, as in PII.${text}.`);
  return {
    tagFQN: names.map((name) => quoteName(name)).join("."),
    source: "Classification",
    labelType: "Manual",
    state: "Confirmed",
  };
}
