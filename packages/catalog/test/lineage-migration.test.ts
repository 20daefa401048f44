import { mkdtempSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
  addTallies,
  ClaimWriter,
  edgeBetween,
  edgeChanges,
  exportQueries,
  openDatabase,
  topTables,
  usageOf,
} from "../src/index.ts";
import { APPLICATION_ID, MIGRATIONS } from "../src/schema.ts";

/** A catalog of the fifth version, with a row for each claim and edge: `x` flows into `y`, a view says it; a quoted column is odd. */
const OLD_LINEAGE = `
INSERT INTO place(id, fqn) VALUES (1, 's.d.a.x'), (2, 's.d.a.y');
INSERT INTO statement(id, service, origin, key, dialect, defaults, text, digest, first_seen, last_seen, times)
  VALUES (7, 's', 'view', 's.d.a.y', 'postgres', '{}', 'SELECT', 'd', 1, 1, 1);
INSERT INTO claim(statement, target, target_column, source, source_column, how, sure, rule, span_start, span_end) VALUES
  (7, 2, '', 1, '', '', 'exact', 'select item', 1, 2),
  (7, 2, 'b "2"', 1, 'a', 'AGGREGATION!,FILTER', 'star', 'select item', 3, 4),
  (7, 2, '', 1, 'c', 'FILTER', 'exact', 'condition', 5, 6);
INSERT INTO edge(service, origin, target, target_column, source, source_column)
  SELECT 's', 'view', target, target_column, source, source_column FROM claim;
INSERT INTO edge_change(run, added, origin, target, target_column, source, source_column)
  SELECT 1, 1, 'view', target, target_column, source, source_column FROM claim;
INSERT INTO edge_change(run, added, origin, target, target_column, source, source_column) VALUES
  (2, 0, 'view', 2, 'b "2"', 1, 'a'), (3, 1, 'view', 2, 'b "2"', 1, 'a');
`;

/** A catalog of an older version, open as any SQLite file, and its file. */
function catalogOf(version: number): { file: string; old: DatabaseSync } {
  const folder = mkdtempSync(join(tmpdir(), "headwater-lineage-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "catalog.db");
  const old = new DatabaseSync(file);
  old.exec(
    `${MIGRATIONS.slice(0, version).join("")} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${version};`,
  );
  return { file, old };
}

test("lineage of a catalog of the fifth version says the same as before", () => {
  const { file, old } = catalogOf(5);
  old.exec(OLD_LINEAGE);
  const rows = (db: { all: (sql: string) => unknown[] }, view: string): unknown[] =>
    db.all(`SELECT * FROM ${view} ORDER BY target_column, source_column${view === "edge_change" ? ", run" : ""}`);
  const reader = { all: (sql: string): unknown[] => old.prepare(sql).all() };
  const before = ["claim", "edge", "edge_change"].map((view) => rows(reader, view));
  old.close();
  const db = openDatabase(file);
  onTestFinished(() => db.close());
  expect(["claim", "edge", "edge_change"].map((view) => rows(db, view))).toEqual(before);
  expect(edgeBetween(db, "s.d.a.x", "s.d.a.y").columns).toEqual([
    { from: "a", to: 'b "2"', how: ["AGGREGATION!", "FILTER"], sure: "star" },
    { from: "c", to: "", how: ["FILTER"], sure: "exact" },
  ]);
  const [from, to] = [
    { table: "s.d.a.x", column: "a" },
    { table: "s.d.a.y", column: 'b "2"' },
  ];
  expect(edgeChanges(db, 1, 2)).toEqual([{ added: false, origin: "view", from, to }]);
  expect(edgeChanges(db, 0, 3)).toHaveLength(3);
  // The edges are kept as the next run would make them.
  expect(db.transaction(() => new ClaimWriter(db, "s").settle(4, null))).toEqual({ added: 0, removed: 0 });
  expect(db.all("SELECT * FROM route_change WHERE run = 4")).toEqual([]);
});

/** Two queries of the sixth version: one of `x` and `y`, run by two people on two days, and one of `y` alone. */
const OLD_USAGE = `
INSERT INTO place(id, fqn) VALUES (1, 's.d.a.x'), (2, 's.d.a.y');
INSERT INTO statement(id, service, origin, key, dialect, defaults, text, digest, first_seen, last_seen, times) VALUES
  (7, 's', 'query', 'k7', 'postgres', '{}', 'SELECT 7', 'd', 1, 1, 6), (8, 's', 'query', 'k8', 'postgres', '{}', 'SELECT 8', 'd', 1, 1, 2);
INSERT INTO use(statement, place, columns, joins) VALUES
  (7, 1, '["a","b"]', '[["a","s.d.a.y.id"]]'), (7, 2, '["id"]', NULL), (8, 2, '["id","c"]', NULL);
INSERT INTO tally(statement, day, user, times, duration_ms) VALUES
  (7, 20000, 'zoe', 2, 1000), (7, 20000, 'ana', 1, 500), (7, 20003, 'ana', 3, 4500), (8, 20003, '', 2, 10);
`;

test("usage of a catalog of the sixth version says the same as before, and is added to", () => {
  const { file, old } = catalogOf(6);
  old.exec(OLD_USAGE);
  old.close();
  const db = openDatabase(file);
  onTestFinished(() => db.close());
  expect(db.all("SELECT name FROM pragma_table_info('tally') WHERE pk > 0 ORDER BY pk")).toEqual(
    ["day", "statement", "user"].map((name) => ({ name })),
  );
  expect(topTables(db, "s", 20_003, 30, 10)).toMatchObject([
    { fqn: "s.d.a.y", times: 8, users: 2, percentileRank: 50 },
    { fqn: "s.d.a.x", times: 6, users: 2, percentileRank: 0 },
  ]);
  expect(usageOf(db, "s.d.a.x")).toMatchObject({
    dailyStats: { count: 3 },
    monthlyStats: { count: 6 },
    users: [
      { name: "ana", times: 4 },
      { name: "zoe", times: 2 },
    ],
    columns: [
      { name: "a", times: 6 },
      { name: "b", times: 6 },
    ],
    joins: [{ column: "a", with: "s.d.a.y.id", times: 6 }],
  });
  expect([...exportQueries(db)].map((line) => JSON.parse(line) as object)).toMatchObject([
    { name: "k7", duration: 1, usedBy: ["ana", "zoe"] },
    { name: "k8", duration: 0.005, usedBy: [] },
  ]);
  db.transaction(() =>
    addTallies(db, [
      { statement: 7, day: 20_003, user: "ana", times: 1, durationMs: 5 },
      { statement: 7, day: 20_040, user: "ana", times: 1, durationMs: 5 },
    ]),
  );
  // The days before the last thirty no longer count.
  expect(usageOf(db, "s.d.a.x")).toMatchObject({ date: "2024-11-13", monthlyStats: { count: 1 } });
  expect(topTables(db, "s", 20_003, 30, 1)).toMatchObject([{ times: 9 }]);
});
