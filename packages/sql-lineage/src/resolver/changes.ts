import { IDENTITY, TRANSFORMATION } from "../how.ts";
import type {
  Assignment,
  DeleteStatement,
  Expr,
  MergeAction,
  MergeStatement,
  Name,
  Relation,
  TargetTable,
  UpdateStatement,
} from "../ir.ts";
import type { Rule } from "../result.ts";
import type { Flow, Output } from "./flow.ts";
import type { OneStatement } from "./one-statement.ts";
import { tableOutputs } from "./outputs.ts";
import type { Env } from "./query.ts";
import { newScope, type Scope, type Visible } from "./scope.ts";
import type { Table } from "./tables.ts";

/** UPDATE. */
export function update(s: OneStatement, statement: UpdateStatement): void {
  s.draft.kind = "update";
  const env = s.queries.withCtes(statement.ctes, s.env, null);
  // What a WITH or a subquery reads is read, be it the table that is changed.
  const ofQueries = new Set(s.queries.reads);
  const scope = newScope(null);
  for (const relation of statement.select.from) {
    if (relation.kind !== "query" || relation === statement.target) s.queries.from([relation], scope, env);
    else for (const table of readsOf(s, () => s.queries.from([relation], scope, env))) ofQueries.add(table);
  }
  const first = scope.relations[0];
  const target = updated(s, statement.target, scope, columnsOf(statement.assignments));
  const reads = s.queries.reads;
  const listed = [...reads];
  reads.clear();
  for (const assignment of statement.assignments) {
    const named = owner(s, assignment.column, scope);
    const into = named?.table == null ? target : { table: named.table, outputs: null };
    if (into !== null) assignColumn(s, into, assignment, scope, env, "update set");
  }
  if (target !== null && s.draft.writes.length === 0) s.writeTable(target.table, "update");
  if (target === null) unresolvedTarget(s, statement.target);
  s.queries.influence(statement.select.influence, scope, env);
  // The table that is changed counts as read only where it is joined to itself, a subquery reads it, or another takes its values.
  const nested = [...reads];
  reads.clear();
  for (const table of listed)
    if (
      !s.draft.writes.some(({ id }) => id === table.use.id) ||
      !(
        scope.relations.some((relation) => relation.table === table) ||
        (statement.target.kind === "query" && target?.table === table)
      ) ||
      ofQueries.has(table) ||
      joinedToItself(scope, table, first) ||
      (s.draft.writes.length > 1 && s.draft.edges.feedsAnother(table))
    )
      reads.add(table);
  for (const table of nested) reads.add(table);
  s.decided(target?.table ?? null);
  if (statement.returning !== null && target !== null && statement.target.kind === "table")
    s.returning(statement.returning, target.table, statement.target, scope);
}

/** The tables that `read` reads, whether they were read before or not. */
function readsOf(s: OneStatement, read: () => void): Table[] {
  const { reads } = s.queries;
  const before = [...reads];
  reads.clear();
  read();
  const own = [...reads];
  reads.clear();
  for (const table of [...before, ...own]) reads.add(table);
  return own;
}

function unresolvedTarget(s: OneStatement, { start, end }: Relation): void {
  s.draft.gaps.push({
    span: [start, Math.max(start, end)],
    reason: "unresolved",
    detail: `which table is changed behind ${s.text.slice(start, Math.min(end, start + 60))}`,
  });
}

/** What an UPDATE changes: the first relation, or the one in FROM that its name is the alias of. */
function updated(s: OneStatement, target: Relation, scope: Scope, columns: ReadonlySet<string>): Changed | null {
  const first = scope.relations[0] ?? null;
  if (target.kind === "table" && target.name.parts.length === 1 && target.alias === null) {
    const lower = target.name.parts[0]!.toLowerCase();
    const others = scope.relations.slice(1);
    const other =
      others.find((relation) => relation.alias === lower) ??
      others.find(({ table, path, alias }) => table !== null && path?.at(-1) === lower && alias === null);
    if (other !== undefined) {
      // `UPDATE a SET … FROM t AS a`: the name is only an alias, and no table of its own.
      if (first?.table != null && first.table !== other.table) s.queries.reads.delete(first.table);
      scope.relations.shift();
      return changed(other, columns);
    }
  }
  return first === null ? null : changed(first, columns);
}

function joinedToItself(scope: Scope, table: Table, first: Visible | undefined): boolean {
  const same = scope.relations.filter((relation) => relation.table === table);
  return same.length > 1 && same.some((relation) => relation !== first && relation.alias !== null);
}

/** The relation an assignment's qualifier names. */
function owner(s: OneStatement, column: Name, scope: Scope): Visible | null {
  if (column.parts.length < 2) return null;
  const qualifier = column.parts.slice(0, -1).map((part) => part.toLowerCase());
  return s.finder.matching(scope, qualifier).find(({ table }) => table !== null) ?? null;
}

/** How many parts of a column's name say which relation it is of: the rest is the column, and fields of its value. */
function ownerParts(s: OneStatement, column: Name, scope: Scope): number {
  for (let count = column.parts.length - 1; count > 0; count--) {
    const qualifier = column.parts.slice(0, count).map((part) => part.toLowerCase());
    if (s.finder.matching(scope, qualifier).length > 0) return count;
  }
  return 0;
}

function assignColumn(
  s: OneStatement,
  { table, outputs: view }: Changed,
  { column, expr, position, keeps }: Assignment,
  scope: Scope,
  env: Env | null,
  rule: Rule,
): void {
  let flows: readonly Flow[];
  if (position !== null && expr.queries.length === 1 && expr.refs.length === 0) {
    const outputs = s.queries.query(expr.queries[0]!.query, env, scope);
    const output = outputs.some(({ star }) => star !== null) ? undefined : outputs[position];
    flows = output?.flows ?? outputs.flatMap((one) => one.flows);
  } else flows = s.queries.outputOf(expr, null, scope, env).flows;
  s.writeTable(table, rule === "update set" ? "update" : "merge");
  // `SET a.b = …` with no relation called a: a field of the column a.
  const name = s.columnName(table, column.parts[ownerParts(s, column, scope)]!);
  const behind = view
    ?.find(({ lower }) => lower === name.toLowerCase())
    ?.flows.find(({ source }) => source.table === table);
  const written = behind?.source.column ?? name;
  if (keeps === true) flows = [...flows, table.source(written).by(TRANSFORMATION)];
  s.draft.edges.add(table, written, flows, expr, rule);
}

/** DELETE. */
export function deleteRows(s: OneStatement, statement: DeleteStatement): void {
  s.draft.kind = "delete";
  const env = s.queries.withCtes(statement.ctes, s.env, null);
  const scope = newScope(null);
  s.queries.from(statement.select.from, scope, env);
  const tables: { target: TargetTable | null; table: Table | null }[] = statement.targets
    .filter(({ name }) => name.parts.length > 0)
    .map((target) => ({ target, table: deleted(s, target, scope, env) }));
  const [outer] = scope.relations;
  if (statement.targets.length === 0 && outer !== undefined) {
    // DELETE FROM (SELECT …)
    const table = changed(outer, NO_COLUMNS)?.table ?? null;
    if (table === null) unresolvedTarget(s, statement.select.from[0]!);
    else {
      s.queries.reads.delete(table);
      s.writeTable(table, "delete");
    }
    tables.push({ target: null, table });
  }
  s.queries.influence(statement.select.influence, scope, env);
  for (const { table } of tables) if (table !== null) s.decided(table);
  if (tables.length === 0) s.decided(null);
  const [first] = tables;
  if (statement.returning !== null && first?.table != null && first.target !== null)
    s.returning(statement.returning, first.table, first.target, scope);
}

/** The table a DELETE takes rows from. */
function deleted(s: OneStatement, target: TargetTable, scope: Scope, env: Env | null): Table | null {
  const { reads } = s.queries;
  const candidates = s.finder.matching(
    scope,
    target.name.parts.map((part) => part.toLowerCase()),
  );
  let relation = candidates.find(({ table }) => table !== null) ?? candidates[0];
  if (relation === undefined) {
    const isRead = reads.has(s.tables.find(target.name, target.source));
    s.queries.from([asRelation(target)], scope, env);
    relation = scope.relations.pop()!;
    scope.relations.unshift(relation);
    scope.index = null;
    if (relation.table !== null && !isRead) reads.delete(relation.table);
  } else if (relation.table !== null) {
    const { table } = relation;
    if (scope.relations.filter((other) => other.table === table).length === 1) reads.delete(table);
  }
  const table = changed(relation, NO_COLUMNS)?.table ?? null;
  if (table === null) unresolvedTarget(s, asRelation(target));
  else s.writeTable(table, "delete");
  return table;
}

/** MERGE. */
export function merge(s: OneStatement, statement: MergeStatement): void {
  s.draft.kind = "merge";
  const env = s.queries.withCtes(statement.ctes, s.env, null);
  const scope = newScope(null);
  s.queries.from(statement.select.from, scope, env);
  const sources = [...scope.relations];
  const reads = s.queries.reads;
  const before = new Set(reads);
  s.queries.from([statement.target], scope, env);
  const visible = scope.relations.at(-1);
  const set = statement.actions.flatMap((action) => (action.kind === "update" ? action.assignments : []));
  const target = visible === undefined ? null : changed(visible, columnsOf(set));
  if (target === null) unresolvedTarget(s, statement.target);
  else {
    if (!before.has(target.table)) reads.delete(target.table);
    s.writeTable(target.table, "merge");
    for (const action of statement.actions) mergeAction(s, action, target, scope, sources, env);
  }
  s.queries.influence(statement.select.influence, scope, env);
  s.decided(target?.table ?? null);
  if (statement.returning !== null && target !== null && statement.target.kind === "table")
    s.returning(statement.returning, target.table, statement.target, scope);
}

function mergeAction(
  s: OneStatement,
  action: MergeAction,
  target: Changed,
  scope: Scope,
  sources: readonly Visible[],
  env: Env | null,
): void {
  const { table } = target;
  switch (action.kind) {
    case "update":
      for (const assignment of action.assignments) assignColumn(s, target, assignment, scope, env, "merge update");
      return;
    case "insert": {
      // Only the source's row is there to be inserted.
      const inner: Scope = { ...newScope(null), relations: [...sources] };
      action.values.forEach((expr, i) => {
        const output = s.queries.outputOf(expr, columnNameOf(expr), inner, env);
        const name = (action.columns ?? table.columns)?.[i] ?? s.nameOf(output);
        s.draft.edges.add(table, table.spelling(name.toLowerCase()) ?? name, output.flows, expr, "merge insert");
      });
      return;
    }
    case "row": {
      const except = new Set(action.except.map((name) => name.toLowerCase()));
      for (const source of sources) {
        const outputs = source.table === null ? (source.outputs ?? []) : tableOutputs(source.table, action);
        for (const output of s.placed(outputs, action.columns))
          if (!except.has(output.lower))
            s.draft.edges.addOutput(
              table,
              s.spelled(table, output),
              { ...output, start: action.start, end: action.end },
              "merge update",
            );
      }
      return;
    }
    case "delete":
  }
}

/** A table that is changed, perhaps through a query over it whose columns have names of their own. */
interface Changed {
  readonly table: Table;
  readonly outputs: readonly Output[] | null;
}

/** The one table that is changed by changing `columns` of a relation; null when it may be one of several. */
function changed({ table, outputs }: Visible, columns: ReadonlySet<string>): Changed | null {
  if (table !== null) return { table, outputs: null };
  const tablesOf = (some: readonly Output[]): ReadonlySet<Table> =>
    new Set(some.flatMap(({ flows }) => flows.flatMap(({ source }) => (source.table === null ? [] : [source.table]))));
  const all = outputs ?? [];
  const touched = tablesOf(all.filter(({ lower }) => columns.has(lower)));
  const tables = touched.size === 1 ? touched : tablesOf(all);
  const [only] = tables;
  return tables.size === 1 && only !== undefined ? { table: only, outputs } : null;
}

function columnsOf(assignments: readonly Assignment[]): ReadonlySet<string> {
  return new Set(assignments.map(({ column }) => column.parts.at(-1)!.toLowerCase()));
}

const NO_COLUMNS: ReadonlySet<string> = new Set();

/** The name of the column an expression is; null when it is anything else. */
function columnNameOf({ refs, queries, rows }: Expr): string | null {
  const [only] = refs;
  const isColumn = refs.length === 1 && queries.length === 0 && rows === 0 && only!.how === IDENTITY;
  return isColumn ? only!.name.parts.at(-1)! : null;
}

function asRelation({ name, source }: TargetTable): Relation {
  const { start, end } = name;
  return { kind: "table", name, source, alias: null, columnAliases: null, join: null, start, end };
}
