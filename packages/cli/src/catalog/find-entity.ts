import { type Database, entitiesOf, type Entity, routinesCalled, similarFqns } from "@headwater/catalog";
import { buildFqn, columnsByPath, type Column, FqnError, HeadwaterError, quoteName, splitFqn } from "@headwater/core";
import type { Call } from "../call.ts";
import { safe } from "../screen/safe-text.ts";
import { whatWasMeant } from "./what-was-meant.ts";

/** What a name on the command line stands for: an entity, or one of its columns. */
export interface Named {
  entity: Entity;
  /** The column's names as they stand in its FQN; `null` for the entity itself. */
  column: string | null;
}

const CANDIDATES = 50;

/**
 * Finds what a name means: exactly, or as an ending only one entity has (`deleted`: deleted ones count too). Says so where it is not the whole name. Throws a
 * `HeadwaterError` (`usage`) with what may have been meant.
 */
export function findEntity(db: Database, typed: string, call: Call, options: { deleted?: boolean } = {}): Named {
  const names = namesOf(typed);
  const exact = under(db, names, call);
  if (exact !== null) return exact;
  for (let length = names.length; length > 0; length -= 1) {
    const ending = `.${buildFqn(...names.slice(0, length))}`;
    // A table and a routine may share one name.
    const whole = new Set(similarFqns(db, ending.slice(1), CANDIDATES, options).filter((fqn) => fqn.endsWith(ending)));
    const meant = [...whole].flatMap((fqn) => under(db, [...splitFqn(fqn), ...names.slice(length)], call) ?? []);
    const [found] = meant;
    if (found === undefined) continue;
    if (meant.length > 1) throw severalNames(typed, meant.map(fqnOf));
    return told(typed, found, call);
  }
  // A routine's name has its argument types, which people leave out.
  const [routine, ...others] = routinesCalled(db, names);
  if (others.length > 0) throw severalNames(typed, [routine as string, ...others]);
  const meant = routine === undefined ? null : under(db, splitFqn(routine), call);
  if (meant === null) throw notFound(db, typed, names, call);
  return told(typed, meant, call);
}

/** Says what a name was taken for that is not the whole one. */
function told(typed: string, found: Named, { err }: Call): Named {
  err.print(err.paint("dim", safe(`${typed} is ${fqnOf(found)}`)));
  return found;
}

/** The FQN of what was found. */
export function fqnOf({ entity, column }: Named): string {
  return column === null ? entity.fqn : `${entity.fqn}.${column}`;
}

function namesOf(typed: string): string[] {
  try {
    return splitFqn(typed);
  } catch (error) {
    if (!(error instanceof FqnError)) throw error;
    throw new HeadwaterError("usage", `"${typed}" is not a name: ${error.message}`, {
      hint: 'A name is service.database.schema.table; a part with a dot in it is quoted: shop."a.b".orders (in single quotes for the shell).',
      cause: error,
    });
  }
}

/** The entity of these names, or one of its columns. */
function under(db: Database, names: readonly string[], call: Call): Named | null {
  for (let length = names.length; length > 0; length -= 1) {
    const whole = length === names.length;
    const there = entitiesOf(db, buildFqn(...names.slice(0, length)));
    const entity = pick(whole ? there : there.filter((above) => columnsOf(above).length > 0), call);
    if (entity === null) continue;
    if (whole) return { entity, column: null };
    const column = names
      .slice(length)
      .map((name) => quoteName(name))
      .join(".");
    return columnsByPath(columnsOf(entity)).has(column) ? { entity, column } : null;
  }
  return null;
}

/** The columns of an entity as people see them. */
export function columnsOf(entity: Entity): Column[] {
  return (entity.shown["columns"] as unknown as Column[] | undefined) ?? [];
}

/** One of several entities that share a name: of the type that was asked for, else the live one. */
function pick(entities: readonly Entity[], { args }: Call): Entity | null {
  const type = args.value("type");
  const wanted = type === undefined ? entities : entities.filter((entity) => entity.type === type);
  const live = wanted.filter(({ deleted }) => !deleted);
  const candidates = live.length > 0 ? live : wanted;
  const [first] = candidates;
  if (first === undefined) return null;
  if (candidates.length > 1)
    throw new HeadwaterError("usage", `${first.fqn} is the name of ${candidates.length} entities.`, {
      hint: `Say which one: ${candidates.map((entity) => `--type ${entity.type}`).join(" or ")}`,
    });
  return first;
}

const SHOWN = 5;

function severalNames(typed: string, fqns: readonly string[]): HeadwaterError {
  const more = fqns.length > SHOWN ? ", …" : "";
  return new HeadwaterError("usage", `Several names end in ${typed}.`, {
    hint: `Say which one: ${fqns.slice(0, SHOWN).join(", ")}${more}`,
  });
}

function notFound(db: Database, typed: string, names: readonly string[], { args }: Call): HeadwaterError {
  const type = args.value("type");
  const similar = whatWasMeant(db, typed, names);
  return new HeadwaterError(
    "usage",
    `The catalog has nothing ${type === undefined ? "" : `of the type ${type} that is `}called ${typed}.`,
    {
      hint:
        similar.length > 0
          ? `Did you mean ${similar.join(", or ")}?`
          : "headwater ls lists what there is; headwater search WORD finds it.",
    },
  );
}
