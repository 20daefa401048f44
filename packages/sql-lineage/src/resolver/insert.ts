import { AMBIGUOUS, IDENTITY } from "../how.ts";
import type { Conflict, InsertStatement, Query } from "../ir.ts";
import type { Rule, TableWrite } from "../result.ts";
import { FlowSet, type Output, through } from "./flow.ts";
import type { OneStatement } from "./one-statement.ts";
import { derived, named } from "./outputs.ts";
import { newScope, targetRelation, type Visible } from "./scope.ts";
import type { Table } from "./tables.ts";

/** INSERT, and COPY of values. */
export function insertRows(s: OneStatement, statement: InsertStatement): void {
  s.draft.kind = statement.mode === "copy" ? "copy" : "insert";
  const { target } = statement;
  const table = s.tables.find(target.name, target.source);
  const names = targetColumns(statement, table);
  s.write(target, statement.mode, names.from);
  let inserted: Output[] = [];
  const values = statement.query?.body.kind === "values";
  if (statement.query !== null) {
    const outputs = s.queries.query(statement.query, s.env, null);
    inserted = s.placed(outputs, statement.byName ? null : names.columns);
    const rule: Rule = values
      ? "values"
      : statement.byName
        ? "insert by name"
        : statement.mode === "copy"
          ? "copy"
          : "insert by position";
    for (const output of inserted) {
      if (values && !output.named) {
        // A position of a table whose columns nobody told us: it has no name but the text of what goes in.
        const flows = through(output.flows, IDENTITY | AMBIGUOUS);
        s.draft.edges.add(table, s.nameOf({ ...output, name: "" }), flows, output, rule);
        continue;
      }
      s.draft.edges.addOutput(table, s.spelled(table, output), output, rule);
    }
  }
  if (statement.conflict !== null) onConflict(s, statement, statement.conflict, table, inserted);
  s.decided(table);
  if (statement.returning !== null) s.returning(statement.returning, table, target, null);
}

/** The columns an insert fills, in order, as far as they are known. */
function targetColumns(
  statement: InsertStatement,
  table: Table,
): { columns: readonly string[] | null; from: TableWrite["columnNames"] } {
  const { partitions } = statement;
  if (statement.byName) return { columns: null, from: "statement" };
  const except = new Set(statement.except.map((name) => name.toLowerCase()));
  const listed = statement.columns ?? table.columns?.filter((name) => !except.has(name.toLowerCase())) ?? null;
  if (listed === null) return { columns: null, from: "assumed" };
  const partitioned = new Set(partitions.map(({ name }) => name.toLowerCase()));
  const columns =
    partitions.length === 0
      ? listed
      : [
          ...listed.filter((name) => !partitioned.has(name.toLowerCase())),
          ...partitions.filter(({ dynamic }) => dynamic).map(({ name }) => name),
        ];
  return { columns, from: statement.columns !== null ? "statement" : "schema" };
}

function onConflict(
  s: OneStatement,
  statement: InsertStatement,
  conflict: Conflict,
  table: Table,
  inserted: readonly Output[],
): void {
  const { sourceVisible, row } = conflict;
  const scope = newScope(null);
  const alias = statement.alias?.toLowerCase() ?? null;
  scope.relations.push({ ...targetRelation(statement.target, table), alias });
  // The row that was to be inserted: `excluded` in PostgreSQL; VALUES(column) is read as if it said so.
  scope.relations.push({ ...derived("excluded", inserted), hidden: true });
  if (row !== null)
    scope.relations.push({ ...derived(row.alias.toLowerCase(), named(inserted, row.columns)), hidden: true });
  const sources = sourceVisible ? sourcesOf(s, statement.query) : [];
  scope.relations.push(...sources.map((relation) => ({ ...relation, hidden: true })));
  // A name the target has cannot be a column of the query's too; one that the query is sure to have is no column of the target.
  const own = new Set([...(statement.columns ?? []), ...(table.columns ?? [])].map((name) => name.toLowerCase()));
  const ofSource = newScope(null);
  ofSource.relations.push(...sources);
  for (const { column, expr } of conflict.assignments) {
    const set = new FlowSet();
    for (const { name, how } of expr.refs) {
      const lower = name.parts[0]!.toLowerCase();
      const fromSource =
        name.parts.length === 1 && !own.has(lower) && sources.some((relation) => hasColumn(relation, lower));
      set.addAll(s.finder.find(name, fromSource ? ofSource : scope, false), how);
    }
    for (const { query, how } of expr.queries)
      for (const output of s.queries.query(query, null, scope)) set.addAll(output.flows, how);
    s.draft.edges.add(table, s.columnName(table, column.parts.at(-1)!), set.items, expr, "on conflict");
  }
  s.queries.influence(conflict.condition, scope, null);
}

/** The relations of the query whose rows are inserted. */
function sourcesOf(s: OneStatement, query: Query | null): readonly Visible[] {
  if (query?.body.kind !== "select") return [];
  const scope = newScope(null);
  s.queries.from(query.body.from, scope, s.queries.withCtes(query.ctes, s.env, null));
  return scope.relations;
}

/** Whether a relation is sure to have a column. */
function hasColumn({ table, outputs }: Visible, lower: string): boolean {
  if (table !== null) return table.spelling(lower) !== undefined;
  return (outputs ?? []).some((output) => output.star === null && output.lower === lower);
}
