/** Statements and what they claim: how lineage is written. */
import type { SQLInputValue } from "node:sqlite";
import type { Database } from "../database.ts";

/** What kind of text says an edge: a view's definition, a routine's body, a query that was run, or a person. */
export type Origin = "view" | "procedure" | "query" | "manual";

/** How sure an edge is, the surest first. See the engine's `Confidence`. */
export const SURENESS = ["exact", "recovered", "ambiguous", "star"] as const;
/** One degree of sureness. */
export type Sure = (typeof SURENESS)[number];

/** One edge that a statement says. Names are FQNs; an empty column is the table as a whole, `*` its rows or unknown columns. */
export interface Claim {
  source: string;
  sourceColumn: string;
  target: string;
  targetColumn: string;
  /** OpenLineage's subtypes, joined by commas; `!` behind one that cannot be undone. Empty for a table as a whole. */
  how: string;
  sure: Sure;
  /** What in the text says so. */
  rule: string;
  /** The piece of the statement's text that says so, in UTF-16 units. */
  span: readonly [start: number, end: number];
}

/** What could not be read in a statement. */
export interface StatementGap {
  reason: string;
  detail: string;
  /** Where in the text. */
  at: number;
}

/** A text that moves data, with everything it says. */
export interface Statement {
  origin: Origin;
  /** The FQN of the definition it is, or the shape of the queries it stands for. */
  key: string;
  dialect: string;
  /** What names without a database or schema mean in it, as JSON. */
  defaults: string;
  /** Without credentials. */
  text: string;
  /** Changes with everything the claims follow from, but for the tables it names. */
  digest: string;
  claims: readonly Claim[];
  /** The last parts of the names in it, in lower case. */
  mentions: readonly string[];
  gaps: readonly StatementGap[];
  /** The tables it touches, for usage. */
  uses?: readonly Use[];
}

/** A table that a statement touches. */
export interface Use {
  table: string;
  columns: readonly string[];
  /** Columns it joins with columns of other tables: its own, the other's FQN. */
  joins: readonly (readonly [column: string, other: string])[];
}

/** A statement as it is kept, without its claims. */
export interface KeptStatement {
  id: number;
  key: string;
  digest: string;
  ended: number | null;
}

/** What a run settled that left no statement out. */
export interface Settled {
  /** The state of the catalog that every statement was read against: the number of its last change. */
  throughSeq: number;
  /** How the texts were read: another digest means that they would say something else. */
  digest: string;
}

const STATEMENT_TABLES = ["claim", "mention", "use"] as const;
/** What is inserted many rows at a time. */
const INSERTED = {
  claim: [
    "statement",
    "target",
    "target_column",
    "source",
    "source_column",
    "how",
    "sure",
    "rule",
    "span_start",
    "span_end",
  ],
  mention: ["name", "statement"],
  use: ["statement", "place", "columns", "joins"],
} as const;
const ROWS_AT_ONCE = 20;

/** The statement that inserts so many rows, made once. */
const insertOf = ((): ((table: keyof typeof INSERTED, rows: number) => string) => {
  const made = { claim: [] as string[], mention: [] as string[], use: [] as string[] };
  return (table, rows) => {
    let sql = made[table][rows];
    if (sql === undefined) {
      const columns = INSERTED[table];
      const row = `(${columns.map(() => "?").join(", ")})`;
      sql = `INSERT OR IGNORE INTO ${table}(${columns.join(", ")}) VALUES ${Array.from({ length: rows }, () => row).join(", ")}`;
      made[table][rows] = sql;
    }
    return sql;
  };
})();

/** Writes the statements of one service. Call within a transaction. `service` is the service's name as an FQN. */
export class ClaimWriter {
  readonly #db: Database;
  readonly #service: string;
  readonly #places = new Map<string, number>();
  #unsettled = false;

  constructor(db: Database, service: string) {
    this.#db = db;
    this.#service = service;
  }

  /** Something is about to be written: what was settled no longer holds, should nobody come to settle it again. */
  #unsettle(): void {
    if (this.#unsettled) return;
    this.#unsettled = true;
    this.#db.run("UPDATE lineage_state SET digest = NULL WHERE service = ? AND digest IS NOT NULL", this.#service);
  }

  /** Adds a query that is not there, with how often it was seen. Returns its id. */
  add(statement: Statement, first: number, last: number, times: number): number {
    this.#unsettle();
    const id = this.#insert(statement, first, last, times, times > 0 ? null : last);
    this.#write(id, statement);
    return id;
  }

  #insert(
    { origin, key, dialect, defaults, text, digest, gaps }: Statement,
    first: number,
    last: number,
    times: number,
    ended: number | null,
  ): number {
    return this.#db.run(
      `INSERT INTO statement(service, origin, key, dialect, defaults, text, digest, gaps, first_seen, last_seen, times, ended)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      this.#service,
      origin,
      key,
      dialect,
      defaults,
      text,
      digest,
      gaps.length === 0 ? null : JSON.stringify(gaps),
      first,
      last,
      times,
      ended,
    ).id;
  }

  /** What is kept of an origin, by key. */
  kept(origin: Origin): Map<string, KeptStatement> {
    const rows = this.#db.all<KeptStatement>(
      "SELECT id, key, digest, ended FROM statement WHERE service = ? AND origin = ?",
      this.#service,
      origin,
    );
    return new Map(rows.map((row) => [row.key, row]));
  }

  /** Adds a statement, or puts it in the place of the one with its key. Returns its id. */
  put(statement: Statement, at: number): number {
    this.#unsettle();
    const { origin, key, dialect, defaults, text, digest } = statement;
    const gaps = statement.gaps.length === 0 ? null : JSON.stringify(statement.gaps);
    const known = this.#db.get<{ id: number }>(
      "SELECT id FROM statement WHERE service = ? AND origin = ? AND key = ?",
      this.#service,
      origin,
      key,
    );
    if (known === null) {
      const id = this.#insert(statement, at, at, 0, null);
      this.#write(id, statement);
      return id;
    }
    const { id } = known;
    this.#db.run(
      "UPDATE statement SET dialect = ?, defaults = ?, text = ?, digest = ?, gaps = ?, ended = NULL WHERE id = ?",
      dialect,
      defaults,
      text,
      digest,
      gaps,
      id,
    );
    for (const table of STATEMENT_TABLES) this.#db.run(`DELETE FROM ${table} WHERE statement = ?`, id);
    this.#write(id, statement);
    return id;
  }

  /** Puts a statement in the place of the one with its key, which stays ended if it had. */
  putAgain(statement: Statement, at: number): void {
    const ended = this.#db.get<{ ended: number | null }>(
      "SELECT ended FROM statement WHERE service = ? AND origin = ? AND key = ?",
      this.#service,
      statement.origin,
      statement.key,
    )?.ended;
    const id = this.put(statement, at);
    if (ended != null) this.#db.run("UPDATE statement SET ended = ? WHERE id = ?", ended, id);
  }

  #write(id: number, { claims, mentions, uses = [] }: Statement): void {
    const claimed: SQLInputValue[] = [];
    for (const { target, targetColumn, source, sourceColumn, how, sure, rule, span } of claims)
      claimed.push(id, this.#place(target), targetColumn, this.#place(source), sourceColumn, how, sure, rule, ...span);
    this.#insertRows("claim", claimed);
    const mentioned: SQLInputValue[] = [];
    for (const name of mentions) mentioned.push(name, id);
    this.#insertRows("mention", mentioned);
    const used: SQLInputValue[] = [];
    for (const { table, columns, joins } of uses)
      used.push(id, this.#place(table), JSON.stringify(columns), joins.length === 0 ? null : JSON.stringify(joins));
    this.#insertRows("use", used);
  }

  /** Inserts rows that are not there yet, several with each call: for small rows a call costs as much as the row. */
  #insertRows(table: keyof typeof INSERTED, values: readonly SQLInputValue[]): void {
    const { length: width } = INSERTED[table];
    for (let at = 0; at < values.length; at += ROWS_AT_ONCE * width) {
      const some = values.slice(at, at + ROWS_AT_ONCE * width);
      this.#db.run(insertOf(table, some.length / width), ...some);
    }
  }

  #place(fqn: string): number {
    let id = this.#places.get(fqn);
    if (id === undefined) {
      id =
        this.#db.get<{ id: number }>("SELECT id FROM place WHERE fqn = ?", fqn)?.id ??
        this.#db.run("INSERT INTO place(fqn) VALUES (?)", fqn).id;
      this.#places.set(fqn, id);
    }
    return id;
  }

  /** The queries among some statements, to be read again as they are kept. */
  queries(
    ids: Iterable<number>,
  ): { id: number; key: string; text: string; defaults: string; dialect: string; digest: string }[] {
    return this.#db.all(
      `SELECT id, key, text, defaults, dialect, digest FROM statement
       WHERE id IN (SELECT value FROM json_each(?)) AND service = ? AND origin = 'query'`,
      JSON.stringify([...ids]),
      this.#service,
    );
  }

  /**
   * A statement was seen: a definition that was read, a query that was run. `times` may be negative: what was counted before turned
   * out to have failed. A statement that never succeeded says nothing.
   */
  seen(id: number, first: number, last: number, times: number): void {
    this.#unsettle();
    this.#db.run(
      `UPDATE statement SET first_seen = min(first_seen, ?), last_seen = max(last_seen, ?), times = times + ?,
         ended = CASE WHEN times + ? > 0 THEN NULL ELSE coalesce(ended, ?) END WHERE id = ?`,
      first,
      last,
      times,
      times,
      last,
      id,
    );
  }

  /** The text is gone: its edges end, unless another statement says them too. */
  end(id: number, at: number): void {
    this.#unsettle();
    this.#db.run("UPDATE statement SET ended = ? WHERE id = ? AND ended IS NULL", at, id);
  }

  /** Removes a statement for good. Returns whether it was there. */
  remove(origin: Origin, key: string): boolean {
    const known = this.#db.get<{ id: number }>(
      "SELECT id FROM statement WHERE service = ? AND origin = ? AND key = ?",
      this.#service,
      origin,
      key,
    );
    if (known === null) return false;
    this.#unsettle();
    for (const table of STATEMENT_TABLES) this.#db.run(`DELETE FROM ${table} WHERE statement = ?`, known.id);
    this.#db.run("DELETE FROM statement WHERE id = ?", known.id);
    return true;
  }

  /**
   * The statements that name a table or routine which came, went or changed since the last {@link settle}: what they say has to
   * be read again. All of them, where the history since then is no longer kept.
   */
  outdated(): Set<number> {
    const since =
      this.#db.get<{ seq: number }>("SELECT history_seq AS seq FROM lineage_state WHERE service = ?", this.#service)
        ?.seq ?? 0;
    const first = this.#db.get<{ seq: number | null }>("SELECT min(seq) AS seq FROM history")?.seq ?? 0;
    const rows =
      since > 0 && first > since + 1
        ? this.#db.all<{ id: number }>("SELECT id FROM statement WHERE service = ?", this.#service)
        : this.#db.all<{ id: number }>(
            `SELECT DISTINCT s.id FROM
               (SELECT DISTINCT entity FROM history WHERE seq > ? AND op <> 'set') h
             JOIN entity e ON e.id = h.entity AND e.type IN ('table', 'storedProcedure')
             JOIN mention m ON m.name = lower(CASE e.type WHEN 'table' THEN e.name ELSE substr(e.name, 1, instr(e.name || '(', '(') - 1) END)
             JOIN statement s ON s.id = m.statement AND s.service = ?`,
            since,
            this.#service,
          );
    return new Set(rows.map(({ id }) => id));
  }

  /**
   * Ends a run: the edges become what the live statements claim now, and what differs is kept with the run. `settled` is `null` where
   * some statements were left out.
   */
  settle(run: number, settled: Settled | null): { added: number; removed: number } {
    const [service] = [this.#service];
    this.#db.exec(
      `CREATE TEMP TABLE IF NOT EXISTS edge_now(target INTEGER, target_column TEXT, source INTEGER, source_column TEXT, origin TEXT,
         PRIMARY KEY(target, target_column, source, source_column, origin)) WITHOUT ROWID;
       DELETE FROM edge_now`,
    );
    this.#db.run(
      `INSERT OR IGNORE INTO edge_now SELECT c.target, c.target_column, c.source, c.source_column, s.origin
       FROM statement s JOIN claim c ON c.statement = s.id
       WHERE s.service = ? AND s.ended IS NULL`,
      service,
    );
    const same = `x.target = e.target AND x.target_column = e.target_column AND x.source = e.source AND x.source_column = e.source_column AND x.origin = e.origin`;
    const columns = "origin, source, source_column, target, target_column";
    const gone = this.#db.run(
      `INSERT INTO edge_change(run, added, ${columns}) SELECT ?, 0, ${columns} FROM edge e
       WHERE service = ? AND NOT EXISTS (SELECT 1 FROM edge_now x WHERE ${same})`,
      run,
      service,
    );
    const fresh = this.#db.run(
      `INSERT INTO edge_change(run, added, ${columns}) SELECT ?, 1, ${columns} FROM edge_now e
       WHERE NOT EXISTS (SELECT 1 FROM edge x WHERE x.service = ? AND ${same})`,
      run,
      service,
    );
    this.#db.run(
      `DELETE FROM edge AS e WHERE service = ? AND NOT EXISTS (SELECT 1 FROM edge_now x WHERE ${same})`,
      service,
    );
    this.#db.run(`INSERT OR IGNORE INTO edge(service, ${columns}) SELECT ?, ${columns} FROM edge_now`, service);
    if (settled !== null)
      this.#db.run(
        "INSERT OR REPLACE INTO lineage_state(service, history_seq, digest) VALUES (?, ?, ?)",
        service,
        settled.throughSeq,
        settled.digest,
      );
    this.#unsettled = false;
    this.#db.exec("DELETE FROM edge_now");
    return { added: fresh.changes, removed: gone.changes };
  }
}

/**
 * Whether the lineage of a service is as a run with this digest would leave it: nothing of it was written since it was settled, and no
 * table or routine of `services` came, went or changed. All names are FQNs. Looks at nothing but what changed.
 */
export function isSettled(db: Database, service: string, services: readonly string[], digest: string): boolean {
  const state = db.get<{ seq: number; digest: string | null }>(
    "SELECT history_seq AS seq, digest FROM lineage_state WHERE service = ?",
    service,
  );
  if (state?.digest !== digest) return false;
  const first = db.get<{ seq: number | null }>("SELECT min(seq) AS seq FROM history")?.seq ?? 0;
  // What is no longer kept may have been anything.
  if (first > state.seq + 1) return false;
  return (
    db.get(
      `SELECT 1 FROM history h LEFT JOIN entity e ON e.id = h.entity
       WHERE h.seq > ? AND (e.id IS NULL OR e.type IN ('table', 'storedProcedure') AND e.service IN (SELECT value FROM json_each(?)))
       LIMIT 1`,
      state.seq,
      JSON.stringify(services),
    ) === null
  );
}

/** How many definitions of a service say something now. */
export function definitionCount(db: Database, service: string): number {
  return (
    db.get<{ n: number }>(
      "SELECT count(*) AS n FROM statement WHERE service = ? AND origin IN ('view', 'procedure') AND ended IS NULL",
      service,
    )?.n ?? 0
  );
}
