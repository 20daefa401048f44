/** What the sessions of a log have in temporary tables. */
import type { ScriptLineage } from "@headwater/sql-lineage";
import { lowerAscii } from "../read-statement.ts";

/** One session with temporary tables: plain JSON, kept between runs. */
export interface SessionMemory {
  session: string;
  /** The names of its temporary tables, in lower case. */
  names: string[];
  /** The statements that made and filled them, in their order. */
  script: string[];
}

/** Sessions remembered at once; those that were quiet longest go first. */
const SESSIONS_KEPT = 500;
/** Of a session that fills temporary tables over and over, the latest statements count. */
const SCRIPT_KEPT = 50;
const TEXT_KEPT = 200_000;

/** The sessions of one piece of a log. */
export class TemporarySessions {
  readonly #sessions = new Map<string, SessionMemory>();
  /** Sessions with statements that have not been looked at yet. */
  readonly #waiting = new Set<string>();

  constructor(memory: readonly SessionMemory[]) {
    for (const session of memory) this.#sessions.set(session.session, session);
  }

  /** Whether what a session runs must be looked at in order. */
  waits(session: string): boolean {
    return this.#sessions.has(session) || this.#waiting.has(session);
  }

  begin(session: string): void {
    this.#waiting.add(session);
  }

  /**
   * What a statement of a session is together with what made the temporary tables it touches; `null` for one that touches none. A
   * statement that makes or fills one is remembered.
   */
  async describe(
    session: string,
    text: string,
    maybeTemporary: boolean,
    analyze: (sql: string) => Promise<ScriptLineage>,
  ): Promise<{ script: string } | null> {
    this.#waiting.delete(session);
    const known = this.#sessions.get(session);
    if (known === undefined && !maybeTemporary) return null;
    const lowered = text.toLowerCase();
    const touches = known?.names.some((name) => lowered.includes(name)) ?? false;
    if (!maybeTemporary && !touches) return null;
    const script = known === undefined ? text : `${known.script.join(";\n")};\n${text}`;
    const { statements } = await analyze(script);
    const own = statements.slice(statements.findLastIndex(({ within }) => within === null));
    const made = own.flatMap(({ writes }) => writes.filter(({ temporary }) => temporary));
    if (made.length > 0)
      this.#add(
        session,
        known,
        made.map(({ name }) => lowerAscii(name.at(-1) ?? "")),
        text,
      );
    const reads = own.some(({ reads: tables }) => tables.some(({ temporary }) => temporary));
    return reads || (made.length > 0 && known !== undefined) ? { script } : null;
  }

  #add(session: string, known: SessionMemory | undefined, names: readonly string[], text: string): void {
    const memory: SessionMemory = {
      session,
      names: [...new Set([...(known?.names ?? []), ...names])],
      script: [...(known?.script ?? []), text].slice(-SCRIPT_KEPT),
    };
    while (memory.script.length > 1 && memory.script.reduce((sum, { length }) => sum + length, 0) > TEXT_KEPT)
      memory.script.shift();
    this.#sessions.delete(session);
    this.#sessions.set(session, memory);
    if (this.#sessions.size > SESSIONS_KEPT) this.#sessions.delete(this.#sessions.keys().next().value as string);
  }

  /** What is known, for the next run. */
  memory(): SessionMemory[] {
    return [...this.#sessions.values()];
  }
}
