/** What people ask a catalog for, timed in the process that asks. */
import {
  childrenOf,
  type Database,
  entitiesOf,
  historyOf,
  referencesTo,
  search,
  similarFqns,
} from "@headwater/catalog";
import { tableFqn, tableName } from "./generated-source.ts";
import { median } from "./statistics.ts";

/** Milliseconds: the median and the longest of several look-ups. */
export interface LookUp {
  median: number;
  longest: number;
}

const TIMES = 15;

/** Times every kind of look-up in a catalog of so many generated tables. The first of each is not counted: it fills caches. */
export function timeLookUps(db: Database, tables: number): { [kind: string]: LookUp } {
  const some = (at: number): number => Math.floor((tables * (at + 0.5)) / (TIMES + 1));
  const show = (fqn: string): void => {
    for (const entity of entitiesOf(db, fqn)) {
      childrenOf(db, entity.fqn);
      historyOf(db, entity.id);
      referencesTo(db, entity.prefix, entity.name);
    }
  };
  return {
    show: timed((at) => show(tableFqn(some(at)))),
    // By the end of its name alone, as people type.
    showEnding: timed((at) => similarFqns(db, tableName(some(at)), 50)),
    showDatabase: timed(() => show("generated.big")),
    ls: timed((at) => childrenOf(db, tableFqn(some(at)).split(".").slice(0, -1).join("."))),
    lsDatabase: timed(() => childrenOf(db, "generated.big")),
    search: timed((at) => search(db, `part ${some(at)}`)),
    // A word that every single table has.
    searchCommon: timed(() => search(db, "row")),
    searchBeginning: timed(() => search(db, "ord")),
  };
}

function timed(work: (at: number) => unknown): LookUp {
  const times = Array.from({ length: TIMES + 1 }, (_, at) => {
    const began = performance.now();
    work(at);
    return performance.now() - began;
  }).slice(1);
  return { median: median(times), longest: Math.max(...times) };
}
