import type { ColumnEdge, ScriptLineage, StatementLineage } from "./result.ts";

/** A column's way through a whole script, from tables that outlive the session to tables that do. */
export interface PathEdge {
  readonly from: { readonly table: string; readonly column: string };
  readonly to: { readonly table: string; readonly column: string };
  /** Statements on the way, by index, first to last. */
  readonly statements: readonly number[];
  /** Every edge on the way is `exact`. */
  readonly exact: boolean;
}

interface Step {
  readonly table: string;
  readonly column: string;
  readonly statements: readonly number[];
  readonly exact: boolean;
}

/**
 * Follows columns through the temporary tables of a script: what a temporary table was filled from is what a statement that reads
 * it reads. Edges that decide about rows are left out, and so are those into results nobody keeps.
 */
export function throughTemporary(script: ScriptLineage): PathEdge[] {
  // What each column of a temporary table is made of, in lower case; a `*` stands for all of them.
  const temporary = new Map<string, Map<string, Step[]>>();
  const paths: PathEdge[] = [];
  script.statements.forEach((statement, index) => {
    for (const edge of statement.columns) {
      const { from, to } = edge;
      if (from.table === null || to.table === null || edge.transformations.every(({ type }) => type === "INDIRECT"))
        continue;
      const steps = stepsOf(temporary, from.table, from.column, index, edge);
      if (isTemporary(statement, to.table)) {
        const columns = temporary.get(to.table.toLowerCase()) ?? new Map<string, Step[]>();
        temporary.set(to.table.toLowerCase(), columns);
        const key = to.column.toLowerCase();
        columns.set(key, [...(columns.get(key) ?? []), ...steps]);
      } else {
        for (const step of steps) {
          const toColumn = to.column === "*" && step.column !== "*" && from.column === "*" ? step.column : to.column;
          paths.push({
            from: { table: step.table, column: step.column },
            to: { table: to.table, column: toColumn },
            statements: step.statements,
            exact: step.exact,
          });
        }
      }
    }
    for (const write of statement.writes)
      if (write.mode === "drop" || write.mode === "truncate") temporary.delete(write.id.toLowerCase());
  });
  return paths;
}

function stepsOf(
  temporary: ReadonlyMap<string, ReadonlyMap<string, Step[]>>,
  table: string,
  column: string,
  index: number,
  edge: ColumnEdge,
): Step[] {
  const exact = edge.confidence === "exact";
  const columns = temporary.get(table.toLowerCase());
  if (columns === undefined) return [{ table, column, statements: [index], exact }];
  const known =
    column === "*"
      ? [...columns.values()].flat()
      : [
          ...(columns.get(column.toLowerCase()) ?? []),
          ...(columns.get("*") ?? []).map((step) => (step.column === "*" ? { ...step, column } : step)),
        ];
  return known.map((step) => ({ ...step, statements: [...step.statements, index], exact: step.exact && exact }));
}

function isTemporary(statement: StatementLineage, table: string): boolean {
  return statement.writes.some((write) => write.id === table && write.temporary);
}
