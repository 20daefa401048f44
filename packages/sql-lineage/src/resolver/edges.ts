import { AGGREGATION, AMBIGUOUS, RECOVERED, kindOf, transformationOf } from "../how.ts";
import type { ColumnEdge, Confidence, DatasetEdge, Rule, Transformation } from "../result.ts";
import type { Budget } from "./budget.ts";
import type { Flow, Output, Source } from "./flow.ts";
import type { Influence } from "./influences.ts";
import type { Table } from "./tables.ts";

interface Draft {
  readonly source: Source;
  /** One way it takes part, or all of them. */
  hows: number | number[];
  readonly start: number;
  readonly end: number;
  readonly rule: Rule;
  /** The edge stands for columns nobody told us. */
  star: boolean;
}

interface Target {
  readonly table: Table | null;
  readonly column: string;
  readonly drafts: Draft[];
  /** Drafts by source, once there are many. */
  index: Map<Source, Draft> | null;
}

const INDEX_FROM = 16;

/** Collects the edges of a statement: one for each pair of columns, with every way one takes part in the other. */
export class Edges {
  private readonly budget: Budget;
  private readonly targets: Target[] = [];
  private readonly byName = new Map<string, Target[]>();

  constructor(budget: Budget) {
    this.budget = budget;
  }

  /** Adds what flows into a column. */
  add(
    table: Table | null,
    column: string,
    flows: readonly Flow[],
    at: { readonly start: number; readonly end: number },
    rule: Rule,
    star = false,
  ): void {
    if (flows.length === 0) return;
    this.budget.spend(8 * flows.length);
    const target = this.target(table, column);
    for (const { source, how } of flows) {
      const draft = find(target, source);
      if (draft === undefined) put(target, { source, hows: how, start: at.start, end: at.end, rule, star });
      else {
        addHow(draft, how);
        draft.star ||= star;
      }
    }
  }

  /** Adds the columns of a query's result. */
  addOutput(table: Table | null, column: string, output: Output, rule: Rule): void {
    this.add(table, column, output.flows, output, output.star === null ? rule : "star", output.star !== null);
  }

  /** Whether a column of `table` goes into another table's. */
  feedsAnother(table: Table): boolean {
    return this.targets.some(
      (target) => target.table !== table && target.drafts.some(({ source }) => source.table === table),
    );
  }

  private target(table: Table | null, column: string): Target {
    const lower = column.toLowerCase();
    const same = this.byName.get(lower);
    const known = same?.find((one) => one.table === table || one.table?.use.id === table?.use.id);
    // Columns of a result without a name are told apart by their place alone.
    if (known !== undefined && (table !== null || column !== "")) return known;
    const target: Target = { table, column, drafts: [], index: null };
    this.targets.push(target);
    if (same === undefined) this.byName.set(lower, [target]);
    else same.push(target);
    return target;
  }

  get items(): ColumnEdge[] {
    const edges: ColumnEdge[] = [];
    for (const { table, column, drafts } of this.targets) {
      const to = { table: table === null ? null : table.use.id, column };
      for (const { source, hows, start, end, rule, star } of drafts) {
        edges.push({
          from: source.shown,
          to,
          transformations: transformationsOf(hows),
          confidence: confidenceOf(source, hows, star),
          evidence: { span: [start, end], rule },
        });
      }
    }
    return edges;
  }
}

function find(target: Target, source: Source): Draft | undefined {
  if (target.index !== null) return target.index.get(source);
  for (const draft of target.drafts) if (draft.source === source) return draft;
  return undefined;
}

function put(target: Target, draft: Draft): void {
  target.drafts.push(draft);
  if (target.index !== null) target.index.set(draft.source, draft);
  else if (target.drafts.length > INDEX_FROM) target.index = new Map(target.drafts.map((one) => [one.source, one]));
}

function addHow(draft: { hows: number | number[] }, how: number): void {
  if (typeof draft.hows === "number") {
    if (draft.hows !== how) draft.hows = [draft.hows, how];
  } else if (!draft.hows.includes(how)) draft.hows.push(how);
}

/** What decides about rows, as edges to a table or to a result. */
export function datasetEdges(influences: readonly Influence[], to: Table | null, out: DatasetEdge[]): void {
  const bySource = new Map<Source, { hows: number | number[]; start: number; end: number }>();
  for (const { flow, start, end } of influences) {
    const known = bySource.get(flow.source);
    if (known === undefined) bySource.set(flow.source, { hows: flow.how, start, end });
    else addHow(known, flow.how);
  }
  const id = to === null ? null : to.use.id;
  for (const [source, { hows, start, end }] of bySource) {
    const ways = transformationsOf(hows);
    out.push({
      from: source.shown,
      to: id,
      transformations: ways,
      confidence: confidenceOf(source, hows, source.column === "*"),
      evidence: { span: [start, end], rule: ruleOf(ways[0]!) },
    });
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

const single: (readonly Transformation[] | undefined)[] = [];

function transformationsOf(hows: number | readonly number[]): readonly Transformation[] {
  if (typeof hows === "number") return (single[hows & 31] ??= [transformationOf(hows)]);
  const seen = new Set(hows.map((how) => how & 31));
  return [...seen].map((how) => transformationOf(how));
}

function confidenceOf(source: Source, hows: number | readonly number[], star: boolean): Confidence {
  let flags = 0;
  if (typeof hows === "number") flags = hows;
  else for (const how of hows) flags |= how;
  if ((flags & RECOVERED) !== 0) return "recovered";
  if ((flags & AMBIGUOUS) !== 0 || source.table === null || source.table.ambiguous) return "ambiguous";
  // Columns nobody told us, under a name of their own (`u AS t(a, b)`); the rows themselves (`count(*)`) are no such thing.
  return star || (source.column === "*" && kindOf(flags) < AGGREGATION) ? "star" : "exact";
}
