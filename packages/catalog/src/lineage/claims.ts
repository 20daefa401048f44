/** Statements and what they claim: how lineage is written. */
import type { SQLInputValue } from "node:sqlite";
import type { Database } from "../database.ts";
import { insertRows, ROWS_AT_ONCE } from "./insert-rows.ts";
import { PARTITION, PARTITIONED } from "./names.ts";
import { placeId } from "./place.ts";
import type { Origin, Statement } from "./statement.ts";

/** A statement as it is kept, without its claims. */
export interface KeptStatement {
  id: number;
  key: string;
  digest: string;
  ended: number | null;
}

/** A statement that is not kept yet, with when it was seen; Unix milliseconds. */
export interface NewStatement {
  statement: Statement;
  first: number;
  last: number;
}

/** What a run settled that left no statement out. */
export interface Settled {
  /** The state of the catalog that every statement was read against: the number of its last change. */
  throughSeq: number;
  /** How the texts were read: another digest means that they would say something else. */
  digest: string;
}

/** What is replaced when a statement is read again. Mentions stay: one too many only has it read again for nothing. */
const READ_TABLES = ["flow", "use"] as const;
/** What is inserted many rows at a time. */
const INSERTED = {
  flow: { head: "INSERT INTO flow(statement, target, source, columns, claims)", width: 5, tail: "" },
  mention: { head: "INSERT OR IGNORE INTO mention(name, statement)", width: 2, tail: "" },
  use: { head: "INSERT INTO use(statement, place, columns, joins)", width: 4, tail: "" },
} as const;
type Inserted = keyof typeof INSERTED;
/** The values of rows that are to be inserted, row by row. */
type Rows = { [table in Inserted]: SQLInputValue[] };
const newRows = (): Rows => ({ flow: [], mention: [], use: [] });

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

  /** Adds statements that are not there. They say nothing before they were {@link seen}. Returns their ids, in their order. */
  addAll(statements: readonly NewStatement[]): number[] {
    this.#unsettle();
    const rows = newRows();
    const ids: number[] = [];
    for (const { statement, first, last } of statements) {
      const id = this.#insert(statement, first, last, 0, last);
      this.#addRows(rows, id, statement);
      ids.push(id);
    }
    this.#insertRows(rows, 1);
    return ids;
  }

  #insert(
    { origin, key, dialect, defaults, text, digest, said }: Statement,
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
      said.gaps,
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
      statement.said.gaps,
      id,
    );
    for (const table of READ_TABLES) this.#db.run(`DELETE FROM ${table} WHERE statement = ?`, id);
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

  #write(id: number, statement: Statement): void {
    const rows = newRows();
    this.#addRows(rows, id, statement);
    this.#insertRows(rows, 1);
  }

  /** Adds what a statement says to rows that are to be inserted; inserts them where there are enough. */
  #addRows(rows: Rows, id: number, { said: { flows, mentions, uses } }: Statement): void {
    for (const { source, target, columns, claims } of flows)
      rows.flow.push(id, this.#place(target), this.#place(source), columns, claims);
    for (const name of mentions) rows.mention.push(name, id);
    for (const { table, columns, joins } of uses) rows.use.push(id, this.#place(table), columns, joins);
    this.#insertRows(rows, ROWS_AT_ONCE);
  }

  /** Inserts rows as long as there are `least` for a table. */
  #insertRows(rows: Rows, least: number): void {
    for (const table of ["flow", "mention", "use"] as const) insertRows(this.#db, INSERTED[table], rows[table], least);
  }

  #place(fqn: string): number {
    let id = this.#places.get(fqn);
    if (id === undefined) this.#places.set(fqn, (id = placeId(this.#db, fqn)));
    return id;
  }

  /** The queries among some statements, to be read again as they are kept. */
  queries(
    ids: Iterable<number>,
  ): { key: string; text: string; defaults: string; dialect: string; digest: string; gaps: string | null }[] {
    return this.#db.all(
      `SELECT key, text, defaults, dialect, digest, gaps FROM statement
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
    for (const table of READ_TABLES) this.#db.run(`DELETE FROM ${table} WHERE statement = ?`, known.id);
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
            `WITH changed AS MATERIALIZED (SELECT DISTINCT entity AS id FROM history WHERE seq > ? AND op <> 'set'),
             named AS (
               SELECT lower(CASE type WHEN 'table' THEN name ELSE substr(name, 1, instr(name || '(', '(') - 1) END) AS name
               FROM changed JOIN entity USING (id) WHERE type IN ('table', 'storedProcedure')
               UNION SELECT lower(${PARTITION} ->> 'name') FROM ${PARTITIONED} WHERE e.id IN (SELECT id FROM changed))
             SELECT DISTINCT s.id FROM named JOIN mention m ON m.name = named.name
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
      `CREATE TEMP TABLE IF NOT EXISTS route_now(target INTEGER, source INTEGER, origin TEXT, columns TEXT,
         PRIMARY KEY(target, source, origin)) WITHOUT ROWID;
       DELETE FROM route_now`,
    );
    // Most statements that lead from one place to another say the same columns, and their texts are equal.
    this.#db.run(
      `INSERT INTO route_now SELECT target, source, origin,
         CASE json_array_length(said) WHEN 1 THEN said ->> 0 ELSE
           (SELECT json_group_array(json(pair)) FROM
             (SELECT DISTINCT p.value AS pair FROM json_each(said) one, json_each(one.value) p ORDER BY pair)) END
       FROM (SELECT f.target, f.source, s.origin, json_group_array(DISTINCT f.columns) AS said
         FROM statement s JOIN flow f ON f.statement = s.id
         WHERE s.service = ? AND s.ended IS NULL GROUP BY f.target, f.source, s.origin)`,
      service,
    );
    const same = "n.target = r.target AND n.source = r.source AND n.origin = r.origin";
    const change = "INSERT INTO route_change(run, target, source, origin, added, removed) SELECT ?";
    this.#db.run(
      `${change}, target, source, origin, NULL, columns FROM route r
       WHERE service = ? AND NOT EXISTS (SELECT 1 FROM route_now n WHERE ${same})`,
      run,
      service,
    );
    this.#db.run(
      `${change}, target, source, origin, columns, NULL FROM route_now n
       WHERE NOT EXISTS (SELECT 1 FROM route r WHERE r.service = ? AND ${same})`,
      run,
      service,
    );
    const without = (some: string, others: string): string =>
      `(SELECT nullif(json_group_array(json(value)), '[]') FROM json_each(${some}) WHERE value NOT IN (SELECT value FROM json_each(${others})))`;
    this.#db.run(
      `${change}, n.target, n.source, n.origin, ${without("n.columns", "r.columns")}, ${without("r.columns", "n.columns")}
       FROM route_now n JOIN route r ON r.service = ? AND ${same} WHERE n.columns <> r.columns`,
      run,
      service,
    );
    this.#db.run(
      `DELETE FROM route AS r WHERE service = ? AND NOT EXISTS (SELECT 1 FROM route_now n WHERE ${same})`,
      service,
    );
    this.#db.run(
      `INSERT INTO route(service, target, source, origin, columns) SELECT ?, target, source, origin, columns FROM route_now WHERE true
       ON CONFLICT DO UPDATE SET columns = excluded.columns WHERE columns <> excluded.columns`,
      service,
    );
    if (settled !== null)
      this.#db.run(
        "INSERT OR REPLACE INTO lineage_state(service, history_seq, digest) VALUES (?, ?, ?)",
        service,
        settled.throughSeq,
        settled.digest,
      );
    this.#unsettled = false;
    this.#db.exec("DELETE FROM route_now");
    return this.#db.get<{ added: number; removed: number }>(
      `SELECT coalesce(sum(json_array_length(added)), 0) AS added, coalesce(sum(json_array_length(removed)), 0) AS removed
       FROM route_change WHERE run = ?`,
      run,
    ) as { added: number; removed: number };
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
