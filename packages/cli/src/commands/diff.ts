import {
  type Database,
  exclusiveClassifications,
  historyOf,
  type HistoryEntry,
  type EntityState,
  stateAt,
} from "@headwater/catalog";
import { formatVersion, HeadwaterError, mergeLayers, parseVersion } from "@headwater/core";
import type { Call } from "../call.ts";
import { findEntity, type Named } from "../catalog/find-entity.ts";
import { withCatalog } from "../catalog/open.ts";
import { safe } from "../screen/safe-text.ts";
import { localTime } from "../screen/times.ts";
import { changesBetween, diffView, type Side } from "../views/diff.ts";
import { byText } from "../views/history.ts";

/** `headwater diff NAME [VERSION [VERSION]]` */
export async function run(call: Call): Promise<number> {
  const { args, out, err } = call;
  await withCatalog(call, { mustExist: true }, (db) => {
    const [typed = "", ...versions] = args.words;
    const named = findEntity(db, typed, call);
    const { entity } = named;
    const history = historyOf(db, entity.id);
    const [from, to] = chosen(history, versions, named);
    const [before, after] = [sideAt(db, named, from), sideAt(db, named, to)];
    const change = changesBetween(entity.type, before, after);
    if (args.flag("json")) {
      const { bump: _bump, ...fields } = change;
      return out.json({
        fullyQualifiedName: entity.fqn,
        entityType: entity.type,
        from: formatVersion(from.version),
        to: formatVersion(to.version),
        ...fields,
      });
    }
    const when = (entry: HistoryEntry): string =>
      `${formatVersion(entry.version)}  ${localTime(entry.at)}  ${entry.op} ${safe(byText(entry))}`;
    out.print(out.paint("bold", safe(entity.fqn)), `from ${when(from)}`, `to   ${when(to)}`);
    const lines = diffView(change, out);
    if (lines.length === 0) err.print("Readers see no difference between the two.");
    out.print(...lines);
  });
  return 0;
}

/** The two entries of the history to compare: as typed, else the last two. */
function chosen(
  history: readonly HistoryEntry[],
  versions: readonly string[],
  { entity }: Named,
): readonly [HistoryEntry, HistoryEntry] {
  const [newest] = history;
  if (newest === undefined) throw new Error(`${entity.fqn} has no history.`);
  const [first, second] = versions;
  if (first === undefined) {
    const before = history[1];
    if (before !== undefined) return [before, newest];
    throw new HeadwaterError("usage", `${entity.fqn} has only one version, ${formatVersion(newest.version)}.`, {
      hint: "headwater show prints it.",
    });
  }
  return [
    versionOf(history, first, entity.fqn),
    second === undefined ? newest : versionOf(history, second, entity.fqn),
  ];
}

function versionOf(history: readonly HistoryEntry[], typed: string, fqn: string): HistoryEntry {
  const version = parseVersion(typed);
  const entry = history.find((candidate) => candidate.version === version);
  if (version !== null && entry !== undefined) return entry;
  const there = [...new Set(history.map((candidate) => formatVersion(candidate.version)))].toReversed();
  throw new HeadwaterError("usage", `${fqn} has no version ${typed}.`, { hint: `It has: ${there.join(", ")}.` });
}

function sideAt(db: Database, { entity }: Named, entry: HistoryEntry): Side {
  const state: EntityState | null = stateAt(db, entity, entry.seq);
  if (state === null)
    throw new HeadwaterError(
      "usage",
      `What ${entity.fqn} was at version ${formatVersion(entry.version)} is no longer kept.`,
      {
        hint: "headwater log lists the versions; the oldest ones are forgotten after a while.",
      },
    );
  const { name, deleted, source, curated } = state;
  return { name, deleted, shown: mergeLayers(source, curated, exclusiveClassifications(db)) };
}
