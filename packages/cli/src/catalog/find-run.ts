import { type Database, runById, type RunRecord, runs } from "@headwater/catalog";
import { HeadwaterError } from "@headwater/core";

/** A run by its number as typed. Throws a `HeadwaterError` (`usage`) where the catalog remembers none. */
export function findRun(db: Database, typed: string): RunRecord {
  const record = /^\d+$/.test(typed) ? runById(db, Number(typed)) : null;
  if (record !== null) return record;
  const [newest] = runs(db, 1);
  throw new HeadwaterError("usage", `The catalog remembers no run ${typed}.`, {
    hint:
      newest === undefined ? "There has been no run yet." : `headwater runs lists them; the newest is ${newest.id}.`,
  });
}
