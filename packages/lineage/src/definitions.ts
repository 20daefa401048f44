/** Lineage from what the catalog holds already: the definitions of views and rules and the texts of routines. No source is asked. */
import {
  ClaimWriter,
  type Database,
  type Definition,
  definitionsOf,
  originOf,
  saidOf,
  type Statement,
} from "@headwater/catalog";
import { fingerprint, quoteName, redactCredentials, splitFqn } from "@headwater/core";
import { analyze, type DialectName } from "@headwater/sql-lineage";
import { READER_VERSION } from "./reader-version.ts";
import { readStatements } from "./read-statement.ts";
import { type Defaults, schemaOfServices } from "./schema.ts";

/** Which definitions are read, and how. */
export interface DefinitionsRun {
  db: Database;
  /** The raw name of the service. */
  service: string;
  /** Services whose tables definitions can name too. */
  otherServices: readonly string[];
  dialect: DialectName;
  /** Schemas that names without one are looked for in, behind the definition's own. */
  searchPath: readonly string[];
  views: boolean;
  procedures: boolean;
  /** Whether a definition is covered; those that are not keep what they said. */
  covers: (definition: Definition) => boolean;
  /** Read again what did not change, too. */
  all: boolean;
  now: () => number;
  signal: AbortSignal;
}

/** What reading the definitions came to. */
export interface DefinitionsResult {
  read: number;
  unchanged: number;
  /** Definitions that are gone, with what they said. */
  ended: number;
  withGaps: number;
}

const AT_ONCE = 200;

/** Reads the definitions that changed, or that name something which did. Commits as it goes; doing it twice changes nothing. */
export async function readDefinitions(run: DefinitionsRun): Promise<DefinitionsResult> {
  const { db } = run;
  const service = quoteName(run.service);
  const writer = new ClaimWriter(db, service);
  const schema = schemaOfServices(db, run.service, run.otherServices);
  const outdated = run.all ? null : writer.outdated();
  const result: DefinitionsResult = { read: 0, unchanged: 0, ended: 0, withGaps: 0 };
  const known = { view: writer.kept("view"), procedure: writer.kept("procedure") };
  let batch: Statement[] = [];
  const commit = (): void => {
    const at = run.now();
    db.transaction(() => {
      for (const statement of batch) {
        const id = writer.put(statement, at);
        writer.seen(id, at, at, 1);
      }
    });
    batch = [];
  };
  for (const definition of definitionsOf(db, service)) {
    if (run.signal.aborted) break;
    const { key, fqn, is, within } = definition;
    const origin = originOf(is);
    const kept = known[origin].get(key);
    known[origin].delete(key);
    if (!(origin === "view" ? run.views : run.procedures) || !run.covers(definition)) continue;
    const text = redactCredentials(definition.text);
    const defaults = defaultsOf(within, run.searchPath);
    const digest = fingerprint(JSON.stringify([READER_VERSION, run.dialect, defaults, text, definition.columns]));
    if (kept?.digest === digest && kept.ended === null && outdated?.has(kept.id) === false) result.unchanged += 1;
    else {
      const script = await analyze(text, { dialect: run.dialect, schema: schema.provide, defaults });
      const self = { fqn, kind: is, columns: definition.columns };
      // Nobody ran it: what it touches is not used.
      const said = saidOf({ ...readStatements(script, { schema, defaults, self }), uses: [] });
      batch.push({ origin, key, dialect: run.dialect, defaults: JSON.stringify(defaults), text, digest, said });
      result.read += 1;
      if (said.gaps !== null) result.withGaps += 1;
    }
    if (batch.length >= AT_ONCE) commit();
  }
  commit();
  if (!run.signal.aborted)
    db.transaction(() => {
      for (const { id, ended } of [...known.view.values(), ...known.procedure.values()]) {
        if (ended !== null) continue;
        writer.end(id, run.now());
        result.ended += 1;
      }
    });
  return result;
}

/** What names mean inside a definition: its own database, and its own schema before the others. */
function defaultsOf(fqn: string, searchPath: readonly string[]): Defaults {
  const [, catalog = "", schema = ""] = splitFqn(fqn);
  return { catalog, searchPath: [...new Set([schema, ...searchPath])] };
}
