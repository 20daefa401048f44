import { existsSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { catalogHealth, type Database, openReadOnly, totals } from "@headwater/catalog";
import { isHeadwaterError } from "@headwater/core";
import { bytes, count } from "../screen/numbers.ts";
import { localTime } from "../screen/times.ts";
import type { Finding } from "./finding.ts";

/** How much of the disk should be left, in bytes, before somebody should know. */
const LITTLE = 500 * 1024 * 1024;

/** Looks at the catalog: whether it is whole, who works on it, whether there is room for it. Nothing is written. */
export function* aboutCatalog(path: string): Generator<Finding> {
  if (!existsSync(path)) {
    yield { verdict: "well", about: "catalog", text: `There is none at ${path} yet: headwater ingest makes it.` };
    return;
  }
  let db: Database | null = null;
  try {
    db = openReadOnly(path);
    const health = catalogHealth(db);
    for (const problem of health.problems)
      yield {
        verdict: "broken",
        about: "catalog",
        text: `It is damaged: ${problem}`,
        hint: "Restore it from a backup (headwater backup), or start a new one with --catalog FILE.",
      };
    if (health.outdated)
      yield {
        verdict: "odd",
        about: "catalog",
        text: "Its tables are of an earlier version; the next command that writes brings them up to date and keeps a copy.",
      };
    const live = totals(db).reduce((sum, row) => sum + row.live, 0);
    yield {
      verdict: "well",
      about: "catalog",
      text: `${path}: ${count(live)} entities, ${bytes(statSync(path).size)}`,
    };
    for (const { service, holder, alive } of health.leases)
      yield alive
        ? { verdict: "well", about: "catalog", text: `A run of ${service} is under way: ${holder}.` }
        : {
            verdict: "odd",
            about: "catalog",
            text: `A run of ${service} ended without saying so: ${holder}.`,
            hint: "The next run takes over and goes on where it stopped.",
          };
    for (const { id, pipeline, startedAt } of health.broken)
      yield {
        verdict: "odd",
        about: "catalog",
        text: `Run ${id} of ${pipeline}, begun at ${localTime(startedAt)}, stopped half way.`,
        hint: "The next run of it goes on from there, if it comes within a day; --fresh begins anew.",
      };
  } catch (error) {
    if (!isHeadwaterError(error)) throw error;
    const { message, hint } = error;
    yield { verdict: "broken", about: "catalog", text: message, ...(hint === undefined ? {} : { hint }) };
  } finally {
    db?.close();
  }
  yield* aboutDisk(path);
}

function* aboutDisk(path: string): Generator<Finding> {
  const { bavail, bsize } = statfsSync(dirname(path));
  const left = bavail * bsize;
  if (left < LITTLE)
    yield {
      verdict: "odd",
      about: "disk",
      text: `${bytes(left)} are left under the catalog.`,
      hint: "A run that finds the disk full stops without losing anything; the next one goes on.",
    };
}
