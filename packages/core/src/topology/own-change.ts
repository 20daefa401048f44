import { fingerprint, toDocument, unreadOf } from "../entities/document.ts";
import type { EntityType, Facts } from "../entities/facts.ts";
import type { Change, EntityStore } from "./ports.ts";

/** An entity that Headwater itself describes: a service, a pipeline. */
export interface OwnEntity {
  type: EntityType;
  fqn: string;
  parent: string | null;
  name: string;
  facts: Facts;
}

/** The changes that bring such entities up to date; none for those that are. */
export async function ownChanges(
  store: Pick<EntityStore, "known">,
  service: string,
  entities: readonly OwnEntity[],
  mapping: string,
): Promise<Change[]> {
  const changes: Change[] = [];
  for (const { type, fqn, parent, name, facts } of entities) {
    const known = (await store.known(type, [fqn])).get(fqn) ?? null;
    const document = toDocument(type, service, facts);
    const text = JSON.stringify(document);
    const hash = fingerprint(text);
    if (known !== null && !known.deleted && known.fingerprint === hash) continue;
    changes.push({
      type,
      fqn,
      parent,
      name,
      kind: null,
      key: null,
      token: null,
      columnKeys: null,
      rowsHash: hash,
      mapping,
      document,
      text,
      fingerprint: hash,
      unread: unreadOf(type, facts),
      seen: null,
      known: known?.id ?? null,
      reproject: false,
    });
  }
  return changes;
}
