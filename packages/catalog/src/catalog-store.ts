import {
  type Absent,
  addCounts,
  type Change,
  childPrefix,
  type CommitOutcome,
  type Counts,
  ENTITY_TYPES,
  type EntityType,
  type FinishCommit,
  type Found,
  type Known,
  type Lease,
  type Member,
  movedFqn,
  type NodeName,
  noCounts,
  type OpenRun,
  type OutOfScope,
  type Position,
  type Postponed,
  quoteName,
  type Renamed,
  type RunEnd,
  type RunEvent,
  type RunStart,
  type Scope,
  type ServiceState,
  splitFqn,
  type Staged,
  type Store,
  type Task,
  taskId,
  type Unit,
  type UnitCommit,
  type UnitRest,
} from "@headwater/core";
import type { Database } from "./database.ts";
import { below, EntityWriter } from "./entity-writer.ts";
import { requireLease, takeLease } from "./lease.ts";
import { applyRetention, type Retention } from "./retention.ts";

const DAY_MS = 86_400_000;
const PAGE = 5_000;

/** The columns of `entity` that reconciling needs, as {@link Known} has them. */
const KNOWN = `e.id, e.rows_hash, e.mapping, e.fingerprint, e.deleted, e.key AS known_key, e.token AS known_token, e.row_count, e.size_bytes`;
interface KnownRow {
  id: number | null;
  rows_hash: string;
  mapping: string;
  fingerprint: string;
  deleted: number;
  known_key: string | null;
  known_token: string | null;
  row_count: number | null;
  size_bytes: number | null;
}

function toKnown(row: KnownRow): Known | null {
  if (row.id === null) return null;
  return {
    id: row.id,
    rowsHash: row.rows_hash,
    mapping: row.mapping,
    fingerprint: row.fingerprint,
    deleted: row.deleted === 1,
    key: row.known_key,
    token: row.known_token,
    seen: {
      ...(row.row_count === null ? {} : { rowCount: row.row_count }),
      ...(row.size_bytes === null ? {} : { sizeBytes: row.size_bytes }),
    },
  };
}

interface StageRow extends KnownRow {
  parent: string;
  name: string;
  kind: string;
  key: string | null;
  token: string | null;
  weight: number;
  seed: string | null;
  blocked: string | null;
}

/**
 * The embedded catalog as both ports of a run: entities and checkpoints are committed in one transaction. Its methods are
 * asynchronous because the ports are; the work itself is done when they return.
 */
export class CatalogStore implements Store {
  readonly #db: Database;
  readonly #retention: Retention | undefined;

  constructor(db: Database, retention?: Retention) {
    this.#db = db;
    this.#retention = retention;
  }

  async lease(service: string, now: number): Promise<Lease> {
    return takeLease(this.#db, service, now);
  }

  async service(name: string): Promise<ServiceState> {
    return this.#db.get<ServiceState>("SELECT identity FROM service WHERE name = ?", name) ?? { identity: null };
  }

  async forgetKeys(service: string, fence: number): Promise<void> {
    this.#db.transaction(() => {
      requireLease(this.#db, service, fence);
      const root = quoteName(service);
      this.#db.run(
        "UPDATE document SET column_keys = NULL WHERE column_keys IS NOT NULL AND id IN (SELECT id FROM entity WHERE service = ?)",
        root,
      );
      this.#db.run(
        "UPDATE entity SET key = NULL, token = NULL WHERE service = ? AND (key IS NOT NULL OR token IS NOT NULL)",
        root,
      );
    });
  }

  async begin(start: RunStart): Promise<OpenRun> {
    return this.#db.transaction(() => {
      requireLease(this.#db, start.service, start.fence);
      const broken = this.#continuable(start);
      this.#closeOthers(start.pipeline, broken?.id ?? null);
      return broken === null ? this.#newRun(start) : this.#continued(broken);
    });
  }

  #continuable(start: RunStart): { id: number; started_at: number } | null {
    if (start.fresh) return null;
    const last = this.#db.get<{
      id: number;
      started_at: number;
      connector: string;
      config_digest: string;
      resumable: number;
    }>(
      "SELECT id, started_at, connector, config_digest, resumable FROM run WHERE pipeline = ? ORDER BY id DESC LIMIT 1",
      start.pipeline,
    );
    if (last === null || last.resumable === 0) return null;
    if (last.connector !== start.connector || last.config_digest !== start.configDigest) return null;
    // A clock that was set back makes a run look as if it began in the future: better anew.
    const age = start.now - last.started_at;
    return age >= 0 && age < DAY_MS ? last : null;
  }

  /** A broken run that will not be continued ends here, with what it had staged. */
  #closeOthers(pipeline: string, continued: number | null): void {
    for (const { id } of this.#db.all<{ id: number }>(
      "SELECT id FROM run WHERE pipeline = ? AND resumable = 1",
      pipeline,
    )) {
      if (id === continued) continue;
      this.#forgetWork(id);
      this.#db.run(
        "UPDATE run SET resumable = 0, state = CASE state WHEN 'running' THEN 'failed' ELSE state END WHERE id = ?",
        id,
      );
    }
  }

  #newRun(start: RunStart): OpenRun {
    const { id } = this.#db.run(
      "INSERT INTO run(service, pipeline, connector, config_digest, state, started_at) VALUES (?, ?, ?, ?, 'running', ?)",
      start.service,
      start.pipeline,
      start.connector,
      start.configDigest,
      start.now,
    );
    for (const task of start.tasks) this.#addUnit(id, task);
    return { runId: String(id), continued: false, pending: start.tasks, counts: {}, queries: 0, startedAt: start.now };
  }

  #continued(run: { id: number; started_at: number }): OpenRun {
    this.#db.run("UPDATE run SET state = 'running', exit = NULL, ended_at = NULL WHERE id = ?", run.id);
    const counts: Counts = {};
    let queries = 0;
    const pending: Task[] = [];
    for (const unit of this.#db.all<{ task: string; done: number; counts: string | null; queries: number }>(
      "SELECT task, done, counts, queries FROM unit WHERE run = ? ORDER BY no",
      run.id,
    )) {
      queries += unit.queries;
      if (unit.counts !== null) addCounts(counts, JSON.parse(unit.counts) as Counts);
      if (unit.done === 0) pending.push(JSON.parse(unit.task) as Task);
    }
    return { runId: String(run.id), continued: true, pending, counts, queries, startedAt: run.started_at };
  }

  #addUnit(run: number, task: Task): void {
    this.#db.run("INSERT OR IGNORE INTO unit(run, id, task) VALUES (?, ?, ?)", run, taskId(task), JSON.stringify(task));
  }

  #unit(runId: string, unitId: string): { no: number; done: number } {
    const unit = this.#db.get<{ no: number; done: number }>(
      "SELECT no, done FROM unit WHERE run = ? AND id = ?",
      Number(runId),
      unitId,
    );
    if (unit === null) throw new Error(`The run ${runId} has no unit ${unitId}.`);
    return unit;
  }

  async stage(unit: Unit, page: readonly Staged[]): Promise<string[]> {
    return this.#db.transaction(() => {
      const { no } = this.#unit(unit.runId, unit.id);
      const twice: string[] = [];
      for (const { parent, fqn, found, leftOut } of page) {
        const { changes } = this.#db.run(
          `INSERT OR IGNORE INTO stage(unit, parent, name, kind, key, token, weight, seed, left_out, blocked)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
          no,
          parent,
          found.name,
          found.kind,
          found.key ?? null,
          found.token ?? null,
          found.weight ?? 1,
          stagedSeed(found),
          leftOut,
          found.blocked === undefined ? null : JSON.stringify(found.blocked),
        );
        if (changes === 0 && !this.#isStaged(no, parent, found)) twice.push(fqn);
      }
      return twice;
    });
  }

  /** Whether this very object is staged: pages of a source that changes meanwhile may overlap. */
  #isStaged(unit: number, parent: string, found: Found): boolean {
    const row = this.#db.get<{ key: string | null; seed: string | null }>(
      "SELECT key, seed FROM stage WHERE unit = ? AND parent = ? AND name = ?",
      unit,
      parent,
      found.name,
    );
    if (row === null) return false;
    return (row.key !== null && row.key === found.key) || (row.seed !== null && row.seed === stagedSeed(found));
  }

  async unstage(unit: Unit): Promise<void> {
    this.#db.run("DELETE FROM stage WHERE unit = ?", this.#unit(unit.runId, unit.id).no);
  }

  async *listing(runId: string, unitId: string): ReturnType<Store["listing"]> {
    const { no } = this.#unit(runId, unitId);
    let [parent, name] = ["", ""];
    for (;;) {
      const rows = this.#db.all<{ parent: string; name: string; kind: string; weight: number }>(
        `SELECT parent, name, kind, weight FROM stage WHERE unit = ? AND (parent, name) > (?, ?) AND left_out IS NULL
         ORDER BY parent, name LIMIT ${PAGE}`,
        no,
        parent,
        name,
      );
      if (rows.length === 0) return;
      yield rows.map((row) => ({ position: [row.parent, row.name], kind: row.kind, weight: row.weight }));
      ({ parent, name } = rows[rows.length - 1] as { parent: string; name: string });
    }
  }

  async members(runId: string, unitId: string, after: Position | null, through: Position | null): Promise<Member[]> {
    const { no } = this.#unit(runId, unitId);
    return this.#members(
      runId,
      unitId,
      "s.unit = ? AND (s.parent, s.name) > (?, ?) AND (s.parent, s.name) <= (?, ?) AND s.left_out IS NULL",
      [no, after?.[0] ?? "", after?.[1] ?? "", through?.[0] ?? LAST, through?.[1] ?? LAST],
    );
  }

  async setAside(runId: string, unitId: string): Promise<Member[]> {
    const { no } = this.#unit(runId, unitId);
    return this.#members(runId, unitId, "s.unit = ? AND s.set_aside IS NOT NULL", [no]);
  }

  #members(runId: string, unitId: string, where: string, args: (string | number)[]): Member[] {
    const { task } = this.#db.get<{ task: string }>(
      "SELECT task FROM unit WHERE run = ? AND id = ?",
      Number(runId),
      unitId,
    ) ?? {
      task: "{}",
    };
    const { node } = JSON.parse(task) as Task & { do: "list" };
    const infix = infixOf(node);
    const rows = this.#db.all<StageRow>(
      `SELECT s.parent, s.name, s.kind, s.key, s.token, s.weight, s.seed, s.blocked, ${KNOWN}
       FROM stage s LEFT JOIN entity e ON e.prefix = s.parent || ? AND e.name = s.name AND e.type = ?
       WHERE ${where} ORDER BY s.parent, s.name`,
      infix,
      node,
      ...args,
    );
    const paths = new Map<string, string[]>();
    return rows.map((row) => {
      let parent = paths.get(row.parent);
      if (parent === undefined) {
        parent = splitFqn(row.parent).slice(1);
        paths.set(row.parent, parent);
      }
      const found: Found = { parent, name: row.name, kind: row.kind, weight: row.weight };
      if (row.key !== null) found.key = row.key;
      if (row.token !== null) found.token = row.token;
      if (row.seed !== null) Object.assign(found, JSON.parse(row.seed));
      if (row.blocked !== null) found.blocked = JSON.parse(row.blocked) as NonNullable<Found["blocked"]>;
      return { fqn: `${row.parent}${infix}.${quoteName(row.name)}`, found, known: toKnown(row) };
    });
  }

  async known(type: EntityType, fqns: readonly string[]): Promise<Map<string, Known>> {
    const found = new Map<string, Known>();
    for (const fqn of fqns) {
      const names = splitFqn(fqn);
      const prefix = names
        .slice(0, -1)
        .map((name) => quoteName(name))
        .join(".");
      const row = this.#db.get<KnownRow>(
        `SELECT ${KNOWN} FROM entity e WHERE e.prefix = ? AND e.name = ? AND e.type = ?`,
        prefix,
        names[names.length - 1] as string,
        type,
      );
      const known = row === null ? null : toKnown(row);
      if (known !== null) found.set(fqn, known);
    }
    return found;
  }

  async keysInUse(service: string, type: EntityType, keys: readonly string[]): Promise<Set<string>> {
    const used = this.#db.all<{ key: string }>(
      `SELECT e.key FROM json_each(?) k CROSS JOIN entity e ON e.service = ? AND e.type = ? AND e.key = k.value
       WHERE e.deleted = 0`,
      JSON.stringify(keys),
      quoteName(service),
      type,
    );
    return new Set(used.map(({ key }) => key));
  }

  async exist(fqns: readonly string[]): Promise<Set<string>> {
    const there = new Set<string>();
    for (const fqn of fqns) {
      const names = splitFqn(fqn);
      const prefix = names
        .slice(0, -1)
        .map((name) => quoteName(name))
        .join(".");
      const row = this.#db.get(
        // A database may be called what a pipeline is called, and nothing is in a pipeline.
        "SELECT 1 FROM entity WHERE prefix = ? AND name = ? AND deleted = 0 AND type <> 'ingestionPipeline'",
        prefix,
        names[names.length - 1] as string,
      );
      if (row !== null) there.add(fqn);
    }
    return there;
  }

  async commit({ unit, at, changes, rest }: UnitCommit): Promise<CommitOutcome> {
    return this.#complete(unit, at, ({ run, no, writer, counts }) => {
      for (const change of changes) count(counts, change.type, writer.apply(change));
      const behind = rest();
      for (const { type, fqn, seen } of behind.observations) writer.observe(type, fqn, seen);
      for (const change of behind.postponed) this.#postpone(run, change);
      for (const scope of behind.scopes) this.#addScope(run, no, unit.task, scope);
      if (unit.task.do === "read") this.#markAside(unit.runId, unit.task.list, behind.setAside);
      for (const task of behind.next) this.#addUnit(run, task);
      return behind;
    });
  }

  /** Does the work of a unit and records that it is done, in one transaction. */
  #complete(
    unit: Unit,
    at: number,
    work: (around: { run: number; no: number; writer: EntityWriter; counts: Counts }) => {
      events: readonly RunEvent[];
      counts: Counts;
      queries?: number;
    },
  ): CommitOutcome {
    const run = Number(unit.runId);
    return this.#db.transaction(() => {
      requireLease(this.#db, serviceName(unit), unit.fence);
      const { no, done } = this.#unit(unit.runId, unit.id);
      // A repeated commit is a no-op.
      if (done === 1) return { counts: {} };
      const counts: Counts = {};
      const did = work({ run, no, writer: new EntityWriter(this.#db, { run, actor: null, at }), counts });
      this.#addEvents(run, did.events);
      const all = structuredClone(did.counts);
      addCounts(all, counts);
      this.#db.run(
        "UPDATE unit SET done = 1, counts = ?, queries = ? WHERE no = ?",
        JSON.stringify(all),
        did.queries ?? 0,
        no,
      );
      return { counts };
    });
  }

  #postpone(run: number, change: Change): void {
    const level = ENTITY_TYPES[change.type].parents.length;
    this.#db.run(
      "INSERT OR REPLACE INTO postponed(run, level, fqn, type, change) VALUES (?, ?, ?, ?, ?)",
      run,
      level,
      change.fqn,
      change.type,
      JSON.stringify(change),
    );
  }

  #addScope(run: number, unit: number, task: Task, scope: Scope): void {
    if (task.do !== "list") throw new Error(`A unit that does ${task.do} cannot have listed ${scope.fqn}.`);
    this.#db.run(
      "INSERT OR REPLACE INTO scope(run, node, fqn, unit, seen, digest) VALUES (?, ?, ?, ?, ?, ?)",
      run,
      task.node,
      scope.fqn,
      unit,
      scope.seen,
      scope.digest ?? null,
    );
  }

  #markAside(runId: string, list: string, members: UnitRest["setAside"]): void {
    if (members.length === 0) return;
    const { no } = this.#unit(runId, list);
    for (const { fqn, reason } of members) {
      const names = splitFqn(fqn);
      const parent = names
        .slice(0, -1)
        .map((name) => quoteName(name))
        .join(".");
      this.#db.run(
        "UPDATE stage SET set_aside = ? WHERE unit = ? AND parent = ? AND name = ?",
        reason,
        no,
        parent,
        names[names.length - 1] as string,
      );
    }
  }

  #addEvents(run: number, events: readonly RunEvent[]): void {
    if (events.length === 0) return;
    let seq =
      this.#db.get<{ seq: number | null }>("SELECT max(seq) AS seq FROM run_event WHERE run = ?", run)?.seq ?? 0;
    for (const event of events) {
      seq += 1;
      this.#db.run("INSERT INTO run_event(run, seq, event) VALUES (?, ?, ?)", run, seq, JSON.stringify(event));
    }
  }

  async *absent(runId: string, renamed?: readonly Renamed[]): AsyncGenerator<Absent[]> {
    const run = Number(runId);
    const scopes = this.#db.all<{
      node: NodeName;
      fqn: string;
      unit: number;
      seen: Scope["seen"];
      digest: string | null;
      previous: string | null;
    }>(
      `SELECT s.node, s.fqn, s.unit, s.seen, s.digest, g.digest AS previous
       FROM scope s LEFT JOIN grants g ON g.node = s.node AND g.fqn = s.fqn WHERE s.run = ? AND s.seen <> 'denied'`,
      run,
    );
    const former = renamed === undefined ? null : new Map(renamed.map(({ from, to }) => [to, from]));
    // Parents before children: a scope's FQN is longer than the one it is in.
    scopes.sort((a, b) => a.fqn.length - b.fqn.length || (a.fqn < b.fqn ? -1 : 1));
    for (const { node, fqn, unit, seen, digest, previous } of scopes) {
      const known = former === null ? fqn : movedFqn(fqn, former);
      if (known === null) continue;
      const rows = this.#db.all<{
        id: number;
        fqn: string;
        name: string;
        kind: string | null;
        key: string | null;
        before: number;
      }>(
        `SELECT e.id, e.fqn, e.name, e.kind, e.key, a.entity IS NOT NULL AS before
         FROM entity e LEFT JOIN absence a ON a.entity = e.id
         WHERE e.prefix = ? AND e.type = ? AND e.deleted = 0
           AND NOT EXISTS (SELECT 1 FROM stage g WHERE g.unit = ? AND g.parent = ? AND g.name = e.name)
         ORDER BY e.name`,
        childPrefix(node, known),
        node,
        unit,
        fqn,
      );
      if (rows.length === 0) continue;
      const scope: Scope = { fqn, seen, ...(digest === null ? {} : { digest }) };
      yield rows.map((row) => ({
        id: row.id,
        node,
        fqn: row.fqn,
        name: row.name,
        kind: row.kind ?? "",
        key: row.key,
        scope,
        grantsUnchanged: digest !== null && digest === previous,
        absentBefore: row.before === 1,
        below: this.#countedBelow(row.fqn),
      }));
    }
  }

  #countedBelow(fqn: string): number {
    const { where, args } = below(fqn);
    const row = this.#db.get<{ n: number }>(
      `SELECT count(*) AS n FROM entity WHERE deleted = 0 AND type IN ('table', 'storedProcedure') AND ${where}`,
      ...args,
    );
    return row?.n ?? 0;
  }

  async countedLive(service: string, nodes: readonly NodeName[]): Promise<number> {
    const row = this.#db.get<{ n: number }>(
      "SELECT count(*) AS n FROM entity WHERE service = ? AND deleted = 0 AND type IN (SELECT value FROM json_each(?))",
      quoteName(service),
      JSON.stringify(nodes),
    );
    return row?.n ?? 0;
  }

  async outOfScope(runId: string): Promise<OutOfScope[]> {
    const left = this.#db.all<{ node: NodeName; parent: string; name: string; reason: string }>(
      `SELECT u.node, s.parent, s.name, s.left_out AS reason ${LEFT_OUT} ORDER BY s.parent, s.left_out, s.name`,
      Number(runId),
    );
    const groups = new Map<string, OutOfScope>();
    for (const { node, parent, name, reason } of left) {
      const key = JSON.stringify([node, parent, reason]);
      const group = groups.get(key) ?? { node, scope: parent, reason, objects: 0, below: 0 };
      group.objects += 1;
      group.below += this.#countedBelow(`${parent}.${quoteName(name)}`);
      groups.set(key, group);
    }
    return [...groups.values()];
  }

  async unresolved(service: string): Promise<number> {
    const row = this.#db.get<{ n: number }>(
      `SELECT count(*) AS n FROM entity e JOIN reference r ON r.entity = e.id
       WHERE e.service = ? AND e.deleted = 0
         AND NOT EXISTS (SELECT 1 FROM entity t WHERE t.prefix = r.prefix AND t.name = r.name AND t.deleted = 0)`,
      quoteName(service),
    );
    return row?.n ?? 0;
  }

  async *postponed(runId: string): AsyncGenerator<Postponed[]> {
    yield this.#postponed(Number(runId)).map((change) => {
      const owner =
        change.key === null
          ? null
          : this.#db.get<{ id: number; fqn: string }>(
              "SELECT id, fqn FROM entity WHERE service = ? AND type = ? AND key = ? AND deleted = 0 ORDER BY id LIMIT 1",
              quoteName(splitFqn(change.fqn)[0] as string),
              change.type,
              change.key,
            );
      return { change, owner };
    });
  }

  #postponed(run: number): Change[] {
    return this.#db
      .all<{ change: string }>("SELECT change FROM postponed WHERE run = ? ORDER BY level, fqn, type", run)
      .map(({ change }) => JSON.parse(change) as Change);
  }

  async finish(commit: FinishCommit): Promise<CommitOutcome> {
    const { unit } = commit;
    return this.#complete(unit, commit.at, ({ run, writer, counts }) => {
      // What was postponed is measured by the next run, under the name it has then.
      const renamed = new Map(commit.renamed.map(({ id, type, to }) => [`${type} ${to}`, Number(id)]));
      for (const change of this.#postponed(run)) {
        const id = renamed.get(`${change.type} ${change.fqn}`);
        if (id === undefined) count(counts, change.type, writer.apply({ ...change, known: null, seen: null }));
        else writer.rename(id, change);
      }
      for (const id of commit.deleted)
        for (const { type } of writer.delete(Number(id))) if (isNode(type)) of(counts, type).deleted += 1;
      if (commit.overrideMetadata) writer.retireCurated(quoteName(serviceName(unit)));
      this.#rememberAbsences(run, commit.absent.map(Number));
      this.#rememberOutOfScope(run, unit.pipeline, commit.outOfScope);
      return commit;
    });
  }

  /** What the run leaves out takes the place of what the pipeline's last one left out. */
  #rememberOutOfScope(run: number, pipeline: string, missing: FinishCommit["outOfScope"]): void {
    this.#db.run("DELETE FROM out_of_scope WHERE pipeline = ?", pipeline);
    this.#db.run(
      `INSERT OR IGNORE INTO out_of_scope(pipeline, entity, reason) SELECT ?, e.id, s.left_out ${LEFT_OUT}`,
      pipeline,
      run,
    );
    for (const { id, reason } of missing)
      this.#db.run(
        "INSERT OR IGNORE INTO out_of_scope(pipeline, entity, reason) VALUES (?, ?, ?)",
        pipeline,
        Number(id),
        reason,
      );
  }

  /** What a listed scope has again is no longer absent; what it misses without proof is, until the next run. */
  #rememberAbsences(run: number, absent: readonly number[]): void {
    this.#db.run(
      `DELETE FROM absence WHERE entity IN (SELECT a.entity FROM absence a JOIN entity e ON e.id = a.entity
       JOIN scope s ON s.run = ? AND s.node = e.type AND s.seen <> 'denied'
         AND s.fqn || CASE e.type WHEN 'dashboardDataModel' THEN '.model' ELSE '' END = e.prefix)`,
      run,
    );
    for (const id of absent) this.#db.run("INSERT OR REPLACE INTO absence(entity, run) VALUES (?, ?)", id, run);
    this.#db.run(
      "INSERT OR REPLACE INTO grants(node, fqn, digest) SELECT node, fqn, digest FROM scope WHERE run = ? AND digest IS NOT NULL",
      run,
    );
  }

  async end(end: RunEnd): Promise<void> {
    const run = Number(end.runId);
    this.#db.transaction(() => {
      const row = this.#db.get<{ service: string }>("SELECT service FROM run WHERE id = ?", run);
      if (row === null) throw new Error(`There is no run ${end.runId}.`);
      requireLease(this.#db, row.service, end.fence);
      this.#addEvents(run, end.events);
      this.#db.run(
        "UPDATE run SET state = ?, exit = ?, resumable = ?, ended_at = ?, counts = ?, queries = ? WHERE id = ?",
        end.state,
        end.exit,
        end.resumable ? 1 : 0,
        end.now,
        JSON.stringify(end.counts),
        end.queries,
        run,
      );
      if (end.remember !== null)
        this.#db.run(
          `INSERT INTO service(name, identity) VALUES (?, ?)
           ON CONFLICT(name) DO UPDATE SET identity = excluded.identity WHERE identity IS NOT excluded.identity`,
          row.service,
          end.remember.identity,
        );
      if (end.resumable) return;
      this.#forgetWork(run);
      applyRetention(this.#db, run, end.now, this.#retention);
    });
  }

  /** Removes the staged listings and units of a run that will not be continued. */
  #forgetWork(run: number): void {
    this.#db.run("DELETE FROM stage WHERE unit IN (SELECT no FROM unit WHERE run = ?)", run);
    this.#db.run("DELETE FROM scope WHERE run = ?", run);
    this.#db.run("DELETE FROM postponed WHERE run = ?", run);
    this.#db.run("DELETE FROM unit WHERE run = ?", run);
  }
}

/** Live entities that a run's listings have and its options leave out. */
const LEFT_OUT = `FROM
         (SELECT no, task ->> 'node' AS node FROM unit WHERE run = ? AND task ->> 'do' = 'list') u
       JOIN stage s ON s.unit = u.no AND s.left_out IS NOT NULL
       JOIN entity e ON e.prefix = s.parent || CASE u.node WHEN 'dashboardDataModel' THEN '.model' ELSE '' END
         AND e.name = s.name AND e.type = u.node AND e.deleted = 0`;

/** Greater than every name, in the bytes SQLite compares. */
const LAST = "\u{10ffff}\u{10ffff}";

const infixOf = (node: NodeName): string => {
  const { infix } = ENTITY_TYPES[node];
  return infix === undefined ? "" : `.${infix}`;
};

const serviceName = (unit: Unit): string => splitFqn(unit.pipeline)[0] as string;

const NODES: ReadonlySet<string> = new Set<NodeName>([
  "database",
  "databaseSchema",
  "table",
  "storedProcedure",
  "topic",
  "chart",
  "dashboardDataModel",
  "dashboard",
  "pipeline",
]);
const isNode = (type: EntityType): type is NodeName => NODES.has(type);

function of(counts: Counts, node: NodeName): NonNullable<Counts[NodeName]> {
  return (counts[node] ??= noCounts());
}

function count(counts: Counts, type: EntityType, applied: ReturnType<EntityWriter["apply"]>): void {
  if (isNode(type)) of(counts, type)[applied] += 1;
}

/** What a listing brought along of an object, as it is staged. */
function stagedSeed({ seed, columnKeys, seen }: Found): string | null {
  return seed === undefined && seen === undefined ? null : JSON.stringify({ seed, columnKeys, seen });
}
