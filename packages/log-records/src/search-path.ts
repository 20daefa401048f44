/**
 * What names without a schema mean in a session of PostgreSQL, as far as its log tells: the schemas of the `search_path` it set.
 * Source: PostgreSQL's manual, `SET`, `RESET`, `DISCARD`, `set_config` and "The Schema Search Path". What a role or a database has
 * as its default is not in the log, and whether there is a schema of the user's own neither.
 */

const LOOK = /^\s*(?:set|reset|discard|select|commit|end|rollback|abort)\b/i;
const SET = /^\s*set\s+(?:session\s+|(local)\s+)?(?:search_path\s*(?:=|to\b)|(schema)\b)\s*([^;]*)/i;
const SET_CONFIG =
  /^\s*select\s+(?:pg_catalog\s*\.\s*)?set_config\s*\(\s*'search_path'\s*,\s*'((?:[^']|'')*)'\s*,\s*('t|'true|true)?/i;
const RESET = /^\s*(?:reset\s+(?:search_path|all)|discard\s+all)\b/i;
const END = /^\s*(?:commit|end|abort|rollback(?!\s+(?:(?:work|transaction)\s+)?to\b))\b/i;
const NAME = /"((?:[^"]|"")*)"|'((?:[^']|'')*)'|([^\s,"']+)/g;
/** The schema of the server itself, which is searched whether it is named or not, as the one for temporary tables is. */
const SERVERS = "pg_catalog";
const ALWAYS: ReadonlySet<string> = new Set(["", SERVERS, "pg_temp"]);
/** Stands for the schema that is called as the user is. */
const OF_USER = "$user";
/** Sessions whose setting is remembered; of more, the one that set it longest ago is forgotten. */
const REMEMBERED = 1_000;

/** The schemas a session set, in their order; a text where all that is known is which one comes first. */
export type SetPath = string | readonly string[];

/** Of a session, as it is kept. `null` is the default, and `true` says that it holds until the end of the transaction. */
type Kept = [session: string, path: SetPath | null, local?: true];

/** The settings of the sessions of one log, in the order of its records. */
export class SearchPaths {
  readonly #set = new Map<string, SetPath | null>();
  /** Until the end of the transaction. */
  readonly #local = new Map<string, SetPath | null>();

  /** `memory` is what {@link SearchPaths.memory} gave where this one goes on. */
  constructor(memory: string | null) {
    for (const [session, path, local] of memory === null ? [] : (JSON.parse(memory) as Kept[]))
      (local === true ? this.#local : this.#set).set(session, path);
  }

  /** Takes note of a statement, before it is asked what names in it mean. */
  follow(session: string, text: string): void {
    if (session === "" || !LOOK.test(text)) return;
    if (RESET.test(text)) this.#keep(session, null, false);
    else if (END.test(text)) this.#local.delete(session);
    else {
      const [whole, local, , list = ""] = SET.exec(text) ?? [];
      if (whole !== undefined) {
        this.#keep(session, schemasOf(list), local !== undefined);
        return;
      }
      const [call, config = "", isLocal] = SET_CONFIG.exec(text) ?? [];
      if (call !== undefined) this.#keep(session, schemasOf(config.replaceAll("''", "'")), isLocal !== undefined);
    }
  }

  #keep(session: string, path: SetPath | null, isLocal: boolean): void {
    const kept = isLocal ? this.#local : this.#set;
    kept.delete(session);
    // What is set for the session holds in the transaction, too.
    if (!isLocal) this.#local.delete(session);
    if (path === null && !isLocal) return;
    if (kept.size >= REMEMBERED) for (const oldest of kept.keys().take(1)) kept.delete(oldest);
    kept.set(session, path);
  }

  /** The schemas that names without one mean in a session; `null` where it set none. */
  pathOf(session: string): SetPath | null {
    const local = this.#local.get(session);
    return (local === undefined ? this.#set.get(session) : local) ?? null;
  }

  /** What reading on needs to know; `null` for nothing. */
  memory(): string | null {
    if (this.#set.size === 0 && this.#local.size === 0) return null;
    const local = [...this.#local].map(([session, path]): Kept => [session, path, true]);
    return JSON.stringify([...this.#set, ...local]);
  }
}

/** The schemas of a setting; `null` for the default, and for the user's own alone. */
function schemasOf(list: string): string[] | null {
  if (/^\s*default\s*$/i.test(list)) return null;
  const schemas = new Set<string>();
  for (const [, quoted, text, plain] of list.matchAll(NAME)) {
    const name = quoted?.replaceAll('""', '"') ?? text?.replaceAll("''", "'") ?? plain?.toLowerCase() ?? "";
    if (!ALWAYS.has(name)) schemas.add(name);
  }
  // Most users have none.
  const ofUser = schemas.delete(OF_USER);
  return schemas.size > 0 ? [...schemas] : ofUser ? null : [SERVERS];
}
