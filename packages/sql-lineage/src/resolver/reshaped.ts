import type { MatchRelation, PivotRelation, UnpivotRelation } from "../ir.ts";
import { FlowSet, type Output } from "./flow.ts";
import { outputColumn } from "./outputs.ts";
import type { Env, QueryResolver } from "./query.ts";
import { newScope, type Scope } from "./scope.ts";
import { expandWithout } from "./stars.ts";

/** PIVOT: what is left over of its input, and a column for each value. */
export function pivoted(q: QueryResolver, relation: PivotRelation, scope: Scope, env: Env | null): Output[] {
  const inner = newScope(scope.parent);
  inner.relations.push(q.relation({ ...relation.input, join: null }, scope, env));
  const aggregates = relation.aggregates.map((expr) => q.flows(expr, inner, env));
  q.influence(relation.keys, inner, env);
  const used = new Set<string>();
  for (const expr of [...relation.aggregates, relation.keys])
    for (const { name } of expr.refs) used.add(name.parts.at(-1)!.toLowerCase());
  const at = { start: relation.start, end: relation.end };
  const outputs: Output[] = [];
  if (relation.groupBy !== null) {
    for (const { name } of relation.groupBy.refs)
      outputs.push(outputColumn(name.parts.at(-1)!, q.finder.find(name, inner, false), at));
  } else expandWithout(q, inner.relations[0]!, used, at, outputs);
  for (const { name, aggregate } of relation.outputs) outputs.push(outputColumn(name, aggregates[aggregate] ?? [], at));
  if (relation.open) {
    const set = new FlowSet();
    for (const flows of aggregates) set.addAll(flows);
    outputs.push({
      name: "*",
      lower: "*",
      named: true,
      flows: set.items,
      star: { except: null, whole: true },
      ...at,
    });
  }
  return outputs;
}

/** UNPIVOT: what is left over of its input, the names and the values. */
export function unpivoted(q: QueryResolver, relation: UnpivotRelation, scope: Scope, env: Env | null): Output[] {
  const inner = newScope(scope.parent);
  inner.relations.push(q.relation({ ...relation.input, join: null }, scope, env));
  const used = new Set(relation.values.flatMap(({ from }) => from.map((name) => name.parts.at(-1)!.toLowerCase())));
  const at = { start: relation.start, end: relation.end };
  const outputs: Output[] = [];
  expandWithout(q, inner.relations[0]!, used, at, outputs);
  for (const key of relation.keys) outputs.push(outputColumn(key, [], at));
  for (const { name, from } of relation.values) {
    const set = new FlowSet();
    for (const source of from) set.addAll(q.finder.find(source, inner, false));
    outputs.push(outputColumn(name, set.items, at));
  }
  return outputs;
}

/** MATCH_RECOGNIZE: what it is partitioned by or all of its rows, and its measures. */
export function matched(q: QueryResolver, relation: MatchRelation, scope: Scope, env: Env | null): Output[] {
  const inner = newScope(scope.parent);
  const input = q.relation({ ...relation.input, join: null }, scope, env);
  inner.relations.push(input);
  // Pattern variables stand for rows of the input.
  for (const variable of relation.variables)
    inner.relations.push({
      ...input,
      alias: variable.toLowerCase(),
      path: null,
      hidden: true,
      outputs: input.outputs,
      table: input.table,
    });
  const at = { start: relation.start, end: relation.end };
  const outputs: Output[] = [];
  const only = newScope(scope.parent);
  only.relations.push(input);
  q.influence(relation.conditions, inner, env);
  q.influence(relation.partition, only, env);
  if (relation.allRows) expandWithout(q, input, new Set(), at, outputs);
  else
    for (const { name } of relation.partition.refs)
      outputs.push(outputColumn(name.parts.at(-1)!, q.finder.find(name, only, false), at));
  for (const { name, expr } of relation.measures) {
    const set = new FlowSet();
    for (const ref of expr.refs)
      set.addAll(q.finder.find(ref.name, ref.name.parts.length > 1 ? inner : only, false), ref.how);
    outputs.push({ ...outputColumn(name ?? "", set.items, at), named: name !== null });
  }
  return outputs;
}
