import { analyze, schemaOf } from "@headwater/sql-lineage";
import { same, targetName } from "../answer.ts";
import { type TpcQuery, dialectFor } from "../data.ts";

export interface TpcResult {
  readonly query: TpcQuery;
  readonly columns: number;
  readonly exact: number;
  readonly tables: boolean;
  /** What differs, for people. */
  readonly differences: readonly string[];
}

/** Reads the TPC queries with their schemas: every column's sources, and the tables. */
export async function measureTpc(queries: readonly TpcQuery[]): Promise<TpcResult[]> {
  const results: TpcResult[] = [];
  for (const query of queries) {
    const { statements } = await analyze(query.sql, {
      dialect: dialectFor(query.dialect),
      schema: schemaOf(query.schema),
    });
    const bySource = new Map<string, Set<string>>();
    for (const { from, to } of statements.flatMap((statement) => statement.columns)) {
      if (from.column === "*" && to.column !== "*") continue;
      const name = targetName(to.column);
      const set = bySource.get(name) ?? new Set();
      set.add(`${from.table ?? "?"}.${from.column}`.toLowerCase());
      bySource.set(name, set);
    }
    // Columns without a name, or with the same one, cannot be told apart by anybody: they count together.
    const wanted = new Map<string, Set<string>>();
    const outputs = statements.length === 1 ? statements[0]!.outputs : null;
    const keys = query.columns.map(([name], i) => targetName(outputs?.[i]?.name ?? name));
    for (const [i, [, sources]] of query.columns.entries()) {
      const key = keys[i]!;
      const set = wanted.get(key) ?? new Set();
      for (const [table, column] of sources) set.add(`${table}.${column}`.toLowerCase());
      wanted.set(key, set);
    }
    const differences: string[] = [];
    let exact = 0;
    for (const [i, [name]] of query.columns.entries()) {
      const key = keys[i]!;
      const got = [...(bySource.get(key) ?? [])].toSorted();
      const want = [...wanted.get(key)!].toSorted();
      if (same(got, want)) exact++;
      else differences.push(`${name}: got ${got.join(", ")}; wanted ${want.join(", ")}`);
    }
    const tables = [...new Set(statements.flatMap(({ reads }) => reads.map(({ id }) => id.toLowerCase())))].toSorted();
    const sameTables = same(tables, query.tables.map((table) => table.toLowerCase()).toSorted());
    if (!sameTables) differences.push(`tables: got ${tables.join(", ")}; wanted ${query.tables.join(", ")}`);
    results.push({ query, columns: query.columns.length, exact, tables: sameTables, differences });
  }
  return results;
}
