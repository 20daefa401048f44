import { analyze } from "@headwater/sql-lineage";
import { type Data, dialectFor } from "../data.ts";
import { READ_KINDS } from "./read.ts";

export interface Speed {
  /** Statements a second, warm, one thread; the median of the rounds. */
  readonly perSecond: number;
  /** The same for the spike, in the same rounds. */
  readonly spikePerSecond: number;
  /** Of single statements, warm, in milliseconds. */
  readonly p99: number;
  readonly statements: number;
}

/** The statements that are timed: everything that moves rows, and the TPC queries. */
export function timed(data: Data): { readonly sql: string; readonly dialect: string }[] {
  return [...data.statements.filter(({ kind }) => READ_KINDS.has(kind)), ...data.tpc].map(({ sql, dialect }) => ({
    sql,
    dialect,
  }));
}

/** Times the engine and the spike in turns, so that both meet the same machine. */
export async function measureSpeed(data: Data, rounds: number): Promise<Speed> {
  const {
    irOf,
  }: {
    irOf: (sql: string, dialect: string) => { irs: unknown[] };
  } = await import(new URL("../../fixtures/spike/spike.mjs", import.meta.url).href);
  const {
    analyzeStmt,
    Catalog,
  }: {
    analyzeStmt: (statement: unknown, catalog: unknown, options: object) => unknown;
    Catalog: new (schema: object) => unknown;
  } = await import(new URL("../../fixtures/spike/resolver.mjs", import.meta.url).href);
  const queries = timed(data).map(({ sql, dialect }) => ({ sql, name: dialect, dialect: dialectFor(dialect) }));
  const ours: number[] = [];
  const spike: number[] = [];
  let times = new Float64Array();
  for (let round = 0; round < rounds; round++) {
    times = new Float64Array(queries.length);
    let started = performance.now();
    for (let i = 0; i < queries.length; i++) {
      const { sql, dialect } = queries[i]!;
      const before = performance.now();
      await analyze(sql, { dialect });
      times[i] = performance.now() - before;
    }
    ours.push((1000 * queries.length) / (performance.now() - started));
    started = performance.now();
    for (const { sql, name } of queries) {
      const catalog = new Catalog({});
      for (const statement of irOf(sql, name).irs) {
        try {
          analyzeStmt(statement, catalog, {});
        } catch {
          // The spike fails on some; that is its own time saved.
        }
      }
    }
    spike.push((1000 * queries.length) / (performance.now() - started));
  }
  times.sort();
  return {
    perSecond: median(ours.slice(1)),
    spikePerSecond: median(spike.slice(1)),
    p99: times[Math.floor(times.length * 0.99)] ?? 0,
    statements: queries.length,
  };
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
