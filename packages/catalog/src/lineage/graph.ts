/** Reading lineage: what `headwater lineage` and `headwater impact` are made of. */
import type { EntityType } from "@headwater/core";
import { type Database, likeText } from "../database.ts";
import { placeOf } from "../entity-writer.ts";
import { type Origin, type StatementGap, type Sure, SURENESS } from "./statement.ts";

/** A table, view or routine in a lineage graph. */
export interface GraphNode {
  fqn: string;
  /** `null` for a name that the catalog has nothing for. */
  type: EntityType | null;
  kind: string | null;
  deleted: boolean;
  /** Steps from where the graph was begun: negative upstream, positive downstream. */
  level: number;
}

/** A flow from one column to another. `*` stands for all columns, or for the rows themselves. */
export interface ColumnFlow {
  from: string;
  /** Empty when the column decides about rows only: filters, joins, sorting. */
  to: string;
  /** OpenLineage's subtypes; `!` behind one that cannot be undone. */
  how: string[];
  sure: Sure;
}

/** Data of `from` flows into `to`. */
export interface GraphEdge {
  from: string;
  to: string;
  origins: Origin[];
  sure: Sure;
  /** Unix milliseconds. */
  firstSeen: number;
  lastSeen: number;
  /** How often a statement that says it was seen. */
  times: number;
  columns: ColumnFlow[];
}

/** Everything around one place. */
export interface LineageGraph {
  root: string;
  nodes: GraphNode[];
  edges: GraphEdge[];
  /** Whether there is more beyond the levels that were asked for. */
  more: { up: boolean; down: boolean };
}

type Direction = "up" | "down";

/** The lineage of a table, view or routine: `up` and `down` are levels; what is nearer comes first. */
export function lineageOf(db: Database, fqn: string, up: number, down: number): LineageGraph {
  const levels = new Map<string, number>([[fqn, 0]]);
  const edges = new Map<string, { from: string; to: string }>();
  const more = { up: walk("up", up), down: walk("down", down) };

  function walk(direction: Direction, depth: number): boolean {
    let frontier = [fqn];
    const seen = new Set(frontier);
    for (let level = 1; frontier.length > 0; level += 1) {
      const next: string[] = [];
      for (const at of frontier) {
        for (const other of neighbours(db, at, direction)) {
          if (level > depth) return true;
          const [from, to] = direction === "up" ? [other, at] : [at, other];
          edges.set(`${from}\0${to}`, { from, to });
          if (seen.has(other)) continue;
          seen.add(other);
          next.push(other);
          if (!levels.has(other)) levels.set(other, direction === "up" ? -level : level);
        }
      }
      frontier = next;
    }
    return false;
  }

  return {
    root: fqn,
    nodes: [...levels].map(([name, level]) => ({ ...nodeOf(db, name), level })),
    edges: [...edges.values()].map(({ from, to }) => edgeBetween(db, from, to)),
    more,
  };
}

/** The places data comes from (`up`) or goes to (`down`), by name. A place is no neighbour of its own. */
export function neighbours(db: Database, fqn: string, direction: Direction): string[] {
  const [own, other] = direction === "up" ? ["target", "source"] : ["source", "target"];
  return db
    .all<{ fqn: string }>(
      `SELECT DISTINCT o.fqn FROM place p JOIN flow f ON f.${own} = p.id JOIN statement s ON s.id = f.statement AND s.ended IS NULL
       JOIN place o ON o.id = f.${other} WHERE p.fqn = ? AND f.source <> f.target ORDER BY o.fqn`,
      fqn,
    )
    .map((row) => row.fqn);
}

/** What the catalog has under a name. */
export function nodeOf(db: Database, fqn: string): Omit<GraphNode, "level"> {
  const { prefix, name } = placeOf(fqn);
  const entity = db.get<{ type: EntityType; kind: string | null; deleted: number }>(
    "SELECT type, kind, deleted FROM entity WHERE prefix = ? AND name = ? ORDER BY deleted, type = 'storedProcedure' LIMIT 1",
    prefix,
    name,
  );
  return { fqn, type: entity?.type ?? null, kind: entity?.kind ?? null, deleted: entity?.deleted === 1 };
}

/** Places keep their numbers when nothing says them any more. */
const SAID = `(EXISTS (SELECT 1 FROM flow f WHERE f.target = p.id) OR EXISTS (SELECT 1 FROM flow f WHERE f.source = p.id)
  OR EXISTS (SELECT 1 FROM use u WHERE u.place = p.id))`;

/** Whether lineage knows a name, with or without an entity of it. */
export function hasPlace(db: Database, fqn: string): boolean {
  return db.get(`SELECT 1 FROM place p WHERE fqn = ? AND ${SAID}`, fqn) !== null;
}

/** Places whose names end in what somebody typed. */
export function similarPlaces(db: Database, typed: string, limit = 5): string[] {
  return db
    .all<{ fqn: string }>(
      `SELECT fqn FROM place p WHERE (fqn = ? OR fqn LIKE ? ESCAPE '\\') AND ${SAID} ORDER BY length(fqn), fqn LIMIT ?`,
      typed,
      `%.${likeText(typed)}`,
      limit,
    )
    .map(({ fqn }) => fqn);
}

interface ClaimRow {
  sourceColumn: string;
  targetColumn: string;
  how: string;
  sure: Sure;
}

const BETWEEN = `FROM claim c JOIN statement s ON s.id = c.statement AND s.ended IS NULL
  WHERE c.source = (SELECT id FROM place WHERE fqn = ?) AND c.target = (SELECT id FROM place WHERE fqn = ?)`;

/** The edge between two places, with the flows between their columns. */
export function edgeBetween(db: Database, from: string, to: string): GraphEdge {
  const rows = db.all<ClaimRow>(
    `SELECT c.source_column AS sourceColumn, c.target_column AS targetColumn, c.how, c.sure ${BETWEEN}
     ORDER BY c.target_column = '', c.target_column, c.source_column`,
    from,
    to,
  );
  const flows = new Map<string, ColumnFlow>();
  let sure: Sure | null = null;
  for (const row of rows) {
    if (row.sourceColumn === "" && row.targetColumn === "") {
      sure = surest(sure, row.sure);
      continue;
    }
    const key = `${row.sourceColumn}\0${row.targetColumn}`;
    const flow = flows.get(key);
    const how = row.how.split(",").filter((part) => part !== "");
    if (flow === undefined) flows.set(key, { from: row.sourceColumn, to: row.targetColumn, how, sure: row.sure });
    else {
      flow.how = [...new Set([...flow.how, ...how])];
      flow.sure = surest(flow.sure, row.sure);
    }
  }
  const said = db.get<{ origins: string | null; first: number; last: number; times: number }>(
    `SELECT group_concat(DISTINCT origin) AS origins, min(first_seen) AS first, max(last_seen) AS last, sum(times) AS times FROM
       (SELECT DISTINCT s.id, s.origin, s.first_seen, s.last_seen, s.times ${BETWEEN})`,
    from,
    to,
  );
  return {
    from,
    to,
    origins: ((said?.origins ?? "").split(",").filter((part) => part !== "") as Origin[]).toSorted(),
    sure: sure ?? "exact",
    firstSeen: said?.first ?? 0,
    lastSeen: said?.last ?? 0,
    times: said?.times ?? 0,
    columns: [...flows.values()],
  };
}

function surest(a: Sure | null, b: Sure): Sure {
  return a !== null && SURENESS.indexOf(a) <= SURENESS.indexOf(b) ? a : b;
}

/** A column of a place. */
export interface ColumnPlace {
  table: string;
  column: string;
}

/** One column that depends on another, with the way it was reached. */
export interface ColumnStep extends ColumnPlace {
  how: string[];
  sure: Sure;
  /** The column it directly depends on, or that directly depends on it. */
  via: ColumnPlace;
  level: number;
}

/**
 * The columns a column is made of (`up`) or goes into (`down`), nearest first. Columns that only decide about rows come with
 * an empty column at their end, and nothing is followed behind them.
 */
export function columnLineage(db: Database, start: ColumnPlace, direction: Direction, depth: number): ColumnStep[] {
  const steps: ColumnStep[] = [];
  const seen = new Set([`${start.table}\0${start.column}`]);
  let frontier: ColumnPlace[] = [start];
  for (let level = 1; level <= depth && frontier.length > 0; level += 1) {
    const next: ColumnPlace[] = [];
    for (const via of frontier)
      for (const step of columnNeighbours(db, via, direction)) {
        const key = `${step.table}\0${step.column}`;
        if (seen.has(key)) continue;
        seen.add(key);
        steps.push({ ...step, via, level });
        if (step.column !== "") next.push(step);
      }
    frontier = next;
  }
  return steps;
}

function columnNeighbours(
  db: Database,
  { table, column }: ColumnPlace,
  direction: Direction,
): (ColumnPlace & { how: string[]; sure: Sure })[] {
  const [own, other] = direction === "up" ? ["target", "source"] : ["source", "target"];
  return db
    .all<{ table: string; column: string; how: string; sure: Sure }>(
      `SELECT o.fqn AS "table", c.${other}_column AS "column", group_concat(DISTINCT c.how) AS how, min(c.sure) AS sure
       FROM place p JOIN claim c ON c.${own} = p.id AND (c.${own}_column = ? OR c.${own}_column = '*' AND c.sure = 'star')
       JOIN statement s ON s.id = c.statement AND s.ended IS NULL JOIN place o ON o.id = c.${other}
       WHERE p.fqn = ? AND NOT (c.source = c.target AND c.source_column = c.target_column)
       GROUP BY o.fqn, c.${other}_column ORDER BY c.${other}_column = '', o.fqn, c.${other}_column`,
      column,
      table,
    )
    .map(({ how, ...row }) => ({
      ...row,
      // What an unknown set of columns gives or takes is called as the column that was asked for.
      column: row.column === "*" && column !== "*" ? column : row.column,
      how: [...new Set(how.split(",").filter((part) => part !== ""))],
    }));
}

/** A statement that says an edge. */
export interface Evidence {
  origin: Origin;
  /** The FQN of the definition, for views and routines. */
  key: string;
  text: string;
  dialect: string;
  firstSeen: number;
  lastSeen: number;
  times: number;
  /** What in the text says it. */
  claims: { from: string; to: string; how: string[]; sure: Sure; rule: string; start: number; end: number }[];
}

/** The statements behind an edge, the most often seen first. Columns narrow it down; `null` takes all. */
export function evidenceOf(
  db: Database,
  from: { table: string; column: string | null },
  to: { table: string; column: string | null },
  limit = 20,
): Evidence[] {
  const narrow = `${from.column === null ? "" : " AND (c.source_column = ? OR c.source_column = '*' AND c.sure = 'star')"}${to.column === null ? "" : " AND (c.target_column IN (?, '') OR c.target_column = '*' AND c.sure = 'star')"}`;
  const columns = [from.column, to.column].filter((column) => column !== null);
  const statements = db.all<{
    id: number;
    origin: Origin;
    key: string;
    text: string;
    dialect: string;
    first_seen: number;
    last_seen: number;
    times: number;
  }>(
    `SELECT DISTINCT s.id, s.origin, s.key, s.text, s.dialect, s.first_seen, s.last_seen, s.times ${BETWEEN}${narrow}
     ORDER BY s.origin DESC, s.times DESC, s.last_seen DESC, s.id LIMIT ?`,
    from.table,
    to.table,
    ...columns,
    limit,
  );
  return statements.map(({ id, first_seen: firstSeen, last_seen: lastSeen, ...rest }) => ({
    origin: rest.origin,
    key: rest.key,
    text: rest.text,
    dialect: rest.dialect,
    firstSeen,
    lastSeen,
    times: rest.times,
    claims: db
      .all<{ from: string; to: string; how: string; sure: Sure; rule: string; start: number; end: number }>(
        `SELECT c.source_column AS "from", c.target_column AS "to", c.how, c.sure, c.rule, c.span_start AS start, c.span_end AS "end"
         ${BETWEEN}${narrow} AND c.statement = ? ORDER BY c.target_column = '', c.span_start, c.target_column, c.source_column`,
        from.table,
        to.table,
        ...columns,
        id,
      )
      .map(({ how, ...claim }) => ({ ...claim, how: how.split(",").filter((part) => part !== "") })),
  }));
}

/** A statement something could not be read in, or whose names are not in the catalog. */
export interface GapReport {
  origin: Origin;
  key: string;
  dialect: string;
  text: string;
  times: number;
  gaps: StatementGap[];
  /** Names in its edges that the catalog has nothing for. */
  unresolved: string[];
}

/** How much of a dialect's statements was read. */
export interface DialectGaps {
  dialect: string;
  statements: number;
  /** Statements with at least one gap. */
  withGaps: number;
  reasons: { [reason: string]: number };
  /** Statements with a name the catalog does not have. */
  unresolved: number;
}

/** What lineage misses: totals per dialect, and the statements themselves, those seen most often first. `service`: its FQN. */
export function lineageGaps(
  db: Database,
  service: string | null,
  limit: number,
): { dialects: DialectGaps[]; statements: GapReport[] } {
  const where = `ended IS NULL AND origin <> 'manual'${service === null ? "" : " AND service = ?"}`;
  const args = service === null ? [] : [service];
  db.exec(
    "CREATE TEMP TABLE IF NOT EXISTS open_name(statement INTEGER, fqn TEXT, PRIMARY KEY(statement, fqn)) WITHOUT ROWID",
  );
  db.exec(
    "CREATE TEMP TABLE IF NOT EXISTS open_place(id INTEGER PRIMARY KEY, fqn TEXT); DELETE FROM open_name; DELETE FROM open_place",
  );
  db.run(`INSERT INTO open_place SELECT p.id, p.fqn FROM place p
    LEFT JOIN entity e ON e.fqn = p.fqn AND e.deleted = 0 WHERE e.id IS NULL`);
  for (const end of ["source", "target"])
    db.run(
      `INSERT OR IGNORE INTO open_name SELECT f.statement, p.fqn FROM open_place p JOIN flow f ON f.${end} = p.id`,
    );
  const dialects = new Map<string, DialectGaps>();
  for (const row of db.all<{ dialect: string; n: number; gaps: number; open: number }>(
    `SELECT dialect, count(*) AS n, sum(gaps IS NOT NULL) AS gaps,
       sum(EXISTS (SELECT 1 FROM open_name o WHERE o.statement = statement.id)) AS open
     FROM statement WHERE ${where} GROUP BY dialect ORDER BY dialect`,
    ...args,
  ))
    dialects.set(row.dialect, {
      dialect: row.dialect,
      statements: row.n,
      withGaps: row.gaps,
      reasons: {},
      unresolved: row.open,
    });
  for (const { dialect, reason, n } of db.all<{ dialect: string; reason: string; n: number }>(
    `SELECT s.dialect, g.value ->> 'reason' AS reason, count(*) AS n FROM statement s, json_each(s.gaps) g
     WHERE ${where.replaceAll(/\b(ended|origin|service)\b/g, "s.$1")} GROUP BY 1, 2 ORDER BY n DESC, 2`,
    ...args,
  )) {
    const found = dialects.get(dialect);
    if (found !== undefined) found.reasons[reason] = n;
  }
  const statements = db.all<Omit<GapReport, "gaps" | "unresolved"> & { id: number; gaps: string | null }>(
    `SELECT id, origin, key, dialect, text, times, gaps FROM statement
     WHERE ${where} AND (gaps IS NOT NULL OR EXISTS (SELECT 1 FROM open_name o WHERE o.statement = statement.id))
     ORDER BY gaps IS NULL, times DESC, key LIMIT ?`,
    ...args,
    limit,
  );
  return {
    dialects: [...dialects.values()],
    statements: statements.map(({ id, gaps, ...rest }) => ({
      ...rest,
      gaps: gaps === null ? [] : (JSON.parse(gaps) as StatementGap[]),
      unresolved: db
        .all<{ fqn: string }>("SELECT fqn FROM open_name WHERE statement = ? ORDER BY fqn", id)
        .map(({ fqn }) => fqn),
    })),
  };
}

/** One edge that runs added or removed. */
export interface EdgeChange {
  added: boolean;
  origin: Origin;
  from: ColumnPlace;
  to: ColumnPlace;
}

/**
 * What the runs after `fromRun`, up to and including `toRun`, did to the edges together: which of them are there now and were not,
 * and the other way round, whatever says them. `origin` is one that came or went.
 */
export function edgeChanges(db: Database, fromRun: number, toRun: number): EdgeChange[] {
  const key = "source, source_column, target, target_column";
  return db
    .all<{ is: number; origin: Origin; source: string; sourceColumn: string; target: string; targetColumn: string }>(
      `WITH changed AS (
         SELECT ${key}, origin, sum(CASE added WHEN 1 THEN 1 ELSE -1 END) AS since,
           sum(CASE WHEN run <= ?2 THEN 0 WHEN added = 1 THEN 1 ELSE -1 END) AS later
         FROM edge_change WHERE run > ?1 GROUP BY ${key}, origin),
       said AS (
         SELECT DISTINCT ${key}, origin, 1 AS here FROM edge WHERE (source, target) IN (SELECT source, target FROM changed) AND (${key}) IN (SELECT ${key} FROM changed)),
       way AS (
         SELECT ${key}, origin, (s.here IS NOT NULL) - coalesce(c.since, 0) AS was, (s.here IS NOT NULL) - coalesce(c.later, 0) AS "is"
         FROM said s FULL JOIN changed c USING (${key}, origin))
       SELECT max("is") AS "is", max(CASE WHEN was <> "is" THEN origin END) AS origin, s.fqn AS source, w.source_column AS sourceColumn,
         t.fqn AS target, w.target_column AS targetColumn
       FROM way w JOIN place s ON s.id = w.source JOIN place t ON t.id = w.target
       GROUP BY w.source, w.source_column, w.target, w.target_column HAVING max(was) <> max("is")
       ORDER BY t.fqn, s.fqn, w.target_column, w.source_column`,
      fromRun,
      toRun,
    )
    .map(({ is, origin, source, sourceColumn, target, targetColumn }) => ({
      added: is > 0,
      origin,
      from: { table: source, column: sourceColumn },
      to: { table: target, column: targetColumn },
    }));
}

/** How much lineage a catalog has. */
export function lineageTotals(db: Database): { statements: number; tableEdges: number; columnEdges: number } {
  const statements = db.get<{ n: number }>("SELECT count(*) AS n FROM statement WHERE ended IS NULL")?.n ?? 0;
  const edges = db.get<{ tables: number | null; columns: number | null }>(
    `SELECT sum(source_column = '' AND target_column = '') AS tables, sum(target_column <> '') AS columns
     FROM (SELECT DISTINCT target, target_column, source, source_column FROM edge)`,
  );
  return { statements, tableEdges: edges?.tables ?? 0, columnEdges: edges?.columns ?? 0 };
}
