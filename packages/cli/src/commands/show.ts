import { exclusiveClassifications, type Database, type Entity } from "@headwater/catalog";
import { type Json, type JsonObject, toEntityJson } from "@headwater/core";
import type { Call } from "../call.ts";
import { type Details, detailsOf } from "../catalog/details.ts";
import { findEntity } from "../catalog/find-entity.ts";
import { withCatalog } from "../catalog/open.ts";
import { columnLines } from "../views/column.ts";
import { entityLines } from "../views/entity.ts";

/** `headwater show NAME` */
export async function run(call: Call): Promise<number> {
  const { args, out } = call;
  await withCatalog(call, { mustExist: true }, (db) => {
    const [typed = ""] = args.words;
    const { entity, column } = findEntity(db, typed, call);
    const json = args.flag("json");
    if (json && column === null) out.json(detailsJson(db, detailsOf(db, entity)));
    else if (json) out.json(columnJson(entityJson(db, entity)["columns"], `${entity.fqn}.${column}`));
    else if (column === null) out.print(...entityLines(detailsOf(db, entity), out));
    else out.print(...columnLines(entity, column, out));
  });
  return 0;
}

const entityJson = (db: Database, entity: Entity): JsonObject => toEntityJson(entity, exclusiveClassifications(db));

/** The entity in OpenMetadata's shape, with what the catalog knows about it beside its facts. */
function detailsJson(db: Database, { entity, references, referencedBy, children }: Details): JsonObject {
  return {
    ...entityJson(db, entity),
    updatedAt: entity.updatedAt,
    rowCount: entity.rowCount,
    sizeBytes: entity.sizeBytes,
    children: children.length,
    references: references.map(({ kind, to, known }) => ({ kind, to, known })),
    referencedBy: referencedBy.map(({ fqn, kind }) => ({ fqn, kind })),
  };
}

function columnJson(columns: Json | undefined, fqn: string): Json {
  for (const column of (columns ?? []) as JsonObject[]) {
    if (column["fullyQualifiedName"] === fqn) return column;
    const inner = columnJson(column["children"], fqn);
    if (inner !== null) return inner;
  }
  return null;
}
