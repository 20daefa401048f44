import { IDENTITY } from "../how.ts";
import { type Flow, FlowSet, type Output, renamed, type Star } from "./flow.ts";
import type { Scope, Visible } from "./scope.ts";
import type { Table } from "./tables.ts";

/** A relation of known outputs. */
export function derived(alias: string | null, outputs: readonly Output[]): Visible {
  return { alias, path: null, table: null, outputs, hidden: false, merged: null, value: null };
}

/** A column with a name. */
export function outputColumn(name: string, flows: readonly Flow[], at: { start: number; end: number }): Output {
  return { name, lower: name.toLowerCase(), named: true, flows, star: null, start: at.start, end: at.end };
}

/** Columns nobody told us. */
export function starOutput(flows: readonly Flow[], star: Star, at: { start: number; end: number }): Output {
  return { name: "*", lower: "*", named: true, flows, star, start: at.start, end: at.end };
}

/** The columns of a base table, as outputs. */
export function tableOutputs(table: Table, at: { start: number; end: number }): Output[] {
  if (table.columns === null) return [starOutput([table.source("*").by(IDENTITY)], { except: null, whole: false }, at)];
  return table.columns.map((name) => outputColumn(name, [table.source(name).by(IDENTITY)], at));
}

/** What comes out of an unnested value: one column of its own name, or any fields. */
export function unfolded(value: readonly Flow[], at: { start: number; end: number }): Output[] {
  return [starOutput(value, { except: null, whole: true }, at)];
}

/** Outputs under the names of a column list. */
export function named(outputs: readonly Output[], columns: readonly string[] | null): readonly Output[] {
  if (columns === null || columns.length === 0) return outputs;
  const star = outputs.findIndex((output) => output.star !== null);
  if (star >= 0 && star < columns.length) {
    const last = outputs.findLastIndex((output) => output.star !== null);
    const behind = outputs.length - 1 - last;
    // Names before the first star and behind the last count from their end; those between are some of the stars' columns.
    const all = new FlowSet();
    for (const output of outputs.slice(star, last + 1)) all.addAll(output.flows);
    return columns.map((name, i) => {
      const fromEnd = columns.length - 1 - i;
      if (i < star) return renamed(outputs[i]!, name);
      if (fromEnd < behind) return renamed(outputs[outputs.length - 1 - fromEnd]!, name);
      return { ...renamed(outputs[star]!, name), flows: all.items, star: null };
    });
  }
  return outputs.map((output, i) => (columns[i] === undefined ? output : renamed(output, columns[i])));
}

/** A query's columns as a relation without a name. */
export function unnamed(outputs: readonly Output[]): Visible {
  return { alias: null, path: null, table: null, outputs, hidden: false, merged: null, value: null };
}

/** The rows of the relations themselves, for what counts them. */
export function rowsOf(scope: Scope): Flow[] {
  const flows: Flow[] = [];
  for (const { table, outputs, hidden } of scope.relations) {
    if (hidden) continue;
    if (table !== null) flows.push(table.source("*").by(IDENTITY));
    else for (const output of outputs ?? []) if (output.star?.whole === false) flows.push(...output.flows);
  }
  return flows;
}

/** The names of the columns a relation is known to have, in lower case. */
export function knownNames(relation: Visible): string[] {
  if (relation.table !== null) return (relation.table.columns ?? []).map((name) => name.toLowerCase());
  return (relation.outputs ?? []).filter(({ star }) => star === null).map(({ lower }) => lower);
}

/** Whether all columns of a relation are known. */
export function isKnown(relation: Visible): boolean {
  if (relation.table !== null) return relation.table.columns !== null;
  return (relation.outputs ?? []).every(({ star }) => star === null);
}
