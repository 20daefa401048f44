import type { JsonObject } from "./json.ts";

/** Who owns something: a role of the source, or a user or team of the catalog. */
export interface Owner {
  type: "role" | "user" | "team";
  name: string;
}

/** A tag on an entity or a column, in OpenMetadata's shape. `tagFQN` is `classification.tag`. */
export interface TagLabel {
  tagFQN: string;
  source: "Classification" | "Glossary";
  labelType: "Manual" | "Propagated" | "Automated" | "Derived" | "Generated";
  state: "Suggested" | "Confirmed";
  description?: string;
}

/** What a role may see only a part of: columns, the text of a routine, or one key of `source`. */
export type Unseen = "columns" | "storedProcedureCode" | `source.${string}`;

/**
 * Facts every entity may carry. For all facts of a connector: `undefined` means *not read* and keeps the stored value,
 * `null` means the source has none.
 */
export interface CommonFacts {
  displayName?: string | null;
  description?: string | null;
  owners?: Owner[] | null;
  tags?: TagLabel[] | null;
  /** A page of the source's own console that shows the entity. */
  sourceUrl?: string | null;
  /** Facts of the source that OpenMetadata has no field for; they leave the catalog as `extension.headwater`. */
  source?: JsonObject | null;
  /**
   * What was read only as far as the role may see it: what is stored of it is kept. Of `columns`, those that are given are taken and the
   * others kept; of the rest, what is given stands only where nothing is stored.
   */
  unseen?: readonly Unseen[];
}
