/** Canonical export and import, and the backup that keeps history too. */
import { accessSync, constants, existsSync } from "node:fs";
import { dirname } from "node:path";
import {
  type Curated,
  type Document,
  ENTITY_TYPES,
  type EntityType,
  type ExportedEntity,
  fingerprint,
  fromEntityJson,
  HeadwaterError,
  type IsExclusive,
  type JsonObject,
  parentFqn,
  sameCurated,
  toEntityJson,
} from "@headwater/core";
import type { Database } from "./database.ts";
import { type Author, EntityWriter, loadByFqn, placeOf } from "./entity-writer.ts";
import { exclusiveClassifications } from "./exclusive.ts";

interface ExportRow {
  type: EntityType;
  fqn: string;
  version: number;
  deleted: number;
  source: string;
  curated: string | null;
}

/** Every entity as one line of JSON, ordered by FQN and then by type. Deleted ones are included and say so. */
export function* exportLines(db: Database): Generator<string> {
  const isExclusive = exclusiveClassifications(db);
  for (const row of db.each<ExportRow>(
    `SELECT e.type, e.fqn, e.version, e.deleted, d.source, d.curated FROM entity e JOIN document d ON d.id = e.id
     ORDER BY e.fqn, e.type`,
  ))
    yield exportLine(row, isExclusive);
}

function exportLine(row: ExportRow, isExclusive: IsExclusive): string {
  const entity: ExportedEntity = {
    type: row.type,
    fqn: row.fqn,
    version: row.version,
    deleted: row.deleted === 1,
    source: JSON.parse(row.source) as Document,
    curated: row.curated === null ? null : (JSON.parse(row.curated) as Curated),
  };
  return JSON.stringify(toEntityJson(entity, isExclusive));
}

/** What an import did. */
export interface ImportOutcome {
  created: number;
  updated: number;
  unchanged: number;
}

/**
 * Reads exported lines into a catalog: each entity gets the state its line says. All lines, or none. Throws a
 * `HeadwaterError` (`usage`) that names the line.
 */
export function importLines(db: Database, lines: Iterable<string>, author: Author): ImportOutcome {
  const outcome: ImportOutcome = { created: 0, updated: 0, unchanged: 0 };
  db.transaction(() => {
    const writer = new EntityWriter(db, author);
    const parents = new Map<string, { number: number; fqn: string }>();
    let number = 0;
    for (const line of lines) {
      number += 1;
      if (line.trim() === "") continue;
      const entity = parseLine(line, number);
      outcome[importEntity(db, writer, entity)] += 1;
      const parent = parentOf(entity);
      if (parent !== null && !parents.has(parent)) parents.set(parent, { number, fqn: entity.fqn });
    }
    for (const [parent, child] of parents) requireParent(db, parent, child);
  });
  return outcome;
}

function parentOf({ type, fqn }: ExportedEntity): string | null {
  const above = parentFqn(fqn);
  return above === null || ENTITY_TYPES[type].infix === undefined ? above : parentFqn(above);
}

/** What hangs in the air is in no list of the catalog: nobody would find it again. */
function requireParent(db: Database, parent: string, child: { number: number; fqn: string }): void {
  const { prefix, name } = placeOf(parent);
  if (db.get("SELECT 1 FROM entity WHERE prefix = ? AND name = ?", prefix, name) !== null) return;
  throw new HeadwaterError(
    "usage",
    `Line ${child.number}: ${child.fqn} is in ${parent}, which neither the file nor the catalog has.`,
    { hint: "Nothing was imported. Import the lines of everything above it too." },
  );
}

function parseLine(line: string, number: number): ExportedEntity {
  try {
    return fromEntityJson(JSON.parse(line) as JsonObject);
  } catch (error) {
    throw new HeadwaterError("usage", `Line ${number} is not an exported entity: ${(error as Error).message}`, {
      hint: "Nothing was imported. Lines are what `headwater export --format jsonl` writes.",
      cause: error,
    });
  }
}

function importEntity(db: Database, writer: EntityWriter, entity: ExportedEntity): keyof ImportOutcome {
  const { type, fqn, version, deleted, source, curated } = entity;
  const text = JSON.stringify(source);
  const stored = loadByFqn(db, type, fqn);
  const hash = fingerprint(text);
  if (stored === null) {
    const own = { kind: kindOf(source), key: null, token: null, columnKeys: null, rowsHash: "", mapping: "import" };
    writer.insert(
      {
        ...own,
        seen: null,
        ...placeOf(fqn),
        type,
        fqn,
        document: source,
        text,
        fingerprint: hash,
        curated,
        version,
        deleted,
      },
      "imported",
    );
    return "created";
  }
  const same = stored.fingerprint === hash && stored.version === version && stored.deleted === deleted;
  if (same && sameCurated(stored.curated, curated)) return "unchanged";
  writer.replaceState(stored, { source, curated, version, deleted });
  return "updated";
}

const kindOf = (source: Document): string | null => {
  const kind = source["tableType"] ?? source["storedProcedureType"];
  return typeof kind === "string" ? kind : null;
};

/** Writes a copy of the whole catalog, history included, while others go on using it. Refuses to overwrite a file. */
export function backupTo(db: Database, file: string): void {
  if (existsSync(file))
    throw new HeadwaterError("usage", `${file} is there already; a backup overwrites nothing.`, {
      hint: "Name another file.",
    });
  try {
    accessSync(dirname(file), constants.W_OK);
  } catch (error) {
    throw new HeadwaterError("usage", `A backup cannot be written to ${file}: ${(error as Error).message}.`, {
      hint: "Name a file in a folder that is there and that you may write to.",
      cause: error,
    });
  }
  db.run("VACUUM INTO ?", file);
}
