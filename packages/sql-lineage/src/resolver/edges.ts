import { AGGREGATION, AMBIGUOUS, RECOVERED, kindOf, transformationOf } from "../how.ts";
import type { ColumnEdge, ColumnSource, Confidence, DatasetEdge, Rule, Transformation } from "../result.ts";
import type { Flow, Output, Source } from "./flow.ts";
import type { Influence } from "./query.ts";
import type { Table } from "./tables.ts";

interface Draft {
  readonly source: Source;
  readonly hows: number[];
  readonly start: number;
  readonly end: number;
  readonly rule: Rule;
  /** The edge stands for columns nobody told us. */
  star: boolean;
}

/** Collects the edges of a statement: one for each pair of columns, with every way one takes part in the other. */
export class Edges {
  private readonly columns: { readonly table: Table | null; readonly column: string; readonly bySource: Map<Source, Draft> }[] = [];
  private readonly byTarget = new Map<string, number>();

  /** Adds what flows into a column. */
  add(table: Table | null, column: string, flows: readonly Flow[], at: { readonly start: number; readonly end: number }, rule: Rule, star = false): void {
    if (flows.length === 0) return;
    // Columns of a result without a name are told apart by their place alone.
    const key = table === null && column === "" ? `\0${this.columns.length}` : `${table?.use.id ?? ""}\0${column.toLowerCase()}`;
    let index = this.byTarget.get(key);
    if (index === undefined) {
      index = this.columns.length;
      this.byTarget.set(key, index);
      this.columns.push({ table, column, bySource: new Map() });
    }
    const { bySource } = this.columns[index]!;
    for (const { source, how } of flows) {
      const draft = bySource.get(source);
      if (draft === undefined) bySource.set(source, { source, hows: [how], start: at.start, end: at.end, rule, star });
      else {
        if (!draft.hows.includes(how)) draft.hows.push(how);
        draft.star ||= star;
      }
    }
  }

  /** Adds the columns of a query's result. */
  addOutput(table: Table | null, column: string, output: Output, rule: Rule): void {
    this.add(table, column, output.flows, output, output.star === null ? rule : "star", output.star !== null);
  }

  get items(): ColumnEdge[] {
    const edges: ColumnEdge[] = [];
    for (const { table, column, bySource } of this.columns) {
      const to = { table: table?.use.id ?? null, column };
      for (const { source, hows, start, end, rule, star } of bySource.values()) {
        edges.push({ from: sourceOf(source), to, transformations: transformationsOf(hows), confidence: confidenceOf(source, hows, star), evidence: { span: [start, end], rule } });
      }
    }
    return edges;
  }
}

/** What decides about rows, as edges to a table or to a result. */
export function datasetEdges(influences: readonly Influence[], to: Table | null, out: DatasetEdge[]): void {
  const bySource = new Map<Source, { hows: number[]; start: number; end: number }>();
  for (const { flow, start, end } of influences) {
    const known = bySource.get(flow.source);
    if (known === undefined) bySource.set(flow.source, { hows: [flow.how], start, end });
    else if (!known.hows.includes(flow.how)) known.hows.push(flow.how);
  }
  for (const [source, { hows, start, end }] of bySource) {
    const transformations = transformationsOf(hows);
    out.push({ from: sourceOf(source), to: to?.use.id ?? null, transformations, confidence: confidenceOf(source, hows, source.column === "*"), evidence: { span: [start, end], rule: ruleOf(transformations[0]!) } });
  }
}

function ruleOf({ subtype }: Transformation): Rule {
  switch (subtype) {
    case "JOIN":
      return "join";
    case "GROUP_BY":
      return "group by";
    case "SORT":
      return "order by";
    case "WINDOW":
      return "window";
    default:
      return "condition";
  }
}

const sources = new WeakMap<Source, ColumnSource>();

function sourceOf(source: Source): ColumnSource {
  let found = sources.get(source);
  if (found === undefined) {
    const { table, column, candidates } = source;
    found = table !== null ? { table: table.use.id, column } : { table: null, column, candidates: (candidates ?? []).map((candidate) => candidate.use.id) };
    sources.set(source, found);
  }
  return found;
}

const transformations = new Map<number, readonly Transformation[]>();

function transformationsOf(hows: readonly number[]): readonly Transformation[] {
  if (hows.length === 1) {
    const [how] = hows;
    let one = transformations.get(how! & 31);
    if (one === undefined) {
      one = [transformationOf(how!)];
      transformations.set(how! & 31, one);
    }
    return one;
  }
  const seen = new Set(hows.map((how) => how & 31));
  return [...seen].map((how) => transformationOf(how));
}

function confidenceOf(source: Source, hows: readonly number[], star: boolean): Confidence {
  let flags = 0;
  for (const how of hows) flags |= how;
  if ((flags & RECOVERED) !== 0) return "recovered";
  if ((flags & AMBIGUOUS) !== 0 || source.table === null || source.table.ambiguous) return "ambiguous";
  // Columns nobody told us, under a name of their own (`u AS t(a, b)`); the rows themselves (`count(*)`) are no such thing.
  return star || (source.column === "*" && kindOf(flags) < AGGREGATION) ? "star" : "exact";
}
