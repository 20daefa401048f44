/** What the sessions of a log have in temporary tables. */
import type { ScriptLineage } from "@headwater/sql-lineage";
import { lowerAscii } from "../read-statement.ts";
import type { Defaults } from "../schema.ts";

/** One session with temporary tables: plain JSON, kept between runs. */
export interface SessionMemory {
  session: string;
  /** The statements that made and filled its temporary tables, in their order, as texts are kept. */
  script: Made[];
}

/** A statement that made or filled temporary tables. */
interface Made {
  text: string;
  /** The tables, in lower case. */
  tables: string[];
  /** What names in it mean; without it, what they mean in the statements that use the tables. */
  defaults?: Defaults;
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

  readonly #kept: (text: string) => string;

  /** `kept` gives a text as it may be kept: memory goes into the catalog, where no credentials may be. */
  constructor(memory: readonly SessionMemory[], kept: (text: string) => string) {
    this.#kept = kept;
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
    defaults: Defaults,
    maybeTemporary: boolean,
    analyze: (sql: string) => Promise<ScriptLineage>,
  ): Promise<{ script: string } | null> {
    this.#waiting.delete(session);
    const known = this.#sessions.get(session);
    if (known === undefined && !maybeTemporary) return null;
    const needed = relevant(known?.script ?? [], text);
    if (!maybeTemporary && needed.length === 0) return null;
    const script = scriptOf([...needed, { text, defaults }], defaults);
    const { statements } = await analyze(script);
    const own = statements.slice(statements.findLastIndex(({ within }) => within === null));
    const made = own.flatMap(({ writes }) => writes.filter(({ temporary }) => temporary));
    const tables = made.map(({ name }) => lowerAscii(name.at(-1) ?? ""));
    const created = made.some(({ mode }) => mode === "create");
    if (made.length > 0) this.#add(session, known, { text: this.#kept(text), tables, defaults }, created);
    const reads = own.some(({ reads: read }) => read.some(({ temporary }) => temporary));
    return reads || (made.length > 0 && !created) ? { script } : null;
  }

  #add(session: string, known: SessionMemory | undefined, statement: Made, created: boolean): void {
    // A table that is made anew has nothing of what it was filled with before.
    const before = (known?.script ?? []).filter(
      ({ tables }) => !created || !tables.every((table) => statement.tables.includes(table)),
    );
    const script = [...before, statement].slice(-SCRIPT_KEPT);
    while (script.length > 1 && script.reduce((sum, { text }) => sum + text.length, 0) > TEXT_KEPT) script.shift();
    this.#sessions.delete(session);
    this.#sessions.set(session, { session, script });
    if (this.#sessions.size > SESSIONS_KEPT) this.#sessions.delete(this.#sessions.keys().next().value as string);
  }

  /** What is known, for the next run. */
  memory(): SessionMemory[] {
    return [...this.#sessions.values()];
  }
}

/** The statements that made what a text names, and what those name in turn. */
function relevant(script: readonly Made[], text: string): Made[] {
  let named = text.toLowerCase();
  const needed: Made[] = [];
  for (const statement of script.toReversed()) {
    if (!statement.tables.some((table) => named.includes(table))) continue;
    needed.unshift(statement);
    named += ` ${statement.text.toLowerCase()}`;
  }
  return needed;
}

/** Statements as one script, which says where the session set another path than at the end. */
function scriptOf(statements: readonly Pick<Made, "text" | "defaults">[], last: Defaults): string {
  const script: string[] = [];
  let path = last;
  for (const { text, defaults = last } of statements) {
    const schemas = defaults.searchPath ?? [];
    const isSet = path.onlySearchPath === true || defaults.onlySearchPath === true;
    if (isSet && schemas.join("\0") !== path.searchPath?.join("\0"))
      script.push(`SET search_path TO ${schemas.map((schema) => `"${schema.replaceAll('"', '""')}"`).join(", ")}`);
    path = defaults;
    script.push(withoutSemicolon(text));
  }
  return script.join(";\n");
}

/** Logs keep the semicolon of one statement and leave out that of another. */
function withoutSemicolon(text: string): string {
  const trimmed = text.trimEnd();
  return trimmed.endsWith(";") ? trimmed.slice(0, -1) : trimmed;
}
