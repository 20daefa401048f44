import { HOW_COUNT, type How, IDENTITY, compose } from "../how.ts";
import type { ColumnSource } from "../result.ts";
import type { Table } from "./tables.ts";

/** Tables an ambiguous column is said to be perhaps of; where there are more, nobody is helped by a longer list. */
const MAX_CANDIDATES = 100;

/**
 * A column that data comes from. There is one object for each in a script, so that two flows from the same column are the same
 * object and sets of them are sets of pointers.
 */
export class Source {
  /** Null when it may be one of several. */
  readonly table: Table | null;
  /** `*` for all columns, or the rows themselves. */
  readonly column: string;
  readonly candidates: readonly Table[] | null;
  private flow: Flow | null = null;
  private flows: (Flow | undefined)[] | null = null;
  private shownAs: ColumnSource | null = null;

  constructor(table: Table | null, column: string, candidates: readonly Table[] | null) {
    this.table = table;
    this.column = column;
    this.candidates = candidates;
  }

  /** This column taking part by `how`. */
  by(how: How): Flow {
    // Most columns take part in one way only.
    if (this.flow === null) return (this.flow = { source: this, how });
    if (this.flow.how === how) return this.flow;
    this.flows ??= [];
    return (this.flows[how & (HOW_COUNT - 1)] ??= { source: this, how });
  }

  /** As it stands in results. */
  get shown(): ColumnSource {
    const { table, column, candidates } = this;
    return (this.shownAs ??=
      table !== null
        ? { table: table.use.id, column }
        : { table: null, column, candidates: (candidates ?? []).slice(0, MAX_CANDIDATES).map(({ use }) => use.id) });
  }
}

/** A source and how it takes part. One object for each pair. */
export interface Flow {
  readonly source: Source;
  readonly how: How;
}

const INDEX_FROM = 24;

/** A growing set of flows, in the order they came. */
export class FlowSet {
  readonly items: Flow[] = [];
  private index: Set<Flow> | null = null;

  add(flow: Flow): void {
    const { items } = this;
    if (this.index !== null) {
      if (this.index.has(flow)) return;
      this.index.add(flow);
    } else {
      if (items.includes(flow)) return;
      if (items.length >= INDEX_FROM) this.index = new Set(items).add(flow);
    }
    items.push(flow);
  }

  /** Adds flows that go on by `how`. */
  addAll(flows: readonly Flow[], how: How = IDENTITY): void {
    if (how === IDENTITY) for (const flow of flows) this.add(flow);
    else for (const flow of flows) this.add(flow.source.by(compose(flow.how, how)));
  }
}

/** Flows that go on by `how`. */
export function through(flows: readonly Flow[], how: How): readonly Flow[] {
  if (how === IDENTITY) return flows;
  if (flows.length === 1) {
    const { source, how: inner } = flows[0]!;
    return [source.by(compose(inner, how))];
  }
  const set = new FlowSet();
  set.addAll(flows, how);
  return set.items;
}

/** A column of a result. */
export interface Output {
  readonly name: string;
  /** In lower case, to find it by. */
  readonly lower: string;
  /** False when `name` is only the text of the expression. */
  readonly named: boolean;
  readonly flows: readonly Flow[];
  /** Stands for columns nobody told us. */
  readonly star: Star | null;
  /** Where it stands in the text. */
  readonly start: number;
  readonly end: number;
}

export interface Star {
  /** Columns that are not among them, in lower case. */
  readonly except: ReadonlySet<string> | null;
  /** They all come from the flows as they are (a function's result), not from columns of the same name. */
  readonly whole: boolean;
}

/** The same output under another name. */
export function renamed(output: Output, name: string): Output {
  return { ...output, name, lower: name.toLowerCase(), named: true };
}
