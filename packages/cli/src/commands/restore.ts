import {
  type Database,
  historyOf,
  type HistoryEntry,
  restoreCurated,
  restoreDeleted,
  restoreRetired,
  stateAt,
} from "@headwater/catalog";
import { type Curated, formatVersion, HeadwaterError, parseVersion } from "@headwater/core";
import type { Call } from "../call.ts";
import { findEntity, type Named } from "../catalog/find-entity.ts";
import { withCatalog } from "../catalog/open.ts";
import { person } from "../catalog/person.ts";
import { safe } from "../screen/safe-text.ts";
import { fieldChangeLines } from "../views/field-changes.ts";
import { countKinds, wordFor } from "../views/words.ts";

/** `headwater restore NAME [VERSION]` */
export async function run(call: Call): Promise<number> {
  const { args } = call;
  await withCatalog(call, { mustExist: true }, (db) => {
    const [typed = "", version] = args.words;
    const named = findEntity(db, typed, call, { deleted: true });
    if (named.column !== null)
      throw new HeadwaterError("usage", `${named.column} is a column; what was set on it is restored with its table.`, {
        hint: `headwater restore ${named.entity.fqn}`,
      });
    if (version === undefined && named.entity.deleted) return undelete(db, named, call);
    return recurate(db, named, version, call);
  });
  return 0;
}

function undelete(db: Database, { entity }: Named, { args, out, err }: Call): void {
  const back = restoreDeleted(db, entity.id, author());
  if (args.flag("json"))
    return out.json({ restored: back.map(({ type, fqn }) => ({ entityType: type, fullyQualifiedName: fqn })) });
  out.print(`${out.paint("bold", safe(entity.fqn))} is there again: ${countKinds(back)}.`);
  err.print(err.paint("dim", "A run that does not find it at the source marks it deleted again."));
}

/** Sets again what people had set: at a version, or before it was retired. */
function recurate(db: Database, { entity }: Named, version: string | undefined, { args, out }: Call): void {
  const changed =
    version === undefined
      ? restoreRetired(db, entity.id, author())
      : restoreCurated(db, entity.id, curatedAt(db, { entity, column: null }, version), author());
  if (changed === null)
    throw new HeadwaterError(
      "usage",
      `${entity.fqn} is not deleted, and nothing that was set on it was retired: there is nothing to restore.`,
      { hint: `headwater restore NAME VERSION goes back to what was set at a version; headwater log lists them.` },
    );
  const [last] = historyOf(db, entity.id);
  const now = formatVersion(last?.version ?? entity.version);
  if (args.flag("json"))
    return out.json({
      fullyQualifiedName: entity.fqn,
      entityType: entity.type,
      changed,
      version: now,
      change: changed ? last?.change : null,
    });
  if (!changed) return out.print(`${safe(entity.fqn)} has these values already; it stays at version ${now}.`);
  out.print(`${out.paint("bold", safe(entity.fqn))} is now at version ${now}.`);
  if (last?.change) out.print(...fieldChangeLines(last.change, out, "  "));
}

function curatedAt(db: Database, { entity }: Named, typed: string): Curated | null {
  const version = parseVersion(typed);
  const history = historyOf(db, entity.id);
  const entry: HistoryEntry | undefined = history.find((candidate) => candidate.version === version);
  const state = entry === undefined ? null : stateAt(db, entity, entry.seq);
  if (state !== null) return state.curated;
  const word = wordFor(entity.type, entity.kind);
  throw new HeadwaterError(
    "usage",
    entry === undefined
      ? `${entity.fqn} has no version ${typed}.`
      : `What this ${word} was at version ${typed} is no longer kept.`,
    { hint: "headwater log lists the versions." },
  );
}

const author = (): { run: null; actor: string; at: number } => ({ run: null, actor: person(), at: Date.now() });
