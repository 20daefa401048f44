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
}
