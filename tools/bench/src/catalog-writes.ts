import { DatabaseSync } from "node:sqlite";

/** Tables of the catalog that say how a run went and where it read, not what it found. */
const RUN_STATE = ["absence", "grants", "lease", "postponed", "run", "run_event", "scope", "service", "stage", "unit"];

/**
 * How many rows `work` inserts, updates or deletes in each table of a catalog file, tables of run state left out; an update that
 * changes nothing counts. The file is marked by it: do not measure with it afterwards.
 */
export async function catalogWrites(file: string, work: () => Promise<void>): Promise<Record<string, number>> {
  const before = withCatalog(file, (db) => {
    db.exec("CREATE TABLE bench_write(name TEXT NOT NULL) STRICT");
    for (const name of tables(db, "table"))
      for (const change of ["INSERT", "UPDATE", "DELETE"])
        db.exec(
          `CREATE TRIGGER bench_${name}_${change} AFTER ${change} ON "${name}" BEGIN INSERT INTO bench_write VALUES ('${name}'); END`,
        );
    return searchRows(db);
  });
  await work();
  return withCatalog(file, (db) => {
    const writes: Record<string, number> = {};
    for (const name of tables(db, "table")) writes[name] = 0;
    for (const { name, n } of db.prepare("SELECT name, count(*) AS n FROM bench_write GROUP BY name").all())
      writes[String(name)] = Number(n);
    const after = searchRows(db);
    writes["search"] = missing(before, after) + missing(after, before);
    return writes;
  });
}

function withCatalog<T>(file: string, read: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(file);
  try {
    return read(db);
  } finally {
    db.close();
  }
}

function tables(db: DatabaseSync, type: "table" | "shadow"): string[] {
  return db
    .prepare(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = ? AND name NOT LIKE 'sqlite%' ORDER BY name",
    )
    .all(type)
    .map((row) => String(row["name"]))
    .filter((name) => !RUN_STATE.includes(name) && name !== "bench_write");
}

/** The rows behind the full-text index, which takes no triggers; it never writes a row without changing it. */
function searchRows(db: DatabaseSync): Set<string> {
  const rows = new Set<string>();
  for (const name of tables(db, "shadow")) {
    const select = db.prepare(`SELECT * FROM "${name}"`);
    select.setReadBigInts(true);
    select.setReturnArrays(true);
    const plain = (cell: unknown): string =>
      cell instanceof Uint8Array ? Buffer.from(cell).toString("base64") : String(cell);
    for (const row of select.iterate() as Iterable<unknown[]>) rows.add(`${name} ${row.map(plain).join(" ")}`);
  }
  return rows;
}

const missing = (rows: ReadonlySet<string>, from: ReadonlySet<string>): number =>
  [...rows].filter((row) => !from.has(row)).length;
