import { childrenAt, exclusiveClassifications, type Database, entityAt, type Entity } from "@headwater/catalog";
import { HeadwaterError, type Json, type JsonObject, toEntityJson } from "@headwater/core";
import type { Call } from "../call.ts";
import { type Details, detailsOf } from "../catalog/details.ts";
import { findEntity } from "../catalog/find-entity.ts";
import { parseTime } from "../catalog/parse-time.ts";
import { withCatalog } from "../catalog/open.ts";
import { safe } from "../screen/safe-text.ts";
import { localTime } from "../screen/times.ts";
import { columnLines } from "../views/column.ts";
import { entityLines } from "../views/entity.ts";

/** `headwater show NAME` */
export async function run(call: Call): Promise<number> {
  const { args, out } = call;
  const typedTime = args.value("at");
  const at = typedTime === undefined ? null : parseTime(typedTime);
  await withCatalog(call, { mustExist: true }, (db) => {
    const [typed = ""] = args.words;
    const { entity: now, column } = findEntity(db, typed, call, { deleted: at !== null });
    const details = at === null ? detailsOf(db, now) : detailsAt(db, now, at, call);
    const { entity } = details;
    const json = args.flag("json");
    if (json && column === null) out.json(detailsJson(db, details));
    else if (json) out.json(columnJson(entityJson(db, entity)["columns"], `${entity.fqn}.${column}`));
    else if (column === null) out.print(...entityLines(details, out));
    else {
      const lines = columnLines(entity, column, out);
      if (lines.length === 0) throw notThen(`${now.fqn} had no column ${column} at ${localTime(at ?? 0)}.`);
      out.print(...lines);
    }
  });
  return 0;
}

/** An entity at a time. Who points at it is only known of the present. */
function detailsAt(db: Database, now: Entity, at: number, { err }: Call): Details {
  const past = entityAt(db, now, at);
  if (past.is === "later")
    throw notThen(`${now.fqn} was not in the catalog at ${localTime(at)}: it came at ${localTime(past.first.at)}.`);
  if (past.is === "forgotten")
    throw notThen(
      `What ${now.fqn} was at ${localTime(at)} is no longer kept${past.oldest === null ? "" : `: its history begins at ${localTime(past.oldest.at)}`}.`,
    );
  const called = past.entity.name === now.name ? "" : ` It was called ${past.entity.name} then.`;
  err.print(err.paint("dim", safe(`As it was at ${localTime(at)}.${called}`)));
  const { references } = detailsOf(db, past.entity);
  return {
    entity: past.entity,
    children: childrenAt(db, now.fqn, at),
    references,
    referencedBy: [],
    lastChange: past.change,
    usage: null,
  };
}

const notThen = (message: string): HeadwaterError =>
  new HeadwaterError("usage", message, { hint: "headwater log says what is kept of its history." });

const entityJson = (db: Database, entity: Entity): JsonObject => toEntityJson(entity, exclusiveClassifications(db));

/** The entity in OpenMetadata's shape, with what the catalog knows about it beside its facts. */
function detailsJson(db: Database, { entity, references, referencedBy, children, usage }: Details): JsonObject {
  return {
    ...entityJson(db, entity),
    updatedAt: entity.updatedAt,
    rowCount: entity.rowCount,
    sizeBytes: entity.sizeBytes,
    children: children.length,
    references: references.map(({ kind, to, known }) => ({ kind, to, known })),
    referencedBy: referencedBy.map(({ fqn, kind }) => ({ fqn, kind })),
    ...(usage === null ? {} : { usageSummary: usage as unknown as Json }),
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
