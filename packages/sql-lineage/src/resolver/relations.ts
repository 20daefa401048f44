import { compose, FILTER, IDENTITY, JOIN, TRANSFORMATION } from "../how.ts";
import type { FunctionRelation, Name, Relation, TableRelation } from "../ir.ts";
import { type Flow, type Output, through } from "./flow.ts";
import {
  derived,
  isKnown,
  knownNames,
  named,
  outputColumn,
  rowsOf,
  starOutput,
  tableOutputs,
  unfolded,
} from "./outputs.ts";
import type { CteEntry, Env, QueryResolver } from "./query.ts";
import { matched, pivoted, unpivoted } from "./reshaped.ts";
import { newScope, type Scope, type VariableValue, type Visible } from "./scope.ts";
import { expandStar } from "./stars.ts";

/** A relation as names see it, with what joins it to those before. */
export function visible(q: QueryResolver, relation: Relation, scope: Scope, env: Env | null): Visible {
  const result = sourceOf(q, relation, scope, env);
  const { join } = relation;
  if (join === null) return result;
  if (join.using === null && !join.natural) return join.hidden ? { ...result, hidden: true } : result;
  const names = join.using ?? naturalColumns(q, result, scope);
  const merged = new Set(names.map((name) => name.toLowerCase()));
  const right: Visible = { ...result, hidden: join.hidden, merged };
  for (const name of names) {
    const lower = name.toLowerCase();
    // A column that was merged before: what it was merged from has been told then.
    const before = scope.relations.findLast((side) => side.merged?.has(lower) === true);
    const sides = before === undefined ? [...scope.relations, right] : [before, right];
    q.budget.spend(sides.length);
    for (const flow of q.finder.mergedColumn(sides, name))
      q.influences.add(flow.source.by(compose(flow.how, JOIN)), relation.start, relation.end);
  }
  if (join.using === null) {
    q.budget.spend(8 * scope.relations.length);
    // Which columns a natural join is by is only known where both sides are.
    const sides = [...scope.relations, right];
    if (sides.some((side) => !isKnown(side)))
      for (const flow of rowsOf({ ...scope, relations: sides }))
        q.influences.add(flow.source.by(compose(flow.how, JOIN)), relation.start, relation.end);
  }
  return right;
}

/** Columns both sides of a natural join are known to have. */
function naturalColumns(q: QueryResolver, right: Visible, scope: Scope): string[] {
  q.budget.spend(scope.relations.length);
  const left = new Set<string>();
  for (const relation of scope.relations) for (const name of knownNames(relation)) left.add(name);
  return knownNames(right).filter((name) => left.has(name));
}

function sourceOf(q: QueryResolver, relation: Relation, scope: Scope, env: Env | null): Visible {
  const alias = relation.alias?.toLowerCase() ?? null;
  switch (relation.kind) {
    case "table":
      return tableOf(q, relation, alias, scope, env);
    case "query": {
      const outputs = q.query(relation.query, env, relation.lateral ? scope : scope.parent);
      return derived(alias, named(outputs, relation.columnAliases));
    }
    case "function":
      return functionOf(q, relation, alias, scope, env);
    case "pivot":
      return derived(alias, named(pivoted(q, relation, scope, env), relation.columnAliases));
    case "unpivot":
      return derived(alias, named(unpivoted(q, relation, scope, env), relation.columnAliases));
    case "match":
      return derived(alias, named(matched(q, relation, scope, env), relation.columnAliases));
    default: {
      const inner = newScope(scope.parent);
      q.from(relation.relations, inner, env);
      const outputs: Output[] = [];
      expandStar(
        q,
        {
          kind: "star",
          qualifier: null,
          except: [],
          replace: [],
          rename: [],
          pattern: false,
          how: IDENTITY,
          start: relation.start,
          end: relation.end,
        },
        inner,
        env,
        outputs,
      );
      return derived(alias, named(outputs, relation.columnAliases));
    }
  }
}

function tableOf(
  q: QueryResolver,
  relation: TableRelation,
  alias: string | null,
  scope: Scope,
  env: Env | null,
): Visible {
  const { name } = relation;
  if (relation.orValue === true) {
    const value = valueCalled(q, name, scope);
    if (value !== null) return derived(alias, [outputColumn(name.parts.at(-1)!, value, relation)]);
  }
  if (relation.source === "table") {
    if (name.parts.length === 1) {
      const entry = findCte(env, name.parts[0]!.toLowerCase());
      if (entry !== null) return cteOf(q, entry, relation, alias);
    } else if (q.dialect.features.implicitUnnest) {
      const value = pathValue(q, relation, scope);
      if (value !== null)
        return { ...derived(alias ?? name.parts.at(-1)!.toLowerCase(), unfolded(value, relation)), value };
    }
  }
  if (relation.source === "variable") {
    // A table variable that a query was put into (SAP HANA).
    const variable = name.parts[0]!.replace(/^:/, "").toLowerCase();
    const rows = q.finder.rowsOfVariable(variable);
    if (rows !== undefined && (rows.fields !== null || rows.flows.length > 0 || !/^[@:]/.test(name.parts[0]!)))
      return derived(alias ?? variable, named(variableOutputs(rows, relation), relation.columnAliases));
  }
  const table = q.tables.find(name, relation.source);
  q.reads.add(table);
  if (relation.columnAliases !== null && relation.columnAliases.length > 0) {
    const outputs = named(tableOutputs(table, relation), relation.columnAliases);
    return { ...derived(alias, outputs) };
  }
  return { alias, path: lowerPath(name), table, outputs: null, hidden: false, merged: null, value: null };
}

/** The columns of the rows a variable holds. */
function variableOutputs(
  { fields, flows, table }: VariableValue,
  at: { start: number; end: number },
): readonly Output[] {
  if (table !== undefined) return tableOutputs(table, at);
  const star = (of: readonly Flow[]): Output => starOutput(of, { except: null, whole: false }, at);
  if (fields === null) return flows.length === 0 ? [] : [star(flows)];
  return [...fields].map(([field, of]) => (field === "*" ? star(of) : outputColumn(field, of, at)));
}

/** A value in sight under a name: an alias, or a column that is known to be there. */
function valueCalled(q: QueryResolver, name: Name, scope: Scope): readonly Flow[] | null {
  const lower = name.parts[0]!.toLowerCase();
  for (let at = scope.parent; at !== null; at = at.parent) {
    const isColumn = name.parts.length === 1 && at.relations.some((relation) => knownNames(relation).includes(lower));
    const isQualified = name.parts.length > 1 && q.finder.matching(at, [lower]).length > 0;
    if (at.aliases?.has(lower) === true || isColumn || isQualified) return q.finder.find(name, at, true);
  }
  return null;
}

function cteOf(q: QueryResolver, entry: CteEntry, relation: TableRelation, alias: string | null): Visible {
  let outputs: readonly Output[];
  if (entry.anchor !== null) outputs = entry.anchor;
  else {
    const result = q.cteResult(entry);
    q.influences.addAll(result.influences);
    ({ outputs } = result);
  }
  return { ...derived(alias ?? relation.name.parts[0]!.toLowerCase(), named(outputs, relation.columnAliases)) };
}

/** `FROM t, t.items`: a path into a column of an earlier relation. */
function pathValue(q: QueryResolver, relation: TableRelation, scope: Scope): readonly Flow[] | null {
  const [first] = relation.name.parts;
  for (let at: Scope | null = scope; at !== null; at = at.parent) {
    if (q.finder.matching(at, [first!.toLowerCase()]).length > 0)
      return through(q.finder.find(relation.name, scope, false), TRANSFORMATION);
  }
  return null;
}

function functionOf(
  q: QueryResolver,
  relation: FunctionRelation,
  alias: string | null,
  scope: Scope,
  env: Env | null,
): Visible {
  const flows = q.flows(relation.expr, scope, env);
  const { name, columnAliases, columns, counters } = relation;
  if (name !== null && !relation.builtin) return unknownFunction(q, relation, name, alias, scope, env);
  const at = { start: relation.start, end: relation.end };
  const outputs: Output[] = [];
  const names = columnAliases ?? columns;
  if (names === null) {
    outputs.push({ name: "*", lower: "*", named: true, flows, star: { except: null, whole: true }, ...at });
    for (const counter of counters) outputs.push(outputColumn(counter, [], at));
  } else {
    // Ordinality comes last among the aliases.
    const counted = columnAliases !== null && counters.length > 0 ? names.length - counters.length : names.length;
    // Side by side only when there are as many: a map or an array of rows gives several columns.
    const parts = relation.parts?.length === counted ? relation.parts.map((part) => q.flows(part, scope, env)) : null;
    names.forEach((columnName, i) =>
      outputs.push(outputColumn(columnName, i < counted ? (parts?.[i] ?? flows) : [], at)),
    );
    if (columnAliases === null) for (const counter of counters) outputs.push(outputColumn(counter, [], at));
  }
  return { ...derived(alias ?? (name === null ? null : name.parts.at(-1)!.toLowerCase()), outputs), value: flows };
}

/**
 * A function of the user's own: where its columns come from is inside it. They are its own columns; what it is called with
 * decides about its rows.
 */
function unknownFunction(
  q: QueryResolver,
  relation: FunctionRelation,
  name: Name,
  alias: string | null,
  scope: Scope,
  env: Env | null,
): Visible {
  const { columnAliases, columns } = relation;
  const table = q.tables.function(name);
  q.reads.add(table);
  for (const flow of q.flows(relation.expr, scope, env))
    // A word among the arguments that no relation can have is an option, not a column.
    if (flow.source.table !== null || flow.source.candidates!.length > 0)
      q.influences.add(flow.source.by(compose(flow.how, FILTER)), relation.start, relation.end);
  const own = alias ?? name.parts.at(-1)!.toLowerCase();
  const names = columnAliases ?? columns;
  if (names === null)
    return { ...derived(own, tableOutputs(table, relation)), value: [table.source("*").by(IDENTITY)] };
  return {
    ...derived(
      own,
      names.map((columnName) => outputColumn(columnName, [table.source(columnName).by(IDENTITY)], relation)),
    ),
    value: [table.source("*").by(IDENTITY)],
  };
}

function findCte(env: Env | null, lower: string): CteEntry | null {
  for (let at = env; at !== null; at = at.parent) {
    if (at.name === lower) return at.entry;
  }
  return null;
}

/** The parts of a name in lower case, without those left out. */
function lowerPath({ parts }: Name): readonly string[] {
  if (parts.length === 1) return [parts[0]!.toLowerCase()];
  const path: string[] = [];
  for (const part of parts) if (part !== "") path.push(part.toLowerCase());
  return path;
}
