/**
 * What names without a schema mean in a session of PostgreSQL, as far as its log tells: the first schema of the `search_path` it
 * set. Source: PostgreSQL's manual, `SET`, `RESET`, `DISCARD` and `set_config`. What a role or a database has as its default is
 * not in the log.
 */

const LOOK = /^\s*(?:set|reset|discard|select|commit|end|rollback|abort)\b/i;
const SET = /^\s*set\s+(?:session\s+|(local)\s+)?(?:search_path\s*(?:=|to\b)|(schema)\b)\s*([^;]*)/i;
const SET_CONFIG =
  /^\s*select\s+(?:pg_catalog\s*\.\s*)?set_config\s*\(\s*'search_path'\s*,\s*'((?:[^']|'')*)'\s*,\s*('t|'true|true)?/i;
const RESET = /^\s*(?:reset\s+(?:search_path|all)|discard\s+all)\b/i;
const END = /^\s*(?:commit|end|abort|rollback(?!\s+(?:(?:work|transaction)\s+)?to\b))\b/i;
const NAME = /"((?:[^"]|"")*)"|'((?:[^']|'')*)'|([^\s,"']+)/g;
/** Schemas that are searched whether they are named or not, and what stands for the user's own, which may not be there. */
const NO_SCHEMA = /^(?:|\$user|pg_catalog|pg_temp)$/;
/** Sessions whose setting is remembered; of more, the one that set it longest ago is forgotten. */
const REMEMBERED = 1_000;

/** The settings of the sessions of one log, in the order of its records. */
export class SearchPaths {
  readonly #set: Map<string, string>;
  /** Until the end of the transaction. */
  readonly #local = new Map<string, string>();

  /** `memory` is what {@link SearchPaths.memory} gave where this one goes on. */
  constructor(memory: string | null) {
    this.#set = new Map(memory === null ? [] : (JSON.parse(memory) as [string, string][]));
  }

  /** Takes note of a statement, before it is asked what names in it mean. */
  follow(session: string, text: string): void {
    if (session === "" || !LOOK.test(text)) return;
    if (RESET.test(text)) {
      this.#set.delete(session);
      this.#local.delete(session);
    } else if (END.test(text)) this.#local.delete(session);
    else {
      const [whole, local, , list = ""] = SET.exec(text) ?? [];
      const [call, config = "", isLocal] = whole === undefined ? (SET_CONFIG.exec(text) ?? []) : [];
      if (whole === undefined && call === undefined) return;
      const schema = firstOf(whole === undefined ? config.replaceAll("''", "'") : list);
      const kept = (local ?? isLocal) === undefined ? this.#set : this.#local;
      kept.delete(session);
      if (schema === null) return;
      if (kept.size >= REMEMBERED) for (const oldest of kept.keys().take(1)) kept.delete(oldest);
      kept.set(session, schema);
    }
  }

  /** The schema that names without one mean in a session; `null` where it set none. */
  schemaOf(session: string): string | null {
    return this.#local.get(session) ?? this.#set.get(session) ?? null;
  }

  /** What reading on needs to know; `null` for nothing. */
  memory(): string | null {
    return this.#set.size === 0 ? null : JSON.stringify([...this.#set]);
  }
}

function firstOf(list: string): string | null {
  if (/^\s*default\s*$/i.test(list)) return null;
  for (const [, quoted, text, plain] of list.matchAll(NAME)) {
    const name = quoted?.replaceAll('""', '"') ?? text?.replaceAll("''", "'") ?? plain?.toLowerCase() ?? "";
    if (!NO_SCHEMA.test(name)) return name;
  }
  return null;
}
